//! How fast virtual time goes, compared with the machine's: set by people, read by whoever drives the world.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The speeds that there are, in percent of real time.
pub const SPEEDS: [u32; 10] = [10, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
/// What the world could not do in so much real time is not made up for.
const BACKLOG: Duration = Duration::from_millis(100);

/// A speed; clones share it.
#[derive(Debug, Clone)]
pub struct Speed(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    percent: u32,
    paused: bool,
    /// What may go by though time is paused, in microseconds.
    steps: u64,
    /// When virtual time was where, by the machine's clock.
    base: Option<(Instant, u64)>,
}

/// What people are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// In percent of real time.
    pub percent: u32,
    /// Whether time is paused.
    pub paused: bool,
}

impl Default for Speed {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State { percent: 100, paused: false, steps: 0, base: None })))
    }
}

impl Speed {
    /// What is to be shown.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let state = self.lock();
        Shown { percent: state.percent, paused: state.paused }
    }

    /// Sets it in percent of real time; the next one of [`SPEEDS`] that is not above, and never below the first. Time goes on.
    pub fn set(&self, percent: u32) {
        let mut state = self.lock();
        let allowed = SPEEDS.iter().rev().find(|speed| **speed <= percent);
        state.percent = allowed.copied().unwrap_or(SPEEDS[0]);
        (state.paused, state.base) = (false, None);
    }

    /// The next faster speed, or the next slower one.
    pub fn change(&self, faster: bool) {
        let percent = self.lock().percent;
        let next = if faster {
            SPEEDS.iter().find(|speed| **speed > percent)
        } else {
            SPEEDS.iter().rev().find(|speed| **speed < percent)
        };
        self.set(next.copied().unwrap_or(percent));
    }

    /// Stops time, or lets it go on.
    pub fn set_paused(&self, paused: bool) {
        let mut state = self.lock();
        (state.paused, state.base, state.steps) = (paused, None, 0);
    }

    /// Stops time, but for so much.
    pub fn step(&self, step: Duration) {
        let mut state = self.lock();
        (state.paused, state.base) = (true, None);
        state.steps += step.as_micros() as u64;
    }

    /// Whether time stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let state = self.lock();
        state.paused && state.steps == 0
    }

    /// How long so much virtual time takes, in real time; for ever while it is paused.
    #[must_use]
    pub fn takes(&self, virtual_time: Duration) -> Duration {
        if self.is_paused() {
            return Duration::MAX;
        }
        virtual_time.saturating_mul(100) / self.lock().percent
    }

    /// Up to where virtual time may go, if it is at `now`, in microseconds.
    #[must_use]
    pub fn limit(&self, now: u64) -> u64 {
        self.limit_at(now, Instant::now())
    }

    fn limit_at(&self, now: u64, at: Instant) -> u64 {
        let mut state = self.lock();
        if state.paused {
            // A step begins where time stands when it is first looked at.
            let (_, end) = *state.base.get_or_insert((at, now));
            let end = end + state.steps;
            if now >= end {
                (state.steps, state.base) = (0, None);
            }
            return end;
        }
        let scaled =
            |duration: Duration, percent: u32| duration.as_micros() as u64 * u64::from(percent) / 100;
        let percent = state.percent;
        let (began, base) = *state.base.get_or_insert((at, now));
        let limit = base + scaled(at.saturating_duration_since(began), percent);
        if limit > now + scaled(BACKLOG, percent) {
            state.base = Some((at, now));
            return now + scaled(BACKLOG, percent);
        }
        limit
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_follows_the_machines_as_fast_as_it_is_told() {
        let (speed, began) = (Speed::default(), Instant::now());
        let after = |ms| began + Duration::from_millis(ms);
        assert_eq!(speed.limit_at(5_000, began), 5_000);
        assert_eq!(speed.limit_at(5_000, after(10)), 15_000);
        speed.set(1_000);
        assert_eq!(speed.limit_at(15_000, after(10)), 15_000);
        assert_eq!(speed.limit_at(15_000, after(20)), 115_000);
        assert_eq!(speed.takes(Duration::from_millis(10)), Duration::from_millis(1));
        assert!(speed.takes(Duration::MAX) > Duration::from_secs(1));
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let (speed, began) = (Speed::default(), Instant::now());
        assert_eq!(speed.limit_at(0, began), 0);
        assert_eq!(speed.limit_at(0, began + Duration::from_secs(10)), 100_000);
        assert_eq!(speed.limit_at(0, began + Duration::from_secs(10)), 0);
    }

    #[test]
    fn a_step_goes_so_far_and_no_further() {
        let (speed, began) = (Speed::default(), Instant::now());
        speed.set_paused(true);
        assert!(speed.is_paused());
        assert_eq!(speed.limit_at(7, began), 7);
        speed.step(Duration::from_millis(1));
        assert!(!speed.is_paused());
        assert_eq!(speed.limit_at(7, began), 1_007);
        assert_eq!(speed.limit_at(507, began), 1_007);
        assert_eq!(speed.limit_at(1_007, began), 1_007);
        assert!(speed.is_paused());
    }

    #[test]
    fn speeds_have_ends() {
        let speed = Speed::default();
        (0..20).for_each(|_| speed.change(true));
        assert_eq!(speed.shown().percent, 10_000);
        (0..20).for_each(|_| speed.change(false));
        assert_eq!(speed.shown().percent, 10);
    }
}
