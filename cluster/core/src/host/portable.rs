//! Between this host's terms and everybody's: indexes and deadlines here, host ids and durations on the wire.

use std::time::Duration;

use crate::frame::{GlobalCondition, GlobalDeliveries, MemberRecord};
use crate::holders::{GlobalList, Holder, HolderList};
use crate::host_set::HostIndex;
use crate::ids::HostId;
use crate::record::{Record, StateRecord};
use crate::state::condition::Condition;
use crate::state::deliveries::{Deliveries, LeaseState, OwnerLine};
use crate::state::slab::Slot;

use super::Host;
use super::peers::Peers;

impl Host {
    /// The index of a host that somebody speaks of, known or not.
    pub(super) fn index_of(&mut self, id: HostId) -> HostIndex {
        if let Some(index) = self.peers.find(id) {
            return index;
        }
        self.learn(&MemberRecord {
            id,
            name: id.to_string(),
            address: String::new(),
            boot: 0,
            removed: false,
        });
        self.peers.find(id).expect("a host that was just learned of")
    }

    /// The index of a host that is known; this one included.
    pub(super) fn find_host(&self, id: HostId) -> Option<HostIndex> {
        self.peers.find(id)
    }

    pub(super) fn local_list(&mut self, list: &GlobalList) -> HolderList {
        HolderList::of(list.iter().map(|entry| Holder {
            version: entry.version,
            place: entry.place,
            host: self.index_of(entry.host),
        }))
    }

    pub(super) fn global_list(&self, list: &HolderList) -> GlobalList {
        global_list(&self.peers, list)
    }

    pub(super) fn global_deliveries(&self, slot: Slot) -> GlobalDeliveries {
        let Some(condition) = self.messages.entry(slot).condition_ref() else {
            return GlobalDeliveries::default();
        };
        self.deliveries_to_global(&condition.deliveries)
    }

    fn deliveries_to_global(&self, deliveries: &Deliveries) -> GlobalDeliveries {
        let global = |line: &OwnerLine<HostIndex>| {
            let remaining = match line.state {
                LeaseState::Until(end) => end - self.now,
                LeaseState::Released => Duration::ZERO,
            };
            let OwnerLine { lease, boot, extension, count, state, .. } = *line;
            (OwnerLine { owner: self.peers.id(line.owner), lease, boot, extension, count, state }, remaining)
        };
        GlobalDeliveries { epoch: deliveries.epoch, lines: deliveries.lines.iter().map(global).collect() }
    }

    pub(super) fn local_deliveries(&mut self, global: &GlobalDeliveries) -> Deliveries {
        let lines = global
            .lines
            .iter()
            .map(|(line, remaining)| {
                let state = match line.state {
                    LeaseState::Until(_) => LeaseState::Until(self.now + *remaining),
                    LeaseState::Released => LeaseState::Released,
                };
                let OwnerLine { lease, boot, extension, count, .. } = *line;
                OwnerLine { owner: self.index_of(line.owner), lease, boot, extension, count, state }
            })
            .collect();
        Deliveries { epoch: global.epoch, lines }
    }

    pub(super) fn global_condition(&self, slot: Slot) -> GlobalCondition {
        let Some(condition) = self.messages.entry(slot).condition_ref() else {
            return GlobalCondition::default();
        };
        GlobalCondition {
            deliveries: self.deliveries_to_global(&condition.deliveries),
            delay: condition.not_before.map(|start| start - self.now).filter(|delay| !delay.is_zero()),
            time_to_live: condition.expires.map(|end| end - self.now),
        }
    }

    pub(super) fn local_condition(&mut self, global: &GlobalCondition) -> Condition {
        Condition {
            deliveries: self.local_deliveries(&global.deliveries),
            not_before: global.delay.map(|delay| self.now + delay),
            expires: global.time_to_live.map(|life| self.now + life),
            ..Condition::default()
        }
    }

    /// Merges what a peer knows of leases and counts; whether that changed anything.
    pub(super) fn merge_deliveries(&mut self, slot: Slot, global: &GlobalDeliveries) -> bool {
        if global.is_default() {
            return false;
        }
        let theirs = self.local_deliveries(global);
        self.messages.change(slot, self.now, |condition| condition.deliveries.merge(&theirs))
    }

    /// Whether this host knows something of leases and counts that the peer who sent this does not.
    pub(super) fn knows_more_deliveries(&mut self, slot: Slot, global: &GlobalDeliveries) -> bool {
        let mut theirs = self.local_deliveries(global);
        let Some(condition) = self.messages.entry(slot).condition_ref() else { return false };
        let before = theirs.hash(|host| self.peers.id(host));
        theirs.merge(&condition.deliveries);
        theirs.hash(|host| self.peers.id(host)) != before
    }

    /// Makes durable what has changed about a message.
    pub(super) fn keep_state(&mut self, slot: Slot) {
        let condition = self.messages.entry(slot).condition();
        if let Some(old) = condition.record {
            self.erase(old);
        }
        let record = StateRecord {
            id: self.messages.entry(slot).id,
            holders: self.messages.holders(slot).clone(),
            deliveries: condition.deliveries,
            not_before: condition.not_before,
            expires: condition.expires,
        };
        let sequence = self.append(Record::State(record));
        self.messages.set_record(slot, Some(sequence));
    }
}

/// A list as it travels.
pub(super) fn global_list(peers: &Peers, list: &HolderList) -> GlobalList {
    let global = |entry: &Holder<HostIndex>| Holder {
        version: entry.version,
        place: entry.place,
        host: peers.id(entry.host),
    };
    list.entries().iter().map(global).collect()
}
