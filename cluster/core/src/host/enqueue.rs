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
//! Replicas are never withdrawn. This file has the first round; [`super::placement`] says where to, [`super::further`] whom else
//! to ask, [`super::outcome`] what came of it. Retries are told apart first, see [`super::retry`].

use std::sync::Arc;

use crate::config::Shape;
use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet};
use crate::ids::MessageId;
use crate::journal::Happening;
use crate::message::{Content, Message};
use crate::plant::Plant;
use crate::record::{MessageRecord, Record};
use crate::request::{Attempt, Enqueue, EnqueueOutcome, Reply, RequestError};
use crate::state::condition::Condition;
use crate::state::messages::NewEntry;
use crate::state::slab::Slot;

use super::copies::Outgoing;
use super::outcome::Pending;
use super::peers::CopyKind;
use super::placement::parts;
use super::stores::NOT_SYNCHRONISED;
use super::{Host, Origin};

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
        let hoping =
            first_round.iter().copied().filter(|host| self.peers.get(*host).is_connected()).collect();
        let replicas = usize::from(message.replicas);
        let mut pending = Pending::new(op, place, replicas, message.body.len());
        pending.hoping = hoping;
        self.enqueue_bytes += message.body.len();
        self.pending.insert(message.id, pending);
        self.send_first_round(slot, message, &first_round, enqueue.shape);
        self.settle_if_confirmed(message.id, slot);
    }

    /// Writes a message with its holders.
    pub(super) fn store(
        &mut self,
        message: Arc<Message>,
        holders: HolderList,
        condition: Option<Condition>,
    ) -> Slot {
        debug_assert!(!self.finished.contains(message.id), "stored a finished one");
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

    fn send_first_round(&mut self, slot: Slot, message: &Arc<Message>, planned: &[HostIndex], shape: Shape) {
        if planned.is_empty() {
            return;
        }
        let list = self.messages.holders(slot).clone();
        let list_hash = self.messages.list_hash(slot);
        for (host, count) in parts(planned, shape) {
            let outgoing = Outgoing {
                id: message.id,
                slot,
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
