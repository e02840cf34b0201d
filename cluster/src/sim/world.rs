//! The simulated world: hosts, disks, links, and one queue of what happens when.
//!
//! A host's process takes everything that waits for it as one batch, sends what is early, and then commits for a while, during
//! which it takes nothing; only then does what is late leave. A kill during the commit loses it or not, by chance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::detector::{Heartbeat, Verdict};
use hydraq_core::event::{Effect, Event, LinkId, Order, Suspicion};
use hydraq_core::frame::{Envelope, Frame, Hello, MemberRecord};
use hydraq_core::host::Host;
use hydraq_core::ids::{HostId, MessageId, RequestId, StoreId};
use hydraq_core::journal::Happening;
use hydraq_core::random::{Random, mix};
use hydraq_core::request::{Reply, Request};

use super::audit::Audit;
use super::network::{Network, NodeId};
use super::node::{Committing, Node, Process};
use crate::host::engine::Engine;
use crate::store::StoreError;
use crate::store::model::Disk;

/// How often a host looks for members that it has no link with.
const DIAL_EVERY: u64 = 50_000;

/// After how long a host whose clock matters commits it, in microseconds; looked at with each heartbeat.
const CLOCK_COMMIT: u64 = 700_000;

/// How long the two sides of a link have to say hello, in microseconds.
const HELLO_TIMEOUT: u64 = 2_000_000;

/// Something that will happen.
#[derive(Debug)]
enum Due {
    Hello(LinkId, NodeId, Box<Hello>),
    Envelope(LinkId, NodeId, Box<Envelope>),
    Heartbeat(LinkId, NodeId, HostId, Heartbeat),
    Committed(NodeId, u64),
    Tick(NodeId, u64),
    Beat(NodeId, u64),
    Dial(NodeId, u64),
    Dialled(NodeId, NodeId, HostId),
    LinkLost(LinkId, NodeId),
    HelloTimeout(LinkId),
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
    config: Config,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    due: BTreeMap<u64, Due>,
    next_due: u64,
    next_request: u64,
    replies: BTreeMap<RequestId, (u64, Reply)>,
    /// Which message an unanswered request enqueues.
    enqueued: BTreeMap<RequestId, MessageId>,
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
            config,
            queue: BinaryHeap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            next_request: 0,
            replies: BTreeMap::new(),
            enqueued: BTreeMap::new(),
            seed,
        }
    }

    /// Adds a host and starts it; it joins through the first one.
    pub fn add(&mut self, name: &str) -> NodeId {
        let node = self.nodes.len();
        let disk = Disk::default();
        let commit_takes = Duration::from_micros(200);
        let id = HostId(0);
        self.nodes.push(Node {
            name: name.to_owned(),
            id,
            disk,
            commit_takes,
            process: None,
            incarnation: 0,
            removed: false,
            distrusted: false,
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

    /// Whether a host runs, is not stopped, and serves.
    #[must_use]
    pub fn serves(&self, node: NodeId) -> bool {
        self.nodes[node].process.as_ref().is_some_and(|process| process.serving && !process.paused)
    }

    /// Starts a host's process; nothing happens if it runs.
    pub fn start(&mut self, node: NodeId) {
        if self.nodes[node].process.is_some() || self.nodes[node].removed {
            return;
        }
        let draw = |salt: u64| {
            let base = mix(self.seed ^ mix(salt));
            u128::from(mix(base)) << 64 | u128::from(mix(base ^ 1))
        };
        let salt = (node as u64) << 32 | self.nodes[node].incarnation << 8;
        let (host, store, nonce) =
            (HostId(draw(salt | 1) >> 3), StoreId(draw(salt | 2) >> 3), draw(salt | 3) as u64 | 1);
        let opened = self.nodes[node].disk.open((host, store), nonce);
        let (id, clock, seed) = (opened.host, opened.clock, draw(salt | 4) as u64);
        let name = self.nodes[node].name.clone();
        let engine = Engine::start(opened, name.clone(), name, self.config.clone(), seed);
        let mut process = Process::new(engine, self.config.suspicion, self.now, clock);
        process.detector.tick(hydraq_core::time::Instant(self.now));
        let known: Vec<MemberRecord> = self.introductions(node);
        if !known.is_empty() {
            process.inbox.push_back(Event::Members(known));
        }
        let place = &mut self.nodes[node];
        place.id = id;
        place.incarnation += 1;
        place.process = Some(process);
        let incarnation = place.incarnation;
        self.schedule(0, Due::Beat(node, incarnation));
        self.schedule(1, Due::Dial(node, incarnation));
        self.run_node(node);
    }

    /// What a starting host is told by the first running one: a join through one member.
    fn introductions(&self, node: NodeId) -> Vec<MemberRecord> {
        let other = (0..self.nodes.len()).find(|other| *other != node && self.core(*other).is_some());
        other.and_then(|other| self.core(other)).map(Host::member_records).unwrap_or_default()
    }

    /// Kills a host's process. The commit under way is lost, or not, by chance.
    pub fn kill(&mut self, node: NodeId) {
        let Some(mut process) = self.nodes[node].process.take() else { return };
        if let Some(committing) = process.committing.take()
            && self.random.unit() < 0.5
        {
            let clock = process.clock(self.now);
            // A commit that fails leaves the disk as it was, as a lost one does.
            let _ = process.engine.commit(&committing.writes, clock);
        }
        for link in self.network.links_of(node) {
            let other = self.network.other_end(link, node);
            self.network.close(link);
            if let Some(other) = other {
                self.schedule(100, Due::LinkLost(link, other));
            }
        }
    }

    /// Stops a host's process without ending it, or lets it go on.
    pub fn set_paused(&mut self, node: NodeId, paused: bool) {
        if let Some(process) = self.nodes[node].process.as_mut() {
            process.paused = paused;
        }
        if !paused {
            self.beat(node);
            self.run_node(node);
        }
    }

    /// Kills a host and empties its disk: what was promised on it is lost.
    pub fn lose_disk(&mut self, node: NodeId) {
        self.kill(node);
        let lost = self.nodes[node].disk.image();
        self.nodes[node].disk.restore(Default::default());
        self.nodes[node].distrusted = false;
        self.audit.disk_lost(self.now, node, &lost);
    }

    /// Sends a request to a host, whether it runs or not; the answer may never come.
    pub fn request(&mut self, node: NodeId, request: Request) -> RequestId {
        self.next_request += 1;
        let id = RequestId(self.next_request);
        if let Request::Enqueue(enqueue) = &request
            && let [message] = &enqueue.messages[..]
        {
            self.enqueued.insert(id, message.id);
        }
        self.give(node, Event::Request(id, request));
        id
    }

    /// Gives an operator's order to a host.
    pub fn order(&mut self, node: NodeId, order: Order) {
        self.give(node, Event::Order(order));
    }

    /// Tells a running host that something has happened to it.
    pub fn tell(&mut self, node: NodeId, event: Event) {
        self.give(node, event);
    }

    /// Resets the link between two hosts; whether there was one.
    pub fn reset_link(&mut self, one: NodeId, two: NodeId) -> bool {
        let links = self.network.links_of(one);
        let link = links.into_iter().find(|link| self.network.other_end(*link, one) == Some(two));
        let Some(link) = link else { return false };
        self.network.close(link);
        self.schedule(50, Due::LinkLost(link, one));
        self.schedule(80, Due::LinkLost(link, two));
        true
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
        while let Some(Reverse((at, _))) = self.queue.peek()
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
                Some(Reverse((at, _))) if *at <= end => self.happen(),
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
        self.queue.push(Reverse((at, self.next_due)));
        self.due.insert(self.next_due, due);
    }

    fn happen(&mut self) {
        let Some(Reverse((at, number))) = self.queue.pop() else { return };
        self.now = self.now.max(at);
        let Some(due) = self.due.remove(&number) else { return };
        match due {
            Due::Hello(link, to, hello) => self.arrive(link, to, Event::Hello(link, *hello)),
            Due::Envelope(link, to, envelope) => self.arrive(link, to, Event::Frames(link, *envelope)),
            Due::Heartbeat(link, to, from, heartbeat) => self.hear(link, to, from, heartbeat),
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
            Due::Committed(..) | Due::Tick(..) | Due::Beat(..) | Due::Dial(..) => {}
        }
    }

    fn is_current(&self, node: NodeId, incarnation: u64) -> bool {
        self.nodes[node].incarnation == incarnation && self.nodes[node].process.is_some()
    }

    fn arrive(&mut self, link: LinkId, to: NodeId, event: Event) {
        if self.network.other_end(link, to).is_some() {
            self.give(to, event);
        }
    }

    fn hear(&mut self, link: LinkId, to: NodeId, from: HostId, heartbeat: Heartbeat) {
        if self.network.other_end(link, to).is_none() {
            return;
        }
        let now = hydraq_core::time::Instant(self.now);
        let Some(process) = self.nodes[to].process.as_mut().filter(|process| !process.paused) else { return };
        if let Some(Verdict::HearsUs(peer, hears_us)) = process.detector.heard(from, heartbeat, now) {
            self.give(to, Event::HearsUs(peer, hears_us));
        }
    }

    /// The heartbeat thread: sends heartbeats and looks who is silent.
    fn beat(&mut self, node: NodeId) {
        let now = hydraq_core::time::Instant(self.now);
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| !process.paused) else {
            return;
        };
        let (serves, age) = (process.serving, Duration::from_micros(self.now - process.committed_at));
        let verdicts = process.detector.tick(now);
        let (id, mut sent) = (self.nodes[node].id, Vec::new());
        for link in self.network.links_of(node) {
            let Some(other) = self.network.other_end(link, node) else { continue };
            let Some(process) = self.nodes[node].process.as_ref() else { continue };
            let heartbeat = process.detector.heartbeat(self.nodes[other].id, serves, age, now);
            sent.push((link, other, heartbeat));
        }
        for (link, other, heartbeat) in sent {
            for at in self.network.arrivals(link, node, self.now, &mut self.random) {
                self.schedule_at(at, Due::Heartbeat(link, other, id, heartbeat));
            }
        }
        for verdict in verdicts {
            let event = match verdict {
                Verdict::Silent(peer) => Event::Suspect(peer, Suspicion::Silent),
                Verdict::HearsUs(peer, hears_us) => Event::HearsUs(peer, hears_us),
                Verdict::RanLate(late) => Event::RanLate(late),
            };
            // What was stopped must know so before it takes anything else.
            if let Some(process) = self.nodes[node].process.as_mut() {
                process.inbox.push_front(event);
            }
        }
        self.run_node(node);
        self.keep_clock(node);
    }

    /// A commit at least once a second while anything runs that the clock ends, or while writes wait for one.
    fn keep_clock(&mut self, node: NodeId) {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| process.committing.is_none())
        else {
            return;
        };
        let waits = process.engine.core.has_timers() || process.engine.has_lazy_writes();
        if waits && now - process.committed_at >= CLOCK_COMMIT {
            let writes = process.engine.take_lazy_writes();
            self.begin_commit(node, Committing { writes, late: Vec::new() });
        }
    }

    /// Looks for members with which there is no link: the lower id dials, the other one looks whether somebody is there.
    fn dial(&mut self, node: NodeId) {
        let Some(process) = self.nodes[node].process.as_ref().filter(|process| !process.paused) else {
            return;
        };
        let members = process.engine.core.member_records();
        let me = self.nodes[node].id;
        for record in members.iter().filter(|record| record.id != me && !record.removed) {
            let Some(other) = self.nodes.iter().position(|other| other.name == record.address) else {
                continue;
            };
            let (dialler, acceptor) = if me < record.id { (node, other) } else { (other, node) };
            if self.network.is_joined(dialler, acceptor)
                || self.is_cut(node, other)
                || self.is_cut(other, node)
            {
                continue;
            }
            if self.nodes[other].process.is_none() {
                self.give(node, Event::Suspect(record.id, Suspicion::Refused));
            } else if dialler == node {
                if self.network.begin_dialling(node, record.id) {
                    self.schedule(200, Due::Dialled(node, other, record.id));
                }
            } else if let Some(mine) = members.iter().find(|record| record.id == me) {
                self.give(other, Event::Members(vec![mine.clone()]));
            }
        }
    }

    fn is_cut(&mut self, from: NodeId, to: NodeId) -> bool {
        self.network.trouble(from, to).cut
    }

    /// Somebody listens at the address at which a member was dialled; whether it is that member is for the hello to say.
    fn dialled(&mut self, from: NodeId, to: NodeId, member: HostId) {
        self.network.end_dialling(from, member);
        if self.nodes[from].process.is_some() && self.nodes[to].process.is_some() {
            let link = self.network.open(from, to);
            self.schedule(HELLO_TIMEOUT, Due::HelloTimeout(link));
            self.give(from, Event::Connected(member, link));
        }
    }

    /// Lets a host take what waits for it, if it is free to.
    fn run_node(&mut self, node: NodeId) {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| !process.paused) else {
            return;
        };
        if process.committing.is_some() {
            return;
        }
        let clock = process.clock(now);
        while let Some(event) = process.inbox.pop_front() {
            process.engine.step(clock, event);
        }
        let batch = process.engine.prepare(clock);
        let needs_commit =
            !batch.writes.is_empty() || !batch.late.is_empty() && process.engine.has_lazy_writes();
        self.take_effects(node, batch.early);
        if self.nodes[node].process.is_none() {
            return;
        }
        if needs_commit {
            self.begin_commit(node, Committing { writes: batch.writes, late: batch.late });
        } else {
            self.take_effects(node, batch.late);
        }
        self.set_tick(node);
    }

    fn begin_commit(&mut self, node: NodeId, committing: Committing) {
        let takes = self.nodes[node].commit_takes.as_micros() as u64;
        let takes = takes + self.random.below(takes as usize + 1) as u64;
        let incarnation = self.nodes[node].incarnation;
        if let Some(process) = self.nodes[node].process.as_mut() {
            process.committing = Some(committing);
        }
        self.schedule(takes, Due::Committed(node, incarnation));
    }

    fn commit_ends(&mut self, node: NodeId) {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let Some(committing) = process.committing.take() else { return };
        let clock = process.clock(now);
        match process.engine.commit(&committing.writes, clock) {
            Ok(_) => {
                process.committed_at = now;
                self.take_effects(node, committing.late);
                self.run_node(node);
            }
            // Whether the commit happened is unknown: only a new start can tell.
            Err(StoreError::Full) => {
                self.kill(node);
                self.start(node);
            }
            // The cache can no longer be trusted: the host comes back as a new one.
            Err(StoreError::Failed(_)) => {
                self.lose_disk(node);
                self.start(node);
            }
        }
    }

    /// Closes a link on which not both sides have said hello in time.
    fn close_if_unused(&mut self, link: LinkId) {
        let Some(ends) = self.network.ends(link) else { return };
        let used = |node: NodeId| self.core(node).is_some_and(|core| core.has_session_on(link));
        if !used(ends.dialler) || !used(ends.acceptor) {
            self.network.close(link);
            self.schedule(50, Due::LinkLost(link, ends.dialler));
            self.schedule(50, Due::LinkLost(link, ends.acceptor));
        }
    }

    fn set_tick(&mut self, node: NodeId) {
        let (now, incarnation) = (self.now, self.nodes[node].incarnation);
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let at = process.virtual_time(process.engine.core.next_deadline()).max(now + 1);
        if at != u64::MAX && process.tick_at.is_none_or(|tick| at < tick || tick <= now) {
            process.tick_at = Some(at);
            self.schedule_at(at, Due::Tick(node, incarnation));
        }
    }

    fn take_effects(&mut self, node: NodeId, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(peer, connection, frames) => self.send(node, peer, connection, frames),
                Effect::Hello(link, hello) => {
                    let to = self.network.other_end(link, node);
                    for at in self.network.arrivals(link, node, self.now, &mut self.random) {
                        if let Some(to) = to {
                            self.schedule_at(at, Due::Hello(link, to, hello.clone()));
                        }
                    }
                }
                Effect::HangUp(link) => self.hang_up(node, link),
                Effect::Reply(request, reply) => {
                    if let Some(id) = self.enqueued.remove(&request) {
                        self.audit.replied(self.now, id, &reply, &self.nodes);
                    }
                    self.replies.insert(request, (self.now, reply));
                }
                Effect::Serving(serving) => {
                    if let Some(process) = self.nodes[node].process.as_mut() {
                        process.serving = serving;
                    }
                }
                Effect::Member(_) => {}
                Effect::Removed => {
                    self.nodes[node].removed = true;
                    self.kill(node);
                    return;
                }
                Effect::DiskLost => {
                    self.lose_disk(node);
                    self.start(node);
                    return;
                }
                Effect::Happened(what) => self.happened(node, what),
            }
        }
    }

    fn happened(&mut self, node: NodeId, what: Happening) {
        let now = hydraq_core::time::Instant(self.now);
        if let Some(process) = self.nodes[node].process.as_mut() {
            match what {
                Happening::Session(peer) => process.detector.opened(peer, now),
                Happening::SessionEnded(peer) => process.detector.closed(peer),
                _ => {}
            }
        }
        self.audit.happened(self.now, node, &what, &self.nodes);
        self.trace.push(Line { at: self.now, node, what });
    }

    fn send(&mut self, node: NodeId, peer: HostId, connection: u64, frames: Vec<Frame>) {
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let Some((link, envelope)) = process.engine.core.seal(peer, connection, frames) else { return };
        let Some(to) = self.network.other_end(link, node) else { return };
        let arrivals = self.network.arrivals(link, node, self.now, &mut self.random);
        if let Some(sent) = self.sent.as_mut() {
            let (at, from, lost) = (self.now, node, arrivals.is_empty());
            let frames = envelope.frames.iter().cloned();
            sent.extend(frames.map(|frame| Sent { at, from, to, frame, lost }));
        }
        for at in arrivals {
            self.schedule_at(at, Due::Envelope(link, to, Box::new(envelope.clone())));
        }
    }

    fn hang_up(&mut self, node: NodeId, link: LinkId) {
        let Some(ends) = self.network.close(link) else { return };
        let other = if ends.dialler == node { ends.acceptor } else { ends.dialler };
        // What was sent before is lost with the link: a reset does not wait for what is in the pipe.
        self.schedule(100, Due::LinkLost(link, other));
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
