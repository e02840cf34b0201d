//! The invariants of DESIGN.md section 12, one file each. Each cites what it rests on, and judges a whole run at its end.

mod i01_delivered;
mod i02_bytes;
mod i03_durable;
mod i04_deleted;
mod i05_forgotten;
mod i06_leased;
mod i07_explained;
mod i08_one_host;
mod i09_one_message;
mod i10_failed;
mod i11_copies;
mod i12_live;
mod i13_counts;
mod i14_boots;
mod i15_intact;
pub(super) mod i16_repeatable;
mod i17_objects;
mod i18_found;
mod i19_room;

use super::history::History;
use super::plan::Plan;
use crate::sim::world::World;

/// How far two hosts' ideas of a lease's end may lie apart, in microseconds: a push under way, a batch.
const TOLERANCE: u64 = 20_000;

/// For how long a fault may still be felt after its end, in microseconds: what was lost in it is delivered again when its lease ends.
const AFTERMATH: u64 = 30_000_000;

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

impl Sight<'_> {
    /// Whether nothing was wrong, nor had been shortly before, from one moment to another.
    fn is_quiet(&self, from: u64, to: u64) -> bool {
        let troubled = &self.history.troubled;
        !troubled.iter().any(|(began, ended)| *began <= to && ended.saturating_add(AFTERMATH) >= from)
    }
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
pub const ALL: [(&str, Check); 18] = [
    ("I1", i01_delivered::check),
    ("I2", i02_bytes::check),
    ("I3", i03_durable::check),
    ("I4", i04_deleted::check),
    ("I5", i05_forgotten::check),
    ("I6", i06_leased::check),
    ("I7", i07_explained::check),
    ("I8", i08_one_host::check),
    ("I9", i09_one_message::check),
    ("I10", i10_failed::check),
    ("I11", i11_copies::check),
    ("I12", i12_live::check),
    ("I13", i13_counts::check),
    ("I14", i14_boots::check),
    ("I15", i15_intact::check),
    ("I17", i17_objects::check),
    ("I18", i18_found::check),
    ("I19", i19_room::check),
];

/// All violations of a run.
#[must_use]
pub fn judge(sight: &Sight<'_>) -> Vec<Violation> {
    ALL.iter().filter_map(|(invariant, check)| Some(Violation { invariant, what: check(sight)? })).collect()
}
