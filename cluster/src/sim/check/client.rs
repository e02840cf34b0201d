//! Seeded clients: they enqueue, dequeue, delete, release and extend, on any host, and retry like real ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Shape;
use hydraq_core::ids::{MessageId, RequestId};
use hydraq_core::message::{Content, Message, Priority};
use hydraq_core::random::Random;
use hydraq_core::request::{
    Attempt, Delete as DeleteRequest, DeleteTarget, Delivery, Dequeue, Enqueue, EnqueueOutcome, Redrive,
    Reply, Request,
};

use super::history::{Delete, History, Life, Seen};
use crate::sim::world::World;

const TYPES: [&str; 3] = ["orders", "mails", "jobs"];

/// What a client waits for.
#[derive(Debug, Clone)]
enum Asked {
    Enqueue(Arc<Message>, Enqueue),
    /// A message with the id of another one.
    Impostor(MessageId),
    Dequeue {
        lease: Duration,
    },
    Delete(Vec<MessageId>),
    Lease {
        receipts: Vec<(MessageId, usize)>,
        extension: Option<Duration>,
    },
    Redrive,
}

/// One request under way.
#[derive(Debug)]
struct UnderWay {
    node: usize,
    asked: Asked,
    at: u64,
    gives_up: u64,
}

/// All clients of a run.
pub struct Clients {
    random: Random,
    count: usize,
    under_way: BTreeMap<RequestId, UnderWay>,
    next_at: Vec<u64>,
    next_id: u128,
    /// Whether they use ids again. A host that is cut off from all who have the message cannot know better: so only where nothing
    /// goes wrong.
    pub deceive: bool,
    /// Whether they only take messages out any more.
    pub draining: bool,
}

impl Clients {
    /// Clients whose chances `seed` decides.
    #[must_use]
    pub fn new(seed: u64, count: usize) -> Self {
        let random = Random::new(seed ^ 0xc11e_4715);
        Clients {
            random,
            count,
            under_way: BTreeMap::new(),
            next_at: vec![0; count],
            next_id: 1,
            deceive: false,
            draining: false,
        }
    }

    /// How many requests are under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.under_way.len()
    }

    /// Takes answers, and lets every client whose turn it is ask for something.
    pub fn turn(&mut self, world: &mut World, history: &mut History) {
        self.take_answers(world, history);
        if self.draining {
            return;
        }
        for client in 0..self.count {
            if self.next_at[client] <= world.now {
                self.next_at[client] = world.now + 20_000 + self.random.below(1_000_000) as u64;
                self.ask(world, history);
            }
        }
    }

    fn take_answers(&mut self, world: &mut World, history: &mut History) {
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
        let mut again = false;
        match reply {
            Some((at, Reply::Enqueued(outcomes))) => match &outcomes[0] {
                EnqueueOutcome::Ok(_) => {
                    life.acknowledged = Some(life.acknowledged.map_or(at, |before| before.min(at)));
                }
                EnqueueOutcome::Unknown(_) => (life.unknown, again) = (true, true),
                EnqueueOutcome::Failed(_) => {
                    life.failed = !life.unknown;
                    again = !life.unknown;
                }
            },
            _ => (life.unknown, again) = (true, true),
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

    fn ask(&mut self, world: &mut World, history: &mut History) {
        let node = self.random.below(world.nodes.len());
        match self.random.below(20) {
            0..=7 => self.enqueue(world, history, node),
            8..=12 => {
                let lease = Duration::from_millis(200 + self.random.below(8_000) as u64);
                self.dequeue(world, history, node, lease);
            }
            13..=15 => self.delete_leased(world, history, node),
            16 => self.delete_any(world, history, node),
            17 => self.change_leases(world, history, node, None),
            18 => {
                let extension = Duration::from_millis(500 + self.random.below(10_000) as u64);
                self.change_leases(world, history, node, Some(extension));
            }
            _ => self.redrive(world, history, node),
        }
    }

    fn enqueue(&mut self, world: &mut World, history: &mut History, node: usize) {
        let hosts = world.nodes.len();
        self.next_id += 1;
        let id = MessageId(u128::from(self.random.draw()) << 64 | self.next_id);
        let replicas = 1 + self.random.below(hosts.min(4)) as u8;
        let at_most_once = self.random.below(20) == 0;
        let rarely =
            |random: &mut Random, most: usize| (random.below(12) == 0).then(|| 1 + random.below(most));
        let message = Arc::new(Message {
            id,
            message_type: TYPES[self.random.below(TYPES.len())].into(),
            body: Bytes::from(format!("{id} {}", self.random.draw())),
            attributes: Vec::new(),
            replicas: if at_most_once { 1 } else { replicas },
            priority: Priority(self.random.below(10) as u8),
            delay: rarely(&mut self.random, 5_000).map(|ms| Duration::from_millis(ms as u64)),
            time_to_live: rarely(&mut self.random, 20_000).map(|ms| Duration::from_millis(1_000 + ms as u64)),
            deliveries_max: rarely(&mut self.random, 3).map(|max| max as u32),
            at_most_once,
            enqueued_at_ms: 0,
        });
        let asynchronous = self.random.below(16) == 0;
        let min = rarely(&mut self.random, usize::from(message.replicas))
            .map(|min| min.min(usize::from(message.replicas)) as u8);
        let enqueue = Enqueue {
            messages: vec![message.clone()],
            shape: [Shape::Star, Shape::Star, Shape::Chain, Shape::Tree][self.random.below(4)],
            timeout: Duration::from_millis(500 + self.random.below(6_000) as u64),
            replicas_min: min,
            asynchronous,
            attempt: Attempt::First,
            placed: false,
        };
        if let Some(impostor) = self.impostor(history, &message) {
            let enqueue =
                Enqueue { messages: vec![impostor.clone()], attempt: Attempt::Retry(None), ..enqueue };
            let asked = Asked::Impostor(impostor.id);
            self.send(world, history, node, asked, Request::Enqueue(enqueue));
            return;
        }
        let life = Life {
            body: message.body.clone(),
            replicas: message.replicas,
            promised: if asynchronous { 1 } else { min.unwrap_or(message.replicas) },
            sent: world.now,
            tries: 1,
            tried: world.now,
            expires: message.time_to_live.map(|life| world.now + life.as_micros() as u64),
            deliveries_max: message.deliveries_max,
            at_most_once,
            ..Life::default()
        };
        history.lives.insert(id, life);
        self.send(world, history, node, Asked::Enqueue(message, enqueue.clone()), Request::Enqueue(enqueue));
    }

    /// Rarely, a message that uses the id of another one again.
    fn impostor(&mut self, history: &History, message: &Arc<Message>) -> Option<Arc<Message>> {
        if !self.deceive || self.random.below(30) > 0 {
            return None;
        }
        let is_there = |life: &Life| life.is_owed();
        let there: Vec<MessageId> =
            history.lives.iter().filter(|(_, life)| is_there(life)).map(|(id, _)| *id).collect();
        let id = *there.get(self.random.below(there.len().max(1)))?;
        Some(Arc::new(Message { id, ..(**message).clone() }))
    }

    /// Asks one host for messages of all types.
    pub fn dequeue(&mut self, world: &mut World, history: &mut History, node: usize, lease: Duration) {
        let wait = if self.draining {
            Duration::ZERO
        } else {
            Duration::from_millis(self.random.below(2_000) as u64)
        };
        let request = Dequeue {
            message_types: TYPES.iter().map(|name| (*name).into()).collect(),
            messages_max: 1 + self.random.below(if self.draining { 50 } else { 5 }) as u32,
            lease,
            wait,
            forwarded: false,
        };
        self.send(world, history, node, Asked::Dequeue { lease }, Request::Dequeue(request));
    }

    /// Deletes one of the messages that were delivered and not deleted, by its newest lease.
    fn delete_leased(&mut self, world: &mut World, history: &mut History, node: usize) {
        let leased: Vec<(MessageId, DeleteTarget)> = history
            .lives
            .iter()
            .filter(|(_, life)| !life.delete_asked())
            .filter_map(|(id, life)| {
                let seen = life.deliveries.last()?;
                Some((*id, DeleteTarget { id: *id, lease: Some(seen.receipt.lease) }))
            })
            .collect();
        if leased.is_empty() {
            return;
        }
        let from = self.random.below(leased.len());
        let targets: Vec<_> = leased.into_iter().skip(from).take(1 + self.random.below(6)).collect();
        self.delete(world, history, node, targets);
    }

    /// Deletes any message by its id.
    fn delete_any(&mut self, world: &mut World, history: &mut History, node: usize) {
        // One that nobody has may come into being after its delete: only what is there counts.
        let is_there = |life: &Life| life.acknowledged.is_some() || !life.deliveries.is_empty();
        let ids: Vec<MessageId> =
            history.lives.iter().filter(|(_, life)| is_there(life)).map(|(id, _)| *id).collect();
        if ids.is_empty() {
            return;
        }
        let id = ids[self.random.below(ids.len())];
        self.delete(world, history, node, vec![(id, DeleteTarget { id, lease: None })]);
    }

    /// Deletes messages.
    pub fn delete(
        &mut self,
        world: &mut World,
        history: &mut History,
        node: usize,
        targets: Vec<(MessageId, DeleteTarget)>,
    ) {
        for (id, _) in &targets {
            if let Some(life) = history.lives.get_mut(id) {
                life.deletes.push(Delete { asked: world.now, ..Delete::default() });
            }
        }
        let ids = targets.iter().map(|(id, _)| *id).collect();
        let targets = targets.into_iter().map(|(_, target)| target).collect();
        let request = DeleteRequest { targets, timeout: Duration::from_secs(3) };
        self.send(world, history, node, Asked::Delete(ids), Request::Delete(request));
    }

    /// Makes all dead messages ready again.
    pub fn redrive(&mut self, world: &mut World, history: &mut History, node: usize) {
        history.redrives.push(world.now);
        self.send(world, history, node, Asked::Redrive, Request::Redrive(Redrive::Type(None)));
    }

    fn change_leases(
        &mut self,
        world: &mut World,
        history: &mut History,
        node: usize,
        extension: Option<Duration>,
    ) {
        let leased: Vec<(MessageId, usize)> = history
            .lives
            .iter()
            .filter(|(_, life)| !life.delete_asked() && !life.deliveries.is_empty())
            .map(|(id, life)| (*id, life.deliveries.len() - 1))
            .collect();
        if leased.is_empty() {
            return;
        }
        let (id, place) = leased[self.random.below(leased.len())];
        let Some(receipt) = history.lives.get(&id).map(|life| life.deliveries[place].receipt) else { return };
        // It may happen, whether an answer comes or not.
        let now = world.now;
        if let Some(seen) = history.lives.get_mut(&id).and_then(|life| life.deliveries.get_mut(place))
            && extension.is_none()
        {
            seen.released = Some(seen.released.unwrap_or(now));
        }
        let request = match extension {
            Some(extension) => Request::Extend(vec![receipt], extension),
            None => Request::Release(vec![receipt]),
        };
        self.send(world, history, node, Asked::Lease { receipts: vec![(id, place)], extension }, request);
    }

    fn send(
        &mut self,
        world: &mut World,
        history: &mut History,
        node: usize,
        asked: Asked,
        request: Request,
    ) {
        history.requests += 1;
        let at = world.now;
        let id = world.request(node, request);
        self.under_way.insert(id, UnderWay { node, asked, at, gives_up: at + 10_000_000 });
    }
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
    let life = history.lives.entry(message.id).or_default();
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
