//! One host's process: a batch of what waits for it, its commit, and what leaves then.

use std::time::Duration;

use hydraq_core::event::Effect;
use hydraq_core::journal::Happening;

use super::{Due, Line, World};
use crate::sim::audit::Audit;
use crate::sim::network::NodeId;
use crate::sim::node::Committing;
use crate::store::StoreError;

/// After how long a host whose clock matters commits it, in microseconds; looked at with each heartbeat.
const CLOCK_COMMIT: u64 = 700_000;

impl World {
    /// A commit at least once a second while anything runs that the clock ends, or while writes wait for one.
    pub(super) fn keep_clock(&mut self, node: NodeId) {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| process.committing.is_none())
        else {
            return;
        };
        let waits = process.engine.core.has_timers() || process.engine.has_lazy_writes();
        if waits && now - process.committed_at >= CLOCK_COMMIT {
            let writes = process.engine.take_lazy_writes();
            let changes =
                process.service.as_mut().map(|service| service.changes(&writes)).unwrap_or_default();
            self.begin_commit(node, Committing { writes, changes, late: Vec::new(), began: now });
        }
    }

    /// Lets a host take what waits for it, if it is free to.
    pub(super) fn run_node(&mut self, node: NodeId) {
        let now = self.now;
        let Some(process) = self.nodes[node].process.as_mut().filter(|process| !process.paused) else {
            return;
        };
        if process.committing.is_some() {
            return;
        }
        process.batch_began = now;
        let clock = process.clock(now);
        while let Some(event) = process.inbox.pop_front() {
            process.engine.step(clock, event);
        }
        let service = process.service.as_mut();
        if let Some(service) = service {
            service.propagate(&mut process.engine.core, clock);
        }
        let batch = process.engine.prepare(clock);
        let changes = match process.service.as_mut() {
            Some(service) => service.closed(&batch, &process.engine.core, clock),
            None => Vec::new(),
        };
        let needs_commit = !batch.writes.is_empty()
            || !changes.is_empty()
            || !batch.late.is_empty() && process.engine.has_lazy_writes();
        self.take_effects(node, batch.early);
        if self.nodes[node].process.is_none() {
            return;
        }
        if needs_commit {
            self.begin_commit(
                node,
                Committing { writes: batch.writes, changes, late: batch.late, began: now },
            );
        } else {
            self.take_effects(node, batch.late);
        }
        self.set_tick(node);
    }

    pub(super) fn begin_commit(&mut self, node: NodeId, committing: Committing) {
        let takes = self.nodes[node].commit_takes.as_micros() as u64;
        let takes = takes + self.random.below(takes as usize + 1) as u64;
        let incarnation = self.nodes[node].incarnation;
        self.nodes[node].meter.commits += 1;
        if self.nodes[node].dies_in_commit {
            let after = self.random.below(takes.max(1) as usize) as u64;
            self.schedule(after, Due::Dies(node, incarnation));
        }
        if let Some(process) = self.nodes[node].process.as_mut() {
            process.committing = Some(committing);
        }
        self.schedule(takes, Due::Committed(node, incarnation));
    }

    pub(super) fn commit_ends(&mut self, node: NodeId) {
        let now = self.now;
        let disk = self.nodes[node].disk.clone();
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let Some(committing) = process.committing.take() else { return };
        let clock = process.clock(now);
        let is_audited = process.service.is_none();
        let erased = is_audited.then(|| disk.with(|image| Audit::erased(image, &committing.writes)));
        match process.engine.commit_with(&committing.writes, &committing.changes, clock) {
            Ok(committed) => {
                process.committed_at = now;
                if let Some(service) = process.service.as_mut() {
                    let took = Duration::from_micros(now - committing.began);
                    service.committed(committed, &process.engine.core, took);
                    self.has_answered = true;
                }
                if let Some(erased) = erased {
                    disk.with(|image| self.audit.committed(now, node, image, erased));
                }
                self.take_effects(node, committing.late);
                self.run_node(node);
            }
            // Whether the commit happened is unknown: only a new start can tell.
            Err(StoreError::Full) => {
                self.nodes[node].meter.out_of_room += 1;
                // The ballast is given up: there is room for what must go on.
                self.nodes[node].disk.set_full(false);
                if self.random.unit() < 0.5
                    && let Some(process) = self.nodes[node].process.as_mut()
                {
                    // It happened after all, and nobody was told.
                    let _ = process.engine.commit(&committing.writes, clock);
                }
                self.kill(node);
                self.start(node);
            }
            // The cache can no longer be trusted: the host comes back as a new one.
            Err(StoreError::Failed(_)) => {
                self.nodes[node].meter.failed_syncs += 1;
                self.lose_disk(node);
                self.start(node);
            }
        }
    }

    pub(super) fn set_tick(&mut self, node: NodeId) {
        let (now, incarnation) = (self.now, self.nodes[node].incarnation);
        let Some(process) = self.nodes[node].process.as_mut() else { return };
        let objects = process.service.as_ref().map_or(u64::MAX, |service| {
            let patience = service.patience(process.clock(now)).as_micros();
            u64::try_from(patience).map_or(u64::MAX, |patience| now.saturating_add(patience))
        });
        let at = process.virtual_time(process.engine.core.next_deadline()).min(objects).max(now + 1);
        if at != u64::MAX && process.tick_at.is_none_or(|tick| at < tick || tick <= now) {
            process.tick_at = Some(at);
            self.schedule_at(at, Due::Tick(node, incarnation));
        }
    }

    pub(super) fn take_effects(&mut self, node: NodeId, effects: Vec<Effect>) {
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
                    let Some(reply) = self.answer(node, request, reply) else { continue };
                    if let Some(id) = self.enqueued.remove(&request) {
                        self.audit.replied(self.now, node, id, &reply, &self.nodes);
                    }
                    self.audit.served(self.now, node, &reply);
                    self.replies.insert(request, (self.now, reply));
                }
                Effect::Serving(serving) => {
                    if let Some(process) = self.nodes[node].process.as_mut() {
                        process.serving = serving;
                        if let Some(service) = &process.service {
                            service.serves(serving);
                        }
                    }
                }
                Effect::Member(record) => {
                    if let Some(service) = self.service_of(node) {
                        service.learn(&record);
                    }
                }
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

    pub(super) fn happened(&mut self, node: NodeId, what: Happening) {
        let now = hydraq_core::time::Instant(self.now);
        if let Some(process) = self.nodes[node].process.as_mut() {
            match what {
                Happening::Session(peer) => process.detector.opened(peer, now),
                Happening::SessionEnded(peer) => process.detector.closed(peer),
                _ => {}
            }
        }
        if let Some(service) = self.service_of(node) {
            service.record(what);
            return;
        }
        self.audit.happened(self.now, node, &what, &self.nodes);
        self.trace.push(Line { at: self.now, node, what });
    }
}
