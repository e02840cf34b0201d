//! What is known in memory of the rows of a store: how much of each is alive.
//!
//! Which records of a row are dead is kept beside it, as a bitmap; a row goes when the last one is. How a row stands on the disk is for
//! [`super::row`].

use std::collections::BTreeMap;

use hydraq_core::ids::Sequence;

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
        self.dead = dead;
        // One by one: what stands behind the last record says nothing.
        self.live = (0..self.count as usize).filter(|place| !self.is_dead(*place)).count() as u32;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_last_record_does_not_count() {
        let mut row = Row::new(3, 100, false);
        row.set_dead(vec![0b0010_0001, 1]);
        assert_eq!(row.live, 2);
        assert!(row.kill(1) && row.kill(2) && !row.kill(0) && !row.kill(5));
        assert_eq!(row.live, 0);
    }
}
