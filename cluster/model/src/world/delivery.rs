//! What is under way arrives, in one grain or another; and hosts crash, between two commits or within one.

use hydraq_core::event::Event;

use super::{Item, PAIRS, World};

impl World {
    /// Crashes a host between two commits; what it has sent does not arrive any more, and its peers lose their links with it at once.
    pub fn crash(&mut self, node: usize) {
        self.nodes[node].crash();
        for pair in 0..PAIRS.len() {
            if self.far_end(pair, node).is_some() {
                self.close(pair, node);
            }
        }
    }

    /// Crashes a host whose commit was under way: what has left arrives before its peers lose their links with it.
    fn crash_in_commit(&mut self, node: usize) {
        for pair in 0..PAIRS.len() {
            if let Some(other) = self.far_end(pair, node) {
                let events = self.collect(pair, other);
                self.give(other, events, true);
            }
        }
        self.crash(node);
    }

    /// The other host of a pair that `node` is one of.
    fn far_end(&self, pair: usize, node: usize) -> Option<usize> {
        let (one, two) = PAIRS[pair];
        match node {
            _ if node == one => Some(two),
            _ if node == two => Some(one),
            _ => None,
        }
    }

    /// Whether something waits for a host.
    #[must_use]
    pub fn waits_for(&self, node: usize) -> bool {
        PAIRS.into_iter().enumerate().any(|(pair, (one, two))| {
            one == node && self.waits(pair, 1) || two == node && self.waits(pair, 0)
        })
    }

    /// Takes out what waits for a host on one of its links.
    fn collect(&mut self, pair: usize, to: usize) -> Vec<Event> {
        let Some(link) = self.links[pair].open else { return Vec::new() };
        let direction = usize::from(PAIRS[pair].0 == to);
        let items = std::mem::take(&mut self.links[pair].queues[direction]).items;
        let event = |item: &Item| match item {
            Item::Hello(hello) => Event::Hello(link, hello.clone()),
            Item::Envelope(envelope) => Event::Frames(link, envelope.clone()),
        };
        items.iter().map(event).collect()
    }

    /// Takes out what waits for a host on all its links.
    fn collect_all(&mut self, to: usize) -> Vec<Event> {
        let pairs = (0..PAIRS.len()).filter(|pair| self.far_end(*pair, to).is_some());
        let pairs: Vec<usize> = pairs.collect();
        pairs.into_iter().flat_map(|pair| self.collect(pair, to)).collect()
    }

    /// Delivers all that waits in one direction as one batch. Without `commits`, the receiver crashes in its commit.
    pub fn deliver(&mut self, pair: usize, direction: usize, commits: bool) {
        let (one, two) = PAIRS[pair];
        let to = if direction == 0 { two } else { one };
        let events = self.collect(pair, to);
        self.give_or_crash(to, events, commits);
    }

    /// Delivers all that waits for a host on any link as one batch. Without `commits`, it crashes in its commit.
    pub fn deliver_to(&mut self, node: usize, commits: bool) {
        let events = self.collect_all(node);
        self.give_or_crash(node, events, commits);
    }

    /// All hosts take at once what waits for them on any link. One may crash in its commit, after the others have taken theirs.
    pub fn deliver_round(&mut self, crashes: Option<usize>) {
        let batches = [0, 1, 2].map(|node| self.collect_all(node));
        let mut crashing = None;
        for (node, events) in batches.into_iter().enumerate() {
            if crashes == Some(node) {
                crashing = Some(events);
            } else {
                self.give(node, events, true);
            }
        }
        if let (Some(node), Some(events)) = (crashes, crashing) {
            self.give_or_crash(node, events, false);
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

    /// Gives a host a batch. Without `commits`, it crashes in its commit.
    pub(super) fn give_or_crash(
        &mut self,
        node: usize,
        events: impl IntoIterator<Item = Event>,
        commits: bool,
    ) {
        self.give(node, events, commits);
        if !commits {
            self.crash_in_commit(node);
        }
    }
}
