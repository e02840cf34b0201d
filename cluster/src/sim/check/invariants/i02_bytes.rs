//! I2: what is delivered is what was enqueued, to the byte.
//!
//! Rests on: the bytes that clients sent and got; of the message of an object's event, the bytes that somebody got first. A store whose disk
//! went back in time numbers its events anew until it is told so: then one id may stand for two of them.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let wrong = sight.history.lives.iter().find(|(id, life)| {
        life.deliveries.iter().any(|seen| !seen.intact && !sight.history.may_be_two(**id, seen.at))
    });
    wrong.map(|(id, _)| format!("{id} was delivered with other bytes than were enqueued"))
}
