//! The hosts of the model with the links between them: what is sent waits until the model delivers it.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use hydraq_core::event::{Effect, Event, LinkId};
use hydraq_core::frame::{Envelope, Hello};
use hydraq_core::ids::RequestId;
use hydraq_core::plant::Plant;
use hydraq_core::request::{Reply, Request};
use hydraq_core::time::Instant;

use crate::node::{HOSTS, Node, host_id};
use crate::print::{Names, Print};

mod delivery;

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
    print: Print,
    is_new: bool,
}

impl Queue {
    fn push(&mut self, item: Item) {
        Arc::make_mut(&mut self.items).push_back(item);
        self.is_new = true;
    }

    fn look(&mut self, (one, two): (usize, usize)) {
        if std::mem::take(&mut self.is_new) {
            self.print = Print::of(one, two, &self.items);
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
    /// Whether somebody claims to know of a commit that is on no disk.
    pub overclaims: bool,
}

impl World {
    /// A cluster whose hosts serve, and have nothing; each of them has the bug, if there shall be one.
    #[must_use]
    pub fn new(plant: Option<Plant>) -> Self {
        let mut world = World {
            nodes: [0, 1, 2].map(|number| Node::new(number, plant)),
            links: Default::default(),
            now: Instant(1_000_000),
            links_opened: 0,
            replies: Vec::new(),
            gave_up: false,
            overclaims: false,
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

    /// Asks a host for something. Without `commits`, it crashes in the commit that follows.
    pub fn request(&mut self, node: usize, id: RequestId, request: Request, commits: bool) {
        self.give_or_crash(node, [Event::Request(id, request)], commits);
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
        for (link, pair) in self.links.iter_mut().zip(PAIRS) {
            link.queues.iter_mut().for_each(|queue| queue.look(pair));
        }
        let durable = self.nodes.each_ref().map(|node| node.boot_and_commit().1);
        let claims = |print: &Print| (0..HOSTS).any(|host| print.commits[host] > durable[host]);
        let overclaims = self.prints().any(claims);
        self.overclaims |= overclaims;
    }

    fn prints(&self) -> impl Iterator<Item = &Print> {
        let queues = self.links.iter().flat_map(|link| &link.queues).map(|queue| &queue.print);
        self.nodes.iter().map(Node::print).chain(queues)
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

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let boots = self.nodes.each_ref().map(|node| node.boot_and_commit().0);
        let links = self.links.each_ref().map(|link| link.open.map_or(0, |link| link.0));
        let names = Names::new(self.prints(), boots, links);
        self.prints().for_each(|print| names.hash(print, state));
        for link in &self.links {
            (link.open.is_some(), link.is_cut).hash(state);
        }
        (self.gave_up, self.overclaims).hash(state);
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
