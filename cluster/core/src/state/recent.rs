//! Message ids remembered for a while, in bounded memory.
//!
//! Two things are remembered so: which deletes are finished (a late retry, copy or tombstone of such an id is told that it is
//! over), and of which ids this host has said that they are not here (a late first try is a retry then). Ids are kept for
//! at least the retry window while they fit; beyond that the oldest go first. After a restart the list is empty.

use std::collections::VecDeque;
use std::time::Duration;

use crate::id_map::IdMap;
use crate::ids::MessageId;
use crate::time::Instant;

const GENERATIONS: u32 = 4;

/// The remembered ids.
#[derive(Debug, Clone)]
pub struct RecentIds {
    generations: VecDeque<(Instant, IdMap<()>)>,
    span: Duration,
    ids_max: usize,
}

impl RecentIds {
    /// Remembers ids for `window`, but never more than `ids_max` of them.
    #[must_use]
    pub fn new(window: Duration, ids_max: usize) -> Self {
        RecentIds { generations: VecDeque::new(), span: window / (GENERATIONS - 1), ids_max }
    }

    /// Remembers `id`.
    pub fn insert(&mut self, id: MessageId, now: Instant) {
        self.forget_old(now);
        let share = (self.ids_max / GENERATIONS as usize).max(1);
        let full = |(start, ids): &(Instant, IdMap<()>)| now - *start >= self.span || ids.len() >= share;
        if self.generations.back().is_none_or(full) {
            self.generations.push_back((now, IdMap::default()));
            if self.generations.len() > GENERATIONS as usize {
                self.generations.pop_front();
            }
        }
        if let Some((_, ids)) = self.generations.back_mut() {
            ids.insert(id, ());
        }
    }

    /// Whether `id` is remembered.
    #[must_use]
    pub fn contains(&self, id: MessageId) -> bool {
        self.generations.iter().any(|(_, ids)| ids.contains(id))
    }

    /// How many ids are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.generations.iter().map(|(_, ids)| ids.len()).sum()
    }

    /// Whether no id is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops what is older than the window by a full generation.
    pub fn forget_old(&mut self, now: Instant) {
        while self.generations.front().is_some_and(|(start, _)| now - *start >= self.span * GENERATIONS) {
            self.generations.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_for_the_window_and_in_bounds() {
        let mut recent = RecentIds::new(Duration::from_secs(60), 400);
        for n in 0..100u128 {
            recent.insert(MessageId(n), Instant(0));
        }
        recent.insert(MessageId(1_000), Instant(59_000_000));
        assert!(recent.contains(MessageId(0)), "still within the window");
        for n in 2_000..3_000u128 {
            recent.insert(MessageId(n), Instant(60_000_000));
        }
        assert!(recent.len() <= 400 && recent.contains(MessageId(2_999)) && !recent.contains(MessageId(0)));
        recent.forget_old(Instant(200_000_000));
        assert!(recent.is_empty());
    }
}
