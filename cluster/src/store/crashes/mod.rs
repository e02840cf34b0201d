//! Crash points: a store is cut at every operation on its disk, opened again, and compared with a model.
//!
//! What is promised: everything that was acknowledged as committed is there, whole; a commit that was under way is there whole or not at
//! all; objects, events and index entries match each other in every crash image, the event log has no gap, and the position of the propagation and the
//! messages that it has passed are of one commit (invariant I17). It holds through several crashes in a row, those while a store is created and while one
//! is opened after a crash included.
//!
//! The store is the real one, on a [disk in memory](super::volatile); the model is the simulator's [store](super::model). What is left out:
//! flipped bytes, and disks that lose what they claim to have synced; the checker is checked with one of those.

pub(in crate::store) mod compare;
mod life;
pub mod workload;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hydraq_core::random::{Random, mix};

use super::volatile::files::Loss;
use life::Life;
use workload::{Step, draw_steps};

/// How often a store crashes in its life.
const CRASHES: usize = 4;

/// How many steps there are between two crashes.
const STEPS: usize = 12;

/// One life in so many has large bodies, so that rows are rewritten.
const LARGE_ONE_IN: usize = 8;

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Points {
    /// Crash images that were opened and compared.
    pub points: u64,
    /// Of those: nothing that was not synced was left.
    pub everything_lost: u64,
    /// Of those: all of it was left.
    pub nothing_lost: u64,
    /// Of those: some of it was left, some writes in parts.
    pub torn: u64,
    /// Of those: a commit that was not acknowledged was there, whole.
    pub unacknowledged: u64,
    /// Operations on disks that were recorded.
    pub operations: u64,
    /// Stretches between two crashes.
    pub stretches: u64,
    /// Stores that were made.
    pub lives: u64,
}

impl Points {
    fn count(&mut self, loss: Loss, unacknowledged: bool) {
        self.points += 1;
        self.unacknowledged += u64::from(unacknowledged);
        match loss {
            Loss::Everything => self.everything_lost += 1,
            Loss::Nothing => self.nothing_lost += 1,
            Loss::Torn(_) => self.torn += 1,
        }
    }

    fn add(&mut self, other: &Points) {
        self.points += other.points;
        self.everything_lost += other.everything_lost;
        self.nothing_lost += other.nothing_lost;
        self.torn += other.torn;
        self.unacknowledged += other.unacknowledged;
        self.operations += other.operations;
        self.stretches += other.stretches;
        self.lives += other.lives;
    }
}

/// A crash after which a store is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The life.
    pub seed: u64,
    /// How often it had crashed before.
    pub crashes: usize,
    /// Before which operation of the stretch it crashed.
    pub operation: usize,
    /// What was lost.
    pub loss: Loss,
    /// What is wrong, in words.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { seed, crashes, operation, loss, what } = self;
        write!(
            f,
            "seed {seed}, after {crashes} crashes, cut before operation {operation}, lost {loss:?}: {what}"
        )
    }
}

/// Looks at every crash point of the life that `seed` decides.
///
/// # Errors
/// The first violation.
pub fn run_seed(seed: u64, points: &mut Points) -> Result<(), Violation> {
    let mut random = Random::new(mix(seed));
    let is_large = random.below(LARGE_ONE_IN) == 0;
    let stretches = (0..CRASHES).map(|_| draw_steps(&mut random, STEPS, is_large));
    run_steps(seed, stretches, false, points)
}

/// The same, with given steps; on a disk that lies about its syncs, if asked for.
fn run_steps(
    seed: u64,
    stretches: impl IntoIterator<Item = Vec<Step>>,
    lies: bool,
    points: &mut Points,
) -> Result<(), Violation> {
    let mut life = Life::new(seed, lies);
    points.lives += 1;
    stretches.into_iter().try_for_each(|steps| life.stretch(&steps, points))
}

/// Looks at `wanted` crash points or some more, of the lives from seed `from` on, on all cores; tells its progress. Stops at a violation.
#[must_use]
pub fn run(from: u64, wanted: u64, progress: &(dyn Fn(&Points) + Sync)) -> (Points, Vec<Violation>) {
    let next = AtomicU64::new(from);
    let shared = Mutex::new((Points::default(), Vec::new()));
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        loop {
            {
                let (points, violations) = &*lock();
                if points.points >= wanted || !violations.is_empty() {
                    break;
                }
            }
            let mut found = Points::default();
            let result = run_seed(next.fetch_add(1, Ordering::Relaxed), &mut found);
            let (points, violations) = &mut *lock();
            points.add(&found);
            violations.extend(result.err());
            progress(points);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    shared.into_inner().unwrap_or_else(PoisonError::into_inner)
}
