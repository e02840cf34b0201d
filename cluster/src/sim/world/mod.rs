//! The simulated world: hosts, disks, links, and one queue of what happens when.
//!
//! A host's process takes everything that waits for it as one batch, sends what is early, and then commits for a while, during
//! which it takes nothing; only then does what is late leave. A kill during the commit loses it or not, by chance.

mod links;
mod lives;
mod process;
mod served;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::detector::Heartbeat;
use hydraq_core::event::{Event, LinkId, Order};
use hydraq_core::frame::{Envelope, Frame, Hello};
use hydraq_core::host::Host;
use hydraq_core::ids::{HostId, MessageId, RequestId};
use hydraq_core::journal::Happening;
use hydraq_core::plant::Plant;
use hydraq_core::random::Random;
use hydraq_core::request::{Reply, Request};
use hydraq_core::state::slab::{Slab, Slot};

use super::audit::Audit;
use super::network::{Network, NodeId};
use super::node::{Meter, Node};
use super::service::Hosting;
use crate::store::model::Disk;
use lives::Expected;

/// How often a host looks for members that it has no link with.
const DIAL_EVERY: u64 = 50_000;

/// Something that will happen.
#[derive(Debug)]
enum Due {
    Hello(LinkId, NodeId, Box<Hello>),
    Envelope(LinkId, NodeId, Box<Envelope>),
    Heartbeat(LinkId, NodeId, HostId, Heartbeat),
    /// One host's heartbeats on links that nobody meddles with.
    Heartbeats(HostId, Vec<(LinkId, NodeId, Heartbeat)>),
    Committed(NodeId, u64),
    Tick(NodeId, u64),
    Beat(NodeId, u64),
    Dial(NodeId, u64),
    Dialled(NodeId, NodeId, HostId),
    LinkLost(LinkId, NodeId),
    HelloTimeout(LinkId),
    /// A kill in the middle of a commit.
    Dies(NodeId, u64),
}

/// What the world writes down: when, who, what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Virtual time in microseconds.
    pub at: u64,
    /// Which host.
    pub node: NodeId,
    /// What happened there.
    pub what: Happening,
}

/// A frame that a host sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Virtual time in microseconds.
    pub at: u64,
    /// By whom.
    pub from: NodeId,
    /// To whom.
    pub to: NodeId,
    /// What.
    pub frame: Frame,
    /// Whether the network lost it at once.
    pub lost: bool,
}

/// A simulated cluster.
pub struct World {
    /// The virtual time in microseconds.
    pub now: u64,
    /// All chances.
    pub random: Random,
    /// The hosts, by number.
    pub nodes: Vec<Node>,
    /// The links.
    pub network: Network,
    /// What has happened.
    pub trace: Vec<Line>,
    /// What was sent, if somebody wants to know.
    pub sent: Option<Vec<Sent>>,
    /// What the disks said at the moments that matter.
    pub audit: Audit,
    /// What the wall clocks that are right said when it all began, in milliseconds.
    pub wall_began_ms: u64,
    /// Whether hosts that are added have real stores.
    pub real_stores: bool,
    /// What is planted in hosts that are added, if it is not planted in all.
    pub plant: Option<Plant>,
    config: Config,
    queue: BinaryHeap<Reverse<(u64, u64, Slot)>>,
    due: Slab<Due>,
    next_due: u64,
    next_request: u64,
    replies: BTreeMap<RequestId, (u64, Reply)>,
    /// Which message an unanswered request enqueues.
    enqueued: BTreeMap<RequestId, MessageId>,
    /// The hosts by name; that is their address, too.
    by_name: BTreeMap<String, NodeId>,
    /// What gives hosts the services of real ones, if they are to have them.
    hosting: Option<Hosting>,
    /// Hosts that are being added together.
    expected: Expected,
    /// Whether somebody outside was answered since that was asked last.
    has_answered: bool,
    seed: u64,
}

impl World {
    /// An empty world; `seed` decides all its chances.
    #[must_use]
    pub fn new(seed: u64, config: Config) -> Self {
        World {
            now: 0,
            random: Random::new(seed),
            nodes: Vec::new(),
            network: Network::default(),
            trace: Vec::new(),
            sent: None,
            audit: Audit::default(),
            wall_began_ms: 0,
            real_stores: false,
            plant: None,
            config,
            queue: BinaryHeap::new(),
            due: Slab::default(),
            next_due: 0,
            next_request: 0,
            replies: BTreeMap::new(),
            enqueued: BTreeMap::new(),
            by_name: BTreeMap::new(),
            hosting: None,
            expected: Expected::default(),
            has_answered: false,
            seed,
        }
    }

    /// Adds a host and starts it; it joins through the first one.
    pub fn add(&mut self, name: &str) -> NodeId {
        let node = self.nodes.len();
        self.by_name.insert(name.to_owned(), node);
        let disk = if self.real_stores { Disk::real() } else { Disk::default() };
        let commit_takes = Duration::from_micros(200);
        let id = HostId(0);
        self.nodes.push(Node {
            name: name.to_owned(),
            id,
            disk,
            plant: self.plant,
            commit_takes,
            process: None,
            incarnation: 0,
            removed: false,
            distrusted: false,
            full: false,
            dies_in_commit: false,
            wall_error_ms: 0,
            meter: Meter::default(),
        });
        self.start(node);
        node
    }

    /// The process of a host, if it runs.
    #[must_use]
    pub fn core(&self, node: NodeId) -> Option<&Host> {
        self.nodes[node].process.as_ref().map(|process| &process.engine.core)
    }

    /// The number of the host with this id.
    #[must_use]
    pub fn node_of(&self, id: HostId) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.id == id)
    }

    /// The number of the host at this address, which is its name.
    #[must_use]
    pub fn node_at(&self, address: &str) -> Option<NodeId> {
        self.by_name.get(address).copied()
    }

    /// Whether a host runs, is not stopped, and serves.
    #[must_use]
    pub fn serves(&self, node: NodeId) -> bool {
        self.nodes[node].process.as_ref().is_some_and(|process| process.serving && !process.paused)
    }

    /// Sends a request to a host, whether it runs or not; the answer may never come.
    pub fn request(&mut self, node: NodeId, mut request: Request) -> RequestId {
        self.next_request += 1;
        let id = RequestId(self.next_request);
        if let Request::Enqueue(enqueue) = &mut request {
            if let [message] = &enqueue.messages[..] {
                self.enqueued.insert(id, message.id);
                self.audit.sent(message);
            }
            let at_ms = self.wall_ms(node);
            enqueue.messages.iter_mut().for_each(|message| {
                Arc::make_mut(message).enqueued_at_ms = at_ms;
            });
        }
        self.give(node, Event::Request(id, request));
        id
    }

    /// What a host's wall clock says, in milliseconds; for display only, there as here.
    pub fn wall_ms(&mut self, node: NodeId) -> u64 {
        let place = &mut self.nodes[node];
        place.meter.wall_reads += 1;
        (self.wall_began_ms + self.now / 1000).saturating_add_signed(place.wall_error_ms)
    }

    /// Gives an operator's order to a host.
    pub fn order(&mut self, node: NodeId, order: Order) {
        self.give(node, Event::Order(order));
    }

    /// Tells a running host that something has happened to it.
    pub fn tell(&mut self, node: NodeId, event: Event) {
        self.give(node, event);
    }

    /// The answer to a request, if it has come, and when.
    #[must_use]
    pub fn reply(&self, request: RequestId) -> Option<&(u64, Reply)> {
        self.replies.get(&request)
    }

    /// Waits for the answer to a request, for so long at the most.
    pub fn wait_reply(&mut self, request: RequestId, limit: Duration) -> Option<Reply> {
        self.run_until(limit, |world| world.replies.contains_key(&request));
        self.replies.get(&request).map(|(_, reply)| reply.clone())
    }

    /// Lets time pass.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration.as_micros() as u64;
        while let Some(Reverse((at, ..))) = self.queue.peek()
            && *at <= end
        {
            self.happen();
        }
        self.now = end;
    }

    /// Lets time pass until something holds; false if it did not within the limit.
    pub fn run_until(&mut self, limit: Duration, holds: impl Fn(&World) -> bool) -> bool {
        let end = self.now + limit.as_micros() as u64;
        while !holds(self) {
            match self.queue.peek() {
                Some(Reverse((at, ..))) if *at <= end => self.happen(),
                _ => {
                    self.now = end;
                    return holds(self);
                }
            }
        }
        true
    }

    fn give(&mut self, node: NodeId, event: Event) {
        if let Some(process) = self.nodes[node].process.as_mut() {
            process.inbox.push_back(event);
            self.run_node(node);
        }
    }

    fn schedule(&mut self, after: u64, due: Due) {
        self.schedule_at(self.now + after, due);
    }

    fn schedule_at(&mut self, at: u64, due: Due) {
        self.next_due += 1;
        let slot = self.due.insert(due);
        self.queue.push(Reverse((at, self.next_due, slot)));
    }

    fn happen(&mut self) {
        let Some(Reverse((at, _, slot))) = self.queue.pop() else { return };
        self.now = self.now.max(at);
        let Some(due) = self.due.remove(slot) else { return };
        match due {
            Due::Hello(link, to, hello) => self.arrive(link, to, Event::Hello(link, *hello)),
            Due::Envelope(link, to, envelope) => self.arrive(link, to, Event::Frames(link, *envelope)),
            Due::Heartbeat(link, to, from, heartbeat) => self.hear(link, to, from, heartbeat),
            Due::Heartbeats(from, all) => {
                all.into_iter().for_each(|(link, to, heartbeat)| self.hear(link, to, from, heartbeat));
            }
            Due::Committed(node, incarnation) if self.is_current(node, incarnation) => self.commit_ends(node),
            Due::Tick(node, incarnation) if self.is_current(node, incarnation) => self.run_node(node),
            Due::Beat(node, incarnation) if self.is_current(node, incarnation) => {
                let interval = self.config.suspicion / 5;
                self.schedule(interval.as_micros() as u64, Due::Beat(node, incarnation));
                self.beat(node);
            }
            Due::Dial(node, incarnation) if self.is_current(node, incarnation) => {
                self.schedule(DIAL_EVERY, Due::Dial(node, incarnation));
                self.dial(node);
            }
            Due::Dialled(from, to, member) => self.dialled(from, to, member),
            Due::LinkLost(link, node) => self.give(node, Event::Disconnected(link)),
            Due::HelloTimeout(link) => self.close_if_unused(link),
            Due::Dies(node, incarnation) if self.is_current(node, incarnation) => self.die_in_commit(node),
            Due::Dies(..) | Due::Committed(..) | Due::Tick(..) | Due::Beat(..) | Due::Dial(..) => {}
        }
    }

    fn is_current(&self, node: NodeId, incarnation: u64) -> bool {
        self.nodes[node].incarnation == incarnation && self.nodes[node].process.is_some()
    }

    /// Has the audit look at everything that is on the disks now.
    pub fn look_at_disks(&mut self) {
        self.audit.look(self.now, &self.nodes);
    }

    /// Has the audit look at the objects on all disks now.
    pub fn look_at_objects(&mut self) {
        for (node, place) in self.nodes.iter().enumerate() {
            place.disk.with(|image| self.audit.look_at_objects(self.now, node, image));
        }
    }

    /// What has happened since `from`, in words, one line each.
    #[must_use]
    pub fn words_since(&self, from: usize) -> Vec<String> {
        let name_of = |id: HostId| {
            self.node_of(id).map_or_else(|| id.to_string(), |node| self.nodes[node].name.clone())
        };
        let line = |line: &Line| {
            format!(
                "{:>9.3} {:<8} {}",
                line.at as f64 / 1000.0,
                self.nodes[line.node].name,
                line.what.words(name_of)
            )
        };
        self.trace[from..].iter().map(line).collect()
    }
}
