//! What a seed decides: which hosts there are, and what goes wrong when.

mod fault;

use std::time::Duration;

use hydraq_core::random::Random;

pub use fault::{Fault, Harm};

/// What one seed decides.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// How many hosts.
    pub hosts: usize,
    /// How many clients.
    pub clients: usize,
    /// How many clients of data stores; in half of the seeds there are some.
    pub object_clients: usize,
    /// How long things go wrong.
    pub safety: Duration,
    /// Whether the cluster repairs by itself.
    pub repairs: bool,
    /// Whether the hosts have real store files, on disks that forget what was not synced; else they have a model of a store.
    pub real_store: bool,
    /// What goes wrong when, in order.
    pub faults: Vec<(Duration, Fault)>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64, hosts: Option<usize>) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        let hosts = hosts.unwrap_or_else(|| 3 + random.below(3));
        let safety = Duration::from_secs(70 + random.below(170) as u64);
        // In some runs nothing goes wrong, in some little, in most of them a lot.
        let count = match random.below(8) {
            0 => 0,
            1 => 1 + random.below(4),
            2 => 5 + random.below(20),
            _ => 50 + random.below(100),
        };
        let mut faults: Vec<(Duration, Fault)> =
            (0..count).map(|_| (safety.mul_f64(random.unit()), fault(&mut random, hosts))).collect();
        faults.sort_by_key(|(at, _)| *at);
        let (clients, repairs) = (1 + random.below(4), random.below(2) == 0);
        let object_clients = object_clients(seed);
        Plan { seed, hosts, clients, object_clients, safety, repairs, real_store: seed % 10 == 7, faults }
    }

    /// The same plan with only these of its faults.
    #[must_use]
    pub fn with_only(&self, kept: &[usize]) -> Plan {
        let faults = kept.iter().filter_map(|place| self.faults.get(*place).cloned()).collect();
        Plan { faults, ..self.clone() }
    }
}

/// By a chance of its own, so that whatever else a seed decides does not change with it.
fn object_clients(seed: u64) -> usize {
    let mut random = Random::new(seed ^ 0x0b1e);
    if random.below(2) == 0 { 0 } else { 1 + random.below(3) }
}

fn seconds(random: &mut Random, most: f64) -> Duration {
    // Many short ones, some long ones.
    Duration::from_secs_f64(most * random.unit() * random.unit())
}

fn fault(random: &mut Random, hosts: usize) -> Fault {
    let node = random.below(hosts);
    let other = (node + 1 + random.below(hosts - 1)) % hosts;
    match random.below(64) {
        0..=8 => Fault::Crash { node, down: seconds(random, 12.0) },
        9..=11 => Fault::Restart { node },
        12..=14 => Fault::TornCommit { node, down: seconds(random, 3.0) },
        15..=20 => Fault::Pause { node, stopped: seconds(random, 8.0) },
        21 => Fault::Wipe { node, down: seconds(random, 8.0) },
        22 | 23 => Fault::Rollback { node },
        24..=43 => link_fault(random, node, other),
        44..=46 => {
            let side = 1 + random.below((1 << hosts) - 2) as u32;
            Fault::Partition { side, lasts: seconds(random, 12.0) }
        }
        47..=50 => Fault::Reset { one: node, two: other },
        51..=53 => {
            // From a second to years, back or forth.
            let far = 10f64.powf(3.0 + 8.0 * random.unit()) as i64;
            let by_ms = if random.below(2) == 0 { far } else { -far };
            Fault::ClockJump { node, by_ms, lasts: seconds(random, 20.0) }
        }
        54..=56 => Fault::SlowDisk { node, takes: seconds(random, 3.0), lasts: seconds(random, 6.0) },
        57..=60 => Fault::FullDisk { node, lasts: seconds(random, 8.0) },
        61 | 62 => Fault::Flip { node },
        _ => Fault::FailedSync { node },
    }
}

fn link_fault(random: &mut Random, from: usize, to: usize) -> Fault {
    let (both, harm) = match random.below(20) {
        0..=3 => (true, Harm::Cut),
        4..=7 => (false, Harm::Cut),
        8..=10 => (false, Harm::Delay(seconds(random, 0.5))),
        11..=13 => (false, Harm::Loss(0.02 + random.unit() * 0.2)),
        14 | 15 => (false, Harm::Duplication(0.02 + random.unit() * 0.3)),
        _ => (false, Harm::Reordering(0.1 + random.unit() * 0.4)),
    };
    Fault::Link { from, to, both, harm, lasts: seconds(random, 10.0) }
}
