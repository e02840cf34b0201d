//! I6 and I8: without a fault there is no second delivery during a lease; and one host never delivers twice within one.
//!
//! Rests on: the leases and times that clients saw. A second delivery counts if its answer came before the first lease can have ended.

use super::Sight;

/// How far two hosts' ideas of a lease's end may lie apart: a push under way, a batch.
const TOLERANCE: u64 = 20_000;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let faultless = sight.plan.faults.is_empty();
    sight.history.lives.iter().find_map(|(id, life)| {
        life.deliveries.iter().enumerate().find_map(|(place, first)| {
            let second = life.deliveries[place + 1..].iter().find(|second| {
                // Whoever extended it may have been on the other side of a cut from its owner.
                let ends = if faultless { first.lease_ends } else { first.lease_first_ends };
                let within = second.at + TOLERANCE < ends && first.released.is_none();
                // Answers may arrive in another order than they were given.
                let same_host =
                    second.receipt.owner == first.receipt.owner && second.receipt.lease > first.receipt.lease;
                within && (same_host || faultless)
            })?;
            Some(format!("{id} was delivered twice within a lease: {first:?}, {second:?}"))
        })
    })
}
