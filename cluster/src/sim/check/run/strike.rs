//! Faults: how each begins, how it ends, and whether it changed anything in between. One that did not is not counted.

use std::time::Duration;

use hydraq_core::event::{Event, Order};
use hydraq_core::ids::{MessageId, Sequence};
use hydraq_core::objects::StoreTag;
use hydraq_core::record::Record;

use super::Run;
use crate::sim::audit::{remembers, tombstones_on, written_on};
use crate::sim::check::objects::known::RolledBack;
use crate::sim::check::plan::{Fault, Harm};
use crate::store::model::Image;

/// A fault that has begun and not ended.
#[derive(Debug)]
pub(super) struct Open {
    /// When it ends, in virtual microseconds.
    ends: u64,
    cure: Cure,
    /// The class under which it is counted if the meter of its cure has moved until then, and what that said at the beginning.
    counts: Option<(&'static str, u64)>,
}

/// What ends a fault.
#[derive(Debug)]
enum Cure {
    /// The host starts again, having been killed outright or in a commit.
    Start(usize),
    Resume(usize),
    Ways(Vec<(usize, usize)>, Harm),
    NormalDisk(usize),
    Room(usize),
    Sync(usize),
    Clock(usize, i64),
}

impl Run<'_> {
    /// Does harm, and counts it if it changed something at once; else that is seen when it ends.
    pub(super) fn strike(&mut self, fault: &Fault) {
        self.be_in_the_middle(fault);
        self.history.troubled.push((self.world.now, self.world.now));
        let class = fault.class();
        let counts = match fault {
            Fault::Crash { node, down } => {
                let ran = self.kill(*node);
                self.open(*down, Cure::Start(*node), None);
                ran
            }
            Fault::Restart { node } => {
                let ran = self.kill(*node);
                self.world.start(*node);
                ran
            }
            Fault::TornCommit { node, down } => {
                self.world.nodes[*node].dies_in_commit = true;
                // Whoever has something to write has done so after a second or so.
                self.open(*down + Duration::from_secs(1), Cure::Start(*node), Some(class));
                false
            }
            Fault::Pause { node, stopped } => {
                self.world.set_paused(*node, true);
                self.open(*stopped, Cure::Resume(*node), Some(class));
                false
            }
            Fault::Wipe { node, down } => {
                let had_something = self.world.nodes[*node].disk.with(|image| !image.records.is_empty());
                self.world.lose_disk(*node);
                self.open(*down, Cure::Start(*node), None);
                had_something
            }
            Fault::Rollback { node } => self.roll_back(*node),
            Fault::Link { from, to, both, harm, lasts } => {
                let mut ways = vec![(*from, *to)];
                ways.extend(both.then_some((*to, *from)));
                self.harm(ways, *harm, *lasts, class);
                false
            }
            Fault::Partition { side, lasts } => {
                let on = |node: usize| side & (1 << node) != 0;
                let hosts = 0..self.plan.hosts;
                let ways = hosts.clone().flat_map(|from| hosts.clone().map(move |to| (from, to)));
                self.harm(ways.filter(|(from, to)| on(*from) != on(*to)).collect(), Harm::Cut, *lasts, class);
                false
            }
            Fault::Reset { one, two } => self.world.reset_link(*one, *two),
            _ => self.strike_disk_or_clock(fault),
        };
        self.count(class, counts);
    }

    fn strike_disk_or_clock(&mut self, fault: &Fault) -> bool {
        let class = fault.class();
        match fault {
            Fault::SlowDisk { node, takes, lasts } => {
                self.world.nodes[*node].commit_takes = *takes;
                self.open(*lasts, Cure::NormalDisk(*node), Some(class));
                false
            }
            Fault::FullDisk { node, lasts } => {
                self.world.set_full(*node, true);
                self.open(*lasts, Cure::Room(*node), Some(class));
                false
            }
            Fault::FailedSync { node } => {
                self.world.nodes[*node].disk.fail_next();
                self.open(Duration::from_secs(3), Cure::Sync(*node), Some(class));
                false
            }
            Fault::ClockJump { node, by_ms, lasts } => {
                self.world.nodes[*node].wall_error_ms += by_ms;
                self.open(*lasts, Cure::Clock(*node, *by_ms), Some(class));
                false
            }
            Fault::Flip { node } => self.flip(*node),
            _ => false,
        }
    }

    /// Sometimes a client has just sent a message to the host that is struck: it may be stored there, and known nowhere else.
    fn be_in_the_middle(&mut self, fault: &Fault) {
        let Some(node) = fault.strikes().filter(|_| self.random.below(2) == 0) else { return };
        self.clients.enqueue(&mut self.world, &mut self.history, node);
        self.world.run_for(Duration::from_micros(self.random.below(4_000) as u64));
    }

    fn kill(&mut self, node: usize) -> bool {
        let ran = self.world.nodes[node].process.is_some();
        self.world.kill(node);
        ran
    }

    /// Harms those of these ways that are not harmed in the same manner already.
    fn harm(&mut self, mut ways: Vec<(usize, usize)>, harm: Harm, lasts: Duration, class: &'static str) {
        ways.retain(|(from, to)| {
            let trouble = self.world.network.trouble(*from, *to);
            match harm {
                Harm::Cut => !std::mem::replace(&mut trouble.cut, true),
                Harm::Delay(by) => std::mem::replace(&mut trouble.delay, by).is_zero(),
                Harm::Loss(share) => std::mem::replace(&mut trouble.loss, share) == 0.0,
                Harm::Duplication(share) => std::mem::replace(&mut trouble.duplication, share) == 0.0,
                Harm::Reordering(share) => std::mem::replace(&mut trouble.reordering, share) == 0.0,
            }
        });
        if !ways.is_empty() {
            self.open(lasts, Cure::Ways(ways, harm), Some(class));
        }
    }

    fn open(&mut self, lasts: Duration, cure: Cure, class: Option<&'static str>) {
        let ends = self.world.now + lasts.as_micros() as u64;
        let counts = class.map(|class| (class, self.meter(&cure)));
        self.history.troubled.push((self.world.now, ends));
        self.open.push(Open { ends, cure, counts });
    }

    /// What a fault has changed until now, in a unit of its own.
    fn meter(&self, cure: &Cure) -> u64 {
        let node = |node: &usize| &self.world.nodes[*node];
        match cure {
            Cure::Start(place) => node(place).meter.torn,
            Cure::Resume(place) => {
                let paused = node(place).process.as_ref().filter(|process| process.paused);
                paused.map_or(0, |process| process.inbox.len() as u64)
            }
            Cure::Ways(ways, harm) => {
                let harmed = ways.iter().map(|(from, to)| self.world.network.harmed(*from, *to));
                let by = |harmed: crate::sim::network::Harmed| match harm {
                    Harm::Cut => harmed.cut,
                    Harm::Delay(_) => harmed.delayed,
                    Harm::Loss(_) => harmed.lost,
                    Harm::Duplication(_) => harmed.doubled,
                    Harm::Reordering(_) => harmed.overtaken,
                };
                harmed.map(by).sum()
            }
            Cure::NormalDisk(place) => node(place).meter.commits,
            Cure::Room(place) => node(place).meter.out_of_room,
            Cure::Sync(place) => node(place).meter.failed_syncs,
            Cure::Clock(place, _) => node(place).meter.wall_reads,
        }
    }

    fn count(&mut self, class: &'static str, counts: bool) {
        if counts {
            *self.faults.entry(class).or_default() += 1;
        }
    }

    /// Puts a disk back to an earlier state of the same host.
    fn roll_back(&mut self, node: usize) -> bool {
        let image = self.images[node].clone();
        let now = self.world.nodes[node].disk.image();
        if image.host != now.host || image.host.is_none() || image.commit == now.commit {
            return false;
        }
        self.world.kill(node);
        self.world.nodes[node].disk.restore(image);
        self.world.nodes[node].distrusted = true;
        self.history.rolled_back.push((self.world.nodes[node].id, self.world.now));
        if let Some((_, store)) = now.host {
            let (store, to, at) = (StoreTag::of(store), self.images_at, self.world.now);
            self.history.objects.rolled_back.push(RolledBack { store, to, at });
        }
        self.excuse_what_is_nowhere();
        self.excuse_what_nobody_can_know(node);
        self.world.start(node);
        true
    }

    /// If no disk remembers a later commit of the one that went back, and none the delete of a message that is on it again, then that
    /// message may come back, on other hosts, too.
    fn excuse_what_nobody_can_know(&mut self, node: usize) {
        let back = self.world.nodes[node].disk.image();
        let Some((host, _)) = back.host else { return };
        let others = || self.world.nodes.iter().filter(|other| other.id != host);
        if others().any(|other| other.disk.with(|image| remembers(image, host, back.boot, back.commit))) {
            return;
        }
        let deleted: Vec<MessageId> = others()
            .flat_map(|other| other.disk.with(|image| tombstones_on(image).collect::<Vec<_>>()))
            .collect();
        for id in written_on(&back).filter(|id| !deleted.contains(id)) {
            if let Some(life) = self.history.lives.get_mut(&id) {
                life.delete_lost |= life.deletes.iter().any(|delete| delete.acknowledged.is_some());
            }
        }
    }

    fn flip(&mut self, node: usize) -> bool {
        let disk = self.world.nodes[node].disk.clone();
        let is_message = |record: &Record| matches!(record, Record::Message(_));
        let records =
            |image: &Image| image.records.iter().map(|(at, record)| (*at, is_message(record))).collect();
        let mut records: Vec<(Sequence, bool)> = disk.with(records);
        if disk.is_real() {
            // What else flips there is found when it is opened, and the model does not know of that.
            records.retain(|(_, is_message)| *is_message);
        }
        if records.is_empty() {
            return false;
        }
        let (sequence, _) = records[self.random.below(records.len())];
        match self.world.nodes[node].process.as_mut() {
            Some(process) if disk.is_real() => {
                if process.engine.store_mut().flip_byte(sequence).is_err() {
                    return false;
                }
            }
            None if disk.is_real() => return false,
            _ => disk.corrupt(sequence),
        }
        self.excuse_what_is_nowhere();
        true
    }

    /// Ends the faults whose time is over, or all of them.
    pub(super) fn cure(&mut self, all: bool) {
        let now = self.world.now;
        let (over, rest): (Vec<Open>, Vec<Open>) =
            std::mem::take(&mut self.open).into_iter().partition(|open| all || open.ends <= now);
        self.open = rest;
        for open in over {
            if let Some((class, before)) = open.counts {
                let changed = self.meter(&open.cure) > before;
                self.count(class, changed);
            }
            match open.cure {
                Cure::Start(node) => {
                    self.world.nodes[node].dies_in_commit = false;
                    self.world.start(node);
                }
                Cure::Resume(node) => self.world.set_paused(node, false),
                Cure::Ways(ways, harm) => self.mend(&ways, harm),
                Cure::NormalDisk(node) => self.world.nodes[node].commit_takes = Duration::from_micros(200),
                Cure::Room(node) => self.world.set_full(node, false),
                Cure::Sync(node) => self.world.nodes[node].disk.mend(),
                Cure::Clock(node, by_ms) => self.world.nodes[node].wall_error_ms -= by_ms,
            }
        }
    }

    fn mend(&mut self, ways: &[(usize, usize)], harm: Harm) {
        for (from, to) in ways {
            let trouble = self.world.network.trouble(*from, *to);
            match harm {
                Harm::Cut => trouble.cut = false,
                Harm::Delay(_) => trouble.delay = Duration::ZERO,
                Harm::Loss(_) => trouble.loss = 0.0,
                Harm::Duplication(_) => trouble.duplication = 0.0,
                Harm::Reordering(_) => trouble.reordering = 0.0,
            }
        }
    }

    /// Ends all faults, and starts everybody.
    pub(super) fn heal(&mut self) -> u64 {
        self.cure(true);
        self.world.network.heal(None);
        for node in 0..self.plan.hosts {
            self.world.nodes[node].disk.mend();
            self.world.start(node);
            self.world.tell(node, Event::Full(false));
        }
        self.note_lost_disks();
        if self.plan.repairs && self.mode_lost {
            // A setting survives as long as one disk that has it does; then somebody has to set it again.
            self.world.order(0, Order::Set("repair".into(), "auto".into()));
        }
        self.world.now
    }
}
