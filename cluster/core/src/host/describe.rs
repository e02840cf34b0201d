//! What this host knows of one message, said in full.

use crate::ids::MessageId;
use crate::request::{Held, Knowledge};
use crate::state::condition::Status;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::inquiry::Purpose;
use super::{Host, Origin};

impl Host {
    /// A client wants to know everything about a message.
    pub(super) fn on_show(&mut self, origin: Origin, id: MessageId) {
        let number = self.number();
        self.inquire(number, vec![id], false, Purpose::Show { origin });
    }

    /// What this host knows of a message.
    #[must_use]
    pub fn knowledge(&self, id: MessageId) -> Knowledge {
        if let Some(slot) = self.messages.find(id) {
            return Knowledge::Held(Box::new(self.held(slot)));
        }
        if let Some(tombstone) = self.tombstones.get(id) {
            return Knowledge::Deleted {
                holders: self.peers.ids_of(tombstone.holders.hosts()),
                confirmed: self.peers.ids_of(tombstone.confirmed.iter()),
            };
        }
        if self.finished.contains(id) { Knowledge::Finished } else { Knowledge::NotHere }
    }

    fn held(&self, slot: Slot) -> Held {
        let entry = self.messages.entry(slot);
        let group = self.messages.group(slot);
        let condition = entry.condition();
        let until = match entry.status {
            Status::Leased => condition.deliveries.leased_until(self.now),
            Status::Delayed => condition.not_before,
            Status::Ready | Status::Dead => condition.expires,
        };
        let owner = match group.owner {
            Owner::Me => Some(self.identity.id),
            Owner::Peer(peer) => Some(self.peers.id(peer)),
            Owner::Nobody => None,
        };
        Held {
            message_type: self.messages.type_name(group.key.message_type).clone(),
            sequence: entry.sequence,
            fingerprint: entry.fingerprint,
            replicas: group.key.replicas,
            holders: self.peers.ids_of(self.messages.holders(slot).hosts()),
            lacking: self.peers.ids_of(group.key.lacking.iter()),
            owner,
            status: condition.status(self.now),
            corrupt: self.is_corrupt(slot),
            count: condition.deliveries.count(),
            lease: condition.deliveries.lease_highest(),
            remaining: until.map(|until| until - self.now),
        }
    }
}
