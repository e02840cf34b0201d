//! Giving back the room at the end of the file.
//!
//! redb uses free pages again, but those of the smallest hole that fits, wherever it is; and it shortens a file only by what is free at
//! its very end. So a file stays many times as large as what lives in it. What does move pages to the beginning is redb's
//! own compaction. It needs the database for itself, and takes 3 ms and more for each MB that lives: hence only while nobody
//! asks for anything, and only stores of which that is soon done. Each of its steps is a commit of redb's, so a crash leaves
//! the store whole at any moment.

use std::sync::TryLockError;

use ::redb::CompactionError;

use super::{RedbStore, storage_error};
use crate::store::StoreError;

/// A file is compacted when it is so many times as large as what lives in it.
const BYTES_A_LIVE_BYTE: u64 = 2;

/// What a file may take beyond that: redb's own tables, and what is cheap to keep.
const SPARE_BYTES: u64 = 128 << 10;

/// Of how much live data a store is still compacted: about half a second's work.
const LIVE_BYTES_MAX: u64 = 128 << 20;

impl RedbStore {
    /// Compacts the file if it is worth it; whether it is, and cannot be done now, because somebody reads.
    pub(super) fn compact_file(&mut self) -> Result<bool, StoreError> {
        if self.failed.is_some() || !self.is_worth_compacting() {
            return Ok(false);
        }
        let result = match self.database.try_write() {
            Ok(mut database) => database.compact(),
            Err(TryLockError::Poisoned(error)) => error.into_inner().compact(),
            Err(TryLockError::WouldBlock) => return Ok(true),
        };
        match result {
            Ok(_) => {
                self.other_bytes = self.place.bytes().saturating_sub(self.rows.live_bytes());
                Ok(false)
            }
            Err(CompactionError::Storage(error)) => {
                let error = storage_error(error);
                self.failed = Some(error.to_string());
                Err(error)
            }
            Err(_) => Ok(true),
        }
    }

    /// Objects live in the file, too, and are not counted: what a compaction has left is taken for them.
    fn is_worth_compacting(&self) -> bool {
        let live = self.rows.live_bytes();
        live <= LIVE_BYTES_MAX
            && self.place.bytes() > (live + self.other_bytes) * BYTES_A_LIVE_BYTE + SPARE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use hydraq_core::event::Write;
    use hydraq_core::holders::HolderList;
    use hydraq_core::ids::{HostId, MessageId, Sequence, StoreId};
    use hydraq_core::message::Message;
    use hydraq_core::record::{MessageRecord, Record};
    use hydraq_core::time::Instant;

    use crate::store::Opened;
    use crate::store::redb::{Fresh, open_at};
    use crate::store::volatile::VolatileDisk;

    const MESSAGES: u64 = 1000;
    const BODY_BYTES: usize = 8 << 10;

    fn open(disk: &VolatileDisk) -> Opened {
        let fresh = Fresh { host: HostId(1), store: StoreId(2) };
        open_at(disk.place(), 1 << 20, fresh, 7).expect("a store")
    }

    fn append(number: u64) -> Write {
        let body = Bytes::from(vec![number as u8; BODY_BYTES]);
        let message = Message::new(MessageId(u128::from(number)), "orders".into(), body, 1);
        let record = MessageRecord {
            fingerprint: message.fingerprint(),
            message: Arc::new(message),
            holders: HolderList::default(),
            not_before: None,
            expires: None,
        };
        Write::Append(Sequence(number), Record::Message(record))
    }

    /// A store that had many messages, and has every hundredth of them.
    fn drained(disk: &VolatileDisk) -> Opened {
        let mut opened = open(disk);
        let numbers: Vec<u64> = (1..=MESSAGES).collect();
        for some in numbers.chunks(20) {
            let writes: Vec<Write> = some.iter().map(|number| append(*number)).collect();
            opened.store.commit(&writes, Instant(1)).expect("a commit");
        }
        let gone = (1..=MESSAGES).filter(|number| number % 100 != 0);
        let erase: Vec<Write> = gone.map(|number| Write::Erase(Sequence(number))).collect();
        opened.store.commit(&erase, Instant(2)).expect("a commit");
        while opened.store.tidy().expect("upkeep") {}
        opened
    }

    fn kept(opened: &Opened) -> Vec<u64> {
        let records = opened.store.records().expect("records");
        let sequences: Vec<Sequence> = records.map(|(sequence, _)| sequence).collect();
        let read = opened.store.read(&sequences).into_iter();
        let whole = read.filter(|read| read.as_ref().is_ok_and(|one| one.body.len() == BODY_BYTES));
        assert_eq!(whole.count(), sequences.len());
        sequences.into_iter().map(|sequence| sequence.0).collect()
    }

    #[test]
    fn a_drained_file_becomes_small_and_keeps_what_lives() {
        let disk = VolatileDisk::default();
        let mut opened = drained(&disk);
        let before = opened.store.disk_bytes();
        assert!(before >= MESSAGES * BODY_BYTES as u64, "{before} bytes");
        let expected: Vec<u64> = (1..=MESSAGES / 100).map(|number| number * 100).collect();

        assert_eq!(opened.store.compact().ok(), Some(false));
        assert!(opened.store.disk_bytes() < before / 4, "{before} to {} bytes", opened.store.disk_bytes());
        assert_eq!(kept(&opened), expected);
        opened.store.commit(&[append(MESSAGES + 1)], Instant(3)).expect("it takes writes as before");
        drop(opened);
        assert_eq!(kept(&open(&disk)).len(), expected.len() + 1);
    }

    #[test]
    fn somebody_who_reads_is_not_disturbed() {
        let disk = VolatileDisk::default();
        let mut opened = drained(&disk);
        let before = opened.store.disk_bytes();
        let reader = opened.store.object_reader();
        let compacted = reader.look(&mut |_| {
            assert_eq!(opened.store.compact().ok(), Some(true), "later");
            Ok(())
        });
        assert_eq!((compacted, opened.store.disk_bytes()), (Ok(()), before));
        assert_eq!(opened.store.compact().ok(), Some(false));
        assert!(opened.store.disk_bytes() < before / 4);
    }
}
