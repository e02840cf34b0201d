//! I6: where nothing goes wrong during a lease, there is no second delivery in it.
//!
//! Rests on: the leases and times that clients saw, and the times at which something was wrong. A second delivery counts if its answer came before
//! the first lease can have ended.

use super::{Sight, TOLERANCE};

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.history.lives.iter().find_map(|(id, life)| {
        life.deliveries.iter().enumerate().find_map(|(place, first)| {
            let second = life.deliveries[place + 1..].iter().find(|second| {
                let within = !sight.history.redriven(life, second.at)
                    && second.at + TOLERANCE < first.lease_ends
                    && first.released.is_none();
                // A message that was enqueued twice may be two for a while.
                within && life.tries == 1 && sight.is_quiet(first.asked, second.at)
            })?;
            Some(format!("{id} was delivered twice within a lease: {first:?}, {second:?}"))
        })
    })
}
