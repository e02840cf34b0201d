//! Many seeds on all cores: totals, what was found, and the shortest schedule that still shows it.
//!
//! Which thread runs a seed does not matter to the seed; only the order of what is found depends on the machine, so it is sorted.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hydraq_core::config::Config;
use hydraq_core::plant::Plant;

use super::invariants::{Violation, i16_repeatable};
use super::plan::Plan;
use super::run::{Outcome, run};

/// Of so many seeds one is run a second time, to see that nothing else happens.
pub const REPEAT_EVERY: u64 = 16;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The first seed.
    pub from: u64,
    /// How many seeds.
    pub seeds: u64,
    /// How many hosts; the seed decides, if not given.
    pub hosts: Option<usize>,
    /// A bug to plant in every host.
    pub plant: Option<Plant>,
    /// When to start no further seed.
    pub ends: Option<Instant>,
    /// Whether to stop at the first violation.
    pub stops: bool,
    /// Whether to run every seed a second time, by other wall clocks; else one of [`REPEAT_EVERY`] is.
    pub twice: bool,
}

/// What all seeds together did.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How many seeds were run.
    pub seeds: u64,
    /// Virtual time.
    pub simulated: Duration,
    /// How many faults of each class changed something.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many messages were enqueued.
    pub messages: u64,
    /// How many objects clients were told the ids of.
    pub objects: u64,
    /// How many seeds were run a second time, by other wall clocks.
    pub repeated: u64,
    /// How many seeds violated something.
    pub violations: u64,
}

impl Totals {
    fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.simulated += outcome.simulated;
        self.messages += outcome.messages;
        self.objects += outcome.objects;
        self.repeated += u64::from(outcome.repeated);
        self.violations += u64::from(!outcome.violations.is_empty());
        for (class, count) in &outcome.faults {
            *self.faults.entry(class).or_default() += count;
        }
    }
}

/// A seed that violated something.
#[derive(Debug, Clone)]
pub struct Found {
    /// What was to happen.
    pub plan: Plan,
    /// What did not hold.
    pub violations: Vec<Violation>,
}

impl Campaign {
    /// Runs the seeds; `progress` is called after each with the totals so far, from any thread.
    #[must_use]
    pub fn run(&self, progress: &(dyn Fn(&Totals) + Sync)) -> (Totals, Vec<Found>) {
        let config = self.config();
        let (next, stop) = (AtomicU64::new(self.from), AtomicBool::new(false));
        let results = Mutex::new((Totals::default(), Vec::new()));
        let work = || {
            while !stop.load(Ordering::Relaxed) && self.ends.is_none_or(|ends| Instant::now() < ends) {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed - self.from >= self.seeds {
                    return;
                }
                let plan = Plan::of(seed, self.hosts);
                let mut outcome = run(&plan, &config, false);
                if self.twice || seed.is_multiple_of(REPEAT_EVERY) {
                    outcome.violations.extend(i16_repeatable::check(&plan, &config, &outcome));
                    outcome.repeated = true;
                }
                let mut results = results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                results.0.add(&outcome);
                if !outcome.violations.is_empty() {
                    results.1.push(Found { plan, violations: outcome.violations });
                    stop.fetch_or(self.stops, Ordering::Relaxed);
                }
                progress(&results.0);
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        let (totals, mut found) = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_by_key(|found: &Found| found.plan.seed);
        (totals, found)
    }

    /// The settings that all hosts have.
    #[must_use]
    pub fn config(&self) -> Config {
        Config { plant: self.plant, ..Config::default() }
    }

    /// Leaves out faults for as long as what is left violates the same invariant; which of the seed's faults are left.
    #[must_use]
    pub fn shrink(&self, found: &Found, patience: Duration) -> Vec<usize> {
        let ends = Instant::now() + patience;
        let invariant = found.violations[0].invariant;
        let shows = |kept: &[usize]| {
            let outcome = run(&found.plan.with_only(kept), &self.config(), false);
            outcome.violations.iter().any(|violation| violation.invariant == invariant)
        };
        let mut kept: Vec<usize> = (0..found.plan.faults.len()).collect();
        let mut chunk = kept.len().div_ceil(2);
        while chunk > 0 && Instant::now() < ends {
            let mut start = 0;
            while start < kept.len() && Instant::now() < ends {
                let end = (start + chunk).min(kept.len());
                let fewer: Vec<usize> = kept[..start].iter().chain(&kept[end..]).copied().collect();
                if shows(&fewer) {
                    kept = fewer;
                } else {
                    start = end;
                }
            }
            chunk /= 2;
        }
        kept
    }
}
