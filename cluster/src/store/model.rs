//! A store in memory, for the simulator: what is durable is a plain value that outlives its host.
//!
//! It can do what a disk does wrong: run full, lose the commit that was under way, go back to an earlier state, and
//! hold a flipped byte. It is held to the same tests as the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hydraq_core::event::{MetaKey, Write};
use hydraq_core::host::Recovered;
use hydraq_core::ids::{Boot, Commit, HostId, Sequence, StoreId};
use hydraq_core::message::Message;
use hydraq_core::objects::{Change, Table, Tables, apply};
use hydraq_core::record::{MessageRecord, Record};
use hydraq_core::time::Instant;

use super::objects::{ObjectReader, See, Snapshot};
use super::{Committed, Opened, ReadError, Store, StoreError};

/// What is durable on one simulated disk.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// Whose disk it is; none before its first start.
    pub host: Option<(HostId, StoreId)>,
    /// The last boot counter.
    pub boot: u64,
    /// The last commit.
    pub commit: Commit,
    /// The host's clock at the last commit.
    pub clock: Instant,
    /// The records, whole.
    pub records: BTreeMap<Sequence, Record>,
    /// The small things.
    pub meta: BTreeMap<MetaKey, Vec<u8>>,
    /// The place above all records that were ever written.
    pub next_sequence: u64,
    /// Records with a flipped byte.
    pub corrupt: BTreeSet<Sequence>,
    /// Objects, their events and their index entries.
    pub objects: ObjectTables,
}

/// The tables of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectTables(BTreeMap<(Table, Vec<u8>), Vec<u8>>);

impl ObjectTables {
    /// The rows of a table, in their order.
    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = (&[u8], &[u8])> {
        let rows = self.0.range((table, Vec::new())..).take_while(move |((of, _), _)| *of == table);
        rows.map(|((_, key), value)| (&key[..], &value[..]))
    }
}

impl Tables for ObjectTables {
    type Error = Infallible;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&(table, key.to_vec())).cloned())
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Infallible> {
        self.0.insert((table, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), Infallible> {
        self.0.remove(&(table, key.to_vec()));
        Ok(())
    }
}

impl Snapshot for ObjectTables {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(&(table, key.to_vec())).cloned())
    }

    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), ReadError> {
        let range = (table, start.to_vec())..(table, end.to_vec());
        for ((_, key), value) in self.0.range(range) {
            if see(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl ObjectReader for Disk {
    fn look(&self, see: &mut dyn FnMut(&dyn Snapshot) -> Result<(), ReadError>) -> Result<(), ReadError> {
        let tables = self.with(|image| image.objects.clone());
        see(&tables)
    }
}

/// A simulated disk; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    image: Arc<Mutex<Image>>,
    full: Arc<AtomicBool>,
    fails: Arc<AtomicBool>,
    /// Who has it open.
    user: Arc<Mutex<Weak<()>>>,
}

impl Disk {
    /// What is durable now.
    #[must_use]
    pub fn image(&self) -> Image {
        self.lock().clone()
    }

    /// Puts the disk back to an earlier state, or empties it.
    pub fn restore(&self, image: Image) {
        *self.lock() = image;
    }

    /// Lets every further commit fail for want of room, or not.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Lets the next commit fail as a failed fsync does.
    pub fn fail_next(&self) {
        self.fails.store(true, Ordering::SeqCst);
    }

    /// Takes that back, if it has not happened yet.
    pub fn mend(&self) {
        self.fails.store(false, Ordering::SeqCst);
    }

    /// Flips a byte in the record at `sequence`.
    pub fn corrupt(&self, sequence: Sequence) {
        self.lock().corrupt.insert(sequence);
    }

    /// Looks at what is durable.
    pub fn with<T>(&self, look: impl FnOnce(&Image) -> T) -> T {
        look(&self.lock())
    }

    /// Whether somebody has it open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.user.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
    }

    /// Opens the disk for a new boot. A disk that was never used becomes that of `fresh`.
    #[must_use]
    pub fn open(&self, fresh: (HostId, StoreId), nonce: u64) -> Opened {
        let mut image = self.lock();
        let (host, store_id) = *image.host.get_or_insert(fresh);
        let before = image.commit;
        image.boot += 1;
        image.commit.0 += 1;
        let seen = image.meta.get(&MetaKey::Seen).cloned().unwrap_or_default();
        let meta = image.meta.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let recovered =
            Recovered { meta, seen, commit: before, next_sequence: Sequence(image.next_sequence) };
        let user = Arc::new(());
        *self.user.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&user);
        Opened {
            store: Box::new(ModelStore { disk: self.clone(), _user: user }),
            host,
            store_id,
            boot: Boot { counter: image.boot, nonce },
            clock: image.clock,
            recovered,
            records: image.records.iter().map(|(sequence, record)| (*sequence, record.clone())).collect(),
            corrupt: Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Image> {
        self.image.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open simulated disk.
#[derive(Debug)]
struct ModelStore {
    disk: Disk,
    /// Says that it is open, for as long as it is.
    _user: Arc<()>,
}

impl Store for ModelStore {
    fn commit_with(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError> {
        if self.disk.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full);
        }
        if self.disk.fails.swap(false, Ordering::SeqCst) {
            return Err(StoreError::Failed("fsync".into()));
        }
        let mut image = self.disk.lock();
        for write in writes {
            match write {
                Write::Append(sequence, record) => {
                    image.next_sequence = image.next_sequence.max(sequence.0 + 1);
                    image.records.insert(*sequence, record.clone());
                }
                Write::Erase(sequence) => {
                    image.records.remove(sequence);
                    image.corrupt.remove(sequence);
                }
                Write::Meta(key, value) => {
                    image.meta.insert(key.clone(), value.clone());
                }
            }
        }
        image.commit.0 += 1;
        image.clock = clock;
        let objects = (!changes.is_empty()).then(|| {
            let Ok(applied) = apply(&mut image.objects, changes);
            applied
        });
        Ok(Committed::new(image.commit, objects))
    }

    fn object_reader(&self) -> Arc<dyn ObjectReader> {
        Arc::new(self.disk.clone())
    }

    fn read(&self, sequences: &[Sequence]) -> Vec<Result<Arc<Message>, ReadError>> {
        let image = self.disk.lock();
        let read = |sequence: &Sequence| match image.records.get(sequence) {
            _ if image.corrupt.contains(sequence) => Err(ReadError::Corrupt),
            Some(Record::Message(MessageRecord { message, .. })) => Ok(message.clone()),
            _ => Err(ReadError::Gone),
        };
        sequences.iter().map(read).collect()
    }

    fn scan(
        &self,
        from: Sequence,
        newest_first: bool,
        count: usize,
    ) -> Vec<(Sequence, Result<Record, ReadError>)> {
        let image = self.disk.lock();
        let found = |(sequence, record): (&Sequence, &Record)| (*sequence, Ok(record.clone()));
        if newest_first {
            image.records.range(..=from).rev().take(count).map(found).collect()
        } else {
            image.records.range(from..).take(count).map(found).collect()
        }
    }

    fn disk_bytes(&self) -> u64 {
        self.disk.lock().records.len() as u64 * 256
    }

    fn flip_byte(&mut self, sequence: Sequence) -> Result<(), StoreError> {
        self.disk.corrupt(sequence);
        Ok(())
    }
}
