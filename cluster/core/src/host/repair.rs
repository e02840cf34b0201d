//! Repair: new replicas for messages whose holders are gone for good.
//!
//! Only the owner adds holders. In automatic mode it does so for holders that have been gone for longer than
//! `repair_after`, or were removed; when told to, for all that are not live; and for holders that are leaving, in every mode.
//! It adds as many as it takes to have as many live, staying, listed holders as replicas were asked for.

use crate::config::RepairMode;
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::journal::Happening;
use crate::plant::Plant;
use crate::state::groups::GroupId;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::Host;
use super::peers::CopyKind;

/// How many messages one sweep repairs at most.
const REPAIRS_MAX: usize = 2_000;

impl Host {
    /// Repairs whatever has too few live holders now.
    pub(super) fn repair_now(&mut self) {
        self.repair_asked = true;
        self.repair_as_set();
    }

    /// Repairs what the mode in force says.
    pub(super) fn repair_as_set(&mut self) {
        if !self.serving || self.leave.is_leaving() {
            return;
        }
        let short: Vec<(GroupId, usize)> = self
            .messages
            .groups()
            .filter(|(_, group)| group.owner == Owner::Me)
            .filter_map(|(id, _)| Some((id, self.holders_missing(id)?)))
            .collect();
        let mut left = REPAIRS_MAX;
        for (group, missing) in &short {
            let slots: Vec<Slot> = self
                .messages
                .iter()
                .filter(|(_, entry)| entry.group == *group)
                .map(|(slot, _)| slot)
                .take(left)
                .collect();
            left -= slots.len();
            for slot in slots {
                self.add_replicas(slot, *missing);
            }
        }
        if left > 0 {
            self.repair_asked = false;
        }
    }

    /// How many holders a group's messages are to be given, if any and if there is somebody to give them to.
    fn holders_missing(&self, group: GroupId) -> Option<usize> {
        let group = self.messages.group_by_id(group);
        let list = self.messages.list(group.key.list);
        let counts = |host: &HostIndex| *host == SELF || !self.is_to_be_replaced(*host);
        let good = list.hosts().filter(counts).count();
        let missing = usize::from(group.key.replicas).saturating_sub(good);
        let others =
            self.peers.others().filter(|(host, peer)| peer.takes_replicas() && !list.contains(*host)).count();
        Some(missing.min(others)).filter(|missing| *missing > 0)
    }

    fn is_to_be_replaced(&self, host: HostIndex) -> bool {
        let peer = self.peers.get(host);
        let gone = !peer.is_connected();
        let long_gone = gone && self.now - peer.since >= self.config.repair_after;
        let by_mode = match self.repair_mode() {
            RepairMode::None => false,
            RepairMode::Manual => self.repair_asked && gone,
            RepairMode::Automatic => long_gone || peer.removed,
        };
        peer.availability.leaving || by_mode || (self.repair_asked && peer.removed)
    }

    fn add_replicas(&mut self, slot: Slot, count: usize) {
        let listed: HostSet = self.messages.holders(slot).host_set();
        let hosts = self.pick(count, &listed);
        if hosts.is_empty() || self.is_corrupt(slot) {
            return;
        }
        if !self.config.has(Plant::RepairNotListed) {
            self.add_holders(slot, &hosts);
        }
        let id = self.id_in(slot);
        for host in hosts {
            self.happened(Happening::Copies { id, to: self.peers.id(host) });
            self.send_stored(host, slot, CopyKind::Offer, true);
        }
        let others: Vec<HostIndex> = listed.iter().filter(|host| *host != SELF).collect();
        for host in others {
            self.send_list(host, slot);
        }
    }
}
