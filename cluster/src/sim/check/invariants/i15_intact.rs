//! I15: a record with a wrong checksum is never served and never copied.
//!
//! Rests on: the bytes of every copy that left a host and of every message that was handed out, against those that the client sent.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.world.audit.bad_bytes.first().map(|bad| {
        let (name, what) = (&sight.world.nodes[bad.node].name, if bad.copied { "copied" } else { "served" });
        format!("{name} {what} {} at {} with other bytes than were enqueued", bad.id, bad.at)
    })
}
