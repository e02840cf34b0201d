//! The liveness phase: the cluster converges and is drained, or it is said what keeps it from that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hydraq_core::host::{Host, LinkView};
use hydraq_core::ids::MessageId;
use hydraq_core::record::Record;
use hydraq_core::request::{DeleteTarget, Knowledge};

use super::{CONVERGE, Run, SLICE};

/// How long it may take to be drained.
const DRAIN: Duration = Duration::from_secs(120);

impl Run<'_> {
    /// Lets time pass until everybody serves and knows everybody.
    pub(super) fn converge(&mut self) -> Option<String> {
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

    pub(super) fn all_serve(&self) -> bool {
        let running = (0..self.plan.hosts).filter(|node| !self.world.nodes[*node].removed);
        running.into_iter().all(|node| {
            let links = self.world.core(node).map(|core| core.view().links).unwrap_or_default();
            let good = |link: &LinkView| link.member.removed || (link.synchronised && link.live);
            self.world.serves(node) && links.iter().all(good)
        })
    }

    /// Takes everything out and deletes it; says what was left, if anything was.
    pub(super) fn drain(&mut self) -> Option<String> {
        // Requests and leases of the safety phase come to their ends first.
        self.clients.draining = true;
        if let Some(objects) = self.objects.as_mut() {
            objects.draining = true;
        }
        for _ in 0..(25_000 / SLICE.as_millis()) {
            self.slice();
        }
        self.ask_for_all_objects();
        self.world.look_at_disks();
        self.look_for_missing_copies();
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

    /// Asks for every object for the last time, and waits for the answers.
    fn ask_for_all_objects(&mut self) {
        if let Some(objects) = self.objects.as_mut() {
            objects.ask_all(&self.world, &mut self.history);
        }
        while self.objects.as_ref().is_some_and(|objects| objects.waiting() > 0) {
            self.slice();
        }
    }

    /// In automatic mode everything has as many copies by now as were acknowledged. Where fewer were acknowledged than planned, the
    /// rest comes with the comparison of all digests in turn, which takes longer than this.
    fn look_for_missing_copies(&mut self) {
        if !self.plan.repairs {
            return;
        }
        let mut copies: BTreeMap<MessageId, usize> = BTreeMap::new();
        for node in &self.world.nodes {
            // A byte that flipped counts against nobody until the record is read.
            let here: BTreeSet<MessageId> = node.disk.with(|image| {
                let is_message = |record: &&Record| matches!(record, Record::Message(_));
                image.records.values().filter(is_message).map(Record::id).collect()
            });
            here.into_iter().for_each(|id| *copies.entry(id).or_default() += 1);
        }
        for (id, life) in &self.history.lives {
            let asked = usize::from(life.promised).min(self.plan.hosts);
            let has = copies.get(id).copied().unwrap_or(0);
            if life.is_owed() && !life.lost_disks && has < asked {
                let held = (0..self.plan.hosts).map(|node| self.copy_in_words(node, *id));
                let held: Vec<String> = held.filter(|words| !words.is_empty()).collect();
                let what = format!(
                    "{id} has {has} of {asked} copies a while after the last heal: {}",
                    held.join("; ")
                );
                self.history.under_replicated.push(what);
            }
        }
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

    pub(super) fn is_empty(&self) -> bool {
        (0..self.plan.hosts).filter_map(|node| self.world.core(node)).all(|core| {
            let (messages, tombstones) = core.ids();
            tombstones.is_empty() && messages.iter().all(|id| self.is_beyond_repair(core, *id))
        })
    }

    /// Whether what is left of a message on a host is a record that cannot be read; not after a delete, which takes that away, too,
    /// unless its tombstones were lost with their disks.
    pub(super) fn is_beyond_repair(&self, core: &Host, id: MessageId) -> bool {
        let unreadable = matches!(core.knowledge(id), Knowledge::Held(held) if held.corrupt);
        let is_deleted = self.history.lives.get(&id).is_some_and(|life| {
            !life.delete_lost && life.deletes.iter().any(|delete| delete.acknowledged.is_some())
        });
        unreadable && !is_deleted
    }
}
