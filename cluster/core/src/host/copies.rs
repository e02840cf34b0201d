//! Copies on their way: sending them in blocks, and what their answers mean.
//!
//! Whoever sends a copy notes that it is under way until the receiver has answered, or until a new session with the receiver has
//! begun after the one in which it was sent. That note is what lets a host confirm a delete: as long as a copy from here may
//! still arrive somewhere, it does not.

use crate::config::Shape;
use crate::frame::{Copy, GlobalCondition, Refusal};
use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet};
use crate::ids::{HostId, MessageId};
use crate::message::Content;
use crate::outbox::{CopyBatch, ListTable};
use crate::state::slab::Slot;

use super::Host;
use super::peers::{Block, CopyKind, Sent};
use super::portable::global_list;

/// How many copies, and how many bytes of bodies, leave in one frame.
const BLOCK_COPIES: usize = 1024;
const BLOCK_BYTES: usize = 1 << 20;

/// A copy to be sent.
pub(super) struct Outgoing<'a> {
    pub(super) id: MessageId,
    pub(super) slot: Slot,
    pub(super) content: Content,
    pub(super) length: usize,
    pub(super) list: &'a HolderList,
    pub(super) list_hash: u64,
    pub(super) count: u8,
    pub(super) shape: Shape,
    pub(super) condition: Option<GlobalCondition>,
    pub(super) origin: HostId,
    pub(super) kind: CopyKind,
    /// Whether it rests on a write of this batch: a list that names the receiver.
    pub(super) late: bool,
}

impl Host {
    /// Sends one copy, in the block that is open for this peer and origin.
    pub(super) fn send_copy(&mut self, to: HostIndex, copy: Outgoing<'_>) {
        if self.peers.get(to).session.is_none() {
            return;
        }
        let number = self.next_number + 1;
        let lane = if copy.late { self.outbox.late(to) } else { self.outbox.early(to) };
        let open = lane.copies.last_mut().filter(|batch| {
            let has_room = batch.copies.len() < BLOCK_COPIES && batch.bytes + copy.length <= BLOCK_BYTES;
            batch.origin == copy.origin && batch.kind == copy.kind && has_room
        });
        let batch = match open {
            Some(batch) => batch,
            None => {
                self.next_number = number;
                let (origin, kind) = (copy.origin, copy.kind);
                lane.copies.push(CopyBatch {
                    block: number,
                    origin,
                    kind,
                    lists: ListTable::default(),
                    copies: Vec::new(),
                    bytes: 0,
                });
                self.peers.get_mut(to).blocks.insert(number, Block::Copies { items: Vec::new(), kind });
                lane.copies.last_mut().expect("a batch was just put in")
            }
        };
        let peers = &self.peers;
        let list = batch.lists.place(copy.list_hash, || global_list(peers, copy.list));
        batch.bytes += copy.length;
        let Outgoing { content, count, shape, condition, .. } = copy;
        batch.copies.push(Copy { content, list, count, shape, condition });
        if let Some(Block::Copies { items, .. }) = self.peers.get_mut(to).blocks.get_mut(&batch.block) {
            items.push(Sent { id: copy.id, slot: copy.slot, list_hash: copy.list_hash });
        }
        self.under_way.get_or_insert_with(copy.id, || HostSet::EMPTY).insert(to);
    }

    /// Sends the copy of a message that this host has, as it stands now.
    pub(super) fn send_stored(&mut self, to: HostIndex, slot: Slot, kind: CopyKind, late: bool) {
        let entry = self.messages.entry(slot);
        let (id, length) = (entry.id, entry.fingerprint.length as usize);
        let content = Content::Stored(entry.sequence);
        let (list, list_hash) = (self.messages.holders(slot).clone(), self.messages.list_hash(slot));
        let condition = Some(self.global_condition(slot));
        let (origin, shape) = (self.identity.id, Shape::Star);
        let list = &list;
        self.send_copy(
            to,
            Outgoing {
                id,
                slot,
                content,
                length,
                list,
                list_hash,
                count: 1,
                shape,
                condition,
                origin,
                kind,
                late,
            },
        );
    }

    /// Tells a holder of a message about its holders, once they are durable here.
    pub(super) fn send_list(&mut self, to: HostIndex, slot: Slot) {
        if self.peers.get(to).session.is_none() {
            return;
        }
        let (id, list_hash) = (self.messages.entry(slot).id, self.messages.list_hash(slot));
        let number = self.next_number + 1;
        let lane = self.outbox.late(to);
        if lane.list_block.is_none() {
            self.next_number = number;
            lane.list_block = Some((number, ListTable::default(), Vec::new()));
            let block = Block::Copies { items: Vec::new(), kind: CopyKind::List };
            self.peers.get_mut(to).blocks.insert(number, block);
        }
        if let Some((block, lists, items)) = &mut self.outbox.late(to).list_block {
            let (peers, messages) = (&self.peers, &self.messages);
            items.push((id, lists.place(list_hash, || global_list(peers, messages.holders(slot)))));
            if let Some(Block::Copies { items, .. }) = self.peers.get_mut(to).blocks.get_mut(block) {
                items.push(Sent { id, slot, list_hash });
            }
        }
    }

    /// A peer has made a block of copies, or of lists, durable, but for what it refuses.
    pub(super) fn on_stored(&mut self, from: HostIndex, block: u64, refused: &[(u32, Refusal)]) {
        let Some(Block::Copies { items, kind }) = self.peers.get_mut(from).blocks.remove(&block) else {
            return;
        };
        let mut refused = refused.iter().peekable();
        for (place, Sent { id, slot, list_hash }) in items.into_iter().enumerate() {
            if kind != CopyKind::List {
                self.note_arrived(id, from);
            }
            match refused.next_if(|(at, _)| *at as usize == place) {
                Some((_, why)) => self.on_refused(id, from, *why),
                None => {
                    if let Some(slot) = self.messages.find_again(id, slot) {
                        self.on_held(id, slot, from, list_hash);
                    }
                }
            }
        }
    }

    /// A holder to which somebody else sent the copy has stored it.
    pub(super) fn on_confirm(&mut self, from: HostIndex, items: &[(MessageId, u64)]) {
        for (id, list_hash) in items {
            if let Some(slot) = self.messages.find(*id) {
                self.on_held(*id, slot, from, *list_hash);
            }
        }
    }

    /// A peer has a message durably, with a list of this hash.
    fn on_held(&mut self, id: MessageId, slot: Slot, from: HostIndex, list_hash: u64) {
        self.messages.set_lacking(slot, from, false);
        self.note_leave_answer(id, from);
        self.confirm_pending(id, slot, from, list_hash);
    }

    fn on_refused(&mut self, id: MessageId, from: HostIndex, why: Refusal) {
        match why {
            Refusal::Deleted => {
                if self.messages.find(id).is_some() {
                    self.delete_for_good(id);
                }
            }
            Refusal::Full | Refusal::Leaving | Refusal::OtherContent | Refusal::Unreadable => {
                if let Some(slot) = self.messages.find(id) {
                    self.messages.set_lacking(slot, from, true);
                }
                if why != Refusal::OtherContent {
                    let peer = self.peers.get_mut(from);
                    peer.refuses |= why != Refusal::Unreadable;
                    // Offered again once it takes copies, or this host's own copy is whole again.
                    peer.to_offer.insert(id);
                }
            }
        }
        self.pending_failed_at(id, from);
    }

    fn note_arrived(&mut self, id: MessageId, at: HostIndex) {
        self.under_way.retain(id, |hosts| {
            hosts.remove(at);
            !hosts.is_empty()
        });
        if self.unconfirmed.contains(&id) {
            self.confirm_if_possible(id);
        }
    }

    /// A new session with a peer has begun: copies of earlier ones have arrived by now, or never will.
    pub(super) fn pass_fence(&mut self, index: HostIndex) {
        let peer = self.peers.get_mut(index);
        peer.met = true;
        for id in std::mem::take(&mut peer.loose) {
            self.note_arrived(id, index);
        }
        let ids: Vec<MessageId> = self.unconfirmed.iter().copied().collect();
        for id in ids {
            self.confirm_if_possible(id);
        }
    }

    /// What a session's end means for a block that was not answered in it.
    pub(super) fn block_lost(&mut self, index: HostIndex, number: u64, block: Block) {
        match block {
            Block::Copies { kind: CopyKind::List, .. } => {}
            Block::Copies { items, .. } => {
                self.peers.get_mut(index).loose.extend(items.into_iter().map(|sent| sent.id));
            }
            Block::Leases { push } => self.push_answered(push, index),
            Block::Tombstones { deletes, .. } => self.tombstones_lost(index, number, &deletes),
            Block::Inquiry { inquiry } => self.inquiry_answered(inquiry, index, None),
            Block::Forward { forward } => self.forward_lost(forward),
        }
    }
}
