//! Requests that another host has to do: passed on, and answered with what came of them.

use std::time::Duration;

use crate::frame::Frame;
use crate::host_set::HostIndex;
use crate::ids::HostId;
use crate::request::{EnqueueOutcome, Reply, Request, RequestError};
use crate::time::Instant;

use super::alarm::Alarm;
use super::peers::Block;
use super::{Host, Origin};

/// What is done with the answer.
#[derive(Debug, Clone)]
pub(super) enum Then {
    /// It is the answer.
    Reply(Origin),
    /// It is the answer to an enqueue that was placed elsewhere.
    Placed { origin: Origin, messages: usize },
    /// It is the outcome of one message of an enqueue. `exists` if whoever is asked has that message already.
    Enqueue { op: u64, place: usize, exists: bool },
    /// It goes to a dequeue that waits.
    Wait(u64),
    /// It is about some of the receipts of a release or an extension.
    Leases { op: u64, places: Vec<usize> },
    /// It is one of several, which are added up.
    Redrive(u64),
    /// Nobody waits for it.
    Nothing,
}

/// A request that was passed on.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    peer: HostIndex,
    block: u64,
    then: Then,
    alarm: Instant,
}

impl Host {
    /// Asks `peer` to do something. If there is no answer in time, that is the answer.
    pub(super) fn forward(&mut self, peer: HostIndex, request: Request, timeout: Duration, then: Then) {
        let number = self.number();
        let block = self.number();
        let alarm = self.now + timeout;
        self.forwards.insert(number, Forward { peer, block, then, alarm });
        if !self.peers.get(peer).is_connected() {
            return self.forward_lost(number);
        }
        self.alarms.set(alarm, Alarm::Forward(number));
        self.peers.get_mut(peer).blocks.insert(block, Block::Forward { forward: number });
        self.outbox.early(peer).rest.push(Frame::Forward(block, Box::new(request)));
    }

    /// Passes a request on for a host that cannot reach the one that has to do it.
    pub(super) fn on_relay(&mut self, origin: Origin, target: HostId, request: Request) {
        let timeout = self.config.answer_timeout;
        match self.peers.find(target).filter(|peer| self.peers.get(*peer).is_connected()) {
            Some(peer) => self.forward(peer, request, timeout, Then::Reply(origin)),
            None => {
                self.reply(origin, Reply::Refused(RequestError::Unreachable { host: target.to_string() }));
            }
        }
    }

    pub(super) fn on_forwarded(&mut self, from: HostIndex, block: u64, reply: Reply) {
        let Some(Block::Forward { forward }) = self.peers.get_mut(from).blocks.remove(&block) else {
            return self.give_back(from, reply);
        };
        if let Some(forward) = self.take_forward(forward) {
            self.then(from, forward.then, Ok(reply));
        }
    }

    /// The session is over in which a request was passed on.
    pub(super) fn forward_lost(&mut self, number: u64) {
        let Some(forward) = self.take_forward(number) else { return };
        let host = self.name_of(forward.peer);
        self.then(forward.peer, forward.then, Err(RequestError::Unreachable { host }));
    }

    pub(super) fn on_forward_timeout(&mut self, number: u64) {
        let Some(forward) = self.take_forward(number) else { return };
        // An answer that comes after all is given back, see `give_back`.
        self.peers.get_mut(forward.peer).blocks.remove(&forward.block);
        let host = self.name_of(forward.peer);
        self.then(forward.peer, forward.then, Err(RequestError::Timeout(format!("{host} was asked"))));
    }

    fn take_forward(&mut self, number: u64) -> Option<Forward> {
        let forward = self.forwards.remove(&number)?;
        self.alarms.cancel(forward.alarm, Alarm::Forward(number));
        Some(forward)
    }

    fn then(&mut self, from: HostIndex, then: Then, answer: Result<Reply, RequestError>) {
        match then {
            Then::Reply(origin) => self.reply(origin, answer.unwrap_or_else(Reply::Refused)),
            Then::Placed { origin, messages } => {
                // Whoever was asked may have stored them.
                let unknown = |_| Reply::Enqueued(vec![EnqueueOutcome::Unknown(Vec::new()); messages]);
                self.reply(origin, answer.unwrap_or_else(unknown));
            }
            Then::Enqueue { op, place, exists } => {
                let outcome = match answer {
                    Ok(Reply::Enqueued(mut outcomes)) if outcomes.len() == 1 => outcomes.remove(0),
                    Ok(Reply::Refused(error)) => EnqueueOutcome::Failed(error),
                    // Whoever was asked may have stored it.
                    _ => EnqueueOutcome::Unknown(Vec::new()),
                };
                let outcome = match outcome {
                    // Not now; but what is there already may be delivered.
                    EnqueueOutcome::Failed(error) if exists && error.is_retryable() => {
                        EnqueueOutcome::Unknown(Vec::new())
                    }
                    known => known,
                };
                self.settle_place(op, place, outcome);
            }
            Then::Wait(wait) => self.wait_answered(wait, from, answer),
            Then::Leases { op, places } => self.leases_answered(op, &places, answer),
            Then::Redrive(op) => self.redrive_answered(op, answer),
            Then::Nothing => {
                if let Ok(reply) = answer {
                    self.give_back(from, reply);
                }
            }
        }
    }
}
