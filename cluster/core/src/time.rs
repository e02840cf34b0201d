//! Time as the core knows it: a reading of one host's own clock, which only runs while the host does.
//!
//! The clock counts microseconds and goes on after a restart from its reading at the last durable commit. Deadlines are
//! kept as readings of it, so that leases, delays and times to live continue with what remained of them; between
//! hosts only durations travel. Wall time appears nowhere.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A reading of the host's clock, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub u64);

impl Instant {
    /// A reading that never comes.
    pub const NEVER: Instant = Instant(u64::MAX);

    /// How long from `earlier` to here; zero if that is not earlier.
    #[must_use]
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}
