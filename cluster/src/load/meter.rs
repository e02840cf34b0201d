//! What one phase comes to: counts, times and percentiles.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::shares::{Share, shares};
use crate::client::types::{Enqueued, Outcome};
use crate::client::{ClientError, Kind};

/// Significant digits of the percentiles.
const DIGITS: u8 = 3;

/// What one phase came to.
#[derive(Debug)]
pub struct Phase {
    /// Messages that were acknowledged.
    pub messages: u32,
    /// Messages that were refused or failed: they have surely not come to anything.
    pub failed: u32,
    /// Messages of which nobody knows what became of them.
    pub unknown: u32,
    /// Messages that were never sent, because no host took any more.
    pub unsent: u32,
    /// The first thing that went wrong, in words.
    pub trouble: Option<String>,
    first: Option<Instant>,
    last: Option<Instant>,
    latency_us: Histogram<u64>,
}

impl Phase {
    /// From the first request to the last acknowledgement.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.first.zip(self.last).map_or(Duration::ZERO, |(first, last)| last - first)
    }

    /// Acknowledged messages a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let seconds = self.elapsed().as_secs_f64();
        if seconds > 0.0 { f64::from(self.messages) / seconds } else { 0.0 }
    }

    /// Within how many microseconds so many percent of the acknowledged messages were.
    #[must_use]
    pub fn percentile_us(&self, percent: f64) -> u64 {
        self.latency_us.value_at_percentile(percent)
    }

    /// How the latencies of the acknowledged messages are spread, fastest first.
    #[must_use]
    pub fn shares(&self) -> Vec<Share> {
        shares(&self.latency_us)
    }
}

/// Takes one phase's measure.
#[derive(Debug)]
pub(super) struct Meter(Mutex<Phase>);

impl Default for Meter {
    fn default() -> Self {
        Meter(Mutex::new(Phase {
            messages: 0,
            failed: 0,
            unknown: 0,
            unsent: 0,
            trouble: None,
            first: None,
            last: None,
            latency_us: Histogram::new(DIGITS).expect("three digits are few enough"),
        }))
    }
}

impl Meter {
    /// A request is about to be made: now.
    pub(super) fn sends(&self) -> Instant {
        let now = Instant::now();
        self.lock().first.get_or_insert(now);
        now
    }

    /// So many messages of a request of that time are acknowledged: now.
    pub(super) fn acknowledged(&self, sent: Instant, messages: u32) {
        let now = Instant::now();
        let mut phase = self.lock();
        phase.messages += messages;
        phase.last = Some(now);
        let us = u64::try_from((now - sent).as_micros()).unwrap_or(u64::MAX);
        // A histogram that grows by itself takes every value.
        let _ = phase.latency_us.record_n(us, u64::from(messages));
    }

    /// What became of messages that were not acknowledged.
    pub(super) fn troubled(&self, troubled: &[Enqueued]) {
        for one in troubled {
            match &one.outcome {
                Outcome::Ok(_) => {}
                Outcome::Failed(error) => self.failed(error, 1),
                Outcome::Unknown(_) => self.unknown("an outcome is not known at the deadline", 1),
            }
        }
    }

    /// A request about so many messages failed.
    pub(super) fn failed(&self, error: &ClientError, messages: u32) {
        if error.kind == Kind::Unknown {
            return self.unknown(&error.message, messages);
        }
        let mut phase = self.lock();
        phase.failed += messages;
        phase.trouble.get_or_insert_with(|| error.message.clone());
    }

    /// Nobody knows what became of so many messages.
    pub(super) fn unknown(&self, why: &str, messages: u32) {
        let mut phase = self.lock();
        phase.unknown += messages;
        phase.trouble.get_or_insert_with(|| why.to_owned());
    }

    /// So many messages were not sent at all.
    pub(super) fn unsent(&self, messages: u32) {
        self.lock().unsent += messages;
    }

    /// Something went wrong that says nothing of any message.
    pub(super) fn trouble(&self, why: &str) {
        self.lock().trouble.get_or_insert_with(|| why.to_owned());
    }

    pub(super) fn into_phase(self) -> Phase {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
