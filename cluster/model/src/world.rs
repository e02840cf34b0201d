//! The hosts of the model with the links between them: what is sent waits until the model delivers it.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use hydraq_core::event::{Effect, Event, LinkId};
use hydraq_core::frame::{Envelope, Hello};
use hydraq_core::ids::RequestId;
use hydraq_core::request::{Reply, Request};
use hydraq_core::time::Instant;

use crate::node::{HOSTS, Node, host_id};

/// The pairs of hosts, the one that dials first.
pub const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

/// Something that is under way on a link.
#[derive(Debug, Clone)]
enum Item {
    Hello(Hello),
    Envelope(Envelope),
}

/// What waits in one direction of a link.
#[derive(Debug, Clone, Default)]
struct Queue {
    items: Arc<VecDeque<Item>>,
    print: u64,
    is_new: bool,
}

impl Queue {
    fn push(&mut self, item: Item) {
        Arc::make_mut(&mut self.items).push_back(item);
        self.is_new = true;
    }

    fn look(&mut self) {
        if std::mem::take(&mut self.is_new) {
            let mut hasher = DefaultHasher::new();
            format!("{:?}", self.items).hash(&mut hasher);
            self.print = hasher.finish();
        }
    }
}

/// The way between two hosts.
#[derive(Debug, Clone, Default)]
pub struct Link {
    open: Option<LinkId>,
    /// What waits for the second host of the pair, and for the first one.
    queues: [Queue; 2],
    /// Whether nothing gets through.
    pub is_cut: bool,
}

/// All hosts and links.
#[derive(Debug, Clone)]
pub struct World {
    /// The hosts.
    pub nodes: [Node; HOSTS],
    /// The links, in the order of [`PAIRS`].
    pub links: [Link; 3],
    now: Instant,
    links_opened: u64,
    /// Answers that nobody has taken yet.
    pub replies: Vec<(RequestId, Reply)>,
    /// Whether a host has said that its disk lost something, or that it was removed: neither ever happens here.
    pub gave_up: bool,
}

impl World {
    /// A cluster whose hosts serve, and have nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut world = World {
            nodes: [0, 1, 2].map(Node::new),
            links: Default::default(),
            now: Instant(1_000_000),
            links_opened: 0,
            replies: Vec::new(),
            gave_up: false,
        };
        (0..HOSTS).for_each(|node| world.start(node));
        (0..PAIRS.len()).for_each(|pair| world.connect(pair));
        world.deliver_all();
        world.look();
        world
    }

    /// Starts a host.
    pub fn start(&mut self, node: usize) {
        let effects = self.nodes[node].start(self.now);
        self.take(node, effects);
    }

    /// Crashes a host; its peers lose their links with it at once.
    pub fn crash(&mut self, node: usize) {
        self.nodes[node].crash();
        for (pair, (one, two)) in PAIRS.into_iter().enumerate() {
            if one == node || two == node {
                self.close(pair, node);
            }
        }
    }

    /// Whether a pair could have a link, and has none.
    #[must_use]
    pub fn lacks_link(&self, pair: usize) -> bool {
        let (one, two) = PAIRS[pair];
        let link = &self.links[pair];
        link.open.is_none() && !link.is_cut && self.nodes[one].is_up() && self.nodes[two].is_up()
    }

    /// Opens a link between a pair.
    pub fn connect(&mut self, pair: usize) {
        let (one, two) = PAIRS[pair];
        self.links_opened += 1;
        let link = LinkId(self.links_opened);
        self.links[pair].open = Some(link);
        self.give(one, [Event::Connected(host_id(two), link)], true);
    }

    /// Cuts the way between a pair, or mends it.
    pub fn set_cut(&mut self, pair: usize, is_cut: bool) {
        self.links[pair].is_cut = is_cut;
        if is_cut {
            let (one, _) = PAIRS[pair];
            let link = self.links[pair].open;
            self.close(pair, one);
            self.give(one, link.map(Event::Disconnected), true);
        }
    }

    /// Whether something waits in one direction of a link; 0 is towards the second host of the pair.
    #[must_use]
    pub fn waits(&self, pair: usize, direction: usize) -> bool {
        !self.links[pair].queues[direction].items.is_empty()
    }

    /// Whether nothing is under way anywhere.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        (0..PAIRS.len()).all(|pair| !self.waits(pair, 0) && !self.waits(pair, 1))
    }

    /// Delivers all that waits in one direction as one batch. Without `commits`, the receiver crashes in its commit.
    pub fn deliver(&mut self, pair: usize, direction: usize, commits: bool) {
        let (one, two) = PAIRS[pair];
        let to = if direction == 0 { two } else { one };
        let Some(link) = self.links[pair].open else { return };
        let items = std::mem::take(&mut self.links[pair].queues[direction]).items;
        let events = items.iter().map(|item| match item {
            Item::Hello(hello) => Event::Hello(link, hello.clone()),
            Item::Envelope(envelope) => Event::Frames(link, envelope.clone()),
        });
        self.give(to, events, commits);
        if !commits {
            self.crash(to);
        }
    }

    /// Delivers what two hosts have to tell each other until they have no more to say.
    pub fn finish_pair(&mut self, pair: usize) {
        while self.waits(pair, 0) || self.waits(pair, 1) {
            self.deliver(pair, 0, true);
            self.deliver(pair, 1, true);
        }
    }

    /// Delivers everything, in a fixed order, until nothing is under way.
    pub fn deliver_all(&mut self) {
        while !self.is_quiet() {
            for pair in 0..PAIRS.len() {
                for direction in [0, 1] {
                    if self.waits(pair, direction) {
                        self.deliver(pair, direction, true);
                    }
                }
            }
        }
    }

    /// Asks a host for something. Without `commits`, it crashes in the commit that follows.
    pub fn request(&mut self, node: usize, id: RequestId, request: Request, commits: bool) {
        self.give(node, [Event::Request(id, request)], commits);
        if !commits {
            self.crash(node);
        }
    }

    /// Tells a host something.
    pub fn tell(&mut self, node: usize, event: Event) {
        self.give(node, [event], true);
    }

    /// Mends everything, starts everybody, and lets time pass until nothing happens any more. No lease ends in it.
    pub fn settle(&mut self) {
        for pair in 0..PAIRS.len() {
            self.links[pair].is_cut = false;
        }
        for node in 0..HOSTS {
            if !self.nodes[node].is_up() {
                self.start(node);
            }
        }
        for _ in 0..8 {
            for pair in 0..PAIRS.len() {
                if self.lacks_link(pair) {
                    self.connect(pair);
                }
            }
            self.deliver_all();
            self.now.0 += 1_100_000;
            (0..HOSTS).for_each(|node| self.tell(node, Event::Tick));
            self.deliver_all();
        }
    }

    fn give(&mut self, node: usize, events: impl IntoIterator<Item = Event>, commits: bool) {
        let effects = self.nodes[node].batch(self.now, events, commits);
        self.take(node, effects);
    }

    fn take(&mut self, node: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(peer, connection, frames) => {
                    if let Some((link, envelope)) = self.nodes[node].seal(peer, connection, frames) {
                        self.push(node, link, Item::Envelope(envelope));
                    }
                }
                Effect::Hello(link, hello) => self.push(node, link, Item::Hello(*hello)),
                Effect::HangUp(link) => {
                    let pair = self.links.iter().position(|open| open.open == Some(link));
                    pair.into_iter().for_each(|pair| self.close(pair, node));
                }
                Effect::Reply(request, reply) => self.replies.push((request, reply)),
                Effect::Removed | Effect::DiskLost => self.gave_up = true,
                Effect::Serving(_) | Effect::Member(_) | Effect::Happened(_) => {}
            }
        }
    }

    /// Looks at what everything has become, once per action: two worlds are told apart by it.
    pub fn look(&mut self) {
        self.nodes.iter_mut().for_each(Node::look);
        self.links.iter_mut().flat_map(|link| &mut link.queues).for_each(Queue::look);
    }

    fn push(&mut self, from: usize, link: LinkId, item: Item) {
        let pair = self.links.iter().position(|open| open.open == Some(link));
        if let Some(pair) = pair {
            let direction = usize::from(PAIRS[pair].0 != from);
            self.links[pair].queues[direction].push(item);
        }
    }

    /// Closes the link of a pair; the host at the other end than `by` is told.
    fn close(&mut self, pair: usize, by: usize) {
        let Some(link) = self.links[pair].open.take() else { return };
        self.links[pair].queues = Default::default();
        let (one, two) = PAIRS[pair];
        let other = if by == one { two } else { one };
        self.give(other, [Event::Disconnected(link)], true);
    }
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nodes.hash(state);
        for link in &self.links {
            (link.open, link.is_cut, link.queues[0].print, link.queues[1].print).hash(state);
        }
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        let print = |world: &World| {
            let mut hasher = DefaultHasher::new();
            world.hash(&mut hasher);
            hasher.finish()
        };
        print(self) == print(other)
    }
}
