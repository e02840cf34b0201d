//! One run of one plan: the safety phase, the healing, the drain, the judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::event::{Event, Order};
use hydraq_core::host::Host;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::random::{Random, mix};
use hydraq_core::request::{DeleteTarget, Knowledge};

use super::client::Clients;
use super::history::History;
use super::invariants::{Sight, Violation, judge};
use super::plan::{Fault, Plan};
use crate::sim::audit::{messages_on, tombstones_on};
use crate::sim::node::Node;
use crate::sim::world::World;
use crate::store::model::Image;

/// How often clients have a turn.
const SLICE: Duration = Duration::from_millis(5);

/// How long the cluster may take to converge once everything is healed.
const CONVERGE: Duration = Duration::from_secs(30);

/// How long it may take to be drained.
const DRAIN: Duration = Duration::from_secs(120);

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
    /// How long it took, in virtual time.
    pub simulated: Duration,
    /// A hash of everything that happened.
    pub hash: u64,
    /// The trace, in words.
    pub trace: Vec<String>,
}

/// Something that ends a fault.
#[derive(Debug)]
enum Cure {
    Start(usize),
    Resume(usize),
    Mend(usize, usize),
    MendAll,
    NormalDisk(usize),
    Room(usize),
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    history: History,
    clients: Clients,
    random: Random,
    cures: Vec<(u64, Cure)>,
    images: Vec<Image>,
    faults: BTreeMap<&'static str, u64>,
    keep_trace: bool,
    lost_seen: usize,
    inconsistent: Option<String>,
}

/// Runs a plan. The trace in words is kept only if asked for.
#[must_use]
pub fn run(plan: &Plan, config: &Config, keep_trace: bool) -> Outcome {
    let mut world = World::new(plan.seed, config.clone());
    for number in 0..plan.hosts {
        world.add(&name(number));
    }
    let clients = Clients::new(plan.seed, plan.clients);
    let images = world.nodes.iter().map(|node| node.disk.image()).collect();
    let random = Random::new(plan.seed ^ 0xfa17);
    let mut run = Run {
        plan,
        world,
        history: History::default(),
        clients,
        random,
        cures: Vec::new(),
        images,
        faults: BTreeMap::new(),
        keep_trace,
        lost_seen: 0,
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
                if self.strike(fault) {
                    *self.faults.entry(fault.class()).or_default() += 1;
                }
            }
            self.cure(false);
            self.slice();
        }
    }

    fn slice(&mut self) {
        self.world.run_for(SLICE);
        self.clients.turn(&mut self.world, &mut self.history);
        self.note_lost_disks();
        if self.inconsistent.is_none() && self.world.now % 100_000 < SLICE.as_micros() as u64 {
            let say =
                |node: &Node| Some((node.name.clone(), node.process.as_ref()?.engine.core.inconsistency()?));
            let found = self.world.nodes.iter().find_map(say);
            self.inconsistent = found.map(|(name, what)| format!("{name} at {}: {what}", self.world.now));
        }
        if self.world.now % 1_000_000 < SLICE.as_micros() as u64 && self.random.below(3) == 0 {
            // What a disk may go back to.
            self.images = self.world.nodes.iter().map(|node| node.disk.image()).collect();
        }
    }

    /// Does harm; whether it changed anything.
    fn strike(&mut self, fault: &Fault) -> bool {
        let now = self.world.now;
        let world = &mut self.world;
        let later = |duration: &Duration| now + duration.as_micros() as u64;
        match fault {
            Fault::Crash { node, down } => {
                let ran = world.nodes[*node].process.is_some();
                world.kill(*node);
                self.cures.push((later(down), Cure::Start(*node)));
                ran
            }
            Fault::Pause { node, stopped } => {
                world.set_paused(*node, true);
                self.cures.push((later(stopped), Cure::Resume(*node)));
                world.nodes[*node].process.is_some()
            }
            Fault::Wipe { node, down } => {
                world.lose_disk(*node);
                self.cures.push((later(down), Cure::Start(*node)));
                true
            }
            Fault::Rollback { node } => self.roll_back(*node),
            Fault::Cut { from, to, both, lasts } => {
                world.network.trouble(*from, *to).cut = true;
                if *both {
                    world.network.trouble(*to, *from).cut = true;
                }
                self.cures.push((later(lasts), Cure::Mend(*from, *to)));
                true
            }
            Fault::Partition { side, lasts } => {
                let on = |node: usize| side & (1 << node) != 0;
                for from in 0..self.plan.hosts {
                    for to in (0..self.plan.hosts).filter(|to| on(*to) != on(from)) {
                        world.network.trouble(from, to).cut = true;
                    }
                }
                self.cures.push((later(lasts), Cure::MendAll));
                true
            }
            Fault::Flaky { from, to, delay, shares, lasts } => {
                let trouble = world.network.trouble(*from, *to);
                trouble.delay = *delay;
                [trouble.loss, trouble.duplication, trouble.reordering] = *shares;
                self.cures.push((later(lasts), Cure::Mend(*from, *to)));
                true
            }
            Fault::Reset { one, two } => world.reset_link(*one, *two),
            Fault::SlowDisk { node, takes, lasts } => {
                world.nodes[*node].commit_takes = *takes;
                self.cures.push((later(lasts), Cure::NormalDisk(*node)));
                true
            }
            Fault::FullDisk { node, lasts } => {
                world.tell(*node, Event::Full(true));
                self.cures.push((later(lasts), Cure::Room(*node)));
                true
            }
            Fault::Flip { node } => self.flip(*node),
            Fault::FailedSync { node } => {
                world.nodes[*node].disk.fail_next();
                true
            }
        }
    }

    /// Puts a disk back to an earlier state of the same host.
    fn roll_back(&mut self, node: usize) -> bool {
        let image = self.images[node].clone();
        let now = self.world.nodes[node].disk.image();
        if image.host != now.host || image.host.is_none() || image.commit == now.commit {
            return false;
        }
        self.world.kill(node);
        self.world.nodes[node].disk.restore(image);
        self.world.nodes[node].distrusted = true;
        self.excuse_what_is_nowhere();
        self.world.start(node);
        true
    }

    fn flip(&mut self, node: usize) -> bool {
        let disk = self.world.nodes[node].disk.clone();
        let sequences: Vec<_> = disk.with(|image| image.records.keys().copied().collect());
        if sequences.is_empty() {
            return false;
        }
        disk.corrupt(sequences[self.random.below(sequences.len())]);
        self.excuse_what_is_nowhere();
        true
    }

    /// Ends the faults whose time is over, or all of them.
    fn cure(&mut self, all: bool) {
        let now = self.world.now;
        let (over, rest) = std::mem::take(&mut self.cures).into_iter().partition(|(at, _)| all || *at <= now);
        self.cures = rest;
        let over: Vec<(u64, Cure)> = over;
        for (_, cure) in over {
            match cure {
                Cure::Start(node) => self.world.start(node),
                Cure::Resume(node) => self.world.set_paused(node, false),
                Cure::Mend(one, two) => self.world.network.heal(Some((one, two))),
                Cure::MendAll => self.world.network.heal(None),
                Cure::NormalDisk(node) => self.world.nodes[node].commit_takes = Duration::from_micros(200),
                Cure::Room(node) => self.world.tell(node, Event::Full(false)),
            }
        }
    }

    /// Ends all faults, and starts everybody.
    fn heal(&mut self) -> u64 {
        self.cure(true);
        self.world.network.heal(None);
        for node in 0..self.plan.hosts {
            self.world.nodes[node].disk.mend();
            self.world.start(node);
            self.world.tell(node, Event::Full(false));
        }
        self.world.now
    }

    /// Lets time pass until everybody serves and knows everybody.
    fn converge(&mut self) -> Option<String> {
        let end = self.world.now + CONVERGE.as_micros() as u64;
        while self.world.now < end {
            if self.all_serve() {
                return None;
            }
            self.slice();
        }
        let states: Vec<String> = (0..self.plan.hosts).map(|node| self.describe(node)).collect();
        Some(format!(
            "the cluster did not converge within {CONVERGE:?} of the last heal: {}",
            states.join("; ")
        ))
    }

    fn all_serve(&self) -> bool {
        let running = (0..self.plan.hosts).filter(|node| !self.world.nodes[*node].removed);
        running.into_iter().all(|node| {
            let links = self.world.core(node).map(|core| core.view().links).unwrap_or_default();
            let good =
                |link: &hydraq_core::host::LinkView| link.member.removed || (link.synchronised && link.live);
            self.world.serves(node) && links.iter().all(good)
        })
    }

    fn describe(&self, node: usize) -> String {
        let name = &self.world.nodes[node].name;
        let Some(core) = self.world.core(node) else { return format!("{name} does not run") };
        let view = core.view();
        let links: Vec<String> = view
            .links
            .iter()
            .filter(|link| !link.member.removed && (!link.synchronised || !link.live))
            .map(|link| {
                let (synchronised, live) = (link.synchronised, link.live);
                format!(
                    "{}: connected {}, synchronised {synchronised}, live {live}",
                    link.member.name, link.connected
                )
            })
            .collect();
        let (copies, tombstones) = (view.copies, view.tombstones);
        format!(
            "{name} serves {}, {copies} copies, {tombstones} tombstones [{}]",
            view.serving,
            links.join(", ")
        )
    }

    /// Takes everything out and deletes it; says what was left, if anything was.
    fn drain(&mut self) -> Option<String> {
        // Requests and leases of the safety phase come to their ends first.
        self.clients.draining = true;
        for _ in 0..(25_000 / SLICE.as_millis()) {
            self.slice();
        }
        let end = self.world.now + DRAIN.as_micros() as u64;
        let mut node = 0;
        while self.world.now < end {
            node = (node + 1) % self.plan.hosts;
            // Some die only now, when their last lease ends.
            self.clients.redrive(&mut self.world, &mut self.history, node);
            self.clients.dequeue(&mut self.world, &mut self.history, node, Duration::from_secs(600));
            while self.clients.waiting() > 0 {
                self.slice();
            }
            self.delete_drained(node);
            if self.is_empty() {
                return None;
            }
        }
        let states: Vec<String> = (0..self.plan.hosts).map(|node| self.describe(node)).collect();
        let left: Vec<String> = self.left();
        Some(format!(
            "the cluster was not empty {DRAIN:?} after it converged: {}; left: {}",
            states.join("; "),
            left.join(", ")
        ))
    }

    fn delete_drained(&mut self, node: usize) {
        let targets: Vec<(MessageId, DeleteTarget)> = self
            .history
            .lives
            .iter()
            .filter(|(_, life)| {
                life.deliveries.last().is_some_and(|seen| seen.drain && !life.deleted_since(seen.at))
            })
            .map(|(id, _)| (*id, DeleteTarget { id: *id, lease: None }))
            .collect();
        if !targets.is_empty() {
            self.clients.delete(&mut self.world, &mut self.history, node, targets);
            while self.clients.waiting() > 0 {
                self.slice();
            }
        }
    }

    fn is_empty(&self) -> bool {
        (0..self.plan.hosts).filter_map(|node| self.world.core(node)).all(|core| {
            let (messages, tombstones) = core.ids();
            tombstones.is_empty() && messages.iter().all(|id| self.is_beyond_repair(core, *id))
        })
    }

    /// Whether what is left of a message on a host is a record that cannot be read; not after a delete, which takes that away, too.
    fn is_beyond_repair(&self, core: &Host, id: MessageId) -> bool {
        let unreadable = matches!(core.knowledge(id), Knowledge::Held(held) if held.corrupt);
        let deletes = self.history.lives.get(&id).into_iter().flat_map(|life| &life.deletes);
        unreadable && deletes.into_iter().all(|delete| delete.acknowledged.is_none())
    }

    fn left(&self) -> Vec<String> {
        let cores = (0..self.plan.hosts).filter_map(|node| Some((node, self.world.core(node)?)));
        cores
            .flat_map(|(node, core)| {
                let (messages, tombstones) = core.ids();
                let name = self.world.nodes[node].name.clone();
                let copy = |id: &MessageId| format!("{name} copy {id} {}", self.copy_in_words(node, *id));
                let messages = messages.iter().take(2).map(copy);
                let tombstone = |id: &MessageId| format!("{name} tombstone {id} {:?}", core.knowledge(*id));
                messages.chain(tombstones.iter().take(2).map(tombstone)).collect::<Vec<_>>()
            })
            .collect()
    }

    fn copy_in_words(&self, node: usize, id: MessageId) -> String {
        let Some(Knowledge::Held(held)) = self.world.core(node).map(|core| core.knowledge(id)) else {
            return String::new();
        };
        let names = |ids: &[HostId]| {
            let name = |id: &HostId| {
                self.world
                    .node_of(*id)
                    .map_or_else(|| "?".to_owned(), |node| self.world.nodes[node].name.clone())
            };
            ids.iter().map(name).collect::<Vec<_>>().join(",")
        };
        let (owner, corrupt, remaining) =
            (held.owner.map(|owner| names(&[owner])), held.corrupt, held.remaining);
        let (holders, lacking) = (names(&held.holders), names(&held.lacking));
        format!(
            "[{:?} {remaining:?} owner {owner:?} holders {holders} lacking {lacking} corrupt {corrupt}]",
            held.status
        )
    }

    /// What was lost with disks is nobody's fault.
    fn note_lost_disks(&mut self) {
        if self.world.audit.lost_disks.len() > self.lost_seen {
            self.lost_seen = self.world.audit.lost_disks.len();
            self.excuse_what_is_nowhere();
        }
    }

    fn excuse_what_is_nowhere(&mut self) {
        let trusted = || self.world.nodes.iter().filter(|node| !node.distrusted);
        let messages = |node: &Node| node.disk.with(|image| messages_on(image).collect::<Vec<_>>());
        let tombstones = |node: &Node| node.disk.with(|image| tombstones_on(image).collect::<Vec<_>>());
        let copied: BTreeSet<MessageId> = trusted().flat_map(messages).collect();
        let deleted: BTreeSet<MessageId> = trusted().flat_map(tombstones).collect();
        for (id, life) in &mut self.history.lives {
            life.lost_disks |= life.acknowledged.is_some() && !copied.contains(id);
            let delete = life.deletes.iter().any(|delete| delete.acknowledged.is_some());
            life.delete_lost |= delete && copied.contains(id) && !deleted.contains(id);
        }
    }

    fn end(mut self, healed: u64, stuck: Option<String>) -> Outcome {
        self.note_lost_disks();
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
            simulated: Duration::from_micros(self.world.now),
            hash: trace_hash(&self.world),
            trace: words,
        }
    }
}

/// A hash of the trace: the same seed must give the same one.
fn trace_hash(world: &World) -> u64 {
    world.trace.iter().fold(world.now, |hash, line| {
        let what = line.what.words(|id| id.to_string());
        let word =
            what.bytes().fold(line.at ^ (line.node as u64) << 56, |hash, byte| mix(hash ^ u64::from(byte)));
        mix(hash ^ word)
    })
}
