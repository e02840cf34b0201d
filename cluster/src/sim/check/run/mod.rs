//! One run of one plan: the safety phase, the healing, the drain, the judgement.

mod drain;
mod strike;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::event::Order;
use hydraq_core::ids::MessageId;
use hydraq_core::objects::id::event_message_id;
use hydraq_core::objects::log::LOG_KEY;
use hydraq_core::objects::{Log, Table, Tables};
use hydraq_core::random::{Random, mix};

use strike::Open;

use super::client::Clients;
use super::history::History;
use super::invariants::{Sight, Violation, judge};
use super::objects::ObjectClients;
use super::plan::Plan;
use crate::sim::audit::{messages_on, settings_on, tombstones_on, written_on};
use crate::sim::node::Node;
use crate::sim::world::World;
use crate::store::model::Image;

/// How often clients have a turn.
const SLICE: Duration = Duration::from_millis(5);

/// How long the cluster may take to converge once everything is healed.
const CONVERGE: Duration = Duration::from_secs(30);

const NAMES: [&str; 16] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa",
];

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What did not hold.
    pub violations: Vec<Violation>,
    /// How many faults of each class changed something.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many messages were enqueued.
    pub messages: u64,
    /// How many objects clients were told the ids of.
    pub objects: u64,
    /// How long it took, in virtual time.
    pub simulated: Duration,
    /// Whether it was run a second time, by other wall clocks.
    pub repeated: bool,
    /// A hash of everything that happened.
    pub hash: u64,
    /// The trace, in words.
    pub trace: Vec<String>,
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    history: History,
    clients: Clients,
    objects: Option<ObjectClients>,
    random: Random,
    open: Vec<Open>,
    images: Vec<Image>,
    /// When they were made.
    images_at: u64,
    faults: BTreeMap<&'static str, u64>,
    keep_trace: bool,
    lost_seen: usize,
    /// Whether the last disk that had the mode of repair was lost: it has to be set again.
    mode_lost: bool,
    inconsistent: Option<String>,
}

/// Runs a plan. The trace in words is kept only if asked for.
#[must_use]
pub fn run(plan: &Plan, config: &Config, keep_trace: bool) -> Outcome {
    run_at(plan, config, keep_trace, 0)
}

/// Runs a plan at another time of the world: all wall clocks begin at `wall_began_ms`, and nothing else differs.
#[must_use]
pub fn run_at(plan: &Plan, config: &Config, keep_trace: bool, wall_began_ms: u64) -> Outcome {
    let mut world = World::new(plan.seed, config.clone());
    world.wall_began_ms = wall_began_ms;
    world.real_stores = plan.real_store;
    let objects = ObjectClients::new(plan.seed, plan.object_clients, &mut world);
    for number in 0..plan.hosts {
        world.add(&name(number));
    }
    let mut clients = Clients::new(plan.seed, plan.clients);
    clients.deceive = plan.faults.is_empty();
    clients.take_events = objects.is_some();
    let images = world.nodes.iter().map(|node| node.disk.image()).collect();
    let random = Random::new(plan.seed ^ 0xfa17);
    let mut run = Run {
        plan,
        world,
        history: History::default(),
        clients,
        objects,
        random,
        open: Vec::new(),
        images,
        images_at: 0,
        faults: BTreeMap::new(),
        keep_trace,
        lost_seen: 0,
        mode_lost: false,
        inconsistent: None,
    };
    run.safety();
    let healed = run.heal();
    let stuck = run.converge().or_else(|| run.drain());
    run.end(healed, stuck)
}

fn name(number: usize) -> String {
    NAMES.get(number).map_or_else(|| format!("host-{number}"), |name| (*name).to_owned())
}

impl Run<'_> {
    fn safety(&mut self) {
        self.world.run_for(Duration::from_secs(2));
        if self.plan.repairs {
            self.world.order(0, Order::Set("repair".into(), "auto".into()));
        }
        let end = self.world.now + self.plan.safety.as_micros() as u64;
        let start = self.world.now;
        let mut faults = self.plan.faults.iter().peekable();
        while self.world.now < end {
            while let Some((_, fault)) =
                faults.next_if(|(at, _)| start + at.as_micros() as u64 <= self.world.now)
            {
                self.strike(fault);
            }
            self.cure(false);
            self.slice();
        }
    }

    fn slice(&mut self) {
        self.world.run_for(SLICE);
        self.clients.turn(&mut self.world, &mut self.history);
        if let Some(objects) = self.objects.as_mut() {
            objects.turn(&mut self.world, &mut self.history);
        }
        self.note_lost_disks();
        if self.inconsistent.is_none() && self.world.now % 500_000 < SLICE.as_micros() as u64 {
            let say =
                |node: &Node| Some((node.name.clone(), node.process.as_ref()?.engine.core.inconsistency()?));
            let found = self.world.nodes.iter().find_map(say);
            self.inconsistent = found.map(|(name, what)| format!("{name} at {}: {what}", self.world.now));
        }
        if self.world.now % 1_000_000 < SLICE.as_micros() as u64 && self.random.below(3) == 0 {
            self.world.look_at_disks();
            // What a disk may go back to.
            self.images = self.world.nodes.iter().map(|node| node.disk.image()).collect();
            self.images_at = self.world.now;
        }
    }

    /// What was lost with disks is nobody's fault.
    pub(super) fn note_lost_disks(&mut self) {
        let lost = &self.world.audit.lost_disks[self.lost_seen..];
        if lost.is_empty() {
            return;
        }
        let is_mode = |name: &str| name == "repair";
        let is_there = |node: &Node| node.disk.with(|image| settings_on(image).any(|name| is_mode(&name)));
        let was_on_one = lost.iter().any(|disk| disk.settings.iter().any(|name| is_mode(name)));
        self.mode_lost |= was_on_one && !self.world.nodes.iter().any(is_there);
        self.lost_seen = self.world.audit.lost_disks.len();
        self.excuse_what_is_nowhere();
    }

    fn excuse_what_is_nowhere(&mut self) {
        let trusted = || self.world.nodes.iter().filter(|node| !node.distrusted);
        let messages = |node: &Node| node.disk.with(|image| messages_on(image).collect::<Vec<_>>());
        let tombstones = |node: &Node| node.disk.with(|image| tombstones_on(image).collect::<Vec<_>>());
        // What cannot be read any more is lost, but a delete takes it away, too.
        let written = |node: &Node| node.disk.with(|image| written_on(image).collect::<Vec<_>>());
        let copied: BTreeSet<MessageId> = trusted().flat_map(messages).collect();
        let written: BTreeSet<MessageId> = trusted().flat_map(written).collect();
        let deleted: BTreeSet<MessageId> = trusted().flat_map(tombstones).collect();
        for (id, life) in &mut self.history.lives {
            // A later try may be answered by a host that has not found yet that it cannot read its copy.
            let is_gone = life.acknowledged.is_some() || written.contains(id);
            life.lost_disks |= is_gone && !copied.contains(id);
            let delete = life.deletes.iter().any(|delete| delete.acknowledged.is_some());
            life.delete_lost |= delete && written.contains(id) && !deleted.contains(id);
        }
        if self.objects.is_some() {
            let propagated = self.world.nodes.iter().flat_map(propagated_events);
            let lost = propagated.filter(|id| !copied.contains(id) && !self.history.lives.contains_key(id));
            self.history.objects.lost_events.extend(lost);
        }
    }

    fn end(mut self, healed: u64, stuck: Option<String>) -> Outcome {
        self.note_lost_disks();
        self.world.look_at_objects();
        let sight = Sight {
            plan: self.plan,
            history: &self.history,
            world: &self.world,
            healed: healed + CONVERGE.as_micros() as u64,
            stuck: stuck.as_deref(),
        };
        let mut violations = judge(&sight);
        violations.extend(self.inconsistent.take().map(|what| Violation { invariant: "core", what }));
        let words =
            if self.keep_trace || !violations.is_empty() { self.world.words_since(0) } else { Vec::new() };
        Outcome {
            violations,
            faults: self.faults,
            messages: self.history.lives.len() as u64,
            objects: self.history.objects.lives.len() as u64,
            simulated: Duration::from_micros(self.world.now),
            repeated: false,
            hash: trace_hash(&self.world, self.history.objects.hash()),
            trace: words,
        }
    }
}

/// The messages of the events that a store has propagated.
fn propagated_events(node: &Node) -> Vec<MessageId> {
    let log = node.disk.with(|image| {
        let Ok(stored) = image.objects.get(Table::Meta, LOG_KEY);
        Some((image.host?.1, Log::decode(&stored?).ok()?))
    });
    let ids = log.map(|(store, log)| (1..=log.propagated).map(move |at| event_message_id(store, at)));
    ids.into_iter().flatten().collect()
}

/// A hash of the trace, and of what happened beside it: the same seed must give the same one.
fn trace_hash(world: &World, beside: u64) -> u64 {
    world.trace.iter().fold(world.now ^ beside, |hash, line| {
        let what = line.what.words(|id| id.to_string());
        let word =
            what.bytes().fold(line.at ^ (line.node as u64) << 56, |hash, byte| mix(hash ^ u64::from(byte)));
        mix(hash ^ word)
    })
}
