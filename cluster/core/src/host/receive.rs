//! The other end of a replication: copies and lists that peers send are stored, passed on and answered.
//!
//! A tombstone beats every copy of its id. What is stored is answered to the sender and, if that is another host, to the
//! origin on whose behalf it travels; both only once it is durable. A reduced count above 1 makes the receiver answerable
//! for that many of the planned holders: it passes the rest on at once, to listed hosts only.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::frame::{Copy, EntryItem, Frame, Refusal};
use crate::holders::{GlobalList, HolderList};
use crate::host_set::{HostIndex, SELF};
use crate::ids::{HostId, MessageId};
use crate::journal::Happening;
use crate::message::{Content, Message};
use crate::plant::Plant;
use crate::state::slab::Slot;

use super::Host;
use super::copies::Outgoing;
use super::peers::CopyKind;
use super::placement::parts;

impl Host {
    pub(super) fn on_replicate(
        &mut self,
        from: HostIndex,
        block: u64,
        origin: HostId,
        lists: &[GlobalList],
        copies: Vec<Copy>,
    ) {
        let lists: Vec<HolderList> = lists.iter().map(|list| self.local_list(list)).collect();
        let origin_index = self.index_of(origin);
        let (mut refused, mut offered) = (Vec::new(), Vec::new());
        for (place, copy) in copies.into_iter().enumerate() {
            let (Content::Message(message), Some(list)) = (&copy.content, lists.get(usize::from(copy.list)))
            else {
                refused.push((place as u32, Refusal::Unreadable));
                continue;
            };
            match self.take_copy(from, message, list, &copy) {
                Ok(slot) => {
                    if origin_index != from && origin_index != SELF {
                        let list_hash = self.messages.list_hash(slot);
                        self.outbox.late(origin_index).confirms.push((message.id, list_hash));
                    }
                    self.pass_on(slot, message, list, &copy, origin);
                    self.tell_of_more_holders(from, slot, list);
                    if copy.condition.is_some() {
                        offered.push(slot);
                    }
                }
                Err(refusal) => refused.push((place as u32, refusal)),
            }
        }
        self.outbox.late(from).rest.push(Frame::Stored { block, refused });
        self.compare_with_other_holders(from, &offered);
    }

    /// What the other holders lack they have told only those that had a copy then: whoever got one now asks. It may even suppose that one
    /// of them serves the message.
    fn compare_with_other_holders(&mut self, from: HostIndex, offered: &[Slot]) {
        let mut items: BTreeMap<HostIndex, Vec<EntryItem>> = BTreeMap::new();
        for slot in offered {
            let others = self.messages.holders(*slot).hosts().filter(|host| ![SELF, from].contains(host));
            for host in others.filter(|host| self.peers.get(*host).is_connected()) {
                items.entry(host).or_default().push(self.entry_item(*slot));
            }
        }
        for (host, items) in items {
            self.outbox.early(host).rest.push(Frame::Entries { items, last: false });
        }
    }

    /// Stores a copy, or merges what came with it into the one that is here.
    fn take_copy(
        &mut self,
        from: HostIndex,
        message: &Arc<Message>,
        list: &HolderList,
        copy: &Copy,
    ) -> Result<Slot, Refusal> {
        let id = message.id;
        if self.tombstones.get(id).is_some() {
            self.push_tombstone(id, from, None);
            return Err(Refusal::Deleted);
        }
        if self.finished.contains(id) {
            return Err(Refusal::Deleted);
        }
        if let Some(slot) = self.messages.find(id) {
            if self.messages.entry(slot).fingerprint != message.fingerprint() {
                return Err(Refusal::OtherContent);
            }
            if self.is_corrupt(slot) {
                self.replace_corrupt(slot, message);
            }
            let mut keep = self.messages.merge_holders(slot, list);
            if let Some(condition) = &copy.condition {
                keep |= self.merge_deliveries(slot, &condition.deliveries);
            }
            if keep {
                self.keep_state(slot);
            }
            return Ok(slot);
        }
        if !self.healthy || self.leave.is_leaving() {
            return Err(Refusal::Leaving);
        }
        if self.full {
            return Err(Refusal::Full);
        }
        let condition = copy.condition.as_ref().map(|condition| self.local_condition(condition));
        let slot = self.store(message.clone(), list.clone(), condition);
        self.happened(Happening::Stored { id, from: Some(self.peers.id(from)) });
        self.say_has(id);
        Ok(slot)
    }

    /// Passes the rest of a chain, or of a branch of a tree, on to the holders that come next in the plan.
    fn pass_on(
        &mut self,
        slot: Slot,
        message: &Arc<Message>,
        list: &HolderList,
        copy: &Copy,
        origin: HostId,
    ) {
        if copy.count <= 1 {
            return;
        }
        let behind = list.hosts().skip_while(|host| *host != SELF).skip(1);
        let rest: Vec<HostIndex> = behind.take(usize::from(copy.count) - 1).collect();
        let list_hash = self.messages.list_hash(slot);
        let list = self.messages.holders(slot).clone();
        for (host, count) in parts(&rest, copy.shape) {
            let outgoing = Outgoing {
                id: message.id,
                slot,
                content: Content::Message(message.clone()),
                length: message.body.len(),
                list: &list,
                list_hash,
                count,
                shape: copy.shape,
                condition: copy.condition.clone(),
                origin,
                kind: CopyKind::Copy,
                late: false,
            };
            self.send_copy(host, outgoing);
        }
    }

    /// Adds holders to messages that are here; a message that is not here cannot be confirmed.
    pub(super) fn on_lists(
        &mut self,
        from: HostIndex,
        block: u64,
        lists: &[GlobalList],
        items: &[(MessageId, u16)],
    ) {
        let lists: Vec<HolderList> = lists.iter().map(|list| self.local_list(list)).collect();
        let mut refused = Vec::new();
        for (place, (id, list)) in items.iter().enumerate() {
            match (self.messages.find(*id), lists.get(usize::from(*list))) {
                (Some(slot), Some(list)) if !self.is_corrupt(slot) => {
                    if self.messages.merge_holders(slot, list) {
                        self.keep_state(slot);
                    }
                    self.tell_of_more_holders(from, slot, list);
                    let surplus = self.messages.holders(slot).len()
                        > usize::from(self.messages.group(slot).key.replicas);
                    if surplus && self.config.has(Plant::SurplusDropped) {
                        self.drop_copy(*id);
                    }
                }
                _ => {
                    let gone = self.tombstones.get(*id).is_some() || self.finished.contains(*id);
                    refused.push((place as u32, if gone { Refusal::Deleted } else { Refusal::OtherContent }));
                }
            }
        }
        self.outbox.late(from).rest.push(Frame::Stored { block, refused });
    }

    /// Whoever names fewer holders than this host knows of, or other ranks, is told: both must come to the same owner.
    fn tell_of_more_holders(&mut self, to: HostIndex, slot: Slot, list: &HolderList) {
        if self.messages.holders(slot).adds_to(list) {
            self.send_list(to, slot);
        }
    }

    /// Tells those to whom this host has said that it lacks a message that it has it now.
    pub(super) fn say_has(&mut self, id: MessageId) {
        if self.told_lacking == 0 {
            return;
        }
        for index in self.peers.connected().iter() {
            let session = self.peers.get_mut(index).session.as_mut();
            if session.is_some_and(|session| session.told_lacking.remove(&id)) {
                self.told_lacking -= 1;
                self.outbox.late(index).has.push(id);
            }
        }
    }

    /// A peer has messages after all.
    pub(super) fn on_has(&mut self, from: HostIndex, ids: &[MessageId]) {
        for id in ids {
            self.peers.get_mut(from).to_offer.remove(id);
            if let Some(slot) = self.messages.find(*id) {
                self.messages.set_lacking(slot, from, false);
            }
        }
    }
}
