//! Seeded clients: they enqueue, dequeue, delete, release and extend, on any host, and retry like real ones.

mod answers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Shape;
use hydraq_core::ids::{MessageId, RequestId};
use hydraq_core::message::{Message, Priority};
use hydraq_core::random::Random;
use hydraq_core::request::{
    Attempt, Delete as DeleteRequest, DeleteTarget, Dequeue, Enqueue, Redrive, Request,
};

use super::history::{Delete, History, Life};
use super::objects::EVENT_TYPES;
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
    /// Whether they take the messages of objects' events, too.
    pub take_events: bool,
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
            take_events: false,
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

    /// Sends a new message to a host.
    pub fn enqueue(&mut self, world: &mut World, history: &mut History, node: usize) {
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
        let types = TYPES.iter().chain(EVENT_TYPES.iter().filter(|_| self.take_events));
        let request = Dequeue {
            message_types: types.map(|name| (*name).into()).collect(),
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
