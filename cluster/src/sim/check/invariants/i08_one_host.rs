//! I8: one host never delivers a message twice within one lease, also not if it was killed in between.
//!
//! Rests on: the leases and times that clients saw. Whoever extended a lease may have been on the other side of a cut from its owner: so
//! extensions do not count. A disk that went back in time does not know its newest leases. A lease ends with the delete of its message:
//! whether one is delivered after that is for I4.

use super::{Sight, TOLERANCE};

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.history.lives.iter().find_map(|(id, life)| {
        life.deliveries.iter().enumerate().find_map(|(place, first)| {
            let owner = first.receipt.owner;
            let second = life.deliveries[place + 1..].iter().find(|second| {
                let within = !sight.history.redriven(life, second.at)
                    && second.at + TOLERANCE < first.lease_first_ends
                    && first.released.is_none();
                let rolled_back = &sight.history.rolled_back;
                let forgets = rolled_back.iter().any(|(host, at)| *host == owner && *at <= second.at);
                // Answers may arrive in another order than they were given.
                let same = second.receipt.owner == owner && second.receipt.lease > first.receipt.lease;
                let mut ended = life.deletes.iter().filter_map(|delete| delete.acknowledged);
                let deleted = ended.any(|at| (first.asked..=second.asked).contains(&at));
                within && same && !forgets && !deleted
            })?;
            Some(format!("{id} was delivered twice within a lease by one host: {first:?}, {second:?}"))
        })
    })
}
