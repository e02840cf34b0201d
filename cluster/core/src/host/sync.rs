//! Synchronising: two hosts tell each other what they do not both know, pair by pair, and only that.
//!
//! ```text
//!   each:  tombstones that concern the other, then digest
//!          ◀─ digest ──  entries of the buckets that differ, the last one marked
//!          ◀─ entries ─  lacks (not here) · knows (lists, leases and counts that differ) · tombstones
//!          ◀─ last ────  done
//! ```
//!
//! Both sides do the same; each is through when it has said and heard "done". Bodies do not travel: the owner offers
//! them afterwards, see [`super::offers`]. The same comparison, of one bucket at a time, runs in the background, and of all
//! buckets whenever a host is suspected, so that no copy stays alone by accident.
//!
//! Only what a peer says of itself counts: that it does not mention a message means nothing, that it "lacks" one means
//! that it has been told of it, is listed, and does not have it.

use crate::frame::{EntryItem, Frame, GlobalDeliveries};
use crate::holders::GlobalList;
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::id_map::BUCKETS;
use crate::ids::MessageId;
use crate::outbox::ListTable;
use crate::state::slab::Slot;

use super::Host;

/// How many messages one frame of entries, or of knowledge, carries.
const FRAME_ITEMS: usize = 2048;

/// With how many peers a bucket is compared in one sweep, about.
const PEERS_EACH_SWEEP_MAX: usize = 24;

impl Host {
    /// Begins to synchronise in a new session.
    pub(super) fn begin_sync(&mut self, index: HostIndex) {
        self.push_tombstones_to(index);
        self.send_digest(index, false);
        self.say_corrupt(index);
        self.untold.insert(index);
        self.tell_availability();
    }

    pub(super) fn send_digest(&mut self, index: HostIndex, answer: bool) {
        let sums = self.messages.digests().for_peer(index);
        let removed = self.messages.standing().removed.clone();
        if let Some(session) = self.peers.get_mut(index).session.as_mut() {
            session.sync.removals_told.push_back(removed);
        }
        self.outbox.early(index).rest.push(Frame::Digest { sums, only: None, answer });
    }

    /// Compares everything with everybody: a host is gone, and with it perhaps knowledge that the others need now.
    pub(super) fn compare_with_everybody(&mut self) {
        for index in self.peers.connected().iter() {
            if self.peers.get(index).is_synchronised() {
                self.send_digest(index, true);
            }
        }
    }

    /// Compares the next bucket with everybody; with some at a time where there are many.
    pub(super) fn compare_next_bucket(&mut self) {
        let connected = self.peers.connected();
        let turns = 1 + (connected.len() / PEERS_EACH_SWEEP_MAX) as u32;
        self.probes = (self.probes + 1) % (turns * BUCKETS as u32);
        let bucket = (self.probes / turns) as u16;
        for index in connected.iter() {
            let its_turn = (u32::from(index.0) + self.probes).is_multiple_of(turns);
            if its_turn && self.peers.get(index).is_synchronised() {
                let sum = self.messages.digests().bucket(index, bucket);
                let frame = Frame::Digest { sums: vec![(bucket, sum)], only: Some(bucket), answer: true };
                self.outbox.early(index).rest.push(frame);
            }
        }
    }

    /// A peer's sums: what differs is told in full.
    pub(super) fn on_digest(
        &mut self,
        from: HostIndex,
        theirs: &[(u16, u64)],
        only: Option<u16>,
        answer: bool,
    ) {
        let digests = self.messages.digests();
        let ours = match only {
            Some(bucket) => vec![(bucket, digests.bucket(from, bucket))],
            None => digests.for_peer(from),
        };
        let mut differing = differing_buckets(&ours, theirs);
        differing.retain(|bucket| usize::from(*bucket) < BUCKETS);
        if answer && !differing.is_empty() {
            self.outbox.early(from).rest.push(Frame::Digest { sums: ours, only, answer: false });
        }
        if only.is_some() && differing.is_empty() {
            return;
        }
        let items: Vec<EntryItem> =
            differing.iter().flat_map(|bucket| self.entries_for(from, *bucket)).collect();
        let mut chunks = items.chunks(FRAME_ITEMS).peekable();
        let lane = self.outbox.early(from);
        if chunks.peek().is_none() {
            lane.rest.push(Frame::Entries { items: Vec::new(), last: only.is_none() });
        }
        while let Some(chunk) = chunks.next() {
            let last = only.is_none() && chunks.peek().is_none();
            lane.rest.push(Frame::Entries { items: chunk.to_vec(), last });
        }
        // To mention a message is to have it, else.
        let is_corrupt = |id: &MessageId| self.messages.find(*id).is_some_and(|slot| self.is_corrupt(slot));
        let unreadable = items.iter().map(|item| item.id).filter(is_corrupt).collect();
        self.say_lacks(from, unreadable);
        self.sync_step(from, |sync| sync.digest_seen = true);
    }

    fn entries_for(&self, peer: HostIndex, bucket: u16) -> Vec<EntryItem> {
        let ids = self.messages.bucket(usize::from(bucket)).into_iter();
        let slots = ids
            .filter_map(|id| self.messages.find(id))
            .filter(|slot| self.messages.holders(*slot).contains(peer));
        slots.map(|slot| self.entry_item(slot)).collect()
    }

    pub(super) fn entry_item(&self, slot: Slot) -> EntryItem {
        let share = self.messages.share(slot);
        EntryItem { id: share.id, list_hash: share.list_hash, state_hash: share.state_hash }
    }

    /// A peer's messages in buckets that differ.
    pub(super) fn on_entries(&mut self, from: HostIndex, items: &[EntryItem], last: bool) {
        let (mut lacks, mut differs) = (Vec::new(), Vec::new());
        for item in items {
            if let Some(slot) = self.messages.find(item.id) {
                self.messages.set_lacking(slot, from, false);
                let share = self.messages.share(slot);
                if (share.list_hash, share.state_hash) != (item.list_hash, item.state_hash) {
                    differs.push(item.id);
                }
                if self.is_corrupt(slot) {
                    lacks.push(item.id);
                }
            } else if self.tombstones.get(item.id).is_some() {
                self.await_confirmation(item.id, from);
                self.push_tombstone(item.id, from, None);
            } else if self.finished.contains(item.id) {
                self.answer_with_tombstone(item.id, from);
            } else {
                lacks.push(item.id);
            }
        }
        self.say_lacks(from, lacks);
        for chunk in differs.chunks(FRAME_ITEMS) {
            self.say_knows(from, chunk);
        }
        self.sync_step(from, |_| ());
        if last {
            self.settle_removals(from);
            let said = self.peers.get(from).session.as_ref().is_none_or(|session| session.sync.done_sent);
            if !said {
                self.sync_step(from, |sync| sync.done_sent = true);
                self.outbox.early(from).rest.push(Frame::SyncDone);
                self.restand();
            }
        }
    }

    /// Tells a peer that this host lacks messages of which it is listed as a holder.
    pub(super) fn say_lacks(&mut self, to: HostIndex, ids: Vec<MessageId>) {
        if ids.is_empty() {
            return;
        }
        let Some(session) = self.peers.get_mut(to).session.as_mut() else { return };
        let fresh = ids.iter().filter(|id| session.told_lacking.insert(**id)).count();
        self.told_lacking += fresh as u64;
        let refuses = self.refuses_copies();
        self.outbox.early(to).rest.push(Frame::Lacks { ids, refuses });
    }

    fn say_knows(&mut self, to: HostIndex, ids: &[MessageId]) {
        let mut lists = ListTable::default();
        let mut items = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(slot) = self.messages.find(*id) else { continue };
            let place = lists
                .place(self.messages.share(slot).list_hash, || self.global_list(self.messages.holders(slot)));
            items.push((*id, place, self.global_deliveries(slot)));
        }
        self.outbox.early(to).rest.push(Frame::Knows { lists: lists.into_lists(), items });
    }

    /// What a peer knows of messages about which the digests differed.
    pub(super) fn on_knows(
        &mut self,
        from: HostIndex,
        lists: &[GlobalList],
        items: &[(MessageId, u16, GlobalDeliveries)],
    ) {
        let lists: Vec<_> = lists.iter().map(|list| self.local_list(list)).collect();
        let (mut differs, mut named) = (Vec::new(), HostSet::EMPTY);
        for (id, list, deliveries) in items {
            let (Some(slot), Some(theirs)) = (self.messages.find(*id), lists.get(usize::from(*list))) else {
                continue;
            };
            let known = self.messages.holders(slot).clone();
            named.extend(theirs.hosts().filter(|host| *host != SELF && !known.contains(*host)));
            let mut keep = self.messages.merge_holders(slot, theirs);
            keep |= self.merge_deliveries(slot, deliveries);
            if keep {
                self.keep_state(slot);
            }
            let knows_more =
                self.messages.holders(slot).adds_to(theirs) || self.knows_more_deliveries(slot, deliveries);
            if knows_more {
                differs.push(*id);
            }
        }
        for chunk in differs.chunks(FRAME_ITEMS) {
            self.say_knows(from, chunk);
        }
        // A holder that was not known here has had no reason to say what it lacks. One that synchronises was sent its digest already.
        for host in named.iter() {
            if self.peers.get(host).is_connected() {
                self.send_digest(host, true);
            }
        }
        self.sync_step(from, |_| ());
    }

    pub(super) fn on_sync_done(&mut self, from: HostIndex) {
        self.sync_step(from, |sync| sync.done_received = true);
        self.restand();
    }

    fn sync_step(&mut self, index: HostIndex, change: impl FnOnce(&mut super::peers::SyncProgress)) {
        if let Some(session) = self.peers.get_mut(index).session.as_mut() {
            session.sync.steps += 1;
            change(&mut session.sync);
        }
        self.expect_progress(index);
    }
}

/// The buckets whose sums are not the same on both sides; both lists are in order and leave zeros out.
fn differing_buckets(ours: &[(u16, u64)], theirs: &[(u16, u64)]) -> Vec<u16> {
    let ours: std::collections::BTreeMap<u16, u64> = ours.iter().copied().collect();
    let theirs: std::collections::BTreeMap<u16, u64> = theirs.iter().copied().collect();
    let buckets: std::collections::BTreeSet<u16> = ours.keys().chain(theirs.keys()).copied().collect();
    let sum =
        |sums: &std::collections::BTreeMap<u16, u64>, bucket: u16| sums.get(&bucket).copied().unwrap_or(0);
    buckets.into_iter().filter(|bucket| sum(&ours, *bucket) != sum(&theirs, *bucket)).collect()
}
