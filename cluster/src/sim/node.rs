//! One simulated host: a disk that lasts, and a process that comes and goes.

use std::collections::VecDeque;
use std::time::Duration;

use hydraq_core::detector::Detector;
use hydraq_core::event::{Effect, Event, Write};
use hydraq_core::ids::HostId;
use hydraq_core::objects::Change;
use hydraq_core::plant::Plant;
use hydraq_core::time::Instant;

use super::service::Service;
use crate::host::engine::Engine;
use crate::store::model::Disk;

/// A simulated host.
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its id; a new one after it lost its disk.
    pub id: HostId,
    /// What lasts.
    pub disk: Disk,
    /// The bug that is planted in it.
    pub plant: Option<Plant>,
    /// How long a commit takes, at least.
    pub commit_takes: Duration,
    /// Its process, while it runs.
    pub process: Option<Process>,
    /// Counts its processes, so that what was meant for an earlier one can be told apart.
    pub incarnation: u64,
    /// Whether it was removed from the cluster for ever.
    pub removed: bool,
    /// Whether its disk went back to an earlier state, which it has not noticed yet.
    pub distrusted: bool,
    /// Whether its disk is nearly full: it takes nothing new.
    pub full: bool,
    /// Whether it is killed in the middle of its next commit.
    pub dies_in_commit: bool,
    /// By how much its wall clock is wrong, in milliseconds.
    pub wall_error_ms: i64,
    /// What has happened to it, to tell whether a fault changed anything.
    pub meter: Meter,
}

/// Counts what faults can change on a host.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    /// Commits that have begun.
    pub commits: u64,
    /// Commits that a kill has cut.
    pub torn: u64,
    /// Commits that failed for want of room.
    pub out_of_room: u64,
    /// Commits that failed because the disk did.
    pub failed_syncs: u64,
    /// How often its wall clock was read.
    pub wall_reads: u64,
}

/// A running process.
pub struct Process {
    /// The core and its store.
    pub engine: Engine,
    /// What it thinks of its peers.
    pub detector: Detector,
    /// Whether it serves, as it last said.
    pub serving: bool,
    /// Whether it is stopped.
    pub paused: bool,
    /// The services of a real host, if it is to have them.
    pub(crate) service: Option<Box<Service>>,
    /// What has happened to it and was not taken yet.
    pub inbox: VecDeque<Event>,
    /// The commit that is under way.
    pub committing: Option<Committing>,
    /// When it last took what waited for it.
    pub batch_began: u64,
    /// When its last commit ended, in virtual time.
    pub committed_at: u64,
    /// The virtual time at which it started, and its own clock then.
    started: (u64, Instant),
    /// The tick that is waited for.
    pub tick_at: Option<u64>,
}

/// A commit that is under way.
pub struct Committing {
    /// What becomes durable.
    pub writes: Vec<Write>,
    /// Changes of objects that become durable with it.
    pub changes: Vec<Change>,
    /// When it began, in virtual time.
    pub began: u64,
    /// What leaves then.
    pub late: Vec<Effect>,
}

impl Process {
    /// A process that has just started.
    #[must_use]
    pub fn new(engine: Engine, suspicion: Duration, now: u64, clock: Instant) -> Self {
        Process {
            engine,
            detector: Detector::new(suspicion),
            serving: false,
            paused: false,
            service: None,
            inbox: VecDeque::new(),
            committing: None,
            batch_began: 0,
            committed_at: now,
            started: (now, clock),
            tick_at: None,
        }
    }

    /// Its own clock at a virtual time.
    #[must_use]
    pub fn clock(&self, now: u64) -> Instant {
        Instant(self.started.1.0 + (now - self.started.0))
    }

    /// The virtual time at which its own clock reads `at`.
    #[must_use]
    pub fn virtual_time(&self, at: Instant) -> u64 {
        if at == Instant::NEVER { u64::MAX } else { self.started.0 + at.0.saturating_sub(self.started.1.0) }
    }
}
