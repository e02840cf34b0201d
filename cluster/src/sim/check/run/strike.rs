//! Faults: how each begins, whether it changed anything, and how it ends.

use std::time::Duration;

use hydraq_core::event::Event;

use super::{Cure, Run};
use crate::sim::check::plan::Fault;

impl Run<'_> {
    /// Does harm; whether it changed anything.
    pub(super) fn strike(&mut self, fault: &Fault) -> bool {
        let now = self.world.now;
        let world = &mut self.world;
        let later = |duration: &Duration| now + duration.as_micros() as u64;
        match fault {
            Fault::Crash { node, down } => {
                let ran = world.nodes[*node].process.is_some();
                world.kill(*node);
                self.cures.push((later(down), Cure::Start(*node)));
                ran
            }
            Fault::Pause { node, stopped } => {
                world.set_paused(*node, true);
                self.cures.push((later(stopped), Cure::Resume(*node)));
                world.nodes[*node].process.is_some()
            }
            Fault::Wipe { node, down } => {
                world.lose_disk(*node);
                self.cures.push((later(down), Cure::Start(*node)));
                true
            }
            Fault::Rollback { node } => self.roll_back(*node),
            Fault::Cut { from, to, both, lasts } => {
                world.network.trouble(*from, *to).cut = true;
                if *both {
                    world.network.trouble(*to, *from).cut = true;
                }
                self.cures.push((later(lasts), Cure::Mend(*from, *to)));
                true
            }
            Fault::Partition { side, lasts } => {
                let on = |node: usize| side & (1 << node) != 0;
                for from in 0..self.plan.hosts {
                    for to in (0..self.plan.hosts).filter(|to| on(*to) != on(from)) {
                        world.network.trouble(from, to).cut = true;
                    }
                }
                self.cures.push((later(lasts), Cure::MendAll));
                true
            }
            Fault::Flaky { from, to, delay, shares, lasts } => {
                let trouble = world.network.trouble(*from, *to);
                trouble.delay = *delay;
                [trouble.loss, trouble.duplication, trouble.reordering] = *shares;
                self.cures.push((later(lasts), Cure::Mend(*from, *to)));
                true
            }
            Fault::Reset { one, two } => world.reset_link(*one, *two),
            Fault::SlowDisk { node, takes, lasts } => {
                world.nodes[*node].commit_takes = *takes;
                self.cures.push((later(lasts), Cure::NormalDisk(*node)));
                true
            }
            Fault::FullDisk { node, lasts } => {
                world.tell(*node, Event::Full(true));
                self.cures.push((later(lasts), Cure::Room(*node)));
                true
            }
            Fault::Flip { node } => self.flip(*node),
            Fault::FailedSync { node } => {
                world.nodes[*node].disk.fail_next();
                true
            }
        }
    }

    /// Puts a disk back to an earlier state of the same host.
    pub(super) fn roll_back(&mut self, node: usize) -> bool {
        let image = self.images[node].clone();
        let now = self.world.nodes[node].disk.image();
        if image.host != now.host || image.host.is_none() || image.commit == now.commit {
            return false;
        }
        self.world.kill(node);
        self.world.nodes[node].disk.restore(image);
        self.world.nodes[node].distrusted = true;
        self.history.rolled_back.push((self.world.nodes[node].id, self.world.now));
        self.excuse_what_is_nowhere();
        self.world.start(node);
        true
    }

    pub(super) fn flip(&mut self, node: usize) -> bool {
        let disk = self.world.nodes[node].disk.clone();
        let sequences: Vec<_> = disk.with(|image| image.records.keys().copied().collect());
        if sequences.is_empty() {
            return false;
        }
        disk.corrupt(sequences[self.random.below(sequences.len())]);
        self.excuse_what_is_nowhere();
        true
    }

    /// Ends the faults whose time is over, or all of them.
    pub(super) fn cure(&mut self, all: bool) {
        let now = self.world.now;
        let (over, rest) = std::mem::take(&mut self.cures).into_iter().partition(|(at, _)| all || *at <= now);
        self.cures = rest;
        let over: Vec<(u64, Cure)> = over;
        for (_, cure) in over {
            match cure {
                Cure::Start(node) => self.world.start(node),
                Cure::Resume(node) => self.world.set_paused(node, false),
                Cure::Mend(one, two) => self.world.network.heal(Some((one, two))),
                Cure::MendAll => self.world.network.heal(None),
                Cure::NormalDisk(node) => self.world.nodes[node].commit_takes = Duration::from_micros(200),
                Cure::Room(node) => self.world.tell(node, Event::Full(false)),
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
        self.world.now
    }
}
