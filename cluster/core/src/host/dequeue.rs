//! Dequeue: the owner leases messages, makes that durable, tells the other holders, and hands them out.
//!
//! ```text
//!   consumer ──▶ owner: lease and count, one commit ──┐
//!                   ├──▶ leases to the other holders  │  which answer from memory
//!                   ◀── heard ────────────────────────┤
//!   consumer ◀── deliveries, once all have heard, at the latest after 50 ms
//! ```
//!
//! A message that must be delivered at most once is deleted, durably, before it is handed out. What is not here is asked
//! of its owner, see [`super::wait`].

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::Receipt;
use crate::journal::Happening;
use crate::message::{Content, MessageType};
use crate::plant::Plant;
use crate::request::{Cause, Delivery, Dequeue, Reply, RequestError};
use crate::state::slab::Slot;
use crate::time::Instant;

use super::alarm::Alarm;
use super::peers::Block;
use super::{Host, Origin};

/// A message that is about to be handed out.
#[derive(Debug, Clone)]
struct Leased {
    receipt: Receipt,
    cause: Cause,
    at_most_once: bool,
}

/// Deliveries that wait until the other holders have heard of their leases.
#[derive(Debug, Clone)]
pub(super) struct Push {
    origin: Origin,
    leased: Vec<Leased>,
    waiting: HostSet,
    alarm: Instant,
}

impl Host {
    pub(super) fn on_dequeue(&mut self, origin: Origin, dequeue: Dequeue) {
        if !self.serving {
            return self.reply(origin, Reply::Refused(self.not_serving()));
        }
        if self.waits.len() >= self.config.waiting_max {
            let limit = self.config.waiting_max as u64;
            let error = RequestError::Exhausted { what: "the number of waiting dequeues".into(), limit };
            return self.reply(origin, Reply::Refused(error));
        }
        if !self.deliver(origin, &dequeue) {
            self.wait_for_messages(origin, dequeue);
        }
    }

    /// Leases what is ready here and sends it on its way; false if nothing is.
    pub(super) fn deliver(&mut self, origin: Origin, dequeue: &Dequeue) -> bool {
        let slots = self.lease_ready(dequeue);
        if slots.is_empty() {
            return false;
        }
        let number = self.number();
        let told: Vec<Slot> = slots.iter().map(|(slot, _)| *slot).collect();
        let waiting = self.tell_leases(Some(number), &told);
        let alarm = self.now + self.config.push_timeout;
        let nobody = waiting.is_empty();
        self.alarms.set(alarm, Alarm::Push(number));
        let leased = slots.into_iter().map(|(_, leased)| leased).collect();
        self.pushes.insert(number, Push { origin, leased, waiting, alarm });
        if nobody {
            self.finish_push(number);
        }
        true
    }

    /// Leases up to as many ready messages as are asked for, the oldest of the highest priority first.
    fn lease_ready(&mut self, dequeue: &Dequeue) -> Vec<(Slot, Leased)> {
        let mut leased = Vec::new();
        let (until, boot) = (self.now + dequeue.lease, self.identity.boot.counter);
        while leased.len() < dequeue.messages_max as usize
            && let Some(slot) = self.next_ready_of(&dequeue.message_types)
        {
            if self.expire_if_due(slot) {
                continue;
            }
            let cause = self.cause_of(slot);
            let lease = self
                .messages
                .change(slot, self.now, |condition| condition.deliveries.lease(SELF, boot, until));
            if !self.config.has(Plant::LeaseNotDurable) {
                self.keep_state(slot);
            }
            let entry = self.messages.entry(slot);
            let (message, at_most_once) = (entry.id, entry.condition_ref().is_some_and(|c| c.at_most_once));
            let receipt = Receipt { message, owner: self.identity.id, boot, lease };
            leased.push((slot, Leased { receipt, cause, at_most_once }));
        }
        leased
    }

    /// The next message of any of these types, as far as they are not paused.
    fn next_ready_of(&self, types: &[MessageType]) -> Option<Slot> {
        let open = types.iter().filter(|name| !self.is_paused_out(name));
        let slots = open.filter_map(|name| self.messages.next_ready(self.messages.type_index(name)?));
        slots.min_by_key(|slot| {
            (std::cmp::Reverse(self.messages.group(*slot).key.priority), self.messages.entry(*slot).sequence)
        })
    }

    /// Whether this host could deliver a message of one of these types now.
    pub(super) fn has_ready(&self, types: &[MessageType]) -> bool {
        self.serving && self.next_ready_of(types).is_some()
    }

    fn cause_of(&self, slot: Slot) -> Cause {
        let group = self.messages.group(slot);
        let list = self.messages.list(group.key.list);
        let stands_in = self.messages.standing().stands_in(list, &group.key.lacking);
        let two_tries =
            list.entries().iter().filter(|entry| (entry.version, entry.place) == (1, 0)).count() > 1;
        let deliveries = self.messages.entry(slot).condition_ref().map(|condition| &condition.deliveries);
        match deliveries {
            Some(deliveries) if deliveries.count() > 0 && deliveries.last_was_released() => Cause::Released,
            Some(deliveries) if deliveries.count() > 0 => Cause::LeaseExpired,
            _ if stands_in => Cause::HostSuspected,
            Some(deliveries) if deliveries.epoch > 0 => Cause::Redriven,
            _ if two_tries => Cause::Retry,
            _ => Cause::First,
        }
    }

    /// A peer pushes leases of messages that it serves.
    pub(super) fn on_leases_pushed(
        &mut self,
        from: HostIndex,
        block: u64,
        items: &[(crate::ids::MessageId, crate::frame::GlobalDeliveries)],
    ) {
        for (id, deliveries) in items {
            if let Some(slot) = self.messages.find(*id) {
                self.merge_deliveries(slot, deliveries);
            }
        }
        self.outbox.early(from).rest.push(crate::frame::Frame::LeasesHeard(block));
    }

    pub(super) fn on_leases_heard(&mut self, from: HostIndex, block: u64) {
        if let Some(Block::Leases { push }) = self.peers.get_mut(from).blocks.remove(&block) {
            self.push_answered(push, from);
        }
    }

    /// A holder has heard of the leases, or cannot be told any more.
    pub(super) fn push_answered(&mut self, number: u64, from: HostIndex) {
        let Some(push) = self.pushes.get_mut(&number) else { return };
        push.waiting.remove(from);
        if push.waiting.is_empty() {
            self.finish_push(number);
        }
    }

    /// Hands the messages out, but for those that were deleted, or leased anew, in the meantime.
    pub(super) fn finish_push(&mut self, number: u64) {
        let Some(push) = self.pushes.remove(&number) else { return };
        self.alarms.cancel(push.alarm, Alarm::Push(number));
        let deliveries = push.leased.iter().filter_map(|leased| self.hand_out(leased)).collect();
        self.reply(push.origin, Reply::Dequeued(deliveries));
    }

    fn hand_out(&mut self, leased: &Leased) -> Option<Delivery> {
        let id = leased.receipt.message;
        let slot = self.messages.find(id)?;
        let entry = self.messages.entry(slot);
        let deliveries = &entry.condition_ref()?.deliveries;
        if deliveries.lease_highest() != leased.receipt.lease || self.is_corrupt(slot) {
            return None;
        }
        let (count, sequence) = (deliveries.count(), entry.sequence);
        let holders = self.peers.ids_of(self.messages.holders(slot).hosts());
        let delivery = Delivery {
            content: Content::Stored(sequence),
            receipt: leased.receipt,
            holders,
            count,
            cause: leased.cause,
        };
        self.happened(Happening::Delivered { id, count, cause: leased.cause });
        if leased.at_most_once {
            self.delete_for_good(id);
        }
        Some(delivery)
    }

    /// Deliveries for which nobody waits any more: their leases are given back at once.
    pub(super) fn give_back(&mut self, from: HostIndex, reply: Reply) {
        let Reply::Dequeued(deliveries) = reply else { return };
        if deliveries.is_empty() {
            return;
        }
        let receipts = deliveries.into_iter().map(|delivery| delivery.receipt).collect();
        let timeout = self.config.answer_timeout;
        self.forward(
            from,
            crate::request::Request::Release(receipts),
            timeout,
            super::forward::Then::Nothing,
        );
    }
}
