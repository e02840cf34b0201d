//! Rows: how the records of one commit stand together, and what is known in memory of each row.
//!
//! A row holds the records of one commit under the sequence of its first one, so rows are appended in order. It has two
//! parts, in two tables: the heads, which are the sealed records behind a directory, and the bodies of its messages, behind each
//! other. A start reads heads only.
//!
//! ```text
//!   heads:   version · flags · count │ count × (sequence − first, head offset, body offset) │ records
//!   bodies:  body body body …
//! ```
//!
//! Which records of a row are dead is kept beside it, as a bitmap; a row goes when the last one is.

use std::collections::BTreeMap;
use std::ops::Range;

use hydraq_core::codec::{CodecError, Put, Take};
use hydraq_core::ids::Sequence;
use hydraq_core::record::Record;

/// The layout of a row; another number means that another version of hydraq wrote it.
const VERSION: u8 = 2;
const HAS_BODIES: u8 = 1;
const ENTRY_BYTES: usize = 12;
const PREFIX_BYTES: usize = 6;

/// Puts the heads of a row together.
#[derive(Debug, Default)]
pub(super) struct RowBuilder {
    directory: Vec<u8>,
    records: Vec<u8>,
    /// The sequence of the first record.
    pub(super) first: Option<Sequence>,
    /// How many records there are.
    pub(super) count: u32,
    /// The length of all bodies.
    pub(super) body_bytes: usize,
}

impl RowBuilder {
    /// Adds a record; the body that belongs to it, if any, comes behind those that were added before.
    pub(super) fn push(&mut self, sequence: Sequence, record: &Record, body_length: usize) {
        let offset = self.records.len() as u32;
        record.encode(&mut self.records);
        self.push_entry(sequence, offset, body_length);
    }

    /// Adds a record that is sealed already.
    pub(super) fn push_sealed(&mut self, sequence: Sequence, sealed: &[u8], body_length: usize) {
        let offset = self.records.len() as u32;
        self.records.extend_from_slice(sealed);
        self.push_entry(sequence, offset, body_length);
    }

    fn push_entry(&mut self, sequence: Sequence, offset: u32, body_length: usize) {
        let first = *self.first.get_or_insert(sequence);
        self.directory.put_u32((sequence.0 - first.0) as u32);
        self.directory.put_u32(offset);
        self.directory.put_u32(self.body_bytes as u32);
        self.body_bytes += body_length;
        self.count += 1;
    }

    /// The heads, as they are kept.
    pub(super) fn heads(&self) -> Vec<u8> {
        let mut heads = Vec::with_capacity(PREFIX_BYTES + self.directory.len() + self.records.len());
        heads.put_u8(VERSION);
        heads.put_u8(if self.body_bytes > 0 { HAS_BODIES } else { 0 });
        heads.put_u32(self.count);
        heads.put(&self.directory);
        heads.put(&self.records);
        heads
    }
}

/// The heads of a row, to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowView<'a> {
    first: Sequence,
    count: usize,
    has_bodies: bool,
    directory: &'a [u8],
    records: &'a [u8],
}

/// One record of a row.
#[derive(Debug, Clone)]
pub(super) struct RowEntry<'a> {
    pub(super) place: usize,
    pub(super) sequence: Sequence,
    pub(super) sealed: &'a [u8],
    pub(super) body_offset: usize,
}

impl<'a> RowView<'a> {
    /// The heads that are kept under `first`.
    pub(super) fn new(first: Sequence, heads: &'a [u8]) -> Result<Self, CodecError> {
        let mut take = Take(heads);
        if take.u8()? != VERSION {
            return Err(CodecError::Meaningless("version of a row"));
        }
        let has_bodies = take.u8()? & HAS_BODIES != 0;
        let count = take.u32()? as usize;
        let directory = take.take(count.checked_mul(ENTRY_BYTES).ok_or(CodecError::TooShort)?)?;
        Ok(RowView { first, count, has_bodies, directory, records: take.0 })
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn has_bodies(&self) -> bool {
        self.has_bodies
    }

    /// The record in this place.
    pub(super) fn entry(&self, place: usize) -> Result<RowEntry<'a>, CodecError> {
        let at = place * ENTRY_BYTES;
        let mut take = Take(self.directory.get(at..at + ENTRY_BYTES).ok_or(CodecError::TooShort)?);
        let (delta, offset, body_offset) = (take.u32()?, take.u32()? as usize, take.u32()? as usize);
        let sequence = Sequence(self.first.0 + u64::from(delta));
        let sealed = self.records.get(offset..).ok_or(CodecError::TooShort)?;
        Ok(RowEntry { place, sequence, sealed, body_offset })
    }

    /// The record with this sequence.
    pub(super) fn find(&self, sequence: Sequence) -> Option<RowEntry<'a>> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.entry(middle).ok()?;
            match entry.sequence.cmp(&sequence) {
                std::cmp::Ordering::Equal => return Some(entry),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl RowEntry<'_> {
    /// The record, checked.
    pub(super) fn record(&self) -> Result<Record, CodecError> {
        Record::decode(&mut Take(self.sealed))
    }

    /// How long its body is; 0 if it has none, or if the record cannot be read.
    pub(super) fn body_length(&self) -> usize {
        match self.record() {
            Ok(Record::Message(record)) => record.fingerprint.length as usize,
            _ => 0,
        }
    }

    /// The sealed record alone.
    pub(super) fn sealed_bytes(&self) -> Result<&[u8], CodecError> {
        let length = Take(self.sealed).u32()? as usize;
        self.sealed.get(..length + 8).ok_or(CodecError::TooShort)
    }

    /// Where its body stands among the row's bodies.
    pub(super) fn body_range(&self, length: usize) -> Range<usize> {
        self.body_offset..self.body_offset + length
    }
}

/// What is known in memory of one row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) count: u32,
    pub(super) live: u32,
    /// The bytes of heads and bodies.
    pub(super) bytes: u32,
    pub(super) has_bodies: bool,
    /// Which records are dead, by place; empty while none is.
    pub(super) dead: Vec<u8>,
    /// Whether that bitmap is on the disk, too.
    pub(super) was_marked: bool,
}

impl Row {
    /// A row of which all records live.
    pub(super) fn new(count: u32, bytes: usize, has_bodies: bool) -> Self {
        Row { count, live: count, bytes: bytes as u32, has_bodies, dead: Vec::new(), was_marked: false }
    }

    /// Takes the bitmap that was kept beside it.
    pub(super) fn set_dead(&mut self, dead: Vec<u8>) {
        let count = dead.iter().map(|byte| byte.count_ones()).sum::<u32>();
        self.live = self.count.saturating_sub(count);
        self.dead = dead;
    }

    pub(super) fn is_dead(&self, place: usize) -> bool {
        self.dead.get(place / 8).is_some_and(|byte| byte & (1 << (place % 8)) != 0)
    }

    /// Marks a record dead; false if it was already.
    pub(super) fn kill(&mut self, place: usize) -> bool {
        if self.is_dead(place) || place >= self.count as usize {
            return false;
        }
        self.dead.resize((self.count as usize).div_ceil(8), 0);
        self.dead[place / 8] |= 1 << (place % 8);
        self.live -= 1;
        true
    }
}

/// All rows of a store.
#[derive(Debug, Default)]
pub(super) struct Rows {
    by_first: BTreeMap<u64, Row>,
    live_bytes: u64,
    total_bytes: u64,
}

impl Rows {
    pub(super) fn insert(&mut self, first: Sequence, row: Row) {
        self.total_bytes += u64::from(row.bytes);
        self.live_bytes += live_bytes(&row);
        self.by_first.insert(first.0, row);
    }

    pub(super) fn remove(&mut self, first: Sequence) -> Option<Row> {
        let row = self.by_first.remove(&first.0)?;
        self.total_bytes -= u64::from(row.bytes);
        self.live_bytes -= live_bytes(&row);
        Some(row)
    }

    /// Changes a row, and keeps the sums true.
    pub(super) fn change<T>(&mut self, first: Sequence, change: impl FnOnce(&mut Row) -> T) -> Option<T> {
        let row = self.by_first.get_mut(&first.0)?;
        self.live_bytes -= live_bytes(row);
        let result = change(row);
        self.live_bytes += live_bytes(row);
        Some(result)
    }

    pub(super) fn get(&self, first: Sequence) -> Option<&Row> {
        self.by_first.get(&first.0)
    }

    /// The row in which a sequence would stand.
    pub(super) fn row_of(&self, sequence: Sequence) -> Option<Sequence> {
        self.by_first.range(..=sequence.0).next_back().map(|(first, _)| Sequence(*first))
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (Sequence, &Row)> {
        self.by_first.iter().map(|(first, row)| (Sequence(*first), row))
    }

    /// The rows from that of `from` on.
    pub(super) fn from(&self, from: Sequence) -> impl Iterator<Item = (Sequence, &Row)> {
        let first = self.row_of(from).unwrap_or(from);
        self.by_first.range(first.0..).map(|(first, row)| (Sequence(*first), row))
    }

    /// The rows from that of `from` down.
    pub(super) fn down_from(&self, from: Sequence) -> impl Iterator<Item = (Sequence, &Row)> {
        self.by_first.range(..=from.0).rev().map(|(first, row)| (Sequence(*first), row))
    }

    pub(super) fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

/// About how many bytes of a row belong to live records.
fn live_bytes(row: &Row) -> u64 {
    u64::from(row.bytes) * u64::from(row.live) / u64::from(row.count.max(1))
}
