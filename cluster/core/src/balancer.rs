//! The balancer: picks hosts for replicas.

use crate::config::Scheme;
use crate::host_set::HostIndex;
use crate::random::Random;

/// A host that can be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub host: HostIndex,
    /// How much it has to do already; only compared.
    pub load: u64,
}

/// Picks hosts by a scheme; remembers where round-robin stands.
#[derive(Debug, Clone, Default)]
pub struct Balancer {
    /// The scheme in force.
    pub scheme: Scheme,
    turn: usize,
}

impl Balancer {
    /// Picks `count` different hosts of `candidates`, or all if there are no more.
    pub fn pick(&mut self, candidates: &[Candidate], count: usize, random: &mut Random) -> Vec<HostIndex> {
        let count = count.min(candidates.len());
        match self.scheme {
            Scheme::RoundRobin => {
                let start = self.turn;
                self.turn = self.turn.wrapping_add(1);
                (0..count)
                    .map(|step| candidates[(start % candidates.len() + step) % candidates.len()].host)
                    .collect()
            }
            Scheme::Random => {
                let mut rest = candidates.to_vec();
                (0..count).map(|_| rest.swap_remove(random.below(rest.len())).host).collect()
            }
            Scheme::LeastLoaded => {
                let mut rest = candidates.to_vec();
                (0..count)
                    .map(|_| {
                        let (one, two) = (random.below(rest.len()), random.below(rest.len()));
                        let less = if rest[one].load <= rest[two].load { one } else { two };
                        rest.swap_remove(less).host
                    })
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(count: u16) -> Vec<Candidate> {
        (1..=count).map(|host| Candidate { host: HostIndex(host), load: u64::from(host) * 100 }).collect()
    }

    #[test]
    fn every_scheme_picks_different_hosts_and_no_more_than_there_are() {
        let mut random = Random::new(1);
        for scheme in [Scheme::RoundRobin, Scheme::Random, Scheme::LeastLoaded] {
            let mut balancer = Balancer { scheme, turn: usize::MAX };
            for count in 0..=8 {
                let mut picked = balancer.pick(&candidates(6), count, &mut random);
                picked.sort();
                picked.dedup();
                assert_eq!(picked.len(), count.min(6), "{scheme:?}");
            }
        }
    }

    #[test]
    fn round_robin_takes_turns_and_least_loaded_prefers_the_idle() {
        let mut random = Random::new(2);
        let mut counts = [[0u32; 5]; 2];
        for (row, scheme) in [Scheme::RoundRobin, Scheme::LeastLoaded].into_iter().enumerate() {
            let mut balancer = Balancer { scheme, turn: 0 };
            for _ in 0..1000 {
                counts[row][usize::from(balancer.pick(&candidates(4), 1, &mut random)[0].0)] += 1;
            }
        }
        assert_eq!(counts[0][1..], [250; 4]);
        assert!(counts[1][1] > 2 * counts[1][4], "{counts:?}");
    }
}
