//! I19: a store stays within a constant of what is live: messages and tombstones, and the events that are kept.
//!
//! Rests on: the records of every disk, counted once a second, against the messages and tombstones among them; the sizes of store
//! files, where there are real ones.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.world.audit.too_large.first().map(|large| {
        let name = &sight.world.nodes[large.node].name;
        let (at, has, live, unit) = (large.at, large.has, large.live, large.unit);
        format!("the disk of {name} had {has} {unit} at {at}, of which only {live} are live")
    })
}
