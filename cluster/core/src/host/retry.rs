//! Retries: an enqueue that may have been tried before is one message all the same.
//!
//! Before it stores anything, the host asks every live host for the id. "Not here" is a promise: for the retry window that host
//! treats any attempt with the id as a retry itself. Of two hosts that ask each other, the one with the lower id goes on and the other
//! passes its request to it. Of those that have the message, the lowest-ranked finishes it. Hosts that were tried and do
//! not answer enter the list as holders that may have it. The same id with another content is refused; a deleted one is told so.

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::HostId;
use crate::message::Message;
use crate::plant::Plant;
use crate::request::{Attempt, Enqueue, EnqueueOutcome, Knowledge, Request, RequestError};

use super::forward::Then;
use super::inquiry::Purpose;
use super::{Host, Origin};

/// What an inquiry says about one message that is to be enqueued again.
enum Verdict {
    Refuse(RequestError),
    FinishHere,
    PassTo(HostIndex, Attempt),
    StoreHere,
    Unknown,
}

impl Host {
    /// Takes an enqueue that may have been tried before, or whose ids this host knows something of.
    pub(super) fn on_retry(&mut self, origin: Origin, enqueue: Enqueue) {
        let op = self.open_enqueue(origin, &enqueue);
        if enqueue.attempt == Attempt::Finish {
            for (place, message) in enqueue.messages.iter().enumerate() {
                self.act_on(op, place, message, &enqueue, Verdict::FinishHere, &HostSet::EMPTY);
            }
            return;
        }
        if self.config.has(Plant::RetryWithoutInquiry) {
            return self.retry_inquired(op, &enqueue, &[], &HostSet::EMPTY, None);
        }
        let ids = enqueue.messages.iter().map(|message| message.id).collect();
        let number = self.number();
        self.inquire(number, ids, true, Purpose::Retry { op, enqueue: Box::new(enqueue) });
    }

    pub(super) fn retry_inquired(
        &mut self,
        op: u64,
        enqueue: &Enqueue,
        answers: &[(HostIndex, Vec<Knowledge>)],
        silent: &HostSet,
        yield_to: Option<HostIndex>,
    ) {
        if !self.is_enqueue_open(op) {
            return;
        }
        let tried = match &enqueue.attempt {
            Attempt::Retry(Some(tried)) => self.peers.indexes_of(tried),
            _ => self.peers.members().map(|(host, _)| host).collect(),
        };
        let mut may_have_it: HostSet = silent.iter().filter(|host| tried.contains(*host)).collect();
        if self.config.has(Plant::MayHoldForgotten) {
            may_have_it = HostSet::EMPTY;
        }
        for (place, message) in enqueue.messages.iter().enumerate() {
            let known = answers.iter().filter_map(|(host, knowledge)| Some((*host, knowledge.get(place)?)));
            let verdict = self.judge(message, known.collect(), &may_have_it, yield_to);
            self.act_on(op, place, message, enqueue, verdict, &may_have_it);
        }
        self.close_enqueue(op, enqueue.asynchronous);
    }

    fn judge(
        &self,
        message: &Message,
        known: Vec<(HostIndex, &Knowledge)>,
        may_have_it: &HostSet,
        yield_to: Option<HostIndex>,
    ) -> Verdict {
        let mine = self.knowledge(message.id);
        let known = known.into_iter().chain([(SELF, &mine)]);
        let mut held = Vec::new();
        for (host, knowledge) in known {
            match knowledge {
                Knowledge::Deleted { .. } | Knowledge::Finished => {
                    return Verdict::Refuse(RequestError::Deleted(message.id));
                }
                Knowledge::Held(copy) if copy.fingerprint != message.fingerprint() => {
                    return Verdict::Refuse(RequestError::OtherContent(message.id));
                }
                Knowledge::Held(copy) => held.push((host, copy)),
                Knowledge::Asking if self.peers.id(host) < self.identity.id => {
                    return Verdict::PassTo(host, Attempt::Retry(None));
                }
                Knowledge::Asking | Knowledge::NotHere => {}
            }
        }
        if let Some((_, copy)) = held.first() {
            let has_it =
                |id: &HostId| held.iter().map(|(host, _)| *host).find(|host| self.peers.id(*host) == *id);
            let lowest = copy.holders.iter().find_map(has_it).unwrap_or(held[0].0);
            return if lowest == SELF {
                Verdict::FinishHere
            } else {
                Verdict::PassTo(lowest, Attempt::Finish)
            };
        }
        match yield_to {
            Some(host) => Verdict::PassTo(host, Attempt::Retry(None)),
            // It may have been handed out already, and nobody who could say so has answered.
            None if message.at_most_once && !may_have_it.is_empty() => Verdict::Unknown,
            None => Verdict::StoreHere,
        }
    }

    fn act_on(
        &mut self,
        op: u64,
        place: usize,
        message: &std::sync::Arc<Message>,
        enqueue: &Enqueue,
        verdict: Verdict,
        may_have_it: &HostSet,
    ) {
        match verdict {
            Verdict::Refuse(error) => self.settle_place(op, place, EnqueueOutcome::Failed(error)),
            Verdict::Unknown => self.settle_place(op, place, EnqueueOutcome::Unknown(Vec::new())),
            Verdict::StoreHere => self.store_initial(op, place, message, enqueue, may_have_it),
            Verdict::FinishHere => match self.messages.find(message.id) {
                Some(slot) if self.messages.entry(slot).fingerprint == message.fingerprint() => {
                    self.finish_enqueue(op, place, slot);
                }
                Some(_) => {
                    self.settle_place(
                        op,
                        place,
                        EnqueueOutcome::Failed(RequestError::OtherContent(message.id)),
                    );
                }
                // It was deleted between the question and now.
                None => {
                    self.settle_place(op, place, EnqueueOutcome::Failed(RequestError::Deleted(message.id)));
                }
            },
            Verdict::PassTo(host, attempt) => {
                let exists = attempt == Attempt::Finish;
                let single =
                    Enqueue { messages: vec![message.clone()], attempt, placed: true, ..enqueue.clone() };
                self.forward(
                    host,
                    Request::Enqueue(single),
                    enqueue.timeout,
                    Then::Enqueue { op, place, exists },
                );
            }
        }
    }
}
