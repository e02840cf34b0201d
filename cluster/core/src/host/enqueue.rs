//! Enqueue: this host takes a message, stores the initial replica and sees to it that others store theirs.
//!
//! ```text
//!   client ──▶ rank 0: plan R − 1 more holders with the balancer, write the message with the whole list
//!                 ├──▶ first round: requests with a reduced replica count, before its own commit
//!                 ◀──  "stored", from each holder
//!                 ├──▶ no answer, or a refusal: another host straight from the availability table; its name
//!                 │    is durable in the list before the request leaves, and the others learn of it
//!   client ◀── OK: R hosts have the message and a list that names them all
//!          ◀── UNKNOWN at the deadline, with those that confirmed;  FAILED only if nothing was stored
//! ```
//!
//! Replicas are never withdrawn. Retries are told apart first, see [`super::retry`].

use std::sync::Arc;

use crate::balancer::Candidate;
use crate::config::Shape;
use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::MessageId;
use crate::journal::Happening;
use crate::message::{Content, Message};
use crate::plant::Plant;
use crate::record::{MessageRecord, Record};
use crate::request::{Attempt, Enqueue, EnqueueOutcome, Reply, Request, RequestError};
use crate::state::condition::Condition;
use crate::state::messages::NewEntry;
use crate::state::slab::Slot;
use crate::time::Instant;

use super::alarm::Alarm;
use super::copies::Outgoing;
use super::forward::Then;
use super::peers::CopyKind;
use super::stores::NOT_SYNCHRONISED;
use super::{Host, Origin};

/// An enqueue request whose messages do not all have an outcome yet.
#[derive(Debug, Clone)]
pub(super) struct EnqueueOp {
    origin: Origin,
    outcomes: Vec<Option<EnqueueOutcome>>,
    pub(super) ids: Vec<MessageId>,
    open: usize,
    replicas_min: Option<u8>,
    deadline: Instant,
    alarm: Instant,
}

/// A message whose replicas are not all confirmed yet.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    op: u64,
    place: usize,
    replicas: usize,
    /// The length of its body.
    bytes: usize,
    /// Who has it durably, with a list that names all of them.
    confirmed: HostSet,
    /// Who has it durably, with an older list.
    behind: HostSet,
    /// Who was asked and may still answer in time.
    hoping: HostSet,
    /// Who refused it or was given up on.
    failed: HostSet,
}

impl Host {
    pub(super) fn on_enqueue(&mut self, origin: Origin, enqueue: Enqueue) {
        if let Err(error) = self.may_enqueue(&enqueue) {
            let outcomes = enqueue.messages.iter().map(|_| EnqueueOutcome::Failed(error.clone())).collect();
            return self.reply(origin, Reply::Enqueued(outcomes));
        }
        if self.refuses_copies() {
            return self.place_elsewhere(origin, enqueue);
        }
        if enqueue.attempt == Attempt::First
            && enqueue.messages.iter().all(|message| self.is_fresh(message.id))
        {
            let op = self.open_enqueue(origin, &enqueue);
            for (place, message) in enqueue.messages.iter().enumerate() {
                self.store_initial(op, place, message, &enqueue, &HostSet::EMPTY);
            }
            return self.close_enqueue(op, enqueue.asynchronous);
        }
        self.on_retry(origin, enqueue);
    }

    /// What a request as a whole can be refused for.
    fn may_enqueue(&mut self, enqueue: &Enqueue) -> Result<(), RequestError> {
        if !self.serving {
            return Err(self.not_serving());
        }
        let members = self.member_count();
        if let Some(message) = enqueue.messages.iter().find(|message| usize::from(message.replicas) > members)
        {
            return Err(RequestError::TooManyReplicas { asked: message.replicas, members });
        }
        let bytes: usize = enqueue.messages.iter().map(|message| message.body.len()).sum();
        let exhausted =
            |what: &str, limit: usize| RequestError::Exhausted { what: what.to_owned(), limit: limit as u64 };
        if self.pending.len() + enqueue.messages.len() > self.config.enqueues_in_flight_max {
            return Err(exhausted("the number of enqueues in flight", self.config.enqueues_in_flight_max));
        }
        if self.enqueue_bytes + bytes > self.config.enqueue_bytes_in_flight_max {
            return Err(exhausted(
                "the bytes of enqueues in flight",
                self.config.enqueue_bytes_in_flight_max,
            ));
        }
        enqueue
            .messages
            .iter()
            .try_for_each(|message| self.type_takes(&message.message_type, enqueue.messages.len()))
    }

    /// Whether nothing is known of an id: the only case in which a first try needs no questions.
    fn is_fresh(&self, id: MessageId) -> bool {
        self.messages.find(id).is_none()
            && self.tombstones.get(id).is_none()
            && !self.finished.contains(id)
            && !self.promised.contains(id)
            && !self.asking.contains(id)
    }

    /// Whether this host stores nothing for others now.
    pub(super) fn refuses_copies(&self) -> bool {
        self.full || self.leave.is_leaving() || !self.healthy
    }

    /// A full or leaving host names another one as rank 0; that one stores or refuses, and names no other.
    fn place_elsewhere(&mut self, origin: Origin, enqueue: Enqueue) {
        let chosen = if enqueue.placed { None } else { self.pick(1, &HostSet::EMPTY).first().copied() };
        match chosen {
            Some(peer) => {
                let within = enqueue.timeout;
                let then = Then::Placed { origin, messages: enqueue.messages.len() };
                // Its answer, which names those that have confirmed, is to be here by the deadline.
                let timeout = within * 9 / 10;
                self.forward(
                    peer,
                    Request::Enqueue(Enqueue { placed: true, timeout, ..enqueue }),
                    within,
                    then,
                );
            }
            None => {
                let error = if self.full { self.store_full() } else { self.not_serving() };
                let outcomes =
                    enqueue.messages.iter().map(|_| EnqueueOutcome::Failed(error.clone())).collect();
                self.reply(origin, Reply::Enqueued(outcomes));
            }
        }
    }

    /// Opens an operation that will answer for all messages of a request.
    pub(super) fn open_enqueue(&mut self, origin: Origin, enqueue: &Enqueue) -> u64 {
        let op = self.number();
        let deadline = self.now + enqueue.timeout;
        let alarm = deadline.min(self.now + self.config.try_timeout);
        self.alarms.set(alarm, Alarm::Enqueue(op));
        let count = enqueue.messages.len();
        let ids = enqueue.messages.iter().map(|message| message.id).collect();
        let outcomes = vec![None; count];
        let replicas_min = enqueue.replicas_min;
        self.enqueues
            .insert(op, EnqueueOp { origin, outcomes, ids, open: count, replicas_min, deadline, alarm });
        op
    }

    /// After everything was stored: an asynchronous enqueue is acknowledged with the initial replicas.
    pub(super) fn close_enqueue(&mut self, op: u64, asynchronous: bool) {
        if !asynchronous {
            return;
        }
        let ids = self.enqueues.get(&op).map(|op| op.ids.clone()).unwrap_or_default();
        for id in ids {
            if self.pending.get(id).is_some_and(|pending| pending.op == op) {
                self.settle(id, EnqueueOutcome::Ok(vec![self.identity.id]));
            }
        }
    }

    /// Stores the initial replica and sends the first round of requests. `also` are hosts that may hold it already.
    pub(super) fn store_initial(
        &mut self,
        op: u64,
        place: usize,
        message: &Arc<Message>,
        enqueue: &Enqueue,
        also: &HostSet,
    ) {
        if let Some(slot) = self.messages.find(message.id) {
            return self.finish_enqueue(op, place, slot);
        }
        let planned = self.plan(usize::from(message.replicas), also);
        let holders = HolderList::planned(&planned);
        let slot = self.store(message.clone(), holders, None);
        self.happened(Happening::Stored { id: message.id, from: None });
        let first_round: Vec<HostIndex> = planned[1..usize::from(message.replicas)].to_vec();
        let pending = Pending {
            op,
            place,
            replicas: usize::from(message.replicas),
            bytes: message.body.len(),
            confirmed: HostSet::of(SELF),
            behind: HostSet::EMPTY,
            hoping: first_round.iter().copied().filter(|host| self.peers.get(*host).is_connected()).collect(),
            failed: HostSet::EMPTY,
        };
        self.enqueue_bytes += message.body.len();
        self.pending.insert(message.id, pending);
        self.send_first_round(slot, message, &first_round, enqueue.shape);
        self.settle_if_confirmed(message.id);
    }

    /// Writes a message with its holders.
    pub(super) fn store(
        &mut self,
        message: Arc<Message>,
        holders: HolderList,
        condition: Option<Condition>,
    ) -> Slot {
        assert!(!self.finished.contains(message.id), "stored a finished one");
        let fingerprint = message.fingerprint();
        let fresh = Condition {
            not_before: message.delay.map(|delay| self.now + delay),
            expires: message.time_to_live.map(|life| self.now + life),
            ..Condition::default()
        };
        let condition = Condition {
            deliveries_max: message.deliveries_max.filter(|_| !self.config.has(Plant::NeverDead)),
            at_most_once: message.at_most_once,
            ..condition.unwrap_or(fresh)
        };
        let record = MessageRecord {
            message: message.clone(),
            fingerprint,
            holders: holders.clone(),
            not_before: condition.not_before,
            expires: condition.expires,
        };
        let sequence = self.append(Record::Message(record));
        let delivered = !condition.deliveries.is_default();
        let new = NewEntry {
            id: message.id,
            sequence,
            message_type: message.message_type.clone(),
            priority: message.priority,
            replicas: message.replicas,
            fingerprint,
            holders,
            condition,
        };
        let slot = self.messages.insert(new, self.now);
        if delivered {
            self.keep_state(slot);
        }
        slot
    }

    /// The holders of a new message in rank order: this host, those that the balancer picks, and as a last resort members that
    /// are not live, which get theirs by offers.
    fn plan(&mut self, replicas: usize, also: &HostSet) -> Vec<HostIndex> {
        let mut planned = vec![SELF];
        planned.extend(self.pick(replicas - 1, &HostSet::of(SELF)));
        let missing = replicas.saturating_sub(planned.len());
        let absent =
            |host: &HostIndex| !planned.contains(host) && !self.peers.get(*host).availability.leaving;
        let rest: Vec<HostIndex> =
            self.peers.members().map(|(host, _)| host).filter(absent).take(missing).collect();
        planned.extend(rest);
        let listed: HostSet = planned.iter().copied().collect();
        planned.extend(also.iter().filter(|host| !listed.contains(*host)));
        planned
    }

    /// Picks hosts that take replicas now, but none of `without`.
    pub(super) fn pick(&mut self, count: usize, without: &HostSet) -> Vec<HostIndex> {
        if count == 0 {
            return Vec::new();
        }
        let able =
            self.peers.others().filter(|(host, peer)| peer.takes_replicas() && !without.contains(*host));
        let candidates: Vec<Candidate> = able
            .map(|(host, peer)| Candidate { host, load: peer.availability.copies + peer.blocks.len() as u64 })
            .collect();
        self.balancer.pick(&candidates, count, &mut self.random)
    }

    fn send_first_round(&mut self, slot: Slot, message: &Arc<Message>, planned: &[HostIndex], shape: Shape) {
        if planned.is_empty() {
            return;
        }
        let list = self.messages.holders(slot).clone();
        let list_hash = self.messages.share(slot).list_hash;
        for (host, count) in parts(planned, shape) {
            let outgoing = Outgoing {
                id: message.id,
                content: Content::Message(message.clone()),
                length: message.body.len(),
                list: &list,
                list_hash,
                count,
                shape,
                condition: None,
                origin: self.identity.id,
                kind: CopyKind::Copy,
                late: false,
            };
            self.send_copy(host, outgoing);
        }
    }

    /// A host has stored a message that waits for it, with a list of this hash.
    pub(super) fn confirm_pending(&mut self, id: MessageId, slot: Slot, from: HostIndex, list_hash: u64) {
        let names_all = self.messages.share(slot).list_hash == list_hash;
        let Some(pending) = self.pending.get_mut(id) else { return };
        pending.hoping.remove(from);
        pending.failed.remove(from);
        if names_all {
            pending.behind.remove(from);
            pending.confirmed.insert(from);
            self.settle_if_confirmed(id);
        } else if pending.behind.insert(from) {
            pending.confirmed.remove(from);
            self.send_list(from, slot);
        }
    }

    fn settle_if_confirmed(&mut self, id: MessageId) {
        let Some(pending) = self.pending.get(id) else { return };
        let short = usize::from(self.config.has(Plant::AckOneShort));
        if pending.confirmed.len() + short >= pending.replicas {
            let confirmed = self.in_rank_order(id, &pending.confirmed.clone());
            self.settle(id, EnqueueOutcome::Ok(confirmed));
        }
    }

    fn in_rank_order(&self, id: MessageId, hosts: &HostSet) -> Vec<crate::ids::HostId> {
        let Some(slot) = self.messages.find(id) else { return self.peers.ids_of(hosts.iter()) };
        self.peers.ids_of(self.messages.holders(slot).hosts().filter(|host| hosts.contains(*host)))
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
    fn try_further(&mut self, id: MessageId) {
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

    /// Says what became of one message; the request is answered with the last one.
    pub(super) fn settle(&mut self, id: MessageId, outcome: EnqueueOutcome) {
        let Some(pending) = self.pending.remove(id) else { return };
        self.enqueue_bytes = self.enqueue_bytes.saturating_sub(pending.bytes);
        self.settle_place(pending.op, pending.place, outcome);
    }

    pub(super) fn settle_place(&mut self, op_number: u64, place: usize, outcome: EnqueueOutcome) {
        let Some(op) = self.enqueues.get_mut(&op_number) else { return };
        if op.outcomes[place].replace(outcome).is_none() {
            op.open -= 1;
        }
        if op.open == 0
            && let Some(op) = self.enqueues.remove(&op_number)
        {
            self.alarms.cancel(op.alarm, Alarm::Enqueue(op_number));
            self.reply(op.origin, Reply::Enqueued(op.outcomes.into_iter().flatten().collect()));
        }
    }

    /// A try has taken its time: others are asked as well; or the deadline has come.
    pub(super) fn on_enqueue_alarm(&mut self, op_number: u64) {
        let Some(op) = self.enqueues.get(&op_number) else { return };
        let (ids, is_over, min) = (op.ids.clone(), op.deadline <= self.now, op.replicas_min);
        for id in ids {
            let Some(pending) = self.pending.get_mut(id).filter(|pending| pending.op == op_number) else {
                continue;
            };
            if is_over {
                let (confirmed, held) = (pending.confirmed.clone(), pending.behind.clone());
                let enough = min.is_some_and(|min| confirmed.len() >= usize::from(min));
                let all: HostSet = confirmed.iter().chain(held.iter()).collect();
                let hosts = self.in_rank_order(id, if enough { &confirmed } else { &all });
                self.settle(
                    id,
                    if enough { EnqueueOutcome::Ok(hosts) } else { EnqueueOutcome::Unknown(hosts) },
                );
            } else {
                pending.hoping = HostSet::EMPTY;
                self.try_further(id);
            }
        }
        if is_over {
            return self.end_enqueue(op_number);
        }
        if let Some(op) = self.enqueues.get_mut(&op_number) {
            let alarm = op.deadline.min(self.now + self.config.try_timeout);
            op.alarm = alarm;
            self.alarms.set(alarm, Alarm::Enqueue(op_number));
        }
    }

    /// The deadline has come for messages that others were asked about, or asked to do: nobody knows.
    fn end_enqueue(&mut self, op_number: u64) {
        let open = |op: &EnqueueOp| (0..op.ids.len()).filter(|place| op.outcomes[*place].is_none()).collect();
        let places: Vec<usize> = self.enqueues.get(&op_number).map(open).unwrap_or_default();
        for place in places {
            self.settle_place(op_number, place, EnqueueOutcome::Unknown(Vec::new()));
        }
    }

    /// Whether somebody still waits for the outcome of an enqueue.
    pub(super) fn is_enqueue_open(&self, op: u64) -> bool {
        self.enqueues.contains_key(&op)
    }

    /// Whatever enqueue still waits for a message that was deleted meanwhile: it was stored, and it was delivered.
    pub(super) fn settle_deleted(&mut self, id: MessageId) {
        if let Some(pending) = self.pending.get(id) {
            let hosts = self.in_rank_order(id, &pending.confirmed.clone());
            self.settle(id, EnqueueOutcome::Ok(hosts));
        }
    }

    /// Takes up an enqueue of a message that this host already has, to finish it.
    pub(super) fn finish_enqueue(&mut self, op: u64, place: usize, slot: Slot) {
        let entry = self.messages.entry(slot);
        let (id, length) = (entry.id, entry.fingerprint.length as usize);
        let replicas = usize::from(self.messages.group(slot).key.replicas);
        if let Some(other) = self.pending.remove(id) {
            // Two requests for one message: the newer one answers for both.
            let hosts = self.in_rank_order(id, &other.confirmed);
            self.settle_place(other.op, other.place, EnqueueOutcome::Unknown(hosts));
        } else {
            self.enqueue_bytes += length;
        }
        let pending = Pending {
            op,
            place,
            replicas,
            bytes: length,
            confirmed: HostSet::of(SELF),
            behind: HostSet::EMPTY,
            hoping: HostSet::EMPTY,
            failed: HostSet::EMPTY,
        };
        self.pending.insert(id, pending);
        let listed: Vec<HostIndex> =
            self.messages.holders(slot).hosts().filter(|host| *host != SELF).collect();
        for host in listed {
            if self.peers.get(host).is_connected() {
                self.hope_for(id, host);
                self.send_stored(host, slot, CopyKind::Copy, false);
            }
        }
        self.settle_if_confirmed(id);
        self.try_further(id);
    }

    pub(super) fn not_serving(&self) -> RequestError {
        let why = if !self.healthy {
            "not able to write to its store"
        } else if self.leave.is_leaving() {
            "leaving"
        } else {
            NOT_SYNCHRONISED
        };
        RequestError::Unavailable { host: self.identity.name.clone(), why }
    }

    pub(super) fn store_full(&self) -> RequestError {
        RequestError::Exhausted { what: format!("the store of {}", self.identity.name), limit: 0 }
    }
}

/// Whom to send a copy, and with what reduced replica count, so that all of `hosts` get one.
pub(super) fn parts(hosts: &[HostIndex], shape: Shape) -> Vec<(HostIndex, u8)> {
    match shape {
        Shape::Star => hosts.iter().map(|host| (*host, 1)).collect(),
        Shape::Chain => hosts.first().map(|host| (*host, hosts.len() as u8)).into_iter().collect(),
        Shape::Tree => {
            let (left, right) = hosts.split_at(hosts.len().div_ceil(2));
            [left, right].into_iter().filter_map(|half| Some((*half.first()?, half.len() as u8))).collect()
        }
    }
}
