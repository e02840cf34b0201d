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
use hydraq_core::objects::{Change, Log, Outcome, Table, Tables, apply};
use hydraq_core::record::{MessageRecord, Record};
use hydraq_core::time::Instant;

use super::objects::{ObjectReader, See, Snapshot};
use super::redb::{Fresh, open_at};
use super::twin::{TwinStore, Unknown, difference};
use super::volatile::VolatileDisk;
use super::volatile::files::{Files, Loss};
use super::{Committed, Opened, ReadError, Records, Store, StoreError};

/// How much a real store beside the model may cache.
const CACHE_BYTES: usize = 1 << 20;

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
    /// The store file, if there is a real one.
    pub files: Option<Files>,
    /// A commit that did not return, which that file may have.
    pub(super) unknown: Option<Unknown>,
}

impl Image {
    /// Does what a commit does.
    fn apply(&mut self, writes: &[Write], changes: &[Change], clock: Instant) -> Option<(Log, Vec<Outcome>)> {
        for write in writes {
            match write {
                Write::Append(sequence, record) => {
                    self.next_sequence = self.next_sequence.max(sequence.0 + 1);
                    self.records.insert(*sequence, record.clone());
                }
                Write::Erase(sequence) => {
                    self.records.remove(sequence);
                    self.corrupt.remove(sequence);
                }
                Write::Meta(key, value) => {
                    self.meta.insert(key.clone(), value.clone());
                }
            }
        }
        self.commit.0 += 1;
        self.clock = clock;
        (!changes.is_empty()).then(|| {
            let Ok(applied) = apply(&mut self.objects, changes);
            applied
        })
    }
}

/// The tables of objects; clones share what neither has changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectTables(Arc<Rows>);

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

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

    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), Infallible> {
        let mut range = self.0.range((table, start.to_vec())..(table, end.to_vec()));
        let _ = range.try_for_each(|((_, key), value)| see(key, value));
        Ok(())
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Infallible> {
        Arc::make_mut(&mut self.0).insert((table, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), Infallible> {
        Arc::make_mut(&mut self.0).remove(&(table, key.to_vec()));
        Ok(())
    }
}

impl Snapshot for ObjectTables {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(&(table, key.to_vec())).cloned())
    }

    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), ReadError> {
        let Ok(()) = Tables::walk(self, table, start, end, see);
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
    /// The real store beside it, if there is one.
    real: Option<VolatileDisk>,
    differences: Arc<Mutex<Vec<String>>>,
}

impl Disk {
    /// What is durable now.
    #[must_use]
    pub fn image(&self) -> Image {
        Image { files: self.real.as_ref().map(VolatileDisk::files), ..self.lock().clone() }
    }

    /// A disk with a real store on it, and the model beside that.
    #[must_use]
    pub fn real() -> Self {
        Disk { real: Some(VolatileDisk::default()), ..Disk::default() }
    }

    /// Cuts the power: `chance` decides what of the writes that were not synced is left.
    pub fn crash(&self, chance: u64) {
        if let Some(real) = &self.real {
            real.crash(Loss::Torn(chance));
        }
    }

    /// Whether there is a real store.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.real.is_some()
    }

    /// What the real store had other than the model, in words.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note_difference(&self, what: String) {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(super) fn set_unknown(&self, commit: Unknown) {
        self.lock().unknown = Some(commit);
    }

    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }

    /// Whether the next sync fails; asked once.
    pub(super) fn takes_failure(&self) -> bool {
        self.fails.swap(false, Ordering::SeqCst)
    }

    /// Puts the disk back to an earlier state, or empties it.
    pub fn restore(&self, mut image: Image) {
        if let Some(real) = &self.real {
            real.restore(image.files.take().unwrap_or_default());
        }
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
        match &self.real {
            Some(real) => self.open_both(real, fresh, nonce),
            None => self.open_model(fresh, nonce).0,
        }
    }

    fn open_both(&self, real: &VolatileDisk, fresh: (HostId, StoreId), nonce: u64) -> Opened {
        let unknown = self.lock().unknown.take();
        let place = Fresh { host: fresh.0, store: fresh.1 };
        let mut opened = match open_at(real.place(), CACHE_BYTES, place, nonce) {
            Ok(opened) => opened,
            Err(error) => {
                self.note_difference(format!("it does not open: {error}"));
                return self.open_model(fresh, nonce).0;
            }
        };
        let before = difference(&opened, &self.lock());
        if let (Some(_), Some(unknown)) = (&before, unknown) {
            // It happened after all.
            self.lock().apply(&unknown.writes, &unknown.changes, unknown.clock);
        }
        if let Some(differs) = difference(&opened, &self.lock()) {
            self.note_difference(differs);
        }
        let (_, model) = self.open_model(fresh, nonce);
        let nothing = Box::new(self.model());
        let store = std::mem::replace(&mut opened.store, nothing);
        opened.store = Box::new(TwinStore { real: store, model, disk: real.clone() });
        opened
    }

    fn model(&self) -> ModelStore {
        ModelStore { disk: self.clone(), _user: Arc::new(()) }
    }

    fn open_model(&self, fresh: (HostId, StoreId), nonce: u64) -> (Opened, ModelStore) {
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
        let store = ModelStore { disk: self.clone(), _user: user };
        let opened = Opened {
            store: Box::new(store.clone()),
            host,
            store_id,
            boot: Boot { counter: image.boot, nonce },
            clock: image.clock,
            recovered,
        };
        (opened, store)
    }

    fn lock(&self) -> MutexGuard<'_, Image> {
        self.image.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open simulated disk.
#[derive(Debug, Clone)]
pub(super) struct ModelStore {
    pub(super) disk: Disk,
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
        let objects = image.apply(writes, changes, clock);
        Ok(Committed::new(image.commit, objects))
    }

    fn object_reader(&self) -> Arc<dyn ObjectReader> {
        Arc::new(self.disk.clone())
    }

    fn read(&self, sequences: &[Sequence]) -> Vec<Result<Arc<Message>, ReadError>> {
        let image = self.disk.lock();
        let read = |sequence: &Sequence| match image.records.get(sequence) {
            Some(Record::Message(MessageRecord { message, .. })) if image.corrupt.contains(sequence) => {
                Err(ReadError::Damaged(damaged(message)))
            }
            Some(Record::Message(MessageRecord { message, .. })) => Ok(message.clone()),
            _ => Err(ReadError::Gone),
        };
        sequences.iter().map(read).collect()
    }

    fn records(&self) -> Result<Records<'_>, ReadError> {
        let image = self.disk.lock();
        let records: Vec<_> =
            image.records.iter().map(|(sequence, record)| (*sequence, Ok(record.clone()))).collect();
        Ok(Box::new(records.into_iter()))
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

/// What a message is read as after a byte of its body has changed.
fn damaged(message: &Message) -> Arc<Message> {
    let mut body = message.body.to_vec();
    if let Some(byte) = body.first_mut() {
        *byte ^= 1;
    }
    Arc::new(Message { body: body.into(), ..message.clone() })
}
