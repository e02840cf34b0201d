//! What becomes of an enqueue: each message settles once, as OK, FAILED or UNKNOWN; the request is answered with the last one.
//!
//! It keeps count; whom else to ask for a replica is for [`super::further`].

use crate::host_set::{HostSet, SELF};
use crate::ids::MessageId;
use crate::plant::Plant;
use crate::request::{Enqueue, EnqueueOutcome, Reply};
use crate::state::slab::Slot;
use crate::time::Instant;

use super::alarm::Alarm;
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
    /// Which requests wait for it, and which of their messages it is: more than one after a retry.
    askers: Vec<(u64, usize)>,
    pub(super) replicas: usize,
    /// The length of its body.
    bytes: usize,
    /// Who has it durably, with a list that names all of them.
    pub(super) confirmed: HostSet,
    /// Who has it durably, with an older list.
    pub(super) behind: HostSet,
    /// Who was asked and may still answer in time.
    pub(super) hoping: HostSet,
    /// Who refused it or was given up on.
    pub(super) failed: HostSet,
}

impl Pending {
    /// A message that this host alone has so far.
    pub(super) fn new(op: u64, place: usize, replicas: usize, bytes: usize) -> Pending {
        Pending {
            askers: vec![(op, place)],
            replicas,
            bytes,
            confirmed: HostSet::of(SELF),
            behind: HostSet::EMPTY,
            hoping: HostSet::EMPTY,
            failed: HostSet::EMPTY,
        }
    }

    /// One more request waits for it.
    pub(super) fn join(&mut self, op: u64, place: usize) {
        self.askers.push((op, place));
    }

    fn is_asked_by(&self, op: u64) -> bool {
        self.askers.iter().any(|(asker, _)| *asker == op)
    }
}

impl Host {
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
            self.settle_for(op, id, EnqueueOutcome::Ok(vec![self.identity.id]));
        }
    }

    /// Says to all who wait for a message that those who have confirmed it have stored it: they are enough, or it was delivered and deleted
    /// meanwhile.
    pub(super) fn settle_confirmed(&mut self, id: MessageId, slot: Slot) {
        let Some(pending) = self.pending.remove(id) else { return };
        let outcome = EnqueueOutcome::Ok(self.in_rank_order(slot, &pending.confirmed));
        self.enqueue_bytes = self.enqueue_bytes.saturating_sub(pending.bytes);
        for (op, place) in pending.askers {
            self.settle_place(op, place, outcome.clone());
        }
    }

    /// Says it to one request; others go on waiting.
    fn settle_for(&mut self, op: u64, id: MessageId, outcome: EnqueueOutcome) {
        let Some(pending) = self.pending.get_mut(id) else { return };
        let (asked, others) =
            std::mem::take(&mut pending.askers).into_iter().partition(|(asker, _)| *asker == op);
        pending.askers = others;
        if pending.askers.is_empty() {
            self.enqueue_bytes = self.enqueue_bytes.saturating_sub(pending.bytes);
            self.pending.remove(id);
        }
        let asked: Vec<(u64, usize)> = asked;
        for (op, place) in asked {
            self.settle_place(op, place, outcome.clone());
        }
    }

    /// Says what became of one message of a request; the request is answered with the last one.
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
            let Some(pending) = self.pending.get_mut(id).filter(|pending| pending.is_asked_by(op_number))
            else {
                continue;
            };
            if is_over {
                let (confirmed, held) = (pending.confirmed.clone(), pending.behind.clone());
                let enough = min.is_some_and(|min| confirmed.len() >= usize::from(min));
                let all: HostSet = confirmed.iter().chain(held.iter()).collect();
                let hosts = if enough { &confirmed } else { &all };
                let hosts = match self.messages.find(id) {
                    Some(slot) => self.in_rank_order(slot, hosts),
                    None => self.peers.ids_of(hosts.iter()),
                };
                let outcome = if enough { EnqueueOutcome::Ok(hosts) } else { EnqueueOutcome::Unknown(hosts) };
                self.settle_for(op_number, id, outcome);
                if !enough && self.config.has(Plant::CopiesAborted) {
                    self.drop_copy(id);
                }
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
}
