//! I7: each extra delivery has a cause that the trace of faults, leases and releases supports.
//!
//! Rests on: the times at which something was wrong, and what clients asked for; the cause that a delivery names is what is
//! judged, and explains nothing by itself.

use hydraq_core::request::Cause;

use super::{Sight, TOLERANCE};
use crate::sim::check::history::{Life, Seen};

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.history.lives.iter().find_map(|(id, life)| {
        let unsupported = |(place, seen): (usize, &Seen)| {
            let earlier = &life.deliveries[..place];
            (!is_supported(sight, life, earlier, seen)).then(|| {
                format!("{id} was delivered again, as {:?}, which nothing supports: {seen:?}; before: {earlier:?}", seen.cause)
            })
        };
        life.deliveries.iter().enumerate().find_map(unsupported)
    })
}

/// What clients do not see of a lease (its answer was lost) was asked for before: only what needs no unseen lease is judged.
fn is_supported(sight: &Sight<'_>, life: &Life, earlier: &[Seen], seen: &Seen) -> bool {
    match seen.cause {
        Cause::First => {
            earlier.is_empty()
                || !sight.is_quiet(earlier[0].asked, seen.at)
                || life.tries > 1
                || overlaps(earlier, seen)
        }
        Cause::LeaseExpired => {
            // One that was given back runs again if it is extended after that.
            let over = |earlier: &Seen| {
                earlier.lease_first_ends <= seen.at + TOLERANCE || earlier.released.is_some()
            };
            earlier.is_empty() || earlier.iter().any(over) || !sight.is_quiet(life.sent, seen.at)
        }
        Cause::Released => {
            let released = earlier.iter().any(|earlier| earlier.released.is_some());
            released || !sight.is_quiet(life.sent, seen.at) || sight.history.requests > sight.history.answers
        }
        Cause::HostSuspected => !sight.is_quiet(life.sent, seen.at),
        Cause::Redriven => sight.history.redrives.iter().any(|at| *at <= seen.at),
        Cause::Retry => life.tries > 1 || !sight.is_quiet(life.sent, seen.at),
    }
}

/// Answers may arrive in another order than they were given.
fn overlaps(earlier: &[Seen], seen: &Seen) -> bool {
    earlier.iter().any(|earlier| earlier.at >= seen.asked)
}
