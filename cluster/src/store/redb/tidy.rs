//! Upkeep: rows of which little is alive are written together, and the room they took is given back.

use ::redb::{Durability, ReadableDatabase};
use hydraq_core::ids::Sequence;
use hydraq_core::record::Record;

use super::{BODIES, DEAD, HEADS, RedbStore, open_database, storage_error};
use crate::store::StoreError;
use crate::store::rows::{Row, RowBuilder, RowView};

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
        let mut bytes = 0;
        let run = self.rows.iter().skip_while(|(_, row)| !is_sparse(row)).take_while(|(_, row)| {
            bytes += u64::from(row.bytes);
            is_sparse(row) && bytes <= REWRITE_BYTES
        });
        run.map(|(first, _)| first).collect()
    }

    fn rewrite(&mut self, firsts: &[Sequence]) -> Result<(), ::redb::Error> {
        let mut transaction = open_database(&self.database).begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let (mut builder, mut all_bodies) = (RowBuilder::default(), Vec::new());
        {
            let (mut heads, mut bodies) = (transaction.open_table(HEADS)?, transaction.open_table(BODIES)?);
            let mut dead = transaction.open_table(DEAD)?;
            for first in firsts {
                let Some(row) = self.rows.get(*first) else { continue };
                let value = heads.remove(first.0)?;
                let body = bodies.remove(first.0)?;
                dead.remove(first.0)?;
                let (Some(value), body) =
                    (value, body.as_ref().map(redb::AccessGuard::value).unwrap_or_default())
                else {
                    continue;
                };
                let Ok(view) = RowView::new(*first, value.value()) else { continue };
                for place in (0..view.count()).filter(|place| !row.is_dead(*place)) {
                    let Ok(entry) = view.entry(place) else { continue };
                    let Ok(sealed) = entry.sealed_bytes() else { continue };
                    let body = body.get(entry.body_range(entry.body_length())).unwrap_or_default();
                    builder.push_sealed(entry.sequence, sealed, body.len());
                    all_bodies.extend_from_slice(body);
                }
            }
            if let Some(first) = builder.first {
                heads.insert(first.0, &builder.heads()[..])?;
                if !all_bodies.is_empty() {
                    bodies.insert(first.0, &all_bodies[..])?;
                }
            }
        }
        transaction.commit()?;
        for first in firsts {
            self.rows.remove(*first);
        }
        if let Some(first) = builder.first {
            let bytes = builder.heads().len() + all_bodies.len();
            self.rows.insert(first, Row::new(builder.count, bytes, !all_bodies.is_empty()));
        }
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
            && let Some(bodies) = transaction.open_table(BODIES)?.get(first.0)?
        {
            let mut value = bodies.value().to_vec();
            if let Some(byte) = value.get_mut(entry.body_offset) {
                *byte ^= 1;
            }
            return Ok(Some((true, value)));
        }
        let mut value = heads.value().to_vec();
        // The last byte of the record is as good as any.
        let sealed = entry.sealed_bytes().map_or(1, <[u8]>::len);
        let place = value.len() - entry.sealed.len() + sealed - 1;
        value[place] ^= 1;
        Ok(Some((false, value)))
    }
}
