//! Hosts with the services of real ones: what clients ask comes in between events, and answers go out.

use std::cmp::Reverse;

use hydraq_core::ids::RequestId;
use hydraq_core::request::Reply;

use super::World;
use crate::links::faults::Fault;
use crate::sim::network::{NodeId, Trouble};
use crate::sim::service::{Hosting, Service};

impl World {
    /// Gives the services of real hosts to all processes that start from now on.
    pub fn serve(&mut self, hosting: Hosting) {
        self.hosting = Some(hosting);
    }

    pub(super) fn service_of(&mut self, node: NodeId) -> Option<&mut Service> {
        self.nodes[node].process.as_mut()?.service.as_deref_mut()
    }

    /// Takes in what is asked of the hosts; whether anything was. A host that commits takes nothing before that is over, unless time
    /// stands still: then it may be looked at.
    pub fn take_inputs(&mut self, stands_still: bool) -> bool {
        let mut took = false;
        for node in 0..self.nodes.len() {
            took |= self.take_inputs_of(node, stands_still);
        }
        took
    }

    fn take_inputs_of(&mut self, node: NodeId, stands_still: bool) -> bool {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| !process.paused) else {
            return false;
        };
        let clock = process.clock(now);
        let Some(service) = process.service.as_deref_mut() else { return false };
        let is_free = process.committing.is_none();
        if !is_free && !stands_still {
            return false;
        }
        let mut took = false;
        while let Some(input) = service.next_input() {
            took = true;
            if is_free {
                // Who looks sees what came before.
                for event in process.inbox.drain(..) {
                    process.engine.step(clock, event);
                }
            }
            process.inbox.extend(service.take(&mut process.engine, input));
        }
        let has_new_faults = service.has_new_faults();
        if took {
            self.run_node(node);
        }
        if has_new_faults {
            self.disturb_links(node);
        }
        took
    }

    /// Lets things happen, so many at the most, until somebody outside was answered, or until `end`; whether somebody was.
    pub fn run_until_answer(&mut self, end: u64, at_most: usize) -> bool {
        let mut happened = 0;
        while let Some(Reverse((at, ..))) = self.queue.peek()
            && *at <= end
        {
            if happened == at_most {
                return false;
            }
            happened += 1;
            self.happen();
            if std::mem::take(&mut self.has_answered) {
                return true;
            }
        }
        self.now = self.now.max(end);
        false
    }

    /// Answers a request, if the host has services; else the answer comes back.
    pub(super) fn answer(&mut self, node: NodeId, request: RequestId, reply: Reply) -> Option<Reply> {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut() else { return Some(reply) };
        let clock = process.clock(now);
        let Some(service) = process.service.as_mut() else { return Some(reply) };
        if !service.is_whole() {
            return (!service.take_answer(request, &reply, clock)).then_some(reply);
        }
        self.has_answered = true;
        process.inbox.extend(service.answer(request, reply, clock));
        None
    }

    /// Tells whoever asks hosts for objects how stores stand, and which ways are cut: there the network is the world's own.
    pub fn tell_stores(&mut self) {
        for node in 0..self.nodes.len() {
            for other in (0..self.nodes.len()).filter(|other| *other != node) {
                let cut = (self.network.is_cut(node, other), self.network.is_cut(other, node));
                let peer = self.nodes[other].id;
                let Some(service) = self.service_of(node) else { continue };
                let faults = service.links.faults();
                let known = faults.get(peer);
                if (known.cut_out, known.cut_in) != cut {
                    faults.change(peer, |fault| (fault.cut_out, fault.cut_in) = cut);
                }
            }
            let now = self.now;
            let Some(process) = self.nodes[node].process.as_mut() else { continue };
            let clock = process.clock(now);
            if let Some(service) = process.service.as_mut() {
                service.tell(&process.engine.core, clock);
            }
        }
    }

    /// Does to a host's links what its faults, and those of the other ends, say.
    pub(super) fn disturb_links(&mut self, node: NodeId) {
        if !self.hosting.as_ref().is_some_and(Hosting::is_whole) {
            return;
        }
        for other in (0..self.nodes.len()).filter(|other| *other != node) {
            let (mine, theirs) = (self.fault(node, other), self.fault(other, node));
            self.set_trouble(node, other, trouble(mine, theirs));
            self.set_trouble(other, node, trouble(theirs, mine));
        }
    }

    /// What is wrong, by the word of one end.
    fn fault(&self, node: NodeId, about: NodeId) -> Fault {
        let process = self.nodes[node].process.as_ref();
        let service = process.and_then(|process| process.service.as_ref());
        service.map(|service| service.links.faults().get(self.nodes[about].id)).unwrap_or_default()
    }

    fn set_trouble(&mut self, from: NodeId, to: NodeId, trouble: Trouble) {
        if trouble.is_some() || self.network.has_trouble(from, to) {
            *self.network.trouble(from, to) = trouble;
        }
    }
}

/// What is wrong with the way from one end to the other.
fn trouble(sender: Fault, receiver: Fault) -> Trouble {
    Trouble {
        cut: sender.cut_out || receiver.cut_in,
        delay: sender.delay,
        loss: f64::from(sender.drop_percent) / 100.0,
        ..Trouble::default()
    }
}
