//! What time does to messages: leases and delays that end, lives that are over.
//!
//! Expiry is a delete, by the owner. Whoever has a copy and is not the owner looks again a little later: it may be the owner then.

use std::time::Duration;

use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::Host;

/// How many messages one flush wakes at most; the rest has its turn in the next one.
const WAKE_MAX: usize = 10_000;

/// How long a holder that is not the owner lets an expired message be before it looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Host {
    /// Brings messages up to date whose time has come.
    pub(super) fn wake_messages(&mut self) {
        for id in self.messages.wake(self.now, WAKE_MAX) {
            // One that was woken for two reasons may be gone by the second.
            if let Some(slot) = self.messages.find(id) {
                self.expire_if_due(slot);
            }
        }
    }

    /// Deletes a message whose life is over, if it is this host's to do; whether it was.
    pub(super) fn expire_if_due(&mut self, slot: Slot) -> bool {
        let entry = self.messages.entry(slot);
        if entry.condition_ref().and_then(|condition| condition.expires).is_none_or(|end| end > self.now) {
            return false;
        }
        let id = entry.id;
        if self.messages.group(slot).owner == Owner::Me && self.healthy {
            self.delete_for_good(id);
            return true;
        }
        let later = self.now + LOOK_AGAIN;
        self.messages.change(slot, self.now, |condition| condition.expires = Some(later));
        false
    }
}
