//! The session so far: every update, and now and then a whole picture, so that any moment can be shown again.
//!
//! Bounded: the oldest stretch is forgotten when there are too many updates. What is kept is shared with the live
//! picture where it did not change.

use std::collections::VecDeque;
use std::sync::Arc;

use hydraq_cluster::observe::Update;

use super::picture::Picture;

/// How many updates follow a whole picture.
const STRETCH: usize = 128;
/// The most stretches that are kept.
const STRETCHES_MAX: usize = 256;

/// Some updates, and the picture before them.
#[derive(Debug, Clone)]
struct Stretch {
    before: Picture,
    updates: Vec<Arc<Update>>,
}

/// The session so far.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    stretches: VecDeque<Stretch>,
    /// Updates that were forgotten.
    forgotten: usize,
    length: usize,
}

impl Recording {
    /// Keeps an update that comes after the picture.
    pub(crate) fn push(&mut self, before: &Picture, update: Arc<Update>) {
        match self.stretches.back_mut() {
            Some(last) if last.updates.len() < STRETCH => last.updates.push(update),
            _ => self.stretches.push_back(Stretch { before: before.clone(), updates: vec![update] }),
        }
        self.length += 1;
        if self.stretches.len() > STRETCHES_MAX
            && let Some(oldest) = self.stretches.pop_front()
        {
            self.forgotten += oldest.updates.len();
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
                low = middle + 1
            } else {
                high = middle
            }
        }
        low.saturating_sub(1).max(self.forgotten)
    }

    /// The nearest update before or after a number that tells an event.
    pub(crate) fn next_event(&self, number: usize, forward: bool) -> Option<usize> {
        let tells = |place: &usize| self.get(*place).is_some_and(|update| update.events().next().is_some());
        if forward {
            (number + 1..self.length).find(tells)
        } else {
            (self.forgotten..number).rev().find(tells)
        }
    }
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
