//! Processes that come and go: starting, killing, stopping them, and losing what they kept.

use hydraq_core::config::Config;
use hydraq_core::event::Event;
use hydraq_core::frame::MemberRecord;
use hydraq_core::host::store_setting;
use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::random::mix;
use hydraq_core::settings::Setting;

use super::{Due, World};
use crate::host::engine::Engine;
use crate::sim::network::NodeId;
use crate::sim::node::Process;

/// So many hosts that are added together are introduced by themselves.
const TOGETHER: usize = 16;

/// Hosts that are being added together, as they will be.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    members: Vec<MemberRecord>,
    settings: Vec<Setting>,
}

impl World {
    /// Starts a host's process; nothing happens if it runs.
    pub fn start(&mut self, node: NodeId) {
        if self.nodes[node].process.is_some() || self.nodes[node].removed {
            return;
        }
        let world_seed = self.seed;
        let draw = |salt: u64| drawn(world_seed, salt);
        let salt = (node as u64) << 32 | self.nodes[node].incarnation << 8;
        let (host, store, nonce) =
            (HostId(draw(salt | 1) >> 3), StoreId(draw(salt | 2) >> 3), draw(salt | 3) as u64 | 1);
        let doubled = self.nodes[node].disk.is_open();
        let opened = self.nodes[node].disk.open((host, store), nonce);
        self.nodes[node].disk.with(|image| self.audit.started(self.now, node, image, doubled));
        let (id, clock, seed) = (opened.host, opened.clock, draw(salt | 4) as u64);
        let name = self.nodes[node].name.clone();
        let config = Config { plant: self.nodes[node].plant.or(self.config.plant), ..self.config.clone() };
        let engine = Engine::start(opened, name.clone(), name, config, seed)
            .expect("a simulated disk is in memory and gives what it has");
        let service = self.hosting.as_mut().map(|hosting| Box::new(hosting.open(&engine, clock)));
        let expected = self.expected.clone();
        let introduced = service.as_ref().and_then(|_| engine.core.introduce_store());
        let introduced = introduced.filter(|_| expected.settings.is_empty());
        let mut process = Process::new(engine, self.config.suspicion, self.now, clock);
        process.detector.tick(hydraq_core::time::Instant(self.now));
        process.service = service;
        process.inbox.extend(introduced.map(Event::Order));
        if !expected.settings.is_empty() {
            process.inbox.push_back(Event::Settings(expected.settings));
        }
        if self.nodes[node].full {
            process.inbox.push_back(Event::Full(true));
        }
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
        self.disturb_links(node);
    }

    /// Says which hosts will be added next, before time goes on, and that none will once they are there. Many are introduced to each
    /// other by themselves as they start: else each would tell everybody of everybody.
    pub fn expect(&mut self, names: &[String]) {
        self.expected = Expected::default();
        if names.len() > TOGETHER {
            let drawn = |node: u64, salt: u64| drawn(self.seed, node << 32 | salt) >> 3;
            let first = self.nodes.len() as u64;
            for (name, node) in names.iter().zip(first..) {
                let (host, store) = (HostId(drawn(node, 1)), StoreId(drawn(node, 2)));
                self.expected.members.push(MemberRecord { boot: 1, ..record(host, name) });
                if self.hosting.is_some() {
                    self.expected.settings.push(store_setting(host, store));
                }
            }
        }
    }

    /// What a starting host is told by the first running one: a join through one member. While none runs, it is told of those that there
    /// are: an empty disk alone makes no cluster of its own.
    pub(super) fn introductions(&self, node: NodeId) -> Vec<MemberRecord> {
        let others = (0..self.nodes.len()).filter(|other| *other != node);
        let known = match others.clone().find_map(|other| self.core(other)) {
            Some(running) => running.member_records(),
            None => {
                let there = others.map(|other| &self.nodes[other]).filter(|place| !place.removed);
                there.map(|place| record(place.id, &place.name)).collect()
            }
        };
        known.into_iter().chain(self.expected.members.iter().cloned()).collect()
    }

    /// Kills a host's process. The commit under way is lost, or not, by chance.
    pub fn kill(&mut self, node: NodeId) {
        let Some(mut process) = self.nodes[node].process.take() else { return };
        let disk = self.nodes[node].disk.clone();
        if let Some(committing) = process.committing.take() {
            let clock = process.clock(self.now);
            let happens = self.random.unit() < 0.5;
            if disk.is_real() && !happens {
                // The power is cut before it is synced: what was written of it is there, or not.
                disk.fail_next();
            }
            if happens || disk.is_real() {
                // A commit that fails leaves the disk as it was, as a lost one does.
                let _ = process.engine.commit_with(&committing.writes, &committing.changes, clock);
            }
            if disk.is_real() {
                disk.mend();
            }
        }
        if disk.is_real() {
            // Before the process ends: it has no time to close anything.
            disk.crash(self.random.draw());
        }
        disk.with(|image| self.audit.look_at_objects(self.now, node, image));
        drop(process);
        for link in self.network.links_of(node) {
            let other = self.network.other_end(link, node);
            self.network.close(link);
            if let Some(other) = other {
                self.schedule(100, Due::LinkLost(link, other));
            }
        }
    }

    pub(super) fn die_in_commit(&mut self, node: NodeId) {
        // It may have been called off in the meantime.
        if std::mem::take(&mut self.nodes[node].dies_in_commit) {
            self.nodes[node].meter.torn += 1;
            self.kill(node);
        }
    }

    /// Fills a host's disk: the next commit fails for want of room, and nothing new is taken until there is some again.
    pub fn set_full(&mut self, node: NodeId, full: bool) {
        self.nodes[node].full = full;
        self.nodes[node].disk.set_full(full);
        if !full {
            self.give(node, Event::Full(false));
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
}

/// What is said of a host that nobody has spoken with yet.
fn record(id: HostId, name: &str) -> MemberRecord {
    MemberRecord { id, name: name.to_owned(), address: name.to_owned(), boot: 0, removed: false }
}

/// What a number stands for in the world of this seed.
fn drawn(seed: u64, salt: u64) -> u128 {
    let base = mix(seed ^ mix(salt));
    u128::from(mix(base)) << 64 | u128::from(mix(base ^ 1))
}
