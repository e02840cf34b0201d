//! What goes between hosts: dialling, heartbeats, frames, and links that break.

use std::time::Duration;

use hydraq_core::detector::{Heartbeat, Verdict};
use hydraq_core::event::{Event, LinkId, Suspicion};
use hydraq_core::frame::Frame;
use hydraq_core::ids::HostId;

use super::{Due, Sent, World};
use crate::sim::network::NodeId;
use crate::sim::service::Hosting;

/// How long heartbeats take in a cluster that somebody looks at: there they travel together, because they are most of what happens.
const HEARTBEAT_TAKES: u64 = 100;
/// How long the two sides of a link have to say hello, in microseconds.
const HELLO_TIMEOUT: u64 = 2_000_000;

impl World {
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

    /// Looks for members with which there is no link: the lower id dials, the other one looks whether somebody is there.
    pub(super) fn dial(&mut self, node: NodeId) {
        let Some(process) = self.nodes[node].process.as_ref().filter(|process| !process.paused) else {
            return;
        };
        if self.network.count_of(node) >= process.engine.core.members_count() {
            return;
        }
        let members = process.engine.core.member_records();
        let me = self.nodes[node].id;
        for record in members.iter().filter(|record| record.id != me && !record.removed) {
            let Some(other) = self.node_at(&record.address) else { continue };
            let (dialler, acceptor) = if me < record.id { (node, other) } else { (other, node) };
            if self.network.is_joined(dialler, acceptor)
                || self.network.is_cut(node, other)
                || self.network.is_cut(other, node)
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

    /// Somebody listens at the address at which a member was dialled; whether it is that member is for the hello to say.
    pub(super) fn dialled(&mut self, from: NodeId, to: NodeId, member: HostId) {
        self.network.end_dialling(from, member);
        if self.nodes[from].process.is_some() && self.nodes[to].process.is_some() {
            let link = self.network.open(from, to);
            self.schedule(HELLO_TIMEOUT, Due::HelloTimeout(link));
            self.give(from, Event::Connected(member, link));
        }
    }

    /// Closes a link on which not both sides have said hello in time.
    pub(super) fn close_if_unused(&mut self, link: LinkId) {
        let Some(ends) = self.network.ends(link) else { return };
        let used = |node: NodeId| self.core(node).is_some_and(|core| core.has_session_on(link));
        if !used(ends.dialler) || !used(ends.acceptor) {
            self.network.close(link);
            self.schedule(50, Due::LinkLost(link, ends.dialler));
            self.schedule(50, Due::LinkLost(link, ends.acceptor));
        }
    }

    pub(super) fn hang_up(&mut self, node: NodeId, link: LinkId) {
        let Some(ends) = self.network.close(link) else { return };
        let other = if ends.dialler == node { ends.acceptor } else { ends.dialler };
        // What was sent before is lost with the link: a reset does not wait for what is in the pipe.
        self.schedule(100, Due::LinkLost(link, other));
    }

    pub(super) fn send(&mut self, node: NodeId, peer: HostId, connection: u64, frames: Vec<Frame>) {
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let Some((link, envelope)) = process.engine.core.seal(peer, connection, frames) else { return };
        let Some(to) = self.network.other_end(link, node) else { return };
        self.audit.copied(self.now, node, &envelope.frames);
        self.audit.passed_on(&self.nodes[node], peer, &envelope.frames);
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

    pub(super) fn arrive(&mut self, link: LinkId, to: NodeId, event: Event) {
        if self.network.other_end(link, to).is_some() {
            self.give(to, event);
        }
    }

    pub(super) fn hear(&mut self, link: LinkId, to: NodeId, from: HostId, heartbeat: Heartbeat) {
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
    pub(super) fn beat(&mut self, node: NodeId) {
        let now = hydraq_core::time::Instant(self.now);
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| !process.paused) else {
            return;
        };
        let (serves, age) = (process.serving, Duration::from_micros(self.now - process.committed_at));
        let verdicts = process.detector.tick(now);
        let (id, mut sent) = (self.nodes[node].id, Vec::new());
        for (link, other) in self.network.peers_of(node) {
            let peer = self.nodes[other].id;
            let Some(process) = self.nodes[node].process.as_mut() else { return };
            if let Some(heartbeat) = process.detector.heartbeat(peer, serves, age, now) {
                sent.push((link, other, heartbeat));
            }
        }
        if self.hosting.as_ref().is_some_and(Hosting::is_whole) {
            let quiet =
                sent.extract_if(.., |(_, other, _)| !self.network.has_trouble(node, *other)).collect();
            self.schedule(HEARTBEAT_TAKES, Due::Heartbeats(id, quiet));
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
}
