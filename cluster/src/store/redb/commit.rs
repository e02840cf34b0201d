//! Commits: all writes of a batch in one transaction, appended as few large rows.

use ::redb::{Durability, ReadableTable, WriteTransaction};
use bytes::Bytes;
use hydraq_core::event::{MetaKey, Write};
use hydraq_core::ids::{Commit, Sequence};
use hydraq_core::objects::{Change, apply};
use hydraq_core::record::Record;
use hydraq_core::time::Instant;

use super::objects::Writing;
use super::open::encode_key;
use super::{BODIES, DEAD, HEADS, META, RedbStore, open_database, storage_error};
use crate::store::row::{RowBuilder, RowView, SEEN_BYTES, Tail};
use crate::store::rows::Row;
use crate::store::{Committed, StoreError};

/// How large the bodies of one row may become, unless a single one is larger. redb rounds the page of a long value up to a power of
/// two and writes all of it: this fills one of 64 KiB, with room for what redb itself notes there.
const ROW_BODY_BYTES: usize = (64 << 10) - 256;

/// How many records one row may have; their heads fill a page of about the same size.
const ROW_RECORDS: u32 = 512;

impl RedbStore {
    /// Makes it durable that a new boot has begun.
    pub(super) fn begin_boot(&mut self, boot: u64) -> Result<(), ::redb::Error> {
        let mut transaction = open_database(&self.database).begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        (self.commit, self.boot) = (self.commit + 1, boot);
        {
            let mut meta = transaction.open_table(META)?;
            self.write_stand(&mut meta, self.tail())?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub(super) fn commit_writes(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError> {
        if let Some(why) = &self.failed {
            return Err(StoreError::Failed(why.clone()));
        }
        let result = self.try_commit(writes, changes, clock);
        if let Err(error) = &result {
            // What is in memory may not be what is on the disk any more.
            self.failed = Some(error.to_string());
        }
        result
    }

    fn try_commit(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError> {
        let mut transaction = open_database(&self.database).begin_write().map_err(storage_error)?;
        transaction.set_durability(Durability::Immediate).map_err(storage_error)?;
        let mut erased: Vec<Sequence> = writes
            .iter()
            .filter_map(|write| if let Write::Erase(sequence) = write { Some(*sequence) } else { None })
            .collect();
        erased.sort_unstable();
        erased.dedup();
        let new = self.new_rows(writes, &erased);
        let first_new = Sequence(self.next_sequence);
        if let Some(Write::Append(last, _)) =
            writes.iter().rev().find(|write| matches!(write, Write::Append(..)))
        {
            self.next_sequence = last.0 + 1;
        }
        let is_long = self.take_seen(writes);
        let tail = Tail { commit: self.commit + 1, clock: clock.0, next_sequence: self.next_sequence };
        let seen = self.seen.clone();
        for (place, row) in new.iter().enumerate() {
            let seen = if place == 0 { &seen[..] } else { &[] };
            self.write_row(&transaction, row, tail, seen).map_err(storage_error)?;
        }
        let old = erased.partition_point(|sequence| *sequence < first_new);
        self.bury(&transaction, &erased[..old]).map_err(storage_error)?;
        self.write_meta(&transaction, writes, tail, new.is_empty() || is_long).map_err(storage_error)?;
        let objects = match changes {
            [] => None,
            changes => {
                let mut tables = Writing::open(&transaction).map_err(storage_error)?;
                Some(apply(&mut tables, changes).map_err(storage_error)?)
            }
        };
        transaction.commit().map_err(storage_error)?;
        (self.commit, self.clock) = (self.commit + 1, clock.0);
        Ok(Committed::new(Commit(self.commit), objects))
    }

    /// Takes in what was seen of peers, if these writes say it; whether they do, and a row cannot say it.
    fn take_seen(&mut self, writes: &[Write]) -> bool {
        let mut said = writes.iter().rev().filter_map(|write| match write {
            Write::Meta(MetaKey::Seen, seen) => Some(seen),
            _ => None,
        });
        let Some(seen) = said.next() else { return false };
        self.seen = Bytes::copy_from_slice(seen);
        !(1..=SEEN_BYTES).contains(&seen.len())
    }

    /// The appended records as rows, without those that the same commit erases.
    fn new_rows(&self, writes: &[Write], erased: &[Sequence]) -> Vec<RowBuilder> {
        let mut rows: Vec<RowBuilder> = Vec::new();
        for write in writes {
            let Write::Append(sequence, record) = write else { continue };
            if erased.binary_search(sequence).is_ok() {
                continue;
            }
            let body =
                if let Record::Message(record) = record { record.message.body.clone() } else { Bytes::new() };
            let has_room =
                |row: &RowBuilder| row.count < ROW_RECORDS && row.body_bytes + body.len() <= ROW_BODY_BYTES;
            if !rows.last().is_some_and(has_room) {
                rows.push(RowBuilder::default());
            }
            if let Some(row) = rows.last_mut() {
                row.push(*sequence, record, body);
            }
        }
        rows
    }

    /// Writes what has a name; and where the store stands, if no row says all of that, or the page is written anyway.
    fn write_meta(
        &self,
        transaction: &WriteTransaction,
        writes: &[Write],
        tail: Tail,
        is_needed: bool,
    ) -> Result<(), ::redb::Error> {
        let named = writes.iter().filter_map(|write| match write {
            Write::Meta(key, value) if *key != MetaKey::Seen => Some((key, value)),
            _ => None,
        });
        let mut named = named.peekable();
        if !is_needed && named.peek().is_none() {
            return Ok(());
        }
        let mut meta = transaction.open_table(META)?;
        for (key, value) in named {
            meta.insert(encode_key(key).as_str(), &value[..])?;
        }
        self.write_stand(&mut meta, tail)
    }

    /// Writes a row, which says where the store stands, and what was seen of peers; nothing if it has no records.
    pub(super) fn write_row(
        &mut self,
        transaction: &WriteTransaction,
        new: &RowBuilder,
        tail: Tail,
        seen: &[u8],
    ) -> Result<(), ::redb::Error> {
        let Some(first) = new.first else { return Ok(()) };
        let head = new.head(tail, seen);
        transaction.open_table(HEADS)?.insert(first.0, &head[..])?;
        let mut bytes = head.len();
        if new.has_bodies() {
            bytes += new.body_bytes;
            let mut table = transaction.open_table(BODIES)?;
            let mut value = table.insert_reserve(first.0, new.body_bytes)?;
            let mut rest = value.as_mut();
            for body in new.bodies() {
                let (here, behind) = rest.split_at_mut(body.len());
                here.copy_from_slice(body);
                rest = behind;
            }
        }
        self.rows.insert(first, Row::new(new.count, bytes, new.has_bodies()));
        Ok(())
    }

    /// Marks records dead, and removes the rows that have no live one left.
    fn bury(&mut self, transaction: &WriteTransaction, sequences: &[Sequence]) -> Result<(), ::redb::Error> {
        if sequences.is_empty() {
            return Ok(());
        }
        let (mut heads, mut bodies) = (transaction.open_table(HEADS)?, transaction.open_table(BODIES)?);
        let mut dead = transaction.open_table(DEAD)?;
        let mut rest = sequences;
        while let Some(sequence) = rest.first() {
            let Some(first) = self.rows.row_of(*sequence) else {
                rest = &rest[1..];
                continue;
            };
            let next_row = self.rows.from(first).nth(1).map_or(u64::MAX, |(next, _)| next.0);
            let here = rest.iter().take_while(|sequence| sequence.0 < next_row).count();
            let (these, others) = rest.split_at(here);
            rest = others;
            let places: Vec<usize> = {
                let Some(value) = heads.get(first.0)? else { continue };
                let Ok(view) = RowView::new(first, value.value()) else { continue };
                these.iter().filter_map(|sequence| view.find(*sequence)).map(|entry| entry.place).collect()
            };
            let left = self.rows.change(first, |row| {
                places.iter().for_each(|place| {
                    row.kill(*place);
                });
                row.live
            });
            if left == Some(0) {
                let row = self.rows.remove(first);
                heads.remove(first.0)?;
                if row.as_ref().is_some_and(|row| row.has_bodies) {
                    bodies.remove(first.0)?;
                }
                if row.is_some_and(|row| row.was_marked) {
                    dead.remove(first.0)?;
                }
            } else if let Some(bitmap) = self.rows.get(first).map(|row| row.dead.clone()) {
                dead.insert(first.0, &bitmap[..])?;
                self.rows.change(first, |row| row.was_marked = true);
            }
        }
        Ok(())
    }
}
