//! Redrive: dead messages become ready again, on every host that serves some.

use crate::host_set::{HostSet, SELF};
use crate::request::{Redrive, Reply, Request, RequestError};
use crate::state::condition::Status;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::forward::Then;
use super::{Host, Origin};

/// A redrive that waits for the other hosts.
#[derive(Debug, Clone)]
pub(super) struct RedriveOp {
    origin: Origin,
    open: usize,
    count: u32,
}

impl Host {
    /// Makes dead messages that this host serves ready again, and asks the others to do the same.
    pub(super) fn on_redrive(&mut self, origin: Origin, redrive: Redrive) {
        let mut count = 0;
        for slot in self.redrivable(&redrive) {
            let boot = self.identity.boot.counter;
            self.messages.change(slot, self.now, |condition| condition.deliveries.redrive(SELF, boot));
            self.keep_state(slot);
            self.tell_leases(None, &[slot]);
            count += 1;
        }
        let asked = if matches!(origin, Origin::Client(_)) { self.peers.connected() } else { HostSet::EMPTY };
        let op = self.number();
        self.redrives.insert(op, RedriveOp { origin, open: asked.len(), count });
        for peer in asked.iter() {
            let timeout = self.config.answer_timeout;
            self.forward(peer, Request::Redrive(redrive.clone()), timeout, Then::Redrive(op));
        }
        self.answer_redrive_if_done(op);
    }

    fn redrivable(&self, redrive: &Redrive) -> Vec<Slot> {
        let dead_here = |slot: &Slot| {
            self.messages.entry(*slot).status == Status::Dead && self.messages.group(*slot).owner == Owner::Me
        };
        match redrive {
            Redrive::Message(id) => self.messages.find(*id).into_iter().filter(dead_here).collect(),
            Redrive::Type(name) => {
                let wanted = |slot: &Slot| {
                    let message_type = self.messages.group(*slot).key.message_type;
                    name.as_ref().is_none_or(|name| self.messages.type_name(message_type) == name)
                };
                let slots = self.messages.iter().map(|(slot, _)| slot);
                slots.filter(|slot| dead_here(slot) && wanted(slot)).collect()
            }
        }
    }

    pub(super) fn redrive_answered(&mut self, op: u64, answer: Result<Reply, RequestError>) {
        if let Some(redrive) = self.redrives.get_mut(&op) {
            redrive.open -= 1;
            if let Ok(Reply::Redriven(more)) = answer {
                redrive.count += more;
            }
        }
        self.answer_redrive_if_done(op);
    }

    fn answer_redrive_if_done(&mut self, op: u64) {
        let done = self.redrives.get(&op).is_some_and(|redrive| redrive.open == 0);
        if done && let Some(redrive) = self.redrives.remove(&op) {
            self.reply(redrive.origin, Reply::Redriven(redrive.count));
        }
    }
}
