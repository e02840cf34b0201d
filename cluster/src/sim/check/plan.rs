//! What a seed decides: which hosts there are, and what goes wrong when.

use std::time::Duration;

use hydraq_core::random::Random;

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
    /// Nothing gets from one host to another, or both ways.
    Cut {
        /// From whom.
        from: usize,
        /// To whom.
        to: usize,
        /// Whether nothing gets back, either.
        both: bool,
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
    /// The way from one host to another is slow, lossy, doubles or reorders.
    Flaky {
        /// From whom.
        from: usize,
        /// To whom.
        to: usize,
        /// How much longer everything takes.
        delay: Duration,
        /// The shares of what is lost, doubled and overtaken.
        shares: [f64; 3],
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
    /// Commits take long.
    SlowDisk {
        /// Which host.
        node: usize,
        /// How long.
        takes: Duration,
        /// For how long.
        lasts: Duration,
    },
    /// The disk is full.
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
    /// The class under which it is counted.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Fault::Crash { .. } => "crash",
            Fault::Pause { .. } => "pause",
            Fault::Wipe { .. } => "wipe",
            Fault::Rollback { .. } => "rollback",
            Fault::Cut { both: true, .. } => "cut",
            Fault::Cut { both: false, .. } => "one-way-cut",
            Fault::Partition { .. } => "partition",
            Fault::Flaky { .. } => "flaky-link",
            Fault::Reset { .. } => "reset",
            Fault::SlowDisk { .. } => "slow-disk",
            Fault::FullDisk { .. } => "full-disk",
            Fault::Flip { .. } => "flipped-byte",
            Fault::FailedSync { .. } => "failed-fsync",
        }
    }
}

/// What one seed decides.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// How many hosts.
    pub hosts: usize,
    /// How many clients.
    pub clients: usize,
    /// How long things go wrong.
    pub safety: Duration,
    /// Whether the cluster repairs by itself.
    pub repairs: bool,
    /// What goes wrong when, in order.
    pub faults: Vec<(Duration, Fault)>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64, hosts: Option<usize>) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        let hosts = hosts.unwrap_or_else(|| 3 + random.below(3));
        let safety = Duration::from_secs(20 + random.below(60) as u64);
        let count = match random.below(4) {
            0 => 0,
            1 => 2 + random.below(4),
            _ => 5 + random.below(25),
        };
        let mut faults: Vec<(Duration, Fault)> =
            (0..count).map(|_| (safety.mul_f64(random.unit()), fault(&mut random, hosts))).collect();
        faults.sort_by_key(|(at, _)| *at);
        Plan { seed, hosts, clients: 1 + random.below(4), safety, repairs: random.below(2) == 0, faults }
    }
}

impl Plan {
    /// The same plan with only these of its faults.
    #[must_use]
    pub fn with_only(&self, kept: &[usize]) -> Plan {
        let faults = kept.iter().filter_map(|place| self.faults.get(*place).cloned()).collect();
        Plan { faults, ..self.clone() }
    }
}

fn seconds(random: &mut Random, most: f64) -> Duration {
    // Many short ones, some long ones.
    Duration::from_secs_f64(most * random.unit() * random.unit())
}

fn fault(random: &mut Random, hosts: usize) -> Fault {
    let node = random.below(hosts);
    let other = (node + 1 + random.below(hosts - 1)) % hosts;
    match random.below(24) {
        0..=5 => Fault::Crash { node, down: seconds(random, 12.0) },
        6..=8 => Fault::Pause { node, stopped: seconds(random, 8.0) },
        9 => Fault::Wipe { node, down: seconds(random, 8.0) },
        10 => Fault::Rollback { node },
        11 | 12 => Fault::Cut { from: node, to: other, both: true, lasts: seconds(random, 10.0) },
        13 | 14 => Fault::Cut { from: node, to: other, both: false, lasts: seconds(random, 10.0) },
        15 => {
            Fault::Partition { side: 1 + random.below((1 << hosts) - 2) as u32, lasts: seconds(random, 12.0) }
        }
        16 | 17 => Fault::Flaky {
            from: node,
            to: other,
            delay: seconds(random, 0.5),
            shares: [random.unit() * 0.2, random.unit() * 0.3, random.unit() * 0.3],
            lasts: seconds(random, 10.0),
        },
        18 | 19 => Fault::Reset { one: node, two: other },
        20 => Fault::SlowDisk { node, takes: seconds(random, 3.0), lasts: seconds(random, 6.0) },
        21 => Fault::FullDisk { node, lasts: seconds(random, 8.0) },
        22 => Fault::Flip { node },
        _ => Fault::FailedSync { node },
    }
}
