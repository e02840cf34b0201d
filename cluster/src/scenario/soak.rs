//! Soaks: scenarios that are drawn from a seed, to be played for a long time on real processes.
//!
//! One fault follows the other while messages go in and out; a disk is only emptied or put back in time, and a byte only flipped, while everything
//! has all its copies, so that what is lost is lost by the hosts' fault and not by the plan's. In the end everything is made well again, and
//! drained. What comes of it is a scenario like any other: it can be printed, read and run again.

use std::fmt::Write as _;
use std::time::Duration;

use hydraq_core::random::Random;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct SoakPlan {
    /// Where everything comes from.
    pub seed: u64,
    /// How many hosts: 3 to 26.
    pub hosts: u32,
    /// For how long faults follow each other.
    pub lasts: Duration,
}

/// The names that the hosts get.
const NAMES: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "xray", "yankee", "zulu",
];

/// What is enqueued all the time.
const PRODUCE: &str = "produce --rate 80 --replicas 3 --body \"message {n}\"";

/// The classes of faults, and how many times in forty each is drawn.
const CLASSES: [(&str, usize); 11] = [
    ("kill", 14),
    ("kill-two", 3),
    ("pause", 5),
    ("cut", 3),
    ("one-way-cut", 3),
    ("partition", 2),
    ("slow-link", 2),
    ("lossy-link", 2),
    ("full-disk", 2),
    ("wipe", 2),
    ("rollback", 2),
];

/// A scenario, and how often each class of faults is in it.
#[derive(Debug, Clone)]
pub struct Soak {
    /// The text of the scenario.
    pub text: String,
    /// The classes, with their counts.
    pub faults: Vec<(&'static str, u64)>,
}

struct Writer {
    text: String,
    random: Random,
    hosts: usize,
    elapsed: Duration,
}

/// Draws a scenario.
#[must_use]
pub fn draw(plan: &SoakPlan) -> Soak {
    let hosts = (plan.hosts.clamp(3, NAMES.len() as u32)) as usize;
    let mut writer =
        Writer { text: String::new(), random: Random::new(plan.seed), hosts, elapsed: Duration::ZERO };
    let mut faults: Vec<(&'static str, u64)> = CLASSES.iter().map(|(class, _)| (*class, 0)).collect();
    writer.begin(plan);
    while writer.elapsed < plan.lasts {
        let place = writer.class();
        faults[place].1 += 1;
        writer.fault(CLASSES[place].0);
    }
    writer.end();
    Soak { text: writer.text, faults }
}

impl Writer {
    fn begin(&mut self, plan: &SoakPlan) {
        let (seed, hosts) = (plan.seed, self.hosts);
        self.line(&format!("# A soak of {hosts} hosts, drawn from seed {seed}."));
        self.line(&format!("spawn {hosts}"));
        self.line("repair auto");
        self.line(PRODUCE);
        self.line("consume --rate 70");
    }

    fn class(&mut self) -> usize {
        let mut lot = self.random.below(CLASSES.iter().map(|(_, share)| share).sum());
        let found = CLASSES.iter().position(|(_, share)| {
            let here = lot < *share;
            lot = lot.saturating_sub(*share);
            here
        });
        found.unwrap_or(0)
    }

    fn fault(&mut self, class: &str) {
        let [one, two] = self.two();
        match class {
            "kill" => self.during(&format!("kill {one}"), &format!("restart {one}"), 4.0),
            "kill-two" => self.during(&format!("kill {one} {two}"), &format!("restart {one} {two}"), 4.0),
            "pause" => self.during(&format!("pause {one}"), &format!("resume {one}"), 6.0),
            "cut" => self.during(&format!("cut {one} {two}"), &format!("heal {one} {two}"), 5.0),
            "one-way-cut" => {
                self.during(&format!("cut {one} {two} --one-way"), &format!("heal {one} {two}"), 5.0);
            }
            "partition" => self.partition(one),
            "slow-link" => {
                self.during(&format!("delay {one} {two} 150ms"), &format!("heal {one} {two}"), 5.0);
            }
            "lossy-link" => self.during(&format!("drop {one} {two} 10"), &format!("heal {one} {two}"), 5.0),
            "full-disk" => self.during(&format!("fill {one}"), &format!("free {one}"), 4.0),
            "rollback" => {
                // It goes back to this start.
                self.during(&format!("kill {one}"), &format!("restart {one}"), 2.0);
                self.wait(0.5, 5.0);
                self.lose_disk(&format!("rollback {one}"), one);
            }
            _ => self.lose_disk(&format!("wipe {one}"), one),
        }
        self.wait(0.2, 1.5);
    }

    /// Whoever has only this copy would lose it: that would be the plan's fault. What is on its way would never let all copies be
    /// there at one moment.
    fn lose_disk(&mut self, how: &str, host: &str) {
        self.line("stop produce");
        self.line("expect under_replicated == 0 --within 120s");
        self.during(how, &format!("restart {host}"), 3.0);
        self.line("expect under_replicated == 0 --within 120s");
        self.line(PRODUCE);
    }

    fn partition(&mut self, alone: &str) {
        let others: Vec<&str> = NAMES[..self.hosts].iter().copied().filter(|name| *name != alone).collect();
        for other in &others {
            self.line(&format!("cut {alone} {other}"));
        }
        self.wait(0.5, 5.0);
        for other in &others {
            self.line(&format!("heal {alone} {other}"));
        }
    }

    /// Everything is made well, and taken out.
    fn end(&mut self) {
        for line in [
            "stop produce",
            "heal",
            "expect under_replicated == 0 --within 120s",
            "stop consume",
            "consume",
            "expect ready == 0 --within 120s",
            "expect leased == 0 --within 120s",
            "stop consume",
            "expect tombstones == 0 --within 120s",
            "expect lost == 0",
            "expect resurrected == 0",
            "expect corrupt == 0",
            "expect unexplained_duplicates == 0",
        ] {
            self.line(line);
        }
    }

    fn during(&mut self, begin: &str, end: &str, most: f64) {
        self.line(begin);
        self.wait(0.2, most);
        self.line(end);
    }

    fn wait(&mut self, least: f64, most: f64) {
        // Many short ones, some long ones.
        let seconds = least + (most - least) * self.random.unit() * self.random.unit();
        let waits = Duration::from_millis((seconds * 1000.0) as u64);
        self.elapsed += waits + Duration::from_millis(100);
        self.line(&format!("wait {}ms", waits.as_millis().max(1)));
    }

    /// Two hosts that differ.
    fn two(&mut self) -> [&'static str; 2] {
        let first = self.random.below(self.hosts);
        let second = (first + 1 + self.random.below(self.hosts - 1)) % self.hosts;
        [NAMES[first], NAMES[second]]
    }

    fn line(&mut self, line: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse_script;

    #[test]
    fn every_soak_is_a_scenario_and_the_same_seed_draws_the_same() {
        for seed in 0..50 {
            let plan = SoakPlan { seed, hosts: 3 + (seed % 5) as u32, lasts: Duration::from_secs(60) };
            let soak = draw(&plan);
            if let Err(problems) = parse_script("soak", &soak.text) {
                panic!("seed {seed}: {problems}");
            }
            assert_eq!(soak.text, draw(&plan).text, "seed {seed}");
            assert!(
                soak.faults.iter().map(|(_, count)| count).sum::<u64>() > 10,
                "seed {seed}: {:?}",
                soak.faults
            );
        }
    }
}
