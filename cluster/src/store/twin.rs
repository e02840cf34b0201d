//! A real store on a volatile disk, with a model beside it: what one of them has, the other must have, too.
//!
//! The simulator judges from durable images. Reading them out of a store file at every moment would take too long, so the model
//! follows each commit that has returned, and whenever the file is opened again, after whatever happened to it, both are compared.
//! A commit that did not return may be there or not; nothing else may differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use hydraq_core::event::Write;
use hydraq_core::ids::Sequence;
use hydraq_core::message::Message;
use hydraq_core::objects::Change;
use hydraq_core::record::Record;
use hydraq_core::time::Instant;

use super::crashes::compare::objects;
use super::model::{Image, ModelStore};
use super::objects::ObjectReader;
use super::volatile::VolatileDisk;
use super::{Committed, Loading, Opened, ReadError, Records, Store, StoreError};

/// A commit that did not return.
#[derive(Debug, Clone)]
pub(super) struct Unknown {
    pub(super) writes: Vec<Write>,
    pub(super) changes: Vec<Change>,
    pub(super) clock: Instant,
}

/// Both stores.
pub(super) struct TwinStore {
    pub(super) real: Box<dyn Store>,
    pub(super) model: ModelStore,
    pub(super) disk: VolatileDisk,
}

impl Store for TwinStore {
    fn commit_with(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError> {
        if self.model.disk.is_full() {
            return Err(StoreError::Full);
        }
        self.disk.set_fails_to_sync(self.model.disk.takes_failure());
        let committed = self.real.commit_with(writes, changes, clock);
        self.disk.set_fails_to_sync(false);
        let committed = committed.inspect_err(|_| {
            let (writes, changes) = (writes.to_vec(), changes.to_vec());
            self.model.disk.set_unknown(Unknown { writes, changes, clock });
        })?;
        let modelled = self.model.commit_with(writes, changes, clock)?;
        if modelled != committed {
            self.model.disk.note_difference(format!("a commit gave {committed:?}, not {modelled:?}"));
        }
        Ok(committed)
    }

    fn object_reader(&self) -> Arc<dyn ObjectReader> {
        self.real.object_reader()
    }

    fn read(&self, sequences: &[Sequence]) -> Vec<Result<Arc<Message>, ReadError>> {
        self.real.read(sequences)
    }

    fn records(&self) -> Result<Records<'_>, ReadError> {
        self.real.records()
    }

    fn scan(
        &self,
        from: Sequence,
        newest_first: bool,
        count: usize,
    ) -> Vec<(Sequence, Result<Record, ReadError>)> {
        self.real.scan(from, newest_first, count)
    }

    fn disk_bytes(&self) -> u64 {
        self.real.disk_bytes()
    }

    fn tidy(&mut self) -> Result<bool, StoreError> {
        self.real.tidy()
    }

    fn compact(&mut self) -> Result<bool, StoreError> {
        self.real.compact()
    }

    fn flip_byte(&mut self, sequence: Sequence) -> Result<(), StoreError> {
        self.real.flip_byte(sequence)?;
        self.model.flip_byte(sequence)
    }
}

/// What a store that was opened has other than an image says, if anything. Bodies are compared when they are read.
pub(super) fn difference(opened: &Opened, image: &Image) -> Option<String> {
    let (commit, expected) = (opened.recovered.commit, image.commit);
    if (commit, opened.clock) != (expected, image.clock) {
        return Some(format!("it is at commit {commit:?}, not at {expected:?}"));
    }
    let brief = |record: &Record| (record.id(), matches!(record, Record::Message(_)));
    let mut loading = match opened.store.records() {
        Ok(records) => Loading::new(records),
        Err(error) => return Some(format!("its records cannot be read: {error}")),
    };
    let here: BTreeMap<_, _> = loading.by_ref().map(|(at, record)| (at, brief(&record))).collect();
    if let Err(error) = loading.finish() {
        return Some(format!("its records cannot be read: {error}"));
    }
    let there: BTreeMap<_, _> = image.records.iter().map(|(at, record)| (*at, brief(record))).collect();
    if here != there {
        let (has, should) = (here.len(), there.len());
        return Some(format!("it has {has} records, not the same {should} ones"));
    }
    let meta: BTreeMap<_, _> = opened.recovered.meta.iter().cloned().collect();
    let seen = image.meta.get(&hydraq_core::event::MetaKey::Seen).cloned().unwrap_or_default();
    let mut expected = image.meta.clone();
    expected.remove(&hydraq_core::event::MetaKey::Seen);
    let same = meta.into_iter().filter(|(key, _)| *key != hydraq_core::event::MetaKey::Seen).eq(expected);
    if !same || opened.recovered.seen != seen {
        return Some("its small things differ".to_owned());
    }
    objects(opened, &image.objects, opened.store_id).err()
}
