//! Further tries of an enqueue: who has confirmed, who refused or is late, and who is asked instead.
//!
//! A host past the balancer's first round is taken straight from the availability table. Its name is durable in the message's
//! list before the request leaves, so that whatever it comes to hold can be found and deleted.

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::{HostId, MessageId};
use crate::journal::Happening;
use crate::plant::Plant;
use crate::state::slab::Slot;

use super::Host;
use super::outcome::Pending;
use super::peers::CopyKind;

impl Host {
    /// A host has stored a message that waits for it, with a list of this hash.
    pub(super) fn confirm_pending(&mut self, id: MessageId, slot: Slot, from: HostIndex, list_hash: u64) {
        let names_all = self.messages.list_hash(slot) == list_hash;
        let Some(pending) = self.pending.get_mut(id) else { return };
        pending.hoping.remove(from);
        pending.failed.remove(from);
        if names_all {
            pending.behind.remove(from);
            pending.confirmed.insert(from);
            self.settle_if_confirmed(id, slot);
        } else if pending.behind.insert(from) {
            pending.confirmed.remove(from);
            self.send_list(from, slot);
        }
    }

    pub(super) fn settle_if_confirmed(&mut self, id: MessageId, slot: Slot) {
        if self.pending.get(id).is_some_and(|pending| self.is_confirmed(pending)) {
            self.settle_confirmed(id, slot);
        }
    }

    /// Whether as many hosts as were asked for have a message, and a list that names them all.
    fn is_confirmed(&self, pending: &Pending) -> bool {
        let short = usize::from(self.config.has(Plant::AckOneShort));
        pending.confirmed.len() + short >= pending.replicas
    }

    pub(super) fn in_rank_order(&self, slot: Slot, hosts: &HostSet) -> Vec<HostId> {
        self.peers.ids_of(self.messages.holders(slot).hosts().filter(|host| hosts.contains(*host)))
    }

    /// Takes up an enqueue of a message that this host already has, to finish it.
    pub(super) fn finish_enqueue(&mut self, op: u64, place: usize, slot: Slot) {
        let entry = self.messages.entry(slot);
        let (id, length) = (entry.id, entry.fingerprint.length as usize);
        let replicas = usize::from(self.messages.group(slot).key.replicas);
        if let Some(pending) = self.pending.get_mut(id) {
            // Two requests for one message: what becomes of it is the answer to both.
            return pending.join(op, place);
        }
        self.enqueue_bytes += length;
        self.pending.insert(id, Pending::new(op, place, replicas, length));
        let listed: Vec<HostIndex> =
            self.messages.holders(slot).hosts().filter(|host| *host != SELF).collect();
        for host in listed {
            if self.peers.get(host).is_connected() {
                self.hope_for(id, host);
                self.send_stored(host, slot, CopyKind::Copy, false);
            }
        }
        self.settle_if_confirmed(id, slot);
        self.try_further(id);
    }

    /// A message's replica at a host will not come: another host is asked.
    pub(super) fn pending_failed_at(&mut self, id: MessageId, host: HostIndex) {
        if let Some(pending) = self.pending.get_mut(id) {
            pending.hoping.remove(host);
            pending.failed.insert(host);
            self.try_further(id);
        }
    }

    /// No enqueue hopes for this host any more.
    pub(super) fn give_up_on(&mut self, host: HostIndex) {
        let ids: Vec<MessageId> = self.pending.ids().collect();
        for id in ids {
            if self.pending.get(id).is_some_and(|pending| pending.hoping.contains(host)) {
                self.pending_failed_at(id, host);
            }
        }
    }

    /// A host is removed: what it has confirmed is lost, and another host is asked for it.
    pub(super) fn discount(&mut self, host: HostIndex) {
        let ids: Vec<MessageId> = self.pending.ids().collect();
        for id in ids {
            let lost = |pending: &mut Pending| pending.confirmed.remove(host) | pending.behind.remove(host);
            if self.pending.get_mut(id).is_some_and(lost) {
                self.pending_failed_at(id, host);
            }
        }
    }

    /// A host can be talked to again: it is asked for what it has not confirmed.
    pub(super) fn ask_again(&mut self, host: HostIndex) {
        let ids: Vec<MessageId> = self.pending.ids().collect();
        for id in ids {
            let Some(slot) = self.messages.find(id) else { continue };
            let listed = self.messages.holders(slot).contains(host);
            let Some(pending) = self.pending.get_mut(id) else { continue };
            pending.failed.remove(host);
            if listed && !pending.confirmed.contains(host) {
                pending.hoping.insert(host);
                self.send_stored(host, slot, CopyKind::Copy, false);
            } else {
                self.try_further(id);
            }
        }
    }

    /// Asks as many further hosts as are missing: first those that are listed and were not asked here, then others straight from
    /// the availability table, which enter the list first; those that were asked here and have not answered in time only as
    /// a last resort.
    pub(super) fn try_further(&mut self, id: MessageId) {
        let Some(slot) = self.messages.find(id) else { return };
        let Some(pending) = self.pending.get(id) else { return };
        let held = pending.confirmed.len() + pending.behind.len();
        let missing = pending.replicas.saturating_sub(held + pending.hoping.len());
        let listed: HostSet = self.messages.holders(slot).host_set();
        let open = |host: &HostIndex| {
            ![&pending.confirmed, &pending.behind, &pending.hoping, &pending.failed]
                .iter()
                .any(|set| set.contains(*host))
        };
        let late = |host: HostIndex| self.under_way.get(id).is_some_and(|hosts| hosts.contains(host));
        let able = self.peers.others().filter(|(host, peer)| peer.takes_replicas() && open(host));
        let mut able: Vec<(bool, bool, u64, HostIndex)> = able
            .map(|(host, peer)| (late(host), !listed.contains(host), peer.availability.copies, host))
            .collect();
        able.sort_unstable();
        able.truncate(missing);
        let (others, known): (Vec<_>, Vec<_>) = able.into_iter().partition(|(_, is_new, _, _)| *is_new);
        for (_, _, _, host) in known {
            self.hope_for(id, host);
            self.send_stored(host, slot, CopyKind::Copy, false);
        }
        let others: Vec<HostIndex> = others.into_iter().map(|(_, _, _, host)| host).collect();
        if !others.is_empty() {
            if !self.config.has(Plant::HolderNotListed) {
                self.add_holders(slot, &others);
            }
            for host in others {
                self.hope_for(id, host);
                self.happened(Happening::FurtherTry { id, host: self.peers.id(host) });
                self.send_stored(host, slot, CopyKind::Copy, true);
            }
        }
    }

    fn hope_for(&mut self, id: MessageId, host: HostIndex) {
        if let Some(pending) = self.pending.get_mut(id) {
            pending.hoping.insert(host);
        }
    }

    /// Adds holders to a message's list, durably; those that have confirmed an older list are told.
    pub(super) fn add_holders(&mut self, slot: Slot, hosts: &[HostIndex]) {
        let extended = self.messages.holders(slot).extended(hosts);
        self.messages.merge_holders(slot, &extended);
        self.keep_state(slot);
        let id = self.messages.entry(slot).id;
        if let Some(pending) = self.pending.get_mut(id) {
            let mut behind = std::mem::take(&mut pending.confirmed);
            behind.remove(SELF);
            pending.confirmed = HostSet::of(SELF);
            pending.behind.extend(behind.iter());
            let behind: Vec<HostIndex> = pending.behind.iter().collect();
            for host in behind {
                self.send_list(host, slot);
            }
        }
    }
}
