//! The invariants of DESIGN.md section 12, one file each. Each cites what it rests on, and judges a whole run at its end.

mod i01_delivered;
mod i02_bytes;
mod i03_durable;
mod i04_deleted;
mod i05_forgotten;
mod i06_leased;
mod i07_explained;
mod i10_failed;
mod i12_live;
mod i13_counts;

use super::history::History;
use super::plan::Plan;
use crate::sim::world::World;

/// Everything that an invariant may look at.
pub struct Sight<'a> {
    /// What was to happen.
    pub plan: &'a Plan,
    /// What clients have seen.
    pub history: &'a History,
    /// The world at the end, with its trace, its audit and its disks.
    pub world: &'a World,
    /// When the last fault was healed, in virtual microseconds.
    pub healed: u64,
    /// What kept the cluster from converging or draining, if anything did.
    pub stuck: Option<&'a str>,
}

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which: `I1` to `I19`.
    pub invariant: &'static str,
    /// How.
    pub what: String,
}

/// Says what does not hold, if anything.
type Check = fn(&Sight<'_>) -> Option<String>;

/// All invariants, by name.
pub const ALL: [(&str, Check); 10] = [
    ("I1", i01_delivered::check),
    ("I2", i02_bytes::check),
    ("I3", i03_durable::check),
    ("I4", i04_deleted::check),
    ("I5", i05_forgotten::check),
    ("I6", i06_leased::check),
    ("I7", i07_explained::check),
    ("I10", i10_failed::check),
    ("I12", i12_live::check),
    ("I13", i13_counts::check),
];

/// All violations of a run.
#[must_use]
pub fn judge(sight: &Sight<'_>) -> Vec<Violation> {
    ALL.iter().filter_map(|(invariant, check)| Some(Violation { invariant, what: check(sight)? })).collect()
}
