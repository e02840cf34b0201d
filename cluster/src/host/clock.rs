//! The clocks of a host process: its own, which only runs while it does, and the wall's, which is for display.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hydraq_core::time::Instant;

/// The process clock: monotonic, from where the host's clock stood at the last commit.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: std::time::Instant,
    base: Instant,
}

impl Clock {
    /// A clock that reads `base` now.
    #[must_use]
    pub fn starting_at(base: Instant) -> Self {
        Clock { started: std::time::Instant::now(), base }
    }

    /// What it reads.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.base + self.started.elapsed()
    }

    /// How long from now until it reads `at`.
    #[must_use]
    pub fn until(&self, at: Instant) -> Duration {
        at.since(self.now())
    }
}

thread_local! {
    /// What the wall clock of this thread is made to read, if it is.
    static WALL_MS_HERE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Makes the wall clock of this thread read this, until it is set again, or lets it go: simulations that run side by side have
/// times of their own.
pub fn set_wall_ms_here(wall_ms: Option<u64>) {
    WALL_MS_HERE.set(wall_ms);
}

/// What the wall clock of this process is made to read; 0: nothing.
static SIMULATED_WALL_MS: AtomicU64 = AtomicU64::new(0);

/// Makes the wall clock of this process read this, until it is set again: where hosts are simulated, it shows their time.
pub fn set_wall_ms(wall_ms: u64) {
    SIMULATED_WALL_MS.store(wall_ms, Ordering::Relaxed);
}

/// Milliseconds since 1970 by the wall clock; for display only.
#[must_use]
pub fn wall_ms() -> u64 {
    if let Some(here) = WALL_MS_HERE.get() {
        return here;
    }
    let simulated = SIMULATED_WALL_MS.load(Ordering::Relaxed);
    if simulated > 0 {
        return simulated;
    }
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
