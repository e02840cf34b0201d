//! I16: the same seed gives the same trace, whatever the wall clocks say.
//!
//! Rests on: the hashes of the traces of two runs of one plan; in the second all wall clocks are years ahead.

use hydraq_core::config::Config;

use super::Violation;
use crate::sim::check::plan::Plan;
use crate::sim::check::run::{Outcome, run_at};

/// What the wall clocks of the second run begin at, in milliseconds: in the year 2033.
const WALL_MS: u64 = 2_000_000_000_000;

/// Runs the plan again; says so if something else happened.
pub(in crate::sim::check) fn check(plan: &Plan, config: &Config, first: &Outcome) -> Option<Violation> {
    let second = run_at(plan, config, false, WALL_MS);
    let same = (second.hash, &second.faults) == (first.hash, &first.faults);
    (!same).then(|| Violation {
        invariant: "I16",
        what: format!("the same seed gave the traces {:016x} and {:016x}", first.hash, second.hash),
    })
}
