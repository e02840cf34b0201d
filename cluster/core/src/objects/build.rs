//! The pass over a kind's objects that makes its index what was declared: a slice with each commit, so that nothing waits for it.

use std::ops::ControlFlow;

use super::apply::Applying;
use super::change::{ObjectError, Outcome};
use super::declared::{Indexed, KindIndex};
use super::index::{attribute_entries, entry_id, entry_value};
use super::query::Query;
use super::record::Row;
use super::tables::{Table, Tables};

/// How many objects one commit goes over at most.
const SLICE_OBJECTS: usize = 256;

/// How many bytes of objects one commit goes over at most, unless a single one is longer.
const SLICE_BYTES: usize = 1 << 20;

impl<T: Tables> Applying<'_, T> {
    /// How a kind is indexed.
    pub(super) fn index_of(&self, kind: &str) -> Result<Result<KindIndex, ObjectError>, T::Error> {
        let stored = self.tables.get(Table::Meta, &KindIndex::key(kind))?;
        let index = stored.as_deref().map_or(Ok(KindIndex::default()), KindIndex::decode);
        Ok(index.map_err(|_| ObjectError::IndexCorrupt(kind.to_owned())))
    }

    /// Takes in a declaration. One over a record that is corrupt makes the index anew, from nothing.
    pub(super) fn declare(&mut self, kind: &str, wanted: &Indexed) -> Result<Outcome, T::Error> {
        let nothing = KindIndex { wanted: Indexed::All, complete: Indexed::Only([].into()), pass: None };
        let mut index = self.index_of(kind)?.unwrap_or(nothing);
        if index.declare(wanted) {
            self.tables.put(Table::Meta, &KindIndex::key(kind), &index.encode())?;
        }
        Ok(Ok(None))
    }

    /// Goes over the next objects of a kind.
    pub(super) fn build(&mut self, kind: &str) -> Result<Outcome, T::Error> {
        let mut index = match self.index_of(kind)? {
            Ok(index) => index,
            Err(error) => return Ok(Err(error)),
        };
        let Some(mut pass) = index.pass else { return Ok(Ok(None)) };
        let range = Query::of_kind(kind, pass.after).range();
        let (mut ids, mut walked) = (Vec::new(), 0);
        self.tables.walk(Table::Index, &range.start, &range.end, &mut |key, value| {
            ids.extend(entry_id(key, value));
            walked += 1;
            if walked < SLICE_OBJECTS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let (mut bytes, mut seen) = (0, 0);
        for id in &ids {
            let stored = self.tables.get(Table::Objects, &id.to_bytes())?;
            bytes += stored.as_ref().map_or(0, Vec::len);
            // One that is corrupt has no entries that could be made; whoever asks for it is told.
            if let Some(Ok(Row::Object(object))) = stored.as_deref().map(Row::decode) {
                for (attribute, key) in attribute_entries(&object) {
                    if index.wanted.contains(attribute) {
                        self.tables.put(Table::Index, &key, &entry_value(&key))?;
                    } else {
                        self.tables.remove(Table::Index, &key)?;
                    }
                }
            }
            pass.after = Some(*id);
            pass.done += 1;
            seen += 1;
            if bytes >= SLICE_BYTES {
                break;
            }
        }
        if walked < SLICE_OBJECTS && seen == ids.len() {
            index.finish();
        } else {
            index.pass = Some(pass);
        }
        self.tables.put(Table::Meta, &KindIndex::key(kind), &index.encode())?;
        Ok(Ok(None))
    }
}
