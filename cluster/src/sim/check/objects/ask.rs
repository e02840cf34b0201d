//! What clients ask of data stores: seeded requests, each said once to one host.

use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::objects::query::{Comparison, Condition};
use hydraq_core::objects::{Attributes, ObjectId, Value};

use super::super::history::History;
use super::answers::Heard;
use super::known::{Deed, ObjectLife, Outcome, Written};
use super::{ObjectClients, UnderWay};
use crate::client::HostClient;
use crate::client::objects::{NewObject, ObjectQuery, ObjectUpdate};
use crate::client::way::Dialler;
use crate::sim::world::World;

/// The kinds of objects.
pub(super) const KINDS: [&str; 2] = ["order", "customer"];

/// The queues of their events.
pub const EVENT_TYPES: [&str; 2] = ["events.order", "events.customer"];

/// An attribute that an object keeps.
pub(super) const SHARD: &str = "shard";

/// An attribute that each update changes: the number in the content.
pub(super) const ROUND: &str = "round";

/// How many shards there are.
const SHARDS: usize = 4;

/// What a client waits for.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// A new object, under an id that was told before, if one was.
    Create { id: Option<ObjectId>, kind: &'static str, shard: i64, body: Bytes },
    /// An object; for the last time, when everything is healed.
    Get { id: ObjectId, is_last: bool },
    /// Another content.
    Update { id: ObjectId, expected: Option<u64>, body: Bytes },
    /// No such object any more.
    Delete { id: ObjectId, expected: Option<u64>, place: usize },
    /// All objects of a kind, or of a shard of it.
    Query { kind: &'static str, shard: Option<i64> },
}

/// The attributes that are written with a content.
pub(super) fn attributes(shard: i64, body: &Bytes) -> Attributes {
    let round = std::str::from_utf8(body).ok().and_then(|text| text.parse().ok()).unwrap_or(-1);
    [(SHARD, shard), (ROUND, round)].map(|(name, value)| (name.to_owned(), Value::Int(value))).into()
}

impl ObjectClients {
    pub(super) fn ask(&mut self, world: &World, history: &mut History) {
        let node = self.random.below(world.nodes.len());
        let what = self.random.below(20);
        let asked = match what {
            0..=5 => None,
            6..=8 => self.any(history).map(|(id, _)| Asked::Get { id, is_last: false }),
            9..=13 => self.update(history),
            14 => self.delete(history),
            15..=17 => {
                let shard = (self.random.below(2) == 0).then(|| self.random.below(SHARDS) as i64);
                Some(Asked::Query { kind: KINDS[self.random.below(KINDS.len())], shard })
            }
            _ => self.create_again(history),
        };
        let asked = asked.unwrap_or_else(|| self.create());
        self.send(world, history, node, asked);
    }

    /// Any of the objects that clients know of; more often one of the latest.
    fn any<'a>(&mut self, history: &'a History) -> Option<(ObjectId, &'a ObjectLife)> {
        let lives = &history.objects.lives;
        let place = self.random.below(lives.len().max(1));
        lives.iter().nth(place).map(|(id, life)| (*id, life))
    }

    fn fresh_body(&mut self) -> Bytes {
        self.next_number += 1;
        Bytes::from(self.next_number.to_string())
    }

    fn create(&mut self) -> Asked {
        let kind = KINDS[self.random.below(KINDS.len())];
        let shard = self.random.below(SHARDS) as i64;
        Asked::Create { id: None, kind, shard, body: self.fresh_body() }
    }

    /// The same again, whatever became of it.
    fn create_again(&mut self, history: &History) -> Option<Asked> {
        let (id, life) = self.any(history)?;
        let created = life.written.iter().find(|written| written.deed == Deed::Create)?;
        Some(Asked::Create { id: Some(id), kind: life.kind, shard: life.shard, body: created.body.clone() })
    }

    /// The version that a change names: the right one as far as is known, another one, or none.
    fn expected(&mut self, life: &ObjectLife) -> Option<u64> {
        let version = life.version();
        match self.random.below(6) {
            0 => None,
            1 => Some(version + 1 + self.random.below(2) as u64),
            2 => Some(version.saturating_sub(1).max(1)),
            _ => Some(version.max(1)),
        }
    }

    fn update(&mut self, history: &History) -> Option<Asked> {
        let (id, life) = self.any(history)?;
        let expected = self.expected(life);
        Some(Asked::Update { id, expected, body: self.fresh_body() })
    }

    fn delete(&mut self, history: &History) -> Option<Asked> {
        let (id, life) = self.any(history)?;
        let (expected, place) = (self.expected(life), life.written.len());
        Some(Asked::Delete { id, expected, place })
    }

    /// Sends a request to a host; what is to be written is known of from now on.
    pub(super) fn send(&mut self, world: &World, history: &mut History, node: usize, asked: Asked) {
        let (id, deed, body) = match &asked {
            Asked::Update { id, expected, body } => (*id, Deed::Update(*expected), body.clone()),
            Asked::Delete { id, expected, .. } => (*id, Deed::Delete(*expected), Bytes::new()),
            _ => (ObjectId::default(), Deed::Create, Bytes::new()),
        };
        let written = Written { deed, body, asked: world.now, outcome: Outcome::Unknown };
        if let (true, Some(life)) = (deed != Deed::Create, history.objects.lives.get_mut(&id)) {
            life.written.push(written);
        }
        self.next_number += 1;
        let (number, heard) = (self.next_number, self.heard.clone());
        let timeout = Duration::from_millis(500 + self.random.below(6_000) as u64);
        let dialler = Dialler::Inside(self.board.clone());
        let Ok(client) = HostClient::through(&dialler, &world.nodes[node].name) else { return };
        let request = asked.clone();
        let tell = move |what| heard.lock().unwrap_or_else(PoisonError::into_inner).push((number, what));
        let task = self.runtime.spawn(async move { ask_host(&client, request, timeout, tell).await });
        let (task, incarnation) = (task.abort_handle(), world.nodes[node].incarnation);
        self.under_way.insert(number, UnderWay { node, incarnation, asked, at: world.now, task });
    }
}

async fn ask_host(client: &HostClient, asked: Asked, timeout: Duration, tell: impl Fn(Heard)) {
    let answer = match asked {
        Asked::Create { id, kind, shard, body } => {
            let attributes = attributes(shard, &body);
            let new = NewObject { kind: kind.to_owned(), attributes, body, id };
            let created = client.create_object(&new, timeout, |id, _| tell(Heard::Drawn(id))).await;
            Heard::Object(created.map(|created| created.stored.object).map_err(|failed| failed.error))
        }
        Asked::Get { id, .. } => Heard::Object(client.object(id).await.map(|stored| stored.object)),
        Asked::Update { id, expected, body } => {
            let mut attributes = attributes(0, &body);
            attributes.remove(SHARD);
            let update = ObjectUpdate { attributes, body: Some(body), expected, ..ObjectUpdate::default() };
            let updated = client.update_object(id, &update, timeout).await;
            Heard::Object(updated.map(|stored| stored.object))
        }
        Asked::Delete { id, expected, .. } => {
            let deleted = client.delete_object(id, expected, timeout).await;
            Heard::Object(deleted.map(|stored| stored.object))
        }
        Asked::Query { kind, shard } => {
            let condition = |shard| Condition {
                attribute: SHARD.to_owned(),
                comparison: Comparison::Equal,
                value: Value::Int(shard),
            };
            let conditions = shard.into_iter().map(condition).collect();
            let query = ObjectQuery {
                kind: kind.to_owned(),
                conditions,
                objects_max: 1000,
                ..ObjectQuery::default()
            };
            Heard::Page(client.query_objects(&query).await)
        }
    };
    tell(answer);
}
