//! What can go wrong, and by which names it is counted.

use std::time::Duration;

/// What is wrong with the way from one host to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Harm {
    /// Nothing gets through.
    Cut,
    /// Everything takes this much longer.
    Delay(Duration),
    /// This share of what is sent is lost.
    Loss(f64),
    /// This share of what is sent arrives twice.
    Duplication(f64),
    /// This share of what is sent may be overtaken.
    Reordering(f64),
}

/// Something that goes wrong, or right again.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The process is killed; it starts again after a while.
    Crash {
        /// Which host.
        node: usize,
        /// After how long it starts again.
        down: Duration,
    },
    /// The process is killed and starts again at once.
    Restart {
        /// Which host.
        node: usize,
    },
    /// The process is killed in the middle of its next commit; it starts again after a while.
    TornCommit {
        /// Which host.
        node: usize,
        /// After how long it starts again.
        down: Duration,
    },
    /// The process is stopped, and goes on after a while.
    Pause {
        /// Which host.
        node: usize,
        /// For how long.
        stopped: Duration,
    },
    /// The process is killed and its disk emptied; it starts again after a while.
    Wipe {
        /// Which host.
        node: usize,
        /// After how long it starts again.
        down: Duration,
    },
    /// The process is killed, and its disk goes back to what it was a while ago; it starts again at once.
    Rollback {
        /// Which host.
        node: usize,
    },
    /// Something is wrong with the way from one host to another, and back if it is a cut of both.
    Link {
        /// From whom.
        from: usize,
        /// To whom.
        to: usize,
        /// Whether the way back is harmed, too.
        both: bool,
        /// What is wrong.
        harm: Harm,
        /// For how long.
        lasts: Duration,
    },
    /// The cluster falls in two.
    Partition {
        /// Who is on one side, as bits.
        side: u32,
        /// For how long.
        lasts: Duration,
    },
    /// The link between two hosts is reset.
    Reset {
        /// One end.
        one: usize,
        /// The other end.
        two: usize,
    },
    /// A wall clock jumps, and jumps back after a while.
    ClockJump {
        /// Which host.
        node: usize,
        /// How far, in milliseconds.
        by_ms: i64,
        /// After how long it jumps back.
        lasts: Duration,
    },
    /// Commits take long.
    SlowDisk {
        /// Which host.
        node: usize,
        /// How long.
        takes: Duration,
        /// For how long.
        lasts: Duration,
    },
    /// The disk is full: a commit fails, and then nothing new is taken.
    FullDisk {
        /// Which host.
        node: usize,
        /// For how long.
        lasts: Duration,
    },
    /// A byte of a record flips.
    Flip {
        /// Which host.
        node: usize,
    },
    /// The next commit fails, and the cache cannot be trusted.
    FailedSync {
        /// Which host.
        node: usize,
    },
}

impl Fault {
    /// All classes, in the order in which they are told.
    pub const CLASSES: [&'static str; 19] = [
        "crash",
        "restart",
        "torn-commit",
        "pause",
        "wipe",
        "rollback",
        "cut",
        "one-way-cut",
        "partition",
        "delay",
        "loss",
        "duplication",
        "reordering",
        "reset",
        "clock-jump",
        "slow-disk",
        "full-disk",
        "flipped-byte",
        "failed-fsync",
    ];

    /// The host that can be cut off by it in the middle of a request, if there is one.
    #[must_use]
    pub fn strikes(&self) -> Option<usize> {
        match self {
            Fault::Crash { node, .. }
            | Fault::Restart { node }
            | Fault::TornCommit { node, .. }
            | Fault::Pause { node, .. }
            | Fault::Link { from: node, harm: Harm::Cut, .. } => Some(*node),
            Fault::Partition { side, .. } => Some(side.trailing_zeros() as usize),
            _ => None,
        }
    }

    /// The class under which it is counted.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Fault::Crash { .. } => "crash",
            Fault::Restart { .. } => "restart",
            Fault::TornCommit { .. } => "torn-commit",
            Fault::Pause { .. } => "pause",
            Fault::Wipe { .. } => "wipe",
            Fault::Rollback { .. } => "rollback",
            Fault::Link { harm: Harm::Cut, both: true, .. } => "cut",
            Fault::Link { harm: Harm::Cut, both: false, .. } => "one-way-cut",
            Fault::Link { harm: Harm::Delay(_), .. } => "delay",
            Fault::Link { harm: Harm::Loss(_), .. } => "loss",
            Fault::Link { harm: Harm::Duplication(_), .. } => "duplication",
            Fault::Link { harm: Harm::Reordering(_), .. } => "reordering",
            Fault::Partition { .. } => "partition",
            Fault::Reset { .. } => "reset",
            Fault::ClockJump { .. } => "clock-jump",
            Fault::SlowDisk { .. } => "slow-disk",
            Fault::FullDisk { .. } => "full-disk",
            Fault::Flip { .. } => "flipped-byte",
            Fault::FailedSync { .. } => "failed-fsync",
        }
    }
}
