//! A kill that is under way: what was predicted, until what has happened can be told.

use std::collections::BTreeMap;

use super::board::{Board, Process};
use super::events::Log;
use crate::observe::{Aftermath, BlastRadius, HostNumber};

/// After which time it is told even though nobody has taken over everything, in milliseconds.
const PATIENCE_MS: u64 = 3_000;

/// A kill whose aftermath is still to be told.
#[derive(Debug, Clone)]
pub(super) struct Falling {
    hosts: Vec<HostNumber>,
    names: Vec<String>,
    predicted: BlastRadius,
    /// Where copies were together: nobody can tell any more what stood on a disk that was emptied.
    sets: BTreeMap<Vec<HostNumber>, u64>,
    killed_at_ms: u64,
}

impl Falling {
    /// These hosts are about to be killed; none if no one of them lives.
    pub(super) fn begin(now_ms: u64, names: &[String], board: &Board, log: &mut Log) -> Option<Self> {
        let entries = names.iter().filter_map(|name| board.by_name(name));
        let alive: Vec<_> = entries.filter(|entry| !entry.state.is_gone()).collect();
        let hosts: Vec<HostNumber> = alive.iter().map(|entry| entry.number).collect();
        let names: Vec<String> = alive.iter().map(|entry| entry.place.name.clone()).collect();
        for name in &names {
            log.taken_over.remove(name);
        }
        let predicted = board.blast(&hosts);
        (!hosts.is_empty()).then(|| Self {
            hosts,
            names,
            predicted,
            sets: board.sets(),
            killed_at_ms: now_ms,
        })
    }

    /// When a host was killed, if it is one of these.
    pub(super) fn killed_at_ms(&self, name: &str) -> Option<u64> {
        self.names.iter().any(|known| known == name).then_some(self.killed_at_ms)
    }

    /// Whether its hosts are dead; they come back, if the kill was refused, only by a restart.
    fn is_done(&self, board: &Board) -> bool {
        self.hosts.iter().all(|host| board.is_gone(*host))
    }

    /// What has happened, once that can be told; an error if there will never be anything to tell.
    pub(super) fn told(&self, now_ms: u64, board: &Board, log: &Log) -> Result<Option<Aftermath>, ()> {
        let is_late = now_ms >= self.killed_at_ms + PATIENCE_MS;
        if !self.is_done(board) {
            return if is_late { Err(()) } else { Ok(None) };
        }
        let taken = self.names.iter().filter_map(|name| log.taken_over.get(name));
        let (messages, last_ms) =
            taken.fold((0, 0), |(messages, last_ms), (taken, at_ms)| (messages + taken, last_ms.max(*at_ms)));
        let is_over = messages >= self.predicted.owner_changes;
        if !is_over && !is_late {
            return Ok(None);
        }
        let is_wiped = |name: &String| {
            let process = board.by_name(name).map(|entry| &entry.place.process);
            matches!(process, Some(Process::Killed { wiped: true }))
        };
        let wiped = self.names.iter().any(is_wiped);
        let (fall_to_one, only_copy_here) = match wiped {
            true => board.damage(&self.sets, &self.hosts),
            false => board.damage(&board.sets(), &self.hosts),
        };
        let happened =
            BlastRadius { owner_changes: messages, fall_to_one, only_copy_here, ..self.predicted.clone() };
        let takeover_ms = is_over.then(|| last_ms.saturating_sub(self.killed_at_ms));
        Ok(Some(Aftermath { predicted: self.predicted.clone(), happened, wiped, takeover_ms }))
    }
}

#[cfg(test)]
#[path = "aftermath_tests.rs"]
mod tests;
