//! I2: what is delivered is what was enqueued, to the byte.
//!
//! Rests on: the bytes that clients sent and got.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let wrong = sight.history.lives.iter().find(|(_, life)| life.deliveries.iter().any(|seen| !seen.intact));
    wrong.map(|(id, _)| format!("{id} was delivered with other bytes than were enqueued"))
}
