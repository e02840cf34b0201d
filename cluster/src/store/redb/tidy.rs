//! Upkeep: rows of which little is alive are written together, and the room they took is given back.

use ::redb::{Durability, ReadableDatabase};
use bytes::Bytes;
use hydraq_core::ids::Sequence;
use hydraq_core::record::Record;

use super::{BODIES, DEAD, HEADS, META, RedbStore, open_database, storage_error};
use crate::store::StoreError;
use crate::store::row::{RowBuilder, RowView};
use crate::store::rows::Row;

/// Rows are rewritten when less than this share of their bytes is alive, in percent.
const SPARSE_PERCENT: u64 = 50;

/// How many bytes one call rewrites at most, so that nobody waits for long.
const REWRITE_BYTES: u64 = 4 << 20;

/// A store below this size is left alone.
const SMALL_BYTES: u64 = 1 << 20;

impl RedbStore {
    /// Writes the live records of some sparse neighbours into one row; whether there is more to do.
    pub(super) fn rewrite_sparse_rows(&mut self) -> Result<bool, StoreError> {
        let (live, total) = (self.rows.live_bytes(), self.rows.total_bytes());
        if self.failed.is_some() || total < SMALL_BYTES || live * 100 >= total * SPARSE_PERCENT {
            return Ok(false);
        }
        let neighbours = self.sparse_neighbours();
        if neighbours.is_empty() {
            return Ok(false);
        }
        if let Err(error) = self.rewrite(&neighbours) {
            let error = storage_error(error);
            self.failed = Some(error.to_string());
            return Err(error);
        }
        Ok(true)
    }

    /// The first run of neighbouring rows that are sparse, as far as one rewriting goes.
    fn sparse_neighbours(&self) -> Vec<Sequence> {
        let is_sparse = |row: &Row| u64::from(row.live) * 100 < u64::from(row.count) * SPARSE_PERCENT;
        // A row says how far a record is from its first one in 32 bits.
        let end =
            |first: Sequence| self.rows.from(first).nth(1).map_or(self.next_sequence, |(next, _)| next.0);
        let (mut bytes, mut start) = (0, None);
        let run = self.rows.iter().skip_while(|(_, row)| !is_sparse(row)).take_while(|(first, row)| {
            bytes += u64::from(row.bytes);
            let start = *start.get_or_insert(first.0);
            let is_alone = start == first.0;
            let fits = is_alone || bytes <= REWRITE_BYTES && end(*first) - start <= u64::from(u32::MAX);
            is_sparse(row) && fits
        });
        run.map(|(first, _)| first).collect()
    }

    fn rewrite(&mut self, firsts: &[Sequence]) -> Result<(), ::redb::Error> {
        let mut transaction = open_database(&self.database).begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let mut builder = RowBuilder::default();
        {
            let (mut heads, mut bodies) = (transaction.open_table(HEADS)?, transaction.open_table(BODIES)?);
            let mut dead = transaction.open_table(DEAD)?;
            for first in firsts {
                let Some(row) = self.rows.get(*first) else { continue };
                let value = heads.remove(first.0)?;
                let body = bodies.remove(first.0)?;
                dead.remove(first.0)?;
                let Some(value) = value else { continue };
                let Ok(view) = RowView::new(*first, value.value()) else { continue };
                let many = body.as_ref().map(redb::AccessGuard::value).unwrap_or_default();
                let body = if view.has_bodies() { many } else { view.few_bodies() };
                for place in (0..view.count()).filter(|place| !row.is_dead(*place)) {
                    let Ok(entry) = view.entry(place) else { continue };
                    let Ok(sealed) = entry.sealed_bytes() else { continue };
                    let body = body.get(entry.body_range(entry.body_length())).unwrap_or_default();
                    builder.push_sealed(entry.sequence, sealed, Bytes::copy_from_slice(body));
                }
            }
        }
        for first in firsts {
            self.rows.remove(*first);
        }
        if builder.first.is_none() {
            // The row that said where the store stands may be one of these.
            self.write_stand(&mut transaction.open_table(META)?, self.tail())?;
        }
        let seen = self.seen.clone();
        self.write_row(&transaction, &builder, self.tail(), &seen)?;
        transaction.commit()?;
        Ok(())
    }

    /// Flips one byte of a message's body, or of its record if it has none, behind the checksums' back.
    pub(super) fn flip_body_byte(&mut self, sequence: Sequence) -> Result<(), StoreError> {
        let Some(first) = self.rows.row_of(sequence) else { return Ok(()) };
        let changed = self.flipped(first, sequence).map_err(storage_error)?;
        let Some((in_bodies, value)) = changed else { return Ok(()) };
        let write = || -> Result<(), ::redb::Error> {
            let transaction = open_database(&self.database).begin_write()?;
            {
                let mut table = transaction.open_table(if in_bodies { BODIES } else { HEADS })?;
                table.insert(first.0, &value[..])?;
            }
            transaction.commit()?;
            Ok(())
        };
        write().map_err(storage_error)
    }

    fn flipped(&self, first: Sequence, sequence: Sequence) -> Result<Option<(bool, Vec<u8>)>, ::redb::Error> {
        let transaction = open_database(&self.database).begin_read()?;
        let Some(heads) = transaction.open_table(HEADS)?.get(first.0)? else { return Ok(None) };
        let Ok(view) = RowView::new(first, heads.value()) else { return Ok(None) };
        let Some(entry) = view.find(sequence) else { return Ok(None) };
        if let Ok(Record::Message(record)) = entry.record()
            && record.fingerprint.length > 0
            && view.has_bodies()
            && let Some(bodies) = transaction.open_table(BODIES)?.get(first.0)?
        {
            let mut value = bodies.value().to_vec();
            if let Some(byte) = value.get_mut(entry.body_offset) {
                *byte ^= 1;
            }
            return Ok(Some((true, value)));
        }
        let mut value = heads.value().to_vec();
        let behind_records = value.len() - view.few_bodies().len();
        let place = if entry.body_length() > 0 {
            behind_records + entry.body_offset
        } else {
            // The last byte of the record is as good as any.
            let sealed = entry.sealed_bytes().map_or(1, <[u8]>::len);
            behind_records - entry.sealed.len() + sealed - 1
        };
        if let Some(byte) = value.get_mut(place) {
            *byte ^= 1;
        }
        Ok(Some((false, value)))
    }
}

#[cfg(test)]
mod tests {
    use hydraq_core::event::{MetaKey, Write};
    use hydraq_core::holders::HolderList;
    use hydraq_core::ids::{Commit, HostId, MessageId, Sequence, StoreId};
    use hydraq_core::record::{Record, TombstoneRecord};
    use hydraq_core::time::Instant;

    use crate::store::Opened;
    use crate::store::redb::{Fresh, open_at};
    use crate::store::row::SEEN_BYTES;
    use crate::store::volatile::VolatileDisk;

    fn open(disk: &VolatileDisk) -> Opened {
        let fresh = Fresh { host: HostId(1), store: StoreId(2) };
        open_at(disk.place(), 1 << 20, fresh, 7).expect("a store")
    }

    fn append(number: u64) -> Write {
        let (id, holders) = (MessageId(u128::from(number)), HolderList::default());
        let record = TombstoneRecord { id, holders, replicas: 1, everyone: false };
        Write::Append(Sequence(number), Record::Tombstone(record))
    }

    /// Where a store stands after a start: its last commit, and the next place.
    fn stands(disk: &VolatileDisk) -> (Commit, Sequence) {
        let opened = open(disk);
        (opened.recovered.commit, opened.recovered.next_sequence)
    }

    #[test]
    fn a_start_finds_where_the_store_stood_after_each_kind_of_commit() {
        let disk = VolatileDisk::default();
        let mut opened = open(&disk);
        let mut commit = |writes: &[Write]| {
            opened.store.commit(writes, Instant(1)).expect("a commit");
            VolatileDisk::new(disk.files())
        };
        let appended = commit(&[append(1), append(2)]);
        let nothing = commit(&[]);
        let again = commit(&[append(3)]);
        let erased = commit(&[Write::Erase(Sequence(3))]);
        let both = commit(&[append(4), Write::Erase(Sequence(4))]);
        // The first commit is that of the start itself.
        assert_eq!(stands(&appended), (Commit(2), Sequence(3)));
        assert_eq!(stands(&nothing), (Commit(3), Sequence(3)));
        assert_eq!(stands(&again), (Commit(4), Sequence(4)));
        assert_eq!(stands(&erased), (Commit(5), Sequence(4)));
        assert_eq!(stands(&both), (Commit(6), Sequence(5)));
    }

    #[test]
    fn a_start_finds_what_was_seen_last_wherever_it_stands() {
        let disk = VolatileDisk::default();
        let mut opened = open(&disk);
        let seen = |number: u8, length: usize| Write::Meta(MetaKey::Seen, vec![number; length]);
        let other = Write::Meta(MetaKey::Member(1), vec![1]);
        let long = SEEN_BYTES + 1;
        let commits: [(&[Write], (u8, usize)); 10] = [
            (&[append(1), seen(1, 8)], (1, 8)),
            (&[append(2)], (1, 8)),
            (&[Write::Erase(Sequence(2)), seen(2, 8)], (2, 8)),
            (&[append(3), seen(3, 8)], (3, 8)),
            (&[append(4), other.clone()], (3, 8)),
            (&[append(5), seen(4, 8), other], (4, 8)),
            (&[append(6), seen(5, long)], (5, long)),
            (&[append(7)], (5, long)),
            (&[append(8), seen(6, 8)], (6, 8)),
            (&[Write::Erase(Sequence(8))], (6, 8)),
        ];
        for (place, (writes, (number, length))) in commits.into_iter().enumerate() {
            opened.store.commit(writes, Instant(1)).expect("a commit");
            let copy = VolatileDisk::new(disk.files());
            for start in 0..2 {
                assert_eq!(open(&copy).recovered.seen, vec![number; length], "commit {place}, start {start}");
            }
        }
    }

    #[test]
    fn rewriting_rows_does_not_forget_where_the_store_stood() {
        let disk = VolatileDisk::default();
        let mut opened = open(&disk);
        const RECORDS: u64 = 60_000;
        let mut all: Vec<Write> = (1..=RECORDS).map(append).collect();
        all.push(Write::Meta(MetaKey::Seen, vec![7; 8]));
        opened.store.commit(&all, Instant(1)).expect("a commit");
        let most = (1..=RECORDS).filter(|number| number % 500 != 0);
        let mut writes: Vec<Write> = most.map(|number| Write::Erase(Sequence(number))).collect();
        writes.push(append(RECORDS + 1));
        opened.store.commit(&writes, Instant(2)).expect("a commit");
        let mut slices = 0;
        while opened.store.tidy().expect("upkeep") {
            slices += 1;
            assert_eq!(stands(&VolatileDisk::new(disk.files())), (Commit(3), Sequence(RECORDS + 2)));
            assert_eq!(open(&VolatileDisk::new(disk.files())).recovered.seen, [7; 8]);
        }
        assert!(slices > 0, "nothing was rewritten");
    }
}
