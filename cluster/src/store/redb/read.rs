//! Reading messages back, and walking the records.

use std::sync::Arc;

use ::redb::{AccessGuard, Range, ReadOnlyTable, ReadableDatabase};
use bytes::Bytes;
use hydraq_core::codec::check_body;
use hydraq_core::event::Write;
use hydraq_core::ids::Sequence;
use hydraq_core::message::Message;
use hydraq_core::objects::Change;
use hydraq_core::record::Record;
use hydraq_core::time::Instant;

use super::{BODIES, HEADS, RedbStore, open_database};
use crate::store::objects::ObjectReader;
use crate::store::row::{RowEntry, RowView};
use crate::store::{Committed, ReadError, Records, Store, StoreError};

fn failed(error: impl Into<::redb::Error>) -> ReadError {
    ReadError::Failed(error.into().to_string())
}

type Table = ReadOnlyTable<u64, &'static [u8]>;

/// The row that was looked at last: neighbours mostly stand in the same one.
#[derive(Default)]
struct OpenRow {
    first: Option<Sequence>,
    heads: Option<AccessGuard<'static, &'static [u8]>>,
    bodies: Option<AccessGuard<'static, &'static [u8]>>,
}

/// All live records, a row at a time.
struct Stream<'a> {
    store: &'a RedbStore,
    rows: Range<'static, u64, &'static [u8]>,
    row: std::vec::IntoIter<(Sequence, Result<Record, ReadError>)>,
    left: usize,
}

impl Stream<'_> {
    fn read_row(&self, first: Sequence, heads: &[u8]) -> Vec<(Sequence, Result<Record, ReadError>)> {
        let (Some(row), Ok(view)) = (self.store.rows.get(first), RowView::new(first, heads)) else {
            return vec![(first, Err(ReadError::Corrupt))];
        };
        let live = (0..view.count()).filter(|place| !row.is_dead(*place));
        let read = |entry: RowEntry<'_>| (entry.sequence, entry.record().map_err(|_| ReadError::Corrupt));
        live.map(|place| view.entry(place).map_or((first, Err(ReadError::Corrupt)), read)).collect()
    }
}

impl Iterator for Stream<'_> {
    type Item = (Sequence, Result<Record, ReadError>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.row.next() {
                self.left = self.left.saturating_sub(1);
                return Some(record);
            }
            self.row = match self.rows.next()? {
                Ok((first, heads)) => self.read_row(Sequence(first.value()), heads.value()),
                Err(error) => vec![(Sequence(0), Err(failed(error)))],
            }
            .into_iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl Store for RedbStore {
    fn commit_with(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError> {
        self.commit_writes(writes, changes, clock)
    }

    fn object_reader(&self) -> Arc<dyn ObjectReader> {
        self.reader()
    }

    fn read(&self, sequences: &[Sequence]) -> Vec<Result<Arc<Message>, ReadError>> {
        match self.tables() {
            Ok((heads, bodies)) => {
                let mut open = OpenRow::default();
                sequences
                    .iter()
                    .map(|sequence| self.read_one(&heads, &bodies, *sequence, &mut open))
                    .collect()
            }
            Err(error) => sequences.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    fn records(&self) -> Result<Records<'_>, ReadError> {
        let (heads, _) = self.tables()?;
        let rows = heads.range::<u64>(..).map_err(failed)?;
        let left = self.rows.iter().map(|(_, row)| row.live as usize).sum();
        Ok(Box::new(Stream { store: self, rows, row: Vec::new().into_iter(), left }))
    }

    fn scan(
        &self,
        from: Sequence,
        newest_first: bool,
        count: usize,
    ) -> Vec<(Sequence, Result<Record, ReadError>)> {
        let Ok((heads, _)) = self.tables() else { return Vec::new() };
        let mut found = Vec::new();
        let rows: Box<dyn Iterator<Item = (Sequence, &crate::store::rows::Row)>> =
            if newest_first { Box::new(self.rows.down_from(from)) } else { Box::new(self.rows.from(from)) };
        for (first, row) in rows {
            let Ok(Some(value)) = heads.get(first.0) else { continue };
            let Ok(view) = RowView::new(first, value.value()) else { continue };
            let mut places: Vec<usize> = (0..view.count()).filter(|place| !row.is_dead(*place)).collect();
            if newest_first {
                places.reverse();
            }
            for entry in places.into_iter().filter_map(|place| view.entry(place).ok()) {
                let wanted = if newest_first { entry.sequence <= from } else { entry.sequence >= from };
                if wanted {
                    found.push((entry.sequence, entry.record().map_err(|_| ReadError::Corrupt)));
                }
                if found.len() == count {
                    return found;
                }
            }
        }
        found
    }

    fn disk_bytes(&self) -> u64 {
        self.place.bytes()
    }

    fn tidy(&mut self) -> Result<bool, StoreError> {
        self.rewrite_sparse_rows()
    }

    fn compact(&mut self) -> Result<bool, StoreError> {
        self.compact_file()
    }

    fn flip_byte(&mut self, sequence: Sequence) -> Result<(), StoreError> {
        self.flip_body_byte(sequence)
    }
}

impl RedbStore {
    fn tables(&self) -> Result<(Table, Table), ReadError> {
        let transaction = open_database(&self.database).begin_read().map_err(failed)?;
        let heads = transaction.open_table(HEADS).map_err(failed)?;
        let bodies = transaction.open_table(BODIES).map_err(failed)?;
        Ok((heads, bodies))
    }

    fn read_one(
        &self,
        heads: &Table,
        bodies: &Table,
        sequence: Sequence,
        open: &mut OpenRow,
    ) -> Result<Arc<Message>, ReadError> {
        let first = self.rows.row_of(sequence).ok_or(ReadError::Gone)?;
        if open.first != Some(first) {
            let has_bodies = self.rows.get(first).is_some_and(|row| row.has_bodies);
            *open = OpenRow {
                first: Some(first),
                heads: heads.get(first.0).map_err(failed)?,
                bodies: if has_bodies { bodies.get(first.0).map_err(failed)? } else { None },
            };
        }
        let value = open.heads.as_ref().ok_or(ReadError::Gone)?;
        let view = RowView::new(first, value.value()).map_err(|_| ReadError::Corrupt)?;
        let entry: RowEntry<'_> = view.find(sequence).ok_or(ReadError::Gone)?;
        let Record::Message(record) = entry.record().map_err(|_| ReadError::Corrupt)? else {
            return Err(ReadError::Gone);
        };
        let length = record.fingerprint.length as usize;
        let body = if length == 0 {
            Bytes::new()
        } else {
            let bodies = open.bodies.as_ref().map_or(view.few_bodies(), |bodies| bodies.value());
            Bytes::copy_from_slice(bodies.get(entry.body_range(length)).ok_or(ReadError::Corrupt)?)
        };
        let is_sound = check_body(&body, record.fingerprint.body_crc).is_ok();
        let message = Arc::new(record.with_body(body));
        if is_sound { Ok(message) } else { Err(ReadError::Damaged(message)) }
    }
}
