//! Drawing the store of a new object: availability gives weights, a number selects one.

use std::fmt;
use std::time::Duration;

/// What is known of a store when one is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The name of its host.
    pub name: String,
    /// Why it takes no new objects, if it does not: `down`, `full`, `leaving`.
    pub absent: Option<&'static str>,
    /// How long a commit takes there, as far as that is known.
    pub commit: Option<Duration>,
}

/// The weight of a store whose commits are quick, or not known yet.
pub const WEIGHT_MAX: u32 = 16;

/// Commits up to this long count as quick; from there on every doubling halves the weight.
const COMMIT_QUICK: Duration = Duration::from_millis(16);

impl Candidate {
    /// Its part in the draw: 0 if it takes nothing, else [`WEIGHT_MAX`] down to 1.
    #[must_use]
    pub fn weight(&self) -> u32 {
        if self.absent.is_some() {
            return 0;
        }
        let times = self.commit.map_or(1, |commit| commit.as_micros().div_ceil(COMMIT_QUICK.as_micros()));
        let halvings = times.max(1).next_power_of_two().trailing_zeros();
        WEIGHT_MAX.checked_shr(halvings).unwrap_or(0).max(1)
    }
}

/// A draw: the number, what it ran over, and what it selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// The number, in parts of 65,536.
    pub number: u16,
    /// The stores with a weight, in order.
    pub weights: Vec<(String, u32)>,
    /// Which of them it selected.
    pub chosen: usize,
}

/// Draws among `candidates`: the place of the one selected, and how. `None` if none of them takes anything.
#[must_use]
pub fn draw(candidates: &[Candidate], number: u16) -> Option<(usize, Draw)> {
    let weighted: Vec<(usize, u32)> = candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| (place, candidate.weight()))
        .filter(|(_, weight)| *weight > 0)
        .collect();
    let total: u64 = weighted.iter().map(|(_, weight)| u64::from(*weight)).sum();
    // In 65,536ths of a weight, so that nothing is rounded.
    let mut left = u64::from(number) * total;
    let chosen = weighted.iter().position(|(_, weight)| {
        let width = u64::from(*weight) << 16;
        let here = left < width;
        left = left.saturating_sub(width);
        here
    })?;
    let weights = weighted.iter().map(|(place, weight)| (candidates[*place].name.clone(), *weight)).collect();
    Some((weighted[chosen].0, Draw { number, weights, chosen }))
}

/// Why nothing can be drawn: each store and what is wrong with it.
#[must_use]
pub fn why_none(candidates: &[Candidate]) -> String {
    let each = |candidate: &Candidate| format!("{} is {}", candidate.name, candidate.absent.unwrap_or("up"));
    let stores: Vec<String> = candidates.iter().map(each).collect();
    format!(
        "no store takes new objects: {}",
        if stores.is_empty() { "there is none".into() } else { stores.join(", ") }
    )
}

/// `0.62 of {alpha 0.50, charlie 0.50} → charlie`
impl fmt::Display for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u32 = self.weights.iter().map(|(_, weight)| weight).sum();
        write!(f, "{:.2} of {{", f64::from(self.number) / 65536.0)?;
        for (place, (name, weight)) in self.weights.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{name} {:.2}", f64::from(*weight) / f64::from(total))?;
        }
        write!(f, "}} → {}", self.weights[self.chosen].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(name: &str, absent: Option<&'static str>, commit_ms: u64) -> Candidate {
        let commit = (commit_ms > 0).then(|| Duration::from_millis(commit_ms));
        Candidate { name: name.into(), absent, commit }
    }

    #[test]
    fn a_number_selects_a_store_and_says_how() {
        let stores = [store("alpha", None, 0), store("bravo", Some("down"), 0), store("charlie", None, 3)];
        let (place, how) = draw(&stores, 40_632).expect("two are up");
        assert_eq!((place, how.to_string()), (2, "0.62 of {alpha 0.50, charlie 0.50} → charlie".into()));
        assert_eq!(draw(&stores, 0).map(|drawn| drawn.0), Some(0));
        assert_eq!(draw(&stores, u16::MAX).map(|drawn| drawn.0), Some(2));
    }

    #[test]
    fn shares_are_as_the_weights_are() {
        let stores = [store("alpha", None, 1), store("bravo", None, 20), store("charlie", None, 100)];
        assert_eq!(stores.each_ref().map(Candidate::weight), [16, 8, 2]);
        let mut counts = [0u32; 3];
        for number in 0..=u16::MAX {
            counts[draw(&stores, number).expect("all are up").0] += 1;
        }
        let expected = [16, 8, 2].map(|weight| 65_536 * weight / 26);
        assert!(
            counts.iter().zip(expected).all(|(count, expected)| count.abs_diff(expected) <= 1),
            "{counts:?}"
        );
    }

    #[test]
    fn a_slow_store_keeps_a_small_part_and_one_that_is_absent_none() {
        assert_eq!(store("alpha", None, 3_600_000).weight(), 1);
        assert_eq!(store("alpha", Some("full"), 1).weight(), 0);
        let all_gone = [store("alpha", Some("full"), 1), store("bravo", Some("down"), 1)];
        assert_eq!(draw(&all_gone, 1), None);
        assert_eq!(why_none(&all_gone), "no store takes new objects: alpha is full, bravo is down");
    }
}
