//! Offers: the owner of a message gives it to listed holders that have said that they lack it.
//!
//! Only the owner offers, so a copy comes from one place, and comes with the newest leases and counts. A few go
//! out at a time. Whoever gives a message to a lower-ranked holder stops serving it with that copy: it does not know the
//! holder to lack it any more, and serves again only when it is suspected or says that it lacks it after all.

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::{MessageId, Sequence};
use crate::journal::Happening;
use crate::message::Message;
use crate::record::{MessageRecord, Record};
use crate::state::groups::GroupId;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::Host;
use super::kinds::Kind;
use super::peers::{Block, CopyKind};

impl Host {
    /// A peer lacks messages of which it is listed as a holder.
    pub(super) fn on_lacks(&mut self, from: HostIndex, ids: &[MessageId], refuses: bool) {
        self.peers.get_mut(from).refuses = refuses;
        let mut successors = HostSet::EMPTY;
        for id in ids {
            let Some(slot) = self.messages.find(*id) else { continue };
            if !self.messages.holders(slot).contains(from) {
                continue;
            }
            let news = self.messages.set_lacking(slot, from, true);
            self.peers.get_mut(from).to_offer.insert(*id);
            if let (true, Owner::Peer(successor)) = (news, self.messages.group(slot).owner) {
                successors.insert(successor);
            }
        }
        // Whoever is to serve it now may never have got its copy, and would not know.
        for successor in successors.iter() {
            if self.peers.get(successor).is_synchronised() {
                self.send_digest(successor, true);
            }
        }
    }

    /// Groups have changed hands: what their holders lack is to be offered by this host now.
    pub(super) fn offer_what_is_lacking(&mut self, changed: &[(GroupId, Owner)]) {
        let mine: Vec<(GroupId, HostSet)> = changed
            .iter()
            .map(|(id, _)| (*id, self.messages.group_by_id(*id)))
            .filter(|(_, group)| group.owner == Owner::Me && !group.key.lacking.is_empty())
            .map(|(id, group)| (id, group.key.lacking.clone()))
            .collect();
        if mine.is_empty() {
            return;
        }
        let concerned: Vec<(MessageId, HostSet)> = self
            .messages
            .iter()
            .filter_map(|(_, entry)| {
                let (_, lacking) = mine.iter().find(|(group, _)| *group == entry.group)?;
                Some((entry.id, lacking.clone()))
            })
            .collect();
        for (id, lacking) in concerned {
            for host in lacking.iter().filter(|host| *host != SELF) {
                self.peers.get_mut(host).to_offer.insert(id);
            }
        }
    }

    /// Sends as many offers as may be under way at once.
    pub(super) fn send_offers(&mut self) {
        for index in self.peers.of(Kind::Offered).into_owned().iter() {
            let peer = self.peers.get(index);
            if peer.to_offer.is_empty() || !peer.takes_replicas() || peer.refuses || !peer.is_synchronised() {
                continue;
            }
            let under_way: usize = peer.blocks.values().map(offers_in).sum();
            let room = self.config.offers_in_flight_max.saturating_sub(under_way);
            let mut ids = Vec::new();
            while ids.len() < room
                && let Some(id) = self.peers.get_mut(index).to_offer.pop_first()
            {
                ids.push(id);
            }
            for id in ids {
                self.offer(index, id);
            }
        }
    }

    fn offer(&mut self, to: HostIndex, id: MessageId) {
        let Some(slot) = self.messages.find(id) else { return };
        let group = self.messages.group(slot);
        if group.owner != Owner::Me || !group.key.lacking.contains(to) {
            return;
        }
        self.happened(Happening::Copies { id, to: self.peers.id(to) });
        self.send_stored(to, slot, CopyKind::Offer, false);
        self.messages.set_lacking(slot, to, false);
    }

    /// Whether this host's own copy is set aside as unreadable.
    pub(super) fn is_corrupt(&self, slot: Slot) -> bool {
        self.messages.group(slot).key.lacking.contains(SELF)
    }

    /// A record was found unreadable: its message is set aside here, and fetched from whoever serves it now.
    pub(super) fn on_corrupt(&mut self, sequence: Sequence) {
        let found = self
            .messages
            .iter()
            .find(|(_, entry)| entry.sequence == sequence)
            .map(|(slot, entry)| (slot, entry.id));
        let Some((slot, id)) = found else { return };
        if !self.messages.set_lacking(slot, SELF, true) {
            return;
        }
        self.happened(Happening::Corrupt(id));
        let holders: Vec<HostIndex> =
            self.messages.holders(slot).hosts().filter(|host| *host != SELF).collect();
        for host in holders {
            self.say_lacks(host, vec![id]);
        }
    }

    /// What this host must say of its unreadable copies to a peer in a new session.
    pub(super) fn say_corrupt(&mut self, to: HostIndex) {
        let concerned = self.messages.groups().any(|(_, group)| group.key.lacking.contains(SELF));
        if !concerned {
            return;
        }
        let slots = self.messages.iter().map(|(slot, entry)| (slot, entry.id));
        let listed =
            slots.filter(|(slot, _)| self.is_corrupt(*slot) && self.messages.holders(*slot).contains(to));
        let ids = listed.map(|(_, id)| id).collect();
        self.say_lacks(to, ids);
    }

    /// A good copy of a message whose record here is unreadable.
    pub(super) fn replace_corrupt(&mut self, slot: Slot, message: &std::sync::Arc<Message>) {
        let old = self.messages.entry(slot).sequence;
        let condition = self.messages.entry(slot).condition();
        let record = MessageRecord {
            message: message.clone(),
            fingerprint: message.fingerprint(),
            holders: self.messages.holders(slot).clone(),
            not_before: condition.not_before,
            expires: condition.expires,
        };
        self.erase(old);
        let sequence = self.append(Record::Message(record));
        self.messages.set_sequence(slot, sequence);
        if condition.record.is_some() {
            // Behind the message's own record, as it is read back.
            self.keep_state(slot);
        }
        self.messages.set_lacking(slot, SELF, false);
        self.say_has(message.id);
        // What was offered while it was unreadable did not arrive.
        let group = self.messages.group(slot);
        if group.owner == Owner::Me {
            for host in group.key.lacking.clone().iter() {
                self.peers.get_mut(host).to_offer.insert(message.id);
            }
        }
    }
}

fn offers_in(block: &Block) -> usize {
    match block {
        Block::Copies { items, kind: CopyKind::Offer } => items.len(),
        _ => 0,
    }
}
