//! What clients are told, as it goes into the history; and what they make of it: a failed enqueue is tried again.

use std::sync::Arc;
use std::time::Duration;

use hydraq_core::ids::RequestId;
use hydraq_core::message::{Content, Message};
use hydraq_core::request::{Attempt, DeleteTarget, Delivery, Enqueue, EnqueueOutcome, Reply, Request};

use super::super::history::{History, Life, Seen};
use super::super::objects::EVENT_TYPES;
use super::{Asked, Clients, UnderWay};
use crate::sim::world::World;

impl Clients {
    /// Takes the answers that have come, and gives up on those that do not.
    pub(super) fn take_answers(&mut self, world: &mut World, history: &mut History) {
        let done: Vec<RequestId> = self
            .under_way
            .iter()
            .filter(|(id, under_way)| world.reply(**id).is_some() || world.now >= under_way.gives_up)
            .map(|(id, _)| *id)
            .collect();
        for id in done {
            let Some(under_way) = self.under_way.remove(&id) else { continue };
            let reply = world.reply(id).cloned();
            history.answers += u64::from(reply.is_some());
            self.answered(world, history, &under_way, reply);
        }
    }

    fn answered(
        &mut self,
        world: &mut World,
        history: &mut History,
        under_way: &UnderWay,
        reply: Option<(u64, Reply)>,
    ) {
        match (&under_way.asked, reply) {
            (Asked::Enqueue(message, enqueue), reply) => {
                self.enqueued(world, history, message, enqueue, reply);
            }
            (Asked::Impostor(id), Some((at, Reply::Enqueued(outcomes)))) => {
                if matches!(outcomes.first(), Some(EnqueueOutcome::Ok(_))) {
                    history.impostors.push((*id, under_way.at, at));
                }
            }
            (Asked::Dequeue { lease }, Some((at, Reply::Dequeued(deliveries)))) => {
                for delivery in deliveries {
                    note_delivery(history, under_way, at, *lease, &delivery, self.draining);
                }
            }
            (Asked::Delete(ids), Some((at, Reply::Deleted(results)))) => {
                for (id, result) in ids.iter().zip(results) {
                    let delete = history.lives.get_mut(id).and_then(|life| life.deletes.last_mut());
                    if let (Some(delete), Ok(outcome)) = (delete, result) {
                        delete.acknowledged = Some(at);
                        delete.gone_already = outcome.gone_already;
                        delete.unreached = outcome.unreached;
                    }
                }
            }
            (Asked::Lease { receipts, extension: Some(extension) }, Some((_, Reply::Leases(results)))) => {
                for ((id, place), result) in receipts.iter().zip(results) {
                    let seen = history.lives.get_mut(id).and_then(|life| life.deliveries.get_mut(*place));
                    if let (Some(seen), true) = (seen, result.is_ok()) {
                        seen.lease_ends = seen.lease_ends.max(under_way.at + extension.as_micros() as u64);
                    }
                }
            }
            _ => {}
        }
    }

    fn enqueued(
        &mut self,
        world: &mut World,
        history: &mut History,
        message: &Arc<Message>,
        enqueue: &Enqueue,
        reply: Option<(u64, Reply)>,
    ) {
        let Some(life) = history.lives.get_mut(&message.id) else { return };
        let (mut again, mut regrets) = (false, false);
        match reply {
            Some((at, Reply::Enqueued(outcomes))) => match &outcomes[0] {
                EnqueueOutcome::Ok(_) => {
                    life.acknowledged = Some(life.acknowledged.map_or(at, |before| before.min(at)));
                    // While copies may still be under way, or hosts that were tried before have not been heard of.
                    regrets = !self.draining && self.random.below(if life.tries > 1 { 2 } else { 8 }) == 0;
                }
                EnqueueOutcome::Unknown(_) => (life.unknown, again) = (true, true),
                EnqueueOutcome::Failed(_) => {
                    life.failed = !life.unknown;
                    again = !life.unknown;
                }
            },
            _ => (life.unknown, again) = (true, true),
        }
        if regrets {
            let node = self.random.below(world.nodes.len());
            self.delete(
                world,
                history,
                node,
                vec![(message.id, DeleteTarget { id: message.id, lease: None })],
            );
            return;
        }
        if again
            && !self.draining
            && life.acknowledged.is_none()
            && life.tries < 4
            && self.random.below(4) > 0
        {
            life.tries += 1;
            life.tried = world.now;
            life.failed = false;
            let enqueue = Enqueue { attempt: Attempt::Retry(None), ..enqueue.clone() };
            let node = self.random.below(world.nodes.len());
            self.send(
                world,
                history,
                node,
                Asked::Enqueue(message.clone(), enqueue.clone()),
                Request::Enqueue(enqueue),
            );
        }
    }
}

fn is_of_event(message: &Message) -> bool {
    EVENT_TYPES.contains(&&*message.message_type)
}

fn note_delivery(
    history: &mut History,
    under_way: &UnderWay,
    at: u64,
    lease: Duration,
    delivery: &Delivery,
    drain: bool,
) {
    let Content::Message(message) = &delivery.content else { return };
    let first_seen = || Life { body: message.body.clone(), replicas: message.replicas, ..Life::default() };
    // Nobody but its store has sent the message of an event: what it says is what was delivered first.
    let life = match is_of_event(message) {
        true => history.lives.entry(message.id).or_insert_with(first_seen),
        false => history.lives.entry(message.id).or_default(),
    };
    life.deliveries.push(Seen {
        through: under_way.node,
        asked: under_way.at,
        at,
        receipt: delivery.receipt,
        // The lease began no later than the answer; that of a later begin ends later.
        lease_first_ends: under_way.at + lease.as_micros() as u64,
        lease_ends: under_way.at + lease.as_micros() as u64,
        released: None,
        count: delivery.count,
        cause: delivery.cause,
        intact: life.body == message.body,
        drain,
    });
}
