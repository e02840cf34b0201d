//! Delete: through any host, with a copy there or not; durable on every reachable holder before it is acknowledged.
//!
//! Where the holders are known, they get the tombstone, and other live hosts as well until as many keep it as the message had
//! replicas. Where they are not, every live host is asked first: if all members answer and none has the message, it is gone
//! already; else every live host keeps a tombstone that waits for every member. The answer names the holders that were not reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::MessageId;
use crate::request::{Delete, DeleteOutcome, DeleteTarget, Knowledge, Reply, RequestError};
use crate::state::slab::Slot;
use crate::time::Instant;

use super::alarm::Alarm;
use super::inquiry::Purpose;
use super::{Host, Origin};

/// A delete request that waits for holders.
#[derive(Debug, Clone)]
pub(super) struct DeleteOp {
    origin: Origin,
    pub(super) results: Vec<Result<DeleteOutcome, RequestError>>,
    /// Which results wait for whose answer to which block.
    waiting: BTreeMap<(HostIndex, u64), Vec<usize>>,
    /// The inquiry about ids of it that is still running.
    pub(super) inquiry: Option<u64>,
    pub(super) places: BTreeMap<MessageId, usize>,
    alarm: Instant,
}

impl Host {
    pub(super) fn on_delete(&mut self, origin: Origin, delete: Delete) {
        if !self.healthy {
            return self.reply(origin, Reply::Refused(self.not_serving()));
        }
        let number = self.number();
        let alarm = self.now + delete.timeout.min(self.config.answer_timeout);
        self.alarms.set(alarm, Alarm::Delete(number));
        let results = vec![Ok(DeleteOutcome::default()); delete.targets.len()];
        let places = delete.targets.iter().enumerate().map(|(place, target)| (target.id, place)).collect();
        let waiting = BTreeMap::new();
        self.deletes.insert(number, DeleteOp { origin, results, waiting, inquiry: None, places, alarm });
        let (mut unknown, mut open) = (Vec::new(), Vec::new());
        for (place, target) in delete.targets.iter().enumerate() {
            let slot = self.messages.find(target.id);
            if self.finished.contains(target.id) {
                self.set_result(
                    number,
                    place,
                    Ok(DeleteOutcome { gone_already: true, unreached: Vec::new() }),
                );
            } else if let Err(error) = self.check_lease(target, slot) {
                self.set_result(number, place, Err(error));
            } else if slot.is_some() || self.tombstones.get(target.id).is_some() {
                self.delete_known(number, place, target.id);
                open.extend(self.may_have_more_holders(target.id).then_some(target.id));
            } else {
                unknown.push(*target);
            }
        }
        if !unknown.is_empty() || !open.is_empty() {
            self.inquire_for_delete(number, unknown, open);
        }
        self.finish_delete_if_done(number);
    }

    /// Deletes a message at the host's own word: it has expired, or a peer says that it was deleted.
    pub(super) fn delete_for_good(&mut self, id: MessageId) {
        let targets = vec![DeleteTarget { id, lease: None }];
        self.on_delete(Origin::Nobody, Delete { targets, timeout: self.config.answer_timeout });
    }

    fn check_lease(&self, target: &DeleteTarget, slot: Option<Slot>) -> Result<(), RequestError> {
        let (Some(shown), Some(slot)) = (target.lease, slot) else { return Ok(()) };
        let newest = self
            .messages
            .entry(slot)
            .condition_ref()
            .map_or(0, |condition| condition.deliveries.lease_highest().0);
        if shown.0 < newest { Err(RequestError::StaleReceipt { shown: shown.0, newest }) } else { Ok(()) }
    }

    /// Deletes a message that this host has, or has had, a copy of.
    fn delete_known(&mut self, op: u64, place: usize, id: MessageId) {
        if self.tombstones.get(id).is_none() {
            self.entomb(id, &HolderList::default(), 1, false);
        }
        self.push_to_holders(op, place, id);
    }

    /// Pushes a tombstone to whoever must have it for the delete to be acknowledged.
    fn push_to_holders(&mut self, op: u64, place: usize, id: MessageId) {
        // A tombstone that is complete at once, as with one replica, is already gone.
        let Some(tombstone) = self.tombstones.get(id) else { return };
        let listed = tombstone.holders.host_set();
        let is_wanted = |host: &HostIndex| *host != SELF && !self.peers.get(*host).removed;
        let wanted: Vec<HostIndex> = if self.concerns_all(tombstone) {
            self.peers.members().map(|(host, _)| host).filter(is_wanted).collect()
        } else {
            tombstone.holders.hosts().filter(is_wanted).collect()
        };
        let replicas = usize::from(tombstone.replicas);
        let (reached, unreached): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|host| self.peers.get(*host).is_connected());
        let keepers = if unreached.is_empty() { 0 } else { replicas.saturating_sub(reached.len() + 1) };
        let mut asked = reached;
        asked.extend(self.pick(keepers, &listed));
        let unreached = self.peers.ids_of(unreached);
        if let Some(Ok(outcome)) = self.deletes.get_mut(&op).and_then(|op| op.results.get_mut(place)) {
            outcome.unreached.extend(unreached);
        }
        for host in asked {
            self.push_and_wait(op, place, id, host);
        }
    }

    fn push_and_wait(&mut self, number: u64, place: usize, id: MessageId, host: HostIndex) {
        let block = self.push_tombstone(id, host, Some(number));
        if let (Some(op), Some(block)) = (self.deletes.get_mut(&number), block) {
            op.waiting.entry((host, block)).or_default().push(place);
        }
    }

    /// A holder that was not known when a delete began: it is waited for, too.
    pub(super) fn add_to_deletes(&mut self, id: MessageId, host: HostIndex, deletes: &[u64]) {
        let reached = self.peers.get(host).is_connected();
        let host_id = self.peers.id(host);
        for number in deletes {
            let Some(op) = self.deletes.get_mut(number) else { continue };
            let Some(place) = op.places.get(&id).copied() else { continue };
            if reached {
                self.push_and_wait(*number, place, id, host);
            } else if let Ok(outcome) = &mut op.results[place]
                && host != SELF
            {
                outcome.unreached.push(host_id);
            }
        }
    }

    /// What the others know of messages that this host knows nothing of.
    pub(super) fn delete_inquired(
        &mut self,
        number: u64,
        targets: &[DeleteTarget],
        open: &[MessageId],
        answers: &[(HostIndex, Vec<Knowledge>)],
        silent: &HostSet,
    ) {
        let all_answered = silent.is_empty();
        let mut more = Vec::new();
        for (at, target) in targets.iter().enumerate() {
            let Some(place) = self.deletes.get(&number).and_then(|op| op.places.get(&target.id).copied())
            else {
                continue;
            };
            let known = answers.iter().filter_map(|(_, knowledge)| knowledge.get(at));
            let (mut holders, mut newest, mut somewhere) = (HolderList::default(), 0, false);
            let mut replicas = 1;
            for knowledge in known {
                match knowledge {
                    Knowledge::Held(held) => {
                        let list: Vec<HostIndex> =
                            held.holders.iter().map(|host| self.index_of(*host)).collect();
                        holders = holders.merged(&HolderList::planned(&list));
                        newest = newest.max(held.lease.0);
                        replicas = replicas.max(held.replicas);
                        somewhere = true;
                    }
                    Knowledge::Deleted { .. } | Knowledge::Asking => somewhere = true,
                    Knowledge::Finished | Knowledge::NotHere => {}
                }
            }
            if let Some(shown) = target.lease.filter(|shown| shown.0 < newest) {
                self.set_result(number, place, Err(RequestError::StaleReceipt { shown: shown.0, newest }));
            } else if all_answered && !somewhere {
                self.set_result(
                    number,
                    place,
                    Ok(DeleteOutcome { gone_already: true, unreached: Vec::new() }),
                );
            } else {
                // The lists of others come with their answers to the tombstone; until then everybody may have a copy.
                let everyone = holders.is_empty();
                if self.tombstones.get(target.id).is_none() {
                    self.entomb(target.id, &holders, replicas, everyone);
                }
                self.push_to_holders(number, place, target.id);
                // A holder that is not reached may have given a copy to somebody who had answered before.
                more.extend(self.may_have_more_holders(target.id).then_some(target.id));
            }
        }
        for (at, id) in open.iter().enumerate() {
            self.delete_found_more(number, *id, answers, targets.len() + at);
        }
        if let Some(op) = self.deletes.get_mut(&number) {
            op.inquiry = None;
        }
        if !more.is_empty() {
            self.inquire_for_delete(number, Vec::new(), more);
        }
        self.finish_delete_if_done(number);
    }

    /// A peer keeps all tombstones of a delete that were pushed to it in one block.
    pub(super) fn delete_answered(&mut self, number: u64, from: HostIndex, block: u64) {
        if let Some(op) = self.deletes.get_mut(&number) {
            op.waiting.remove(&(from, block));
        }
        self.finish_delete_if_done(number);
    }

    /// A peer cannot answer a block any more: its session is over.
    pub(super) fn tombstones_lost(&mut self, from: HostIndex, block: u64, deletes: &[u64]) {
        for number in deletes {
            let places = self.note_unreached(*number, from, block);
            self.ask_further_keepers(*number, &places);
            self.ask_for_more_holders(*number, &places);
            self.finish_delete_if_done(*number);
        }
    }

    fn note_unreached(&mut self, number: u64, host: HostIndex, block: u64) -> BTreeSet<usize> {
        let host_id = self.peers.id(host);
        let Some(op) = self.deletes.get_mut(&number) else { return BTreeSet::new() };
        let places = op.waiting.remove(&(host, block)).unwrap_or_default();
        for place in &places {
            if let Ok(outcome) = &mut op.results[*place] {
                outcome.unreached.push(host_id);
            }
        }
        places.into_iter().collect()
    }

    /// A holder was lost while it was asked: other live hosts keep the tombstones, too, until as many do as there were replicas.
    fn ask_further_keepers(&mut self, number: u64, places: &BTreeSet<usize>) {
        let Some(op) = self.deletes.get(&number) else { return };
        let lost: Vec<(MessageId, usize)> =
            op.places.iter().filter(|(_, at)| places.contains(at)).map(|(id, at)| (*id, *at)).collect();
        for (id, place) in lost {
            let (Some(op), Some(tombstone)) = (self.deletes.get(&number), self.tombstones.get(id)) else {
                continue;
            };
            let asked = op.waiting.iter().filter(|(_, places)| places.contains(&place));
            let asked = asked.map(|((host, _), _)| *host);
            let keepers: HostSet = tombstone.kept.iter().chain(asked).collect();
            let missing = usize::from(tombstone.replicas).saturating_sub(keepers.len());
            let without: HostSet = keepers.iter().chain(tombstone.holders.hosts()).collect();
            for host in self.pick(missing, &without) {
                self.push_and_wait(number, place, id, host);
            }
        }
    }

    pub(super) fn inquire_for_delete(
        &mut self,
        number: u64,
        unknown: Vec<DeleteTarget>,
        open: Vec<MessageId>,
    ) {
        let inquiry = self.number();
        if let Some(op) = self.deletes.get_mut(&number) {
            op.inquiry = Some(inquiry);
        }
        let ids = unknown.iter().map(|target| target.id).chain(open.iter().copied()).collect();
        self.inquire(inquiry, ids, false, Purpose::Delete { op: number, targets: unknown, open });
    }

    fn set_result(&mut self, number: u64, place: usize, result: Result<DeleteOutcome, RequestError>) {
        if let Some(op) = self.deletes.get_mut(&number) {
            op.results[place] = result;
        }
    }

    fn finish_delete_if_done(&mut self, number: u64) {
        if self.deletes.get(&number).is_some_and(|op| op.waiting.is_empty() && op.inquiry.is_none()) {
            self.finish_delete(number);
        }
    }

    /// A delete has had its time: first for the inquiry, if it needed one, then for the holders.
    pub(super) fn on_delete_alarm(&mut self, number: u64) {
        match self.deletes.get_mut(&number) {
            Some(DeleteOp { inquiry: Some(inquiry), alarm, .. }) => {
                let inquiry = *inquiry;
                *alarm = self.now + self.config.answer_timeout;
                self.alarms.set(*alarm, Alarm::Delete(number));
                self.finish_inquiry(inquiry);
            }
            _ => self.finish_delete(number),
        }
    }

    /// Answers a delete; whoever has not answered by now counts as not reached.
    fn finish_delete(&mut self, number: u64) {
        let waiting: Vec<(HostIndex, u64)> =
            self.deletes.get(&number).map(|op| op.waiting.keys().copied().collect()).unwrap_or_default();
        for (host, block) in waiting {
            self.note_unreached(number, host, block);
        }
        if let Some(mut op) = self.deletes.remove(&number) {
            self.name_possible_holders(&mut op);
            self.alarms.cancel(op.alarm, Alarm::Delete(number));
            self.reply(op.origin, Reply::Deleted(op.results));
        }
    }
}
