//! The links of a simulated cluster: what is sent arrives in order and after a while, unless somebody meddles.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use hydraq_core::event::LinkId;
use hydraq_core::ids::HostId;
use hydraq_core::random::{Random, mix};

/// A simulated host's number, from 0.
pub type NodeId = usize;

/// One connection between two hosts.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Who dialled.
    pub dialler: NodeId,
    /// Who was dialled.
    pub acceptor: NodeId,
    /// When the last thing sent in each direction arrives, by sender; what is sent later arrives later.
    last_arrival: [u64; 2],
    /// The latest moment at which anything sent in each direction arrives.
    latest: [u64; 2],
}

/// What is wrong with the way from one host to another.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trouble {
    /// Nothing gets through.
    pub cut: bool,
    /// Everything takes this much longer.
    pub delay: Duration,
    /// This share of what is sent is lost, from 0 to 1.
    pub loss: f64,
    /// This share of what is sent arrives twice, from 0 to 1.
    pub duplication: f64,
    /// This share of what is sent may be overtaken, from 0 to 1.
    pub reordering: f64,
}

impl Trouble {
    /// Whether anything is wrong.
    #[must_use]
    pub fn is_some(&self) -> bool {
        *self != Self::default()
    }
}

/// What troubles have done to what was sent from one host to another, since the beginning.
#[derive(Debug, Clone, Copy, Default)]
pub struct Harmed {
    /// Did not get through a cut.
    pub cut: u64,
    /// Took longer.
    pub delayed: u64,
    /// Was lost.
    pub lost: u64,
    /// Arrived twice.
    pub doubled: u64,
    /// Arrived before something that was sent earlier.
    pub overtaken: u64,
}

/// Spreads the numbers of links, the same in every run.
#[derive(Debug, Default)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}

/// All links.
#[derive(Debug, Default)]
pub struct Network {
    /// Only ever looked up, so their order does not matter.
    links: HashMap<LinkId, Link, BuildHasherDefault<Mixed>>,
    /// The links of each host, and who is at the other end.
    by_node: BTreeMap<NodeId, BTreeMap<LinkId, NodeId>>,
    /// How many links each pair has, by dialler and acceptor.
    by_pair: BTreeMap<(NodeId, NodeId), usize>,
    next_link: u64,
    troubles: BTreeMap<(NodeId, NodeId), Trouble>,
    harmed: BTreeMap<(NodeId, NodeId), Harmed>,
    /// Who is dialling which member.
    dialling: BTreeSet<(NodeId, HostId)>,
}

impl Network {
    /// Opens a link.
    pub fn open(&mut self, dialler: NodeId, acceptor: NodeId) -> LinkId {
        self.next_link += 1;
        let link = LinkId(self.next_link);
        self.links.insert(link, Link { dialler, acceptor, last_arrival: [0; 2], latest: [0; 2] });
        for (node, other) in [(dialler, acceptor), (acceptor, dialler)] {
            self.by_node.entry(node).or_default().insert(link, other);
        }
        *self.by_pair.entry((dialler, acceptor)).or_default() += 1;
        link
    }

    /// Closes a link; says whom it joined, if it was open.
    pub fn close(&mut self, link: LinkId) -> Option<Link> {
        let closed = self.links.remove(&link)?;
        for node in [closed.dialler, closed.acceptor] {
            self.by_node.entry(node).or_default().remove(&link);
        }
        if let Entry::Occupied(mut count) = self.by_pair.entry((closed.dialler, closed.acceptor)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(closed)
    }

    /// The links of a host.
    #[must_use]
    pub fn links_of(&self, node: NodeId) -> Vec<LinkId> {
        self.peers_of(node).map(|(link, _)| link).collect()
    }

    /// The links of a host, and who is at the other end of each.
    pub fn peers_of(&self, node: NodeId) -> impl Iterator<Item = (LinkId, NodeId)> {
        self.by_node.get(&node).into_iter().flatten().map(|(link, other)| (*link, *other))
    }

    /// How many links a host has.
    #[must_use]
    pub fn count_of(&self, node: NodeId) -> usize {
        self.by_node.get(&node).map_or(0, BTreeMap::len)
    }

    /// Whether a pair has a link.
    #[must_use]
    pub fn is_joined(&self, dialler: NodeId, acceptor: NodeId) -> bool {
        self.by_pair.contains_key(&(dialler, acceptor))
    }

    /// Notes that a dialling begins; whether none was under way.
    pub fn begin_dialling(&mut self, dialler: NodeId, member: HostId) -> bool {
        self.dialling.insert((dialler, member))
    }

    /// Notes that a dialling ended.
    pub fn end_dialling(&mut self, dialler: NodeId, member: HostId) {
        self.dialling.remove(&(dialler, member));
    }

    /// Whom a link joins, if it is open.
    #[must_use]
    pub fn ends(&self, link: LinkId) -> Option<Link> {
        self.links.get(&link).copied()
    }

    /// Who is at the other end of a link; none if it is closed.
    #[must_use]
    pub fn other_end(&self, link: LinkId, from: NodeId) -> Option<NodeId> {
        let link = self.links.get(&link)?;
        Some(if link.dialler == from { link.acceptor } else { link.dialler })
    }

    /// What is wrong with the way from one host to another, to look at or to change.
    pub fn trouble(&mut self, from: NodeId, to: NodeId) -> &mut Trouble {
        self.troubles.entry((from, to)).or_default()
    }

    /// Whether nothing gets through from one host to another.
    #[must_use]
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.troubles.get(&(from, to)).is_some_and(|trouble| trouble.cut)
    }

    /// Whether the way from one host to another was meddled with.
    #[must_use]
    pub fn has_trouble(&self, from: NodeId, to: NodeId) -> bool {
        self.troubles.contains_key(&(from, to))
    }

    /// What troubles have done on the way from one host to another.
    #[must_use]
    pub fn harmed(&self, from: NodeId, to: NodeId) -> Harmed {
        self.harmed.get(&(from, to)).copied().unwrap_or_default()
    }

    /// Mends the ways between these two, both ways, or all ways.
    pub fn heal(&mut self, pair: Option<(NodeId, NodeId)>) {
        match pair {
            None => self.troubles.clear(),
            Some((one, two)) => self.troubles.retain(|ways, _| *ways != (one, two) && *ways != (two, one)),
        }
    }

    /// When what is sent now on a link arrives: not at all, once or twice.
    pub fn arrivals(&mut self, link: LinkId, from: NodeId, now: u64, random: &mut Random) -> Vec<u64> {
        let Some(to) = self.other_end(link, from) else { return Vec::new() };
        let trouble = self.troubles.get(&(from, to)).copied().unwrap_or_default();
        let harmed = self.harmed.entry((from, to)).or_default();
        if trouble.cut {
            harmed.cut += 1;
            return Vec::new();
        }
        if random.unit() < trouble.loss {
            harmed.lost += 1;
            return Vec::new();
        }
        harmed.delayed += u64::from(!trouble.delay.is_zero());
        let latency = 50 + random.below(100) as u64 + trouble.delay.as_micros() as u64;
        let Some(ends) = self.links.get_mut(&link) else { return Vec::new() };
        let direction = usize::from(ends.dialler != from);
        let arrival = if random.unit() < trouble.reordering {
            now + latency + random.below(5_000) as u64
        } else {
            let arrival = (now + latency).max(ends.last_arrival[direction] + 1);
            ends.last_arrival[direction] = arrival;
            arrival
        };
        harmed.overtaken += u64::from(arrival < ends.latest[direction]);
        ends.latest[direction] = ends.latest[direction].max(arrival);
        let mut arrivals = vec![arrival];
        if random.unit() < trouble.duplication {
            harmed.doubled += 1;
            arrivals.push(arrival + 1 + random.below(2_000) as u64);
        }
        arrivals
    }
}
