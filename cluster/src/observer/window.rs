//! From rows to the window that was asked for: filter, order, place.

use std::cmp::Reverse;

use super::board::Board;
use crate::observe::{HostNumber, MessagePicture, MessageState, MessageWindow, Pin, Sort, WindowRequest};

/// A message that may stand in the window.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) enqueued_at_ms: u64,
    pub(super) row: MessagePicture,
}

/// The host that a name or a number stands for.
pub(super) fn host_named(board: &Board, name: &str) -> Option<HostNumber> {
    let by_number = || board.entries.iter().find(|entry| entry.number.to_string() == name);
    board.by_name(name).or_else(by_number).map(|entry| entry.number)
}

/// Puts candidates into the order that was asked for.
pub(super) fn sort(candidates: &mut [Candidate], sort: Sort) {
    let newest = |candidate: &Candidate| Reverse((candidate.enqueued_at_ms, candidate.row.id));
    match sort {
        Sort::Newest => candidates.sort_by_key(newest),
        Sort::Oldest => candidates.sort_by_key(|candidate| (candidate.enqueued_at_ms, candidate.row.id)),
        Sort::FewestCopies => candidates.sort_by_key(|candidate| {
            let is_deleted = candidate.row.state == MessageState::Deleted;
            let missing = usize::from(candidate.row.asked).saturating_sub(candidate.row.live_copies());
            (is_deleted, Reverse(missing), newest(candidate))
        }),
        Sort::Type => {
            candidates
                .sort_by_cached_key(|candidate| (candidate.row.message_type.clone(), newest(candidate)));
        }
        Sort::Deliveries => {
            candidates.sort_by_key(|candidate| (Reverse(candidate.row.deliveries), newest(candidate)));
        }
    }
}

/// Messages in the order that was asked for, and how many of all stand before the first of them.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) candidates: Vec<Candidate>,
    pub(super) before: u64,
    /// How many messages fit in all.
    pub(super) total: u64,
}

impl Stretch {
    /// Where the window begins among all messages: where it was asked to, or where its pinned message has gone.
    pub(super) fn offset(&self, request: &WindowRequest) -> u64 {
        let pinned = |pin: Pin| {
            let place = self.candidates.iter().position(|candidate| candidate.row.id == pin.message)?;
            Some((self.before + place as u64).saturating_sub(pin.row))
        };
        let asked = request.offset.min(self.total.saturating_sub(1));
        request.pin.and_then(pinned).unwrap_or(asked).max(self.before)
    }

    /// The messages of the window, in their order.
    pub(super) fn wanted(&self, request: &WindowRequest) -> impl Iterator<Item = &Candidate> {
        let skipped = self.offset(request) - self.before;
        let rows = self.candidates.iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX));
        rows.take(usize::try_from(request.rows.min(1_000)).unwrap_or(1_000))
    }

    /// The window; `under_replicated` of all messages there are, whatever the filter.
    pub(super) fn window(&self, request: &WindowRequest, under_replicated: u64) -> MessageWindow {
        let is_all = self.before == 0 && self.candidates.len() as u64 == self.total;
        let under_replicated = match request.filter.is_empty() {
            true => under_replicated,
            false if is_all => {
                self.candidates.iter().filter(|one| one.row.is_under_replicated()).count() as u64
            }
            // More fit than were looked at.
            false => under_replicated.min(self.total),
        };
        MessageWindow {
            serial: request.serial,
            total: self.total,
            under_replicated,
            offset: self.offset(request),
            rows: self.wanted(request).map(|candidate| candidate.row.clone()).collect(),
        }
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
