//! The session so far: every update, and now and then a whole picture, so that any moment can be shown again.
//!
//! Bounded: the oldest stretches are forgotten when there are too many updates, or when these are too large.

use std::collections::VecDeque;
use std::sync::Arc;

use hydraq_cluster::observe::{Change, LessonStep, Update};

use super::picture::Picture;

/// How many updates follow a whole picture.
const STRETCH: usize = 128;
/// The most stretches that are kept.
const STRETCHES_MAX: usize = 256;
/// The most bytes that all updates may take, by a rough estimate.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// Some updates, and the picture before them.
#[derive(Debug, Clone)]
struct Stretch {
    before: Picture,
    updates: Vec<Arc<Update>>,
    bytes: usize,
}

/// The session so far.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    stretches: VecDeque<Stretch>,
    /// Updates that were forgotten.
    forgotten: usize,
    length: usize,
    bytes: usize,
}

impl Recording {
    /// Keeps an update that comes after the picture.
    pub(crate) fn push(&mut self, before: &Picture, update: Arc<Update>) {
        let bytes = estimate(&update);
        self.bytes += bytes;
        match self.stretches.back_mut() {
            Some(last) if last.updates.len() < STRETCH => {
                last.updates.push(update);
                last.bytes += bytes;
            }
            _ => self.stretches.push_back(Stretch { before: before.clone(), updates: vec![update], bytes }),
        }
        self.length += 1;
        while self.stretches.len() > 1 && (self.stretches.len() > STRETCHES_MAX || self.bytes > BYTES_MAX) {
            let Some(oldest) = self.stretches.pop_front() else { return };
            self.forgotten += oldest.updates.len();
            self.bytes -= oldest.bytes;
        }
    }

    /// One past the newest update; updates are numbered from 0 over the whole session.
    pub(crate) fn end(&self) -> usize {
        self.length
    }

    /// The oldest update that is kept.
    pub(crate) fn start(&self) -> usize {
        self.forgotten
    }

    /// The update of a number.
    pub(crate) fn get(&self, number: usize) -> Option<&Arc<Update>> {
        let place = number.checked_sub(self.forgotten)?;
        self.stretches.get(place / STRETCH)?.updates.get(place % STRETCH)
    }

    /// All updates that are kept, oldest first.
    pub fn updates(&self) -> impl Iterator<Item = &Arc<Update>> {
        self.stretches.iter().flat_map(|stretch| &stretch.updates)
    }

    /// The picture before all updates that are kept.
    pub(crate) fn first_picture(&self) -> Picture {
        self.stretches.front().map(|stretch| stretch.before.clone()).unwrap_or_default()
    }

    /// The cluster after the update of a number.
    pub(crate) fn picture_after(&self, number: usize) -> Picture {
        let number = number.clamp(self.forgotten, self.length.saturating_sub(1).max(self.forgotten));
        let place = number - self.forgotten;
        let Some(stretch) = self.stretches.get(place / STRETCH) else { return Picture::default() };
        let mut picture = stretch.before.clone();
        for update in stretch.updates.iter().take(place % STRETCH + 1) {
            picture.apply(update);
        }
        picture
    }

    /// The moments of the first and the last update that are kept.
    pub(crate) fn span_ms(&self) -> Option<(u64, u64)> {
        let first = self.get(self.forgotten)?.at_ms;
        let last = self.get(self.length.checked_sub(1)?)?.at_ms;
        Some((first, last))
    }

    /// The last update not after a moment.
    pub(crate) fn at(&self, at_ms: u64) -> usize {
        let (mut low, mut high) = (self.forgotten, self.length);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.get(middle).is_some_and(|update| update.at_ms <= at_ms) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.saturating_sub(1).max(self.forgotten)
    }

    /// The nearest update before or after a number that tells an event, or shows a card of a lesson that somebody is to read.
    pub(crate) fn next_event(&self, number: usize, forward: bool) -> Option<usize> {
        let tells = |place: &usize| {
            self.get(*place).is_some_and(|update| update.events().next().is_some() || shows_card(update))
        };
        if forward {
            (number + 1..self.length).find(tells)
        } else {
            (self.forgotten..number).rev().find(tells)
        }
    }
}

fn shows_card(update: &Update) -> bool {
    let waits = |change: &Change| match change {
        Change::Lesson(Some(card)) => !matches!(card.step, LessonStep::Runs { .. }),
        _ => false,
    };
    update.changes.iter().any(waits)
}

/// About how many bytes an update takes.
fn estimate(update: &Update) -> usize {
    let of = |change: &Change| match change {
        Change::Window(window) => {
            window.rows.iter().map(|row| 200 + 40 * row.copies.len() + row.body.len()).sum()
        }
        Change::Hosts(hosts) => 500 * hosts.len(),
        Change::Links(links) => 24 * links.len(),
        Change::Heat(heat) => heat.rows.iter().map(|row| 80 + 24 * row.cells.len()).sum(),
        Change::Placements(placements) => 60 * placements.len(),
        Change::Stores(stores) => 100 * stores.len(),
        Change::Biography(biography) => 120 * biography.steps.len(),
        Change::Lessons(lessons) => 150 * lessons.len(),
        _ => 200,
    };
    200 + update.changes.iter().map(of).sum::<usize>()
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
