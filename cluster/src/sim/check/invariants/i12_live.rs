//! I12: within a bounded time of the last heal everything undeleted is deliverable, and what was deleted is forgotten.
//!
//! Rests on: the cluster's convergence and its final emptiness, as its disks show it.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.stuck.map(str::to_owned)
}
