//! Dequeues that find nothing here: the owners elsewhere are asked, and then, if there is time, messages are waited for.
//!
//! ```text
//!   nothing here ─▶ ask the live hosts one after the other, those that are said to have most first
//!                      │ somebody has some: that is the answer
//!                      ▼ nobody has
//!   no time left: the answer is "none"  ·  else register an interest everywhere, and sleep
//!                      ▲
//!   woken by a message that becomes ready here, or by a host that has some ready
//! ```
//!
//! One host is asked at a time, so nothing is leased that nobody can take. Nothing is polled.

use std::collections::BTreeMap;

use crate::frame::Frame;
use crate::host_set::{HostIndex, HostSet};
use crate::message::MessageType;
use crate::request::{Dequeue, Reply, Request, RequestError};
use crate::time::Instant;

use super::alarm::Alarm;
use super::forward::Then;
use super::kinds::Kind;
use super::{Host, Origin};

/// A dequeue that has found nothing yet.
#[derive(Debug, Clone)]
struct Wait {
    origin: Origin,
    dequeue: Dequeue,
    deadline: Instant,
    /// Whom not to ask, again, for now.
    asked: HostSet,
    /// Whom not to ask, again, through another host.
    relayed: HostSet,
    /// Somebody is being asked.
    asking: bool,
}

/// All dequeues that wait.
#[derive(Debug, Clone, Default)]
pub(super) struct Waits {
    by_number: BTreeMap<u64, Wait>,
    /// Those that sleep until there are messages of a type.
    sleeping: BTreeMap<MessageType, std::collections::BTreeSet<u64>>,
}

impl Waits {
    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }
}

impl Host {
    pub(super) fn wait_for_messages(&mut self, origin: Origin, dequeue: Dequeue) {
        if dequeue.forwarded {
            return self.reply(origin, Reply::Dequeued(Vec::new()));
        }
        let number = self.number();
        let deadline = self.now + dequeue.wait;
        let wait =
            Wait { origin, dequeue, deadline, asked: HostSet::EMPTY, relayed: HostSet::EMPTY, asking: false };
        self.waits.by_number.insert(number, wait);
        self.ask_next(number);
    }

    /// Asks the next host that may have something; when there is none left, sleeps or gives up.
    fn ask_next(&mut self, number: u64) {
        let Some(wait) = self.waits.by_number.get(&number) else { return };
        let types = &wait.dequeue.message_types;
        let depth = |peer: &super::peers::Peer| {
            let depths = peer.availability.depths.iter().filter(|depth| types.contains(&depth.message_type));
            depths.map(|depth| depth.ready).sum::<u64>()
        };
        let able =
            self.peers.others().filter(|(host, peer)| peer.is_connected() && !wait.asked.contains(*host));
        let next =
            able.max_by_key(|(host, peer)| (depth(peer), std::cmp::Reverse(*host))).map(|(host, _)| host);
        let request = Dequeue { wait: std::time::Duration::ZERO, forwarded: true, ..wait.dequeue.clone() };
        match next {
            Some(host) => {
                if let Some(wait) = self.waits.by_number.get_mut(&number) {
                    wait.asked.insert(host);
                    wait.asking = true;
                }
                let timeout = self.config.answer_timeout;
                self.forward(host, Request::Dequeue(request), timeout, Then::Wait(number));
            }
            None => self.ask_through_another(number, request),
        }
    }

    /// Asks a member that this host cannot reach through one that it can.
    fn ask_through_another(&mut self, number: u64, request: Dequeue) {
        let Some(wait) = self.waits.by_number.get_mut(&number) else { return };
        let far = self.peers.others().find(|(host, peer)| {
            !peer.is_connected() && !peer.removed && !peer.address.is_empty() && !wait.relayed.contains(*host)
        });
        let far = far.map(|(host, _)| host);
        let via: Vec<HostIndex> = self.peers.connected().iter().collect();
        match (far, via.is_empty()) {
            (Some(far), false) => {
                wait.relayed.insert(far);
                wait.asking = true;
                let via = via[self.random.below(via.len())];
                let relay = Request::Relay(self.peers.id(far), Box::new(Request::Dequeue(request)));
                let timeout = self.config.answer_timeout;
                self.forward(via, relay, timeout, Then::Wait(number));
            }
            _ => self.sleep_or_give_up(number),
        }
    }

    fn sleep_or_give_up(&mut self, number: u64) {
        let Some(wait) = self.waits.by_number.get(&number) else { return };
        if wait.deadline <= self.now {
            return self.end_wait(number, Reply::Dequeued(Vec::new()));
        }
        let (types, deadline) = (wait.dequeue.message_types.clone(), wait.deadline);
        self.alarms.set(deadline, Alarm::Wait(number));
        for name in &types {
            self.waits.sleeping.entry(name.clone()).or_default().insert(number);
        }
        for host in self.peers.connected().iter() {
            let sent = &mut self.peers.get_mut(host).interest_sent;
            let fresh: Vec<MessageType> =
                types.iter().filter(|name| sent.insert((*name).clone())).cloned().collect();
            if !fresh.is_empty() {
                self.outbox.early(host).rest.push(Frame::Interest(fresh));
            }
        }
    }

    /// What a host that was asked has answered.
    pub(super) fn wait_answered(
        &mut self,
        number: u64,
        from: HostIndex,
        answer: Result<Reply, RequestError>,
    ) {
        let found = matches!(&answer, Ok(Reply::Dequeued(deliveries)) if !deliveries.is_empty());
        let Some(wait) = self.waits.by_number.get_mut(&number) else {
            return if let Ok(reply) = answer {
                self.give_back(from, reply);
            };
        };
        wait.asking = false;
        match answer {
            Ok(reply) if found => self.end_wait(number, reply),
            _ => self.wake(number),
        }
    }

    /// Looks again: first here, then elsewhere.
    fn wake(&mut self, number: u64) {
        let Some(wait) = self.waits.by_number.get(&number) else { return };
        if wait.asking {
            return;
        }
        let (origin, dequeue) = (wait.origin, wait.dequeue.clone());
        if self.serving && self.deliver(origin, &dequeue) {
            self.remove_wait(number);
        } else {
            self.leave_sleep(number);
            self.ask_next(number);
        }
    }

    /// Serves those who wait, now that the batch has changed what is ready, and tells peers who asked to hear of it.
    pub(super) fn serve_waits(&mut self) {
        let types: Vec<MessageType> = self.waits.sleeping.keys().cloned().collect();
        for name in types {
            while self.has_ready(std::slice::from_ref(&name))
                && let Some(number) =
                    self.waits.sleeping.get(&name).and_then(|numbers| numbers.first().copied())
            {
                self.leave_sleep(number);
                self.wake(number);
            }
        }
        for host in self.peers.of(Kind::Interested).into_owned().iter() {
            let interests = &self.peers.get(host).interests;
            let ready: Vec<MessageType> = interests
                .iter()
                .filter(|name| self.has_ready(std::slice::from_ref(*name)))
                .cloned()
                .collect();
            if !ready.is_empty() {
                let interests = &mut self.peers.get_mut(host).interests;
                ready.iter().for_each(|name| {
                    interests.remove(name);
                });
                self.outbox.early(host).rest.push(Frame::Ready(ready));
            }
        }
    }

    /// Tells a peer in a new session of which types messages are waited for here.
    pub(super) fn renew_interests(&mut self, peer: HostIndex) {
        let types: Vec<MessageType> = self.waits.sleeping.keys().cloned().collect();
        if !types.is_empty() {
            self.peers.get_mut(peer).interest_sent.extend(types.iter().cloned());
            self.outbox.early(peer).rest.push(Frame::Interest(types));
        }
    }

    /// A peer wants to hear of messages of these types.
    pub(super) fn on_interest(&mut self, from: HostIndex, types: Vec<MessageType>) {
        self.peers.get_mut(from).interests.extend(types);
    }

    /// A peer has messages of these types ready.
    pub(super) fn on_ready(&mut self, from: HostIndex, types: &[MessageType]) {
        for name in types {
            self.peers.get_mut(from).interest_sent.remove(name);
            let numbers = self.waits.sleeping.get(name).cloned().unwrap_or_default();
            for number in numbers {
                self.leave_sleep(number);
                if let Some(wait) = self.waits.by_number.get_mut(&number) {
                    wait.asked.remove(from);
                    self.wake(number);
                }
            }
        }
    }

    pub(super) fn on_wait_deadline(&mut self, number: u64) {
        if self.waits.by_number.get(&number).is_some_and(|wait| !wait.asking) {
            self.end_wait(number, Reply::Dequeued(Vec::new()));
        }
    }

    /// The client has gone away: what is still found for it is given back.
    pub(super) fn cancel_wait(&mut self, origin: Origin) {
        let number =
            self.waits.by_number.iter().find(|(_, wait)| wait.origin == origin).map(|(number, _)| *number);
        if let Some(number) = number {
            self.remove_wait(number);
        }
    }

    fn end_wait(&mut self, number: u64, reply: Reply) {
        if let Some(wait) = self.remove_wait(number) {
            self.reply(wait.origin, reply);
        }
    }

    fn remove_wait(&mut self, number: u64) -> Option<Wait> {
        self.leave_sleep(number);
        self.waits.by_number.remove(&number)
    }

    fn leave_sleep(&mut self, number: u64) {
        let Some(wait) = self.waits.by_number.get(&number) else { return };
        self.alarms.cancel(wait.deadline, Alarm::Wait(number));
        for name in &wait.dequeue.message_types {
            if let Some(numbers) = self.waits.sleeping.get_mut(name) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    self.waits.sleeping.remove(name);
                }
            }
        }
    }
}
