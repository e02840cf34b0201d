//! Tombstones: kept, pushed and confirmed until nobody can have a copy any more.
//!
//! ```text
//!   kept durably ──▶ confirmed by this host, once no copy from here can be under way
//!        │                    │
//!        └── pushed to every holder that has not confirmed; lists and confirmations travel along and are merged
//!                             ▼
//!   every listed holder has confirmed, or was removed for good ──▶ forgotten, and the others are told
//! ```
//!
//! No timer ends a tombstone. Hosts that keep one without being holders are not waited for. When the holders are not known, every
//! member is waited for.

use crate::frame::{KeptItem, TombstoneItem};
use crate::holders::{GlobalList, HolderList};
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::MessageId;
use crate::journal::Happening;
use crate::outbox::ListTable;
use crate::plant::Plant;
use crate::random::mix;
use crate::record::{Record, TombstoneRecord};
use crate::state::slab::Slot;
use crate::state::tombstones::Tombstone;

use super::Host;
use super::peers::Block;
use super::portable::global_list;

impl Host {
    /// Deletes a message here: its copy goes, a tombstone stays. `holders` are merged with what is known here.
    pub(super) fn entomb(&mut self, id: MessageId, holders: &HolderList, replicas: u8, everyone: bool) {
        let (mut holders, mut replicas) = (holders.clone(), replicas);
        if let Some(slot) = self.messages.find(id) {
            self.settle_confirmed(id, slot);
            holders = holders.merged(self.messages.holders(slot));
            replicas = replicas.max(self.messages.group(slot).key.replicas);
            self.drop_copy_in(slot);
        }
        let may_confirm = self.may_confirm_alone(id, &holders);
        let record = self.append(Record::Tombstone(TombstoneRecord {
            id,
            holders: holders.clone(),
            replicas,
            everyone,
        }));
        let kept = HostSet::of(SELF);
        let confirmed = if may_confirm { HostSet::of(SELF) } else { HostSet::EMPTY };
        self.tombstones.insert(id, Tombstone { record, holders, replicas, everyone, confirmed, kept });
        self.happened(Happening::Deleted(id));
        if may_confirm {
            self.forget_if_confirmed(id);
        } else {
            self.unconfirmed.insert(id);
        }
    }

    /// Erases a message's records here, and nothing else.
    pub(super) fn drop_copy(&mut self, id: MessageId) {
        if let Some(slot) = self.messages.find(id) {
            self.drop_copy_in(slot);
        }
    }

    fn drop_copy_in(&mut self, slot: Slot) {
        let Some(entry) = self.messages.remove(slot) else { return };
        self.erase(entry.sequence);
        if let Some(record) = entry.condition_ref().and_then(|condition| condition.record) {
            self.erase(record);
        }
    }

    /// Confirms a delete on behalf of this host, if no copy from here can be under way to any holder.
    pub(super) fn confirm_if_possible(&mut self, id: MessageId) {
        if self.tombstones.get(id).is_some_and(|tombstone| self.may_confirm_alone(id, &tombstone.holders)) {
            self.unconfirmed.remove(&id);
            self.tombstones.change(id, |tombstone| tombstone.confirmed.insert(SELF));
            self.forget_if_confirmed(id);
        }
    }

    /// Whether no copy from here can be under way to a holder that is not gone.
    fn may_confirm_alone(&self, id: MessageId, holders: &HolderList) -> bool {
        let under_way = self.under_way.get(id);
        let may_get_one = |host: HostIndex| {
            let peer = self.peers.get(host);
            !peer.met || under_way.is_some_and(|hosts| hosts.contains(host))
        };
        !holders.hosts().any(|host| host != SELF && !self.is_gone(host) && may_get_one(host))
    }

    /// Whether a host was removed, and every member knows that and has synchronised since: nothing waits for it any more.
    pub(super) fn is_gone(&self, host: HostIndex) -> bool {
        let peer = self.peers.get(host);
        peer.removed
            && self
                .peers
                .members()
                .all(|(member, _)| member == SELF || peer.removal_known_by.contains(member))
    }

    /// A peer has answered a digest in full, and so knows of all removals that it was told of before.
    pub(super) fn settle_removals(&mut self, from: HostIndex) {
        let Some(session) = self.peers.get_mut(from).session.as_mut() else { return };
        let Some(told) = session.sync.removals_told.pop_front() else { return };
        for host in told.iter() {
            if self.peers.get_mut(host).removal_known_by.insert(from) && self.is_gone(host) {
                self.check_all_tombstones();
            }
        }
    }

    /// Compares with everybody who is not known to know of all removals, so that tombstones can stop waiting.
    pub(super) fn spread_removals(&mut self) {
        let removed = self.messages.standing().removed.clone();
        for index in self.peers.connected().iter() {
            let peer = self.peers.get(index);
            let told = |host: HostIndex| {
                let session = peer.session.as_ref();
                session
                    .is_some_and(|session| session.sync.removals_told.iter().any(|told| told.contains(host)))
            };
            let knows = |host: HostIndex| self.peers.get(host).removal_known_by.contains(index) || told(host);
            if peer.is_synchronised() && !removed.iter().all(knows) {
                self.send_digest(index, true);
            }
        }
    }

    pub(super) fn check_all_tombstones(&mut self) {
        for id in self.tombstones.ids() {
            self.confirm_if_possible(id);
            self.forget_if_confirmed(id);
        }
    }

    /// Whether every member has to confirm a delete: its holders are not known, or one of them was removed, and may have given copies to
    /// hosts of which no holder that is left has heard.
    pub(super) fn concerns_all(&self, tombstone: &Tombstone) -> bool {
        let is_lost = |host: HostIndex| !tombstone.confirmed.contains(host) && self.peers.get(host).removed;
        tombstone.everyone || tombstone.holders.hosts().any(is_lost)
    }

    /// Forgets a tombstone that nobody has to confirm any more, and tells those who keep it.
    pub(super) fn forget_if_confirmed(&mut self, id: MessageId) {
        let Some(tombstone) = self.tombstones.get(id) else { return };
        let awaited = |host: HostIndex| !tombstone.confirmed.contains(host) && !self.is_gone(host);
        let concerns_all = self.concerns_all(tombstone);
        let everyone = concerns_all && self.peers.members().any(|(host, _)| awaited(host));
        let kept = self.config.has(Plant::NoTombstone) && !tombstone.kept.is_empty();
        if !kept && (everyone || tombstone.holders.hosts().any(awaited)) {
            return;
        }
        let Some(tombstone) = self.forget(id) else { return };
        let told = self.peers.connected();
        for host in told.iter() {
            if concerns_all || tombstone.kept.contains(host) || tombstone.holders.contains(host) {
                // Late: this host's own confirmation may rest on a write of this batch.
                self.outbox.late(host).finished.push(id);
            }
        }
    }

    fn forget(&mut self, id: MessageId) -> Option<Tombstone> {
        let tombstone = self.tombstones.remove(id)?;
        self.unconfirmed.remove(&id);
        self.erase(tombstone.record);
        debug_assert!(self.messages.find(id).is_none(), "forgot while there is a copy");
        self.finished.insert(id, self.now);
        self.happened(Happening::Finished(id));
        Some(tombstone)
    }

    /// Everybody has confirmed, says a peer.
    pub(super) fn on_finished(&mut self, ids: &[MessageId]) {
        for id in ids {
            self.forget(*id);
        }
    }

    /// A host has a copy of a deleted message: whoever gave it to it, the tombstone waits for this one, too.
    pub(super) fn await_confirmation(&mut self, id: MessageId, host: HostIndex) {
        self.tombstones.change(id, |tombstone| {
            if !tombstone.holders.contains(host) {
                tombstone.holders = tombstone.holders.extended(&[host]);
            }
        });
    }

    /// Asks a peer to keep a tombstone; `delete` waits for the answer to the block, whose number comes back.
    pub(super) fn push_tombstone(
        &mut self,
        id: MessageId,
        to: HostIndex,
        delete: Option<u64>,
    ) -> Option<u64> {
        let tombstone = self.tombstones.get(id)?;
        let mut confirmed = tombstone.confirmed.clone();
        if !self.is_durable(tombstone.record) {
            // It leaves before the commit: this host cannot confirm yet.
            confirmed.remove(SELF);
        }
        let everyone = self.concerns_all(tombstone);
        let item = (tombstone.holders.clone(), tombstone.replicas, everyone, confirmed);
        self.send_tombstone(id, to, delete, item)
    }

    /// A peer has, or sends, a message whose delete everybody is known to have confirmed: it deletes it, too.
    pub(super) fn answer_with_tombstone(&mut self, id: MessageId, to: HostIndex) {
        self.send_tombstone(id, to, None, (HolderList::default(), 0, false, HostSet::of(SELF)));
    }

    fn send_tombstone(
        &mut self,
        id: MessageId,
        to: HostIndex,
        delete: Option<u64>,
        (holders, replicas, everyone, confirmed): (HolderList, u8, bool, HostSet),
    ) -> Option<u64> {
        self.peers.get(to).session.as_ref()?;
        let hash = list_hash(&holders);
        let confirmed = self.peers.ids_of(confirmed.iter());
        let number = self.next_number + 1;
        let tombstones = &mut self.outbox.early(to).tombstones;
        if tombstones.is_none() {
            *tombstones = Some((number, ListTable::default(), Vec::new()));
            self.next_number = number;
            let block = Block::Tombstones { deletes: Vec::new() };
            self.peers.get_mut(to).blocks.insert(number, block);
        }
        let (block, lists, items) = tombstones.as_mut()?;
        let block = *block;
        let list = lists.place(hash, || global_list(&self.peers, &holders));
        items.push(TombstoneItem { id, list, replicas, everyone, confirmed });
        if let Some(Block::Tombstones { deletes }) = self.peers.get_mut(to).blocks.get_mut(&block)
            && let Some(delete) = delete
            && deletes.last() != Some(&delete)
        {
            deletes.push(delete);
        }
        Some(block)
    }

    /// Pushes everything that concerns a peer, at the beginning of a session.
    pub(super) fn push_tombstones_to(&mut self, index: HostIndex) {
        for id in self.tombstones.ids() {
            let concerned = self.tombstones.get(id).is_some_and(|tombstone| {
                self.concerns_all(tombstone)
                    || tombstone.holders.contains(index)
                    || !tombstone.holders.contains(SELF)
            });
            if concerned {
                self.push_tombstone(id, index, None);
            }
        }
    }

    /// Pushes what has not been confirmed by hosts that can be talked to: whoever did so first may be gone.
    pub(super) fn push_tombstones_again(&mut self) {
        if self.config.has(Plant::TombstoneTimer) {
            for id in self.tombstones.ids() {
                self.forget(id);
            }
        }
        let connected: Vec<HostIndex> = self.peers.connected().iter().collect();
        let concerns_all =
            |id: &MessageId| self.tombstones.get(*id).is_some_and(|one| self.concerns_all(one));
        let everyone = self.tombstones.ids().iter().any(concerns_all);
        if !everyone
            && connected.iter().all(|host| self.tombstones.awaiting(*host) == 0)
            && self.unconfirmed.is_empty()
        {
            return;
        }
        for id in self.tombstones.ids() {
            self.confirm_if_possible(id);
            let Some(tombstone) = self.tombstones.get(id) else { continue };
            let awaited: Vec<HostIndex> = connected
                .iter()
                .copied()
                .filter(|host| !tombstone.confirmed.contains(*host))
                .filter(|host| self.concerns_all(tombstone) || tombstone.holders.contains(*host))
                .collect();
            for host in awaited {
                self.push_tombstone(id, host, None);
            }
        }
    }

    /// Peers ask this host to keep tombstones.
    pub(super) fn on_tombstones(
        &mut self,
        from: HostIndex,
        block: u64,
        lists: &[GlobalList],
        items: Vec<TombstoneItem>,
    ) {
        let lists: Vec<HolderList> = lists.iter().map(|list| self.local_list(list)).collect();
        let mut own_lists = ListTable::default();
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let theirs = lists.get(usize::from(item.list)).cloned().unwrap_or_default();
            let confirmed: HostSet = item.confirmed.iter().map(|host| self.index_of(*host)).collect();
            if self.finished.contains(item.id) && self.messages.find(item.id).is_none() {
                kept.push(KeptItem { id: item.id, confirmed: vec![self.identity.id], list: None });
                continue;
            }
            if self.tombstones.get(item.id).is_none() {
                self.entomb(item.id, &theirs, item.replicas, item.everyone);
            }
            self.tombstones.change(item.id, |tombstone| {
                tombstone.holders = tombstone.holders.merged(&theirs);
                tombstone.everyone |= item.everyone;
                tombstone.confirmed.extend(confirmed.iter());
                tombstone.kept.insert(from);
            });
            kept.push(self.describe_kept(item.id, &theirs, &mut own_lists));
            self.forget_if_confirmed(item.id);
        }
        self.outbox.late(from).kept.push((block, own_lists, kept));
    }

    fn describe_kept(&self, id: MessageId, theirs: &HolderList, lists: &mut ListTable) -> KeptItem {
        let Some(tombstone) = self.tombstones.get(id) else {
            return KeptItem { id, confirmed: vec![self.identity.id], list: None };
        };
        let list = (tombstone.holders != *theirs)
            .then(|| lists.place(list_hash(&tombstone.holders), || self.global_list(&tombstone.holders)));
        KeptItem { id, confirmed: self.peers.ids_of(tombstone.confirmed.iter()), list }
    }

    /// A peer keeps tombstones that this host has pushed.
    pub(super) fn on_kept(
        &mut self,
        from: HostIndex,
        block: u64,
        lists: &[GlobalList],
        items: Vec<KeptItem>,
    ) {
        let Some(Block::Tombstones { deletes }) = self.peers.get_mut(from).blocks.remove(&block) else {
            return;
        };
        let lists: Vec<HolderList> = lists.iter().map(|list| self.local_list(list)).collect();
        for item in items {
            let confirmed: HostSet = item.confirmed.iter().map(|host| self.index_of(*host)).collect();
            let list = item.list.and_then(|place| lists.get(usize::from(place)));
            let new_holders = self.tombstones.change(item.id, |tombstone| {
                tombstone.confirmed.extend(confirmed.iter());
                tombstone.kept.insert(from);
                let before = tombstone.holders.host_set();
                if let Some(list) = list {
                    tombstone.holders = tombstone.holders.merged(list);
                }
                tombstone.holders.hosts().filter(|host| !before.contains(*host)).collect::<Vec<_>>()
            });
            for host in new_holders.unwrap_or_default() {
                self.add_to_deletes(item.id, host, &deletes);
            }
            self.forget_if_confirmed(item.id);
        }
        for delete in deletes {
            self.delete_answered(delete, from, block);
        }
    }
}

/// A hash of a list; only to find equal lists within one frame.
fn list_hash(list: &HolderList) -> u64 {
    list.entries().iter().fold(list.len() as u64, |hash, entry| {
        let place = u64::from(entry.version) << 8 | u64::from(entry.place);
        mix(hash ^ place << 16 ^ u64::from(entry.host.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holders::Holder;

    #[test]
    fn lists_that_differ_in_anything_have_places_of_their_own_in_a_frame() {
        let one = |version, place, host| HolderList::of([Holder { version, place, host: HostIndex(host) }]);
        let mut hashes = vec![list_hash(&HolderList::default())];
        for place in 0..64 {
            hashes.extend((1..64).map(|version| list_hash(&one(version, place, 1))));
        }
        hashes.extend((2..64).map(|host| list_hash(&one(1, 0, host))));
        hashes.push(list_hash(&HolderList::planned(&[HostIndex(1), HostIndex(2)])));
        let different: std::collections::BTreeSet<u64> = hashes.iter().copied().collect();
        assert_eq!(different.len(), hashes.len());
    }
}
