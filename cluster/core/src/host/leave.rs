//! Leaving: giving all copies to hosts that stay, and only then going.
//!
//! A leaver takes nothing new. It drops a copy only after as many hosts that stay as the message asks for, or as there are, have
//! said, after its announcement, that they hold it. It hands its tombstones on in the same way. When nothing is left it removes
//! itself for ever.

use crate::host_set::{HostIndex, HostSet};
use crate::id_map::IdMap;
use crate::ids::MessageId;
use crate::journal::Happening;
use crate::state::slab::Slot;

use super::Host;
use super::peers::CopyKind;

/// How many messages are seen to at a time.
const BATCH: usize = 2_000;

/// How far the leaving of this host is.
#[derive(Debug, Clone, Default)]
pub(super) struct Leave {
    leaving: bool,
    /// Whether events of this host's objects wait to become messages.
    events_wait: bool,
    /// Who has said, since the announcement, that it holds which message.
    answers: IdMap<HostSet>,
}

impl Leave {
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving
    }
}

impl Host {
    pub(super) fn start_leaving(&mut self) {
        if self.leave.leaving {
            return;
        }
        self.leave.leaving = true;
        self.happened(Happening::Leaving);
        self.tell_availability();
        self.go_on_leaving();
    }

    /// A host has said that it holds a message.
    pub(super) fn note_leave_answer(&mut self, id: MessageId, from: HostIndex) {
        if !self.leave.leaving || self.peers.get(from).availability.leaving {
            return;
        }
        let mut hosts = self.leave.answers.remove(id).unwrap_or_default();
        hosts.insert(from);
        self.leave.answers.insert(id, hosts);
    }

    /// Takes the next steps of leaving, if this host is leaving.
    pub(super) fn go_on_leaving(&mut self) {
        if !self.leave.leaving || self.peers.me().removed {
            return;
        }
        let staying: HostSet = self
            .peers
            .others()
            .filter(|(_, peer)| !peer.removed && !peer.availability.leaving)
            .map(|(host, _)| host)
            .collect();
        if staying.is_empty() {
            return;
        }
        let slots: Vec<Slot> = self.messages.iter().map(|(slot, _)| slot).take(BATCH).collect();
        for slot in slots {
            self.hand_on(slot, &staying);
        }
        let is_empty = self.messages.is_empty() && self.tombstones_are_elsewhere(&staying);
        if is_empty && self.pending.is_empty() && !self.leave.events_wait {
            self.remove_member(self.identity.id);
        }
    }

    /// Says whether events of this host's objects wait to become messages: as long as some do, a leaving host does not go.
    pub fn set_events_wait(&mut self, wait: bool) {
        self.leave.events_wait = wait;
    }

    /// Drops a copy if enough hosts that stay hold it; else sees to it that they will.
    fn hand_on(&mut self, slot: Slot, staying: &HostSet) {
        let id = self.id_in(slot);
        let wanted = usize::from(self.messages.group(slot).key.replicas).min(staying.len());
        let holds = self.leave.answers.get(id).cloned().unwrap_or_default();
        if holds.iter().filter(|host| staying.contains(*host)).count() >= wanted {
            self.leave.answers.remove(id);
            let listed: Vec<HostIndex> = self.messages.holders(slot).hosts().collect();
            self.drop_copy(id);
            for host in listed {
                self.say_lacks(host, vec![id]);
            }
            return;
        }
        let listed = self.messages.holders(slot).host_set();
        let good: Vec<HostIndex> = listed.iter().filter(|host| staying.contains(*host)).collect();
        let missing = wanted.saturating_sub(good.len());
        let fresh = self.pick(missing, &listed);
        if !fresh.is_empty() {
            self.add_holders(slot, &fresh);
        }
        for host in good.iter().chain(&fresh).filter(|host| !holds.contains(**host)) {
            if self.peers.get(*host).is_connected() && !self.is_copy_under_way(id, *host) {
                self.send_stored(*host, slot, CopyKind::Offer, !fresh.is_empty());
            }
        }
    }

    fn is_copy_under_way(&self, id: MessageId, to: HostIndex) -> bool {
        self.under_way.get(id).is_some_and(|hosts| hosts.contains(to))
    }

    /// Whether every tombstone here is kept by a host that stays; pushes those that are not.
    fn tombstones_are_elsewhere(&mut self, staying: &HostSet) -> bool {
        let mut all = true;
        for id in self.tombstones.ids() {
            let kept = self
                .tombstones
                .get(id)
                .is_some_and(|tombstone| tombstone.kept.iter().any(|host| staying.contains(host)));
            if !kept {
                all = false;
                if let Some(host) = staying.iter().find(|host| self.peers.get(*host).is_connected()) {
                    self.push_tombstone(id, host, None);
                }
            }
        }
        all
    }
}
