//! All messages in a few rows, a type each, with what every host has of them.
//!
//! Each message counts once, also while both sides of a cut own it; a host that is gone stands there with what it told last.

use std::collections::BTreeMap;

use super::board::Board;
use crate::client::types::TypeDepth;
use crate::observe::{HeatCell, HeatMap, HeatRow};

/// How many rows the heat map has at most, the one of all further types among them.
const HEAT_MAX: usize = 48;

/// What is summed up for a row.
#[derive(Debug, Default)]
struct Sums {
    owned: u64,
    first: u64,
    under_replicated: u64,
    cells: Vec<HeatCell>,
}

impl Board {
    /// All messages by type, with what each host has of them.
    pub(super) fn heat(&self) -> HeatMap {
        let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
        for (entry, told) in self.heard() {
            for depth in told.types.iter().filter(|depth| depth.copies > 0) {
                let sum = sums.entry(&depth.message_type).or_default();
                sum.owned += owned(depth);
                sum.first += depth.first;
                sum.under_replicated += depth.under_replicated;
                sum.cells.push(HeatCell { host: entry.number, copies: depth.copies, serving: depth.ready });
            }
        }
        self.add_silent(&mut sums);
        let (is_divided, some_are_gone) =
            (self.is_divided(), self.entries.iter().any(|entry| !self.is_live(entry.number)));
        let mut rows: Vec<HeatRow> = sums
            .into_iter()
            .map(|(label, sum)| {
                let messages = if is_divided { sum.owned.min(sum.first) } else { sum.owned };
                // Hosts do not count the other side of a cut as live, but it is.
                let counts = !is_divided || some_are_gone;
                let under_replicated = if counts { sum.under_replicated.min(messages) } else { 0 };
                HeatRow { label: label.to_owned(), types: 1, messages, under_replicated, cells: sum.cells }
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.messages));
        HeatMap { rows }.fitted(HEAT_MAX)
    }

    /// Adds hosts that are gone or paused, to the rows that there are: their copies are still on their disks.
    fn add_silent<'a>(&'a self, sums: &mut BTreeMap<&'a str, Sums>) {
        for entry in self.entries.iter().filter(|entry| !(entry.heard && self.is_live(entry.number))) {
            for depth in entry.told.iter().flat_map(|told| &told.types).filter(|depth| depth.copies > 0) {
                if let Some(sum) = sums.get_mut(&*depth.message_type) {
                    sum.first += depth.first;
                    sum.cells.push(HeatCell { host: entry.number, copies: depth.copies, serving: 0 });
                }
            }
        }
    }
}

/// How many messages of a type a host owns.
fn owned(depth: &TypeDepth) -> u64 {
    depth.ready + depth.leased + depth.delayed + depth.dead
}

#[cfg(test)]
#[path = "heat_tests.rs"]
mod tests;
