//! A row: how the records of one commit stand together on the disk.
//!
//! A row holds records of one commit under the sequence of its first one, so rows are appended in order. Its head has the
//! sealed records behind a directory; the bodies of its messages stand behind each other, in a table of their own, so that a start
//! does not read them. Few bytes of bodies are not worth a page of a second table: they stand at the end of the head.
//!
//! ```text
//!   head:    layout · flags · count · lengths of records and of seen · CRC of this and of the directory · tail · seen
//!            │ directory: count × (sequence − first, head offset, body offset) │ records │ few bodies
//!   bodies:  body body body …
//! ```
//!
//! The tail says where the store stood after that commit, and what was seen of peers by then, so that a commit that appends a row need
//! not write it elsewhere.

use std::ops::Range;

use bytes::Bytes;
use hydraq_core::codec::{CodecError, Put, Take, checksum, seal, unseal};
use hydraq_core::ids::Sequence;
use hydraq_core::record::Record;

/// The layout of rows; another number means that another version of hydraq wrote the store.
pub(super) const LAYOUT: u8 = 4;
const HAS_BODIES: u8 = 1;
const ENTRY_BYTES: usize = 12;

/// What is before the checksum of itself and of the directory.
pub(super) const FIXED_BYTES: usize = 14;

/// Three numbers, sealed.
pub(super) const TAIL_BYTES: usize = 32;

/// How many bytes of what was seen stand in a row. More than some dozen peers have is written beside it.
pub(super) const SEEN_BYTES: usize = 1 << 10;

/// How many bytes of bodies still stand with the records. A page of 4 KiB mostly has room for both.
pub(super) const INLINE_BYTES: usize = 2 << 10;

/// Where a store stood after a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tail {
    /// The commit.
    pub(super) commit: u64,
    /// The host's clock.
    pub(super) clock: u64,
    /// The place above all records that were ever written.
    pub(super) next_sequence: u64,
}

impl Tail {
    pub(super) fn encode(self, out: &mut Vec<u8>) {
        [self.commit, self.clock, self.next_sequence].into_iter().for_each(|number| out.put_u64(number));
    }

    pub(super) fn decode(take: &mut Take<'_>) -> Result<Self, CodecError> {
        Ok(Tail { commit: take.u64()?, clock: take.u64()?, next_sequence: take.u64()? })
    }
}

/// Puts a row together.
#[derive(Debug, Default)]
pub(super) struct RowBuilder {
    directory: Vec<u8>,
    records: Vec<u8>,
    bodies: Vec<Bytes>,
    /// The sequence of the first record.
    pub(super) first: Option<Sequence>,
    /// How many records there are.
    pub(super) count: u32,
    /// The length of all bodies.
    pub(super) body_bytes: usize,
}

impl RowBuilder {
    /// Adds a record, and the body that belongs to it, if any.
    pub(super) fn push(&mut self, sequence: Sequence, record: &Record, body: Bytes) {
        let offset = self.records.len() as u32;
        record.encode(&mut self.records);
        self.push_entry(sequence, offset, body);
    }

    /// Adds a record that is sealed already.
    pub(super) fn push_sealed(&mut self, sequence: Sequence, sealed: &[u8], body: Bytes) {
        let offset = self.records.len() as u32;
        self.records.extend_from_slice(sealed);
        self.push_entry(sequence, offset, body);
    }

    fn push_entry(&mut self, sequence: Sequence, offset: u32, body: Bytes) {
        let first = *self.first.get_or_insert(sequence);
        self.directory.put_u32((sequence.0 - first.0) as u32);
        self.directory.put_u32(offset);
        self.directory.put_u32(self.body_bytes as u32);
        self.body_bytes += body.len();
        self.bodies.push(body);
        self.count += 1;
    }

    /// Whether its bodies need a value of their own.
    pub(super) fn has_bodies(&self) -> bool {
        self.body_bytes > INLINE_BYTES
    }

    /// The bodies, in order.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        self.bodies.iter().map(|body| &body[..])
    }

    /// The head, as it is kept after the commit that `tail` speaks of; `seen`, if it is not too long, is what was seen of peers by then.
    pub(super) fn head(&self, tail: Tail, seen: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        if (1..=SEEN_BYTES).contains(&seen.len()) {
            seal(&mut said, |out| out.put(seen));
        }
        let length =
            64 + said.len() + self.directory.len() + self.records.len() + self.body_bytes.min(INLINE_BYTES);
        let mut head = Vec::with_capacity(length);
        head.put_u8(LAYOUT);
        head.put_u8(if self.has_bodies() { HAS_BODIES } else { 0 });
        head.put_u32(self.count);
        head.put_u32(self.records.len() as u32);
        head.put_u32(said.len() as u32);
        let crc = checksum([&head, &self.directory]);
        head.put_u32(crc);
        seal(&mut head, |out| tail.encode(out));
        head.put(&said);
        head.put(&self.directory);
        head.put(&self.records);
        if !self.has_bodies() {
            self.bodies().for_each(|body| head.put(body));
        }
        head
    }
}

/// The head of a row, to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowView<'a> {
    first: Sequence,
    count: usize,
    has_bodies: bool,
    /// Where the store stood; none if that cannot be read.
    pub(super) tail: Option<Tail>,
    /// What was seen of peers, if this row says it and it can be read.
    pub(super) seen: Option<&'a [u8]>,
    directory: &'a [u8],
    records: &'a [u8],
    few_bodies: &'a [u8],
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
    /// The head that is kept under `first`.
    pub(super) fn new(first: Sequence, head: &'a [u8]) -> Result<Self, CodecError> {
        let mut take = Take(head);
        if take.u8()? != LAYOUT {
            return Err(CodecError::Meaningless("layout of a row"));
        }
        let has_bodies = take.u8()? & HAS_BODIES != 0;
        let (count, length, said) = (take.u32()? as usize, take.u32()? as usize, take.u32()? as usize);
        let crc = take.u32()?;
        let mut sealed = Take(take.take(TAIL_BYTES)?);
        let tail = unseal(&mut sealed).and_then(|tail| Tail::decode(&mut Take(tail))).ok();
        let seen = unseal(&mut Take(take.take(said)?)).ok();
        let directory = take.take(count.checked_mul(ENTRY_BYTES).ok_or(CodecError::TooShort)?)?;
        if crc != checksum([&head[..FIXED_BYTES], directory]) {
            return Err(CodecError::BadChecksum);
        }
        let records = take.take(length)?;
        Ok(RowView { first, count, has_bodies, tail, seen, directory, records, few_bodies: take.0 })
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether its bodies have a value of their own.
    pub(super) fn has_bodies(&self) -> bool {
        self.has_bodies
    }

    /// The bodies that stand with the records; none if they have a value of their own.
    pub(super) fn few_bodies(&self) -> &'a [u8] {
        self.few_bodies
    }

    /// Above which sequence there is nothing in this row.
    pub(super) fn next_sequence(&self) -> u64 {
        let last = self.count.checked_sub(1).and_then(|last| self.entry(last).ok());
        last.map_or(self.first.0, |last| last.sequence.0 + 1)
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
