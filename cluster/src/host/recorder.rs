//! What has happened on a host lately, and how often, for whoever watches it.

use std::collections::VecDeque;
use std::time::Duration;

use hydraq_core::journal::Happening;
use hydraq_core::request::{DeleteOutcome, EnqueueOutcome, Reply, RequestError};

/// How many happenings are kept.
const KEPT: usize = 8192;

/// One happening.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Counts the happenings of this process, from 1.
    pub number: u64,
    /// Wall time.
    pub at_ms: u64,
    /// What.
    pub what: Happening,
}

/// How much a host has done since its process started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// Messages that clients enqueued here and that were acknowledged.
    pub enqueued: u64,
    /// Messages that were handed out from here.
    pub delivered: u64,
    /// Messages whose delete was acknowledged here.
    pub deleted: u64,
    /// Commits.
    pub commits: u64,
    /// A moving average of how long a commit takes, in microseconds.
    pub commit_us: u64,
}

/// The last happenings, and the totals.
#[derive(Debug, Default)]
pub struct Recorder {
    happenings: VecDeque<Recorded>,
    next: u64,
    /// How much was done.
    pub totals: Totals,
}

impl Recorder {
    /// Notes that something happened at this wall time.
    pub fn record(&mut self, what: Happening, at_ms: u64) {
        self.next += 1;
        if self.happenings.len() == KEPT {
            self.happenings.pop_front();
        }
        self.happenings.push_back(Recorded { number: self.next, at_ms, what });
    }

    /// What has happened from this number on, as far as it is kept; at most `count`.
    pub fn since(&self, number: u64, count: usize) -> impl Iterator<Item = &Recorded> {
        let first = self.happenings.front().map_or(0, |recorded| recorded.number);
        let skip = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
        self.happenings.iter().skip(skip).take(count)
    }

    /// The number of the last happening.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.next
    }

    /// Counts what an answer says was done.
    pub fn count(&mut self, reply: &Reply) {
        match reply {
            Reply::Enqueued(outcomes) => {
                let ok = outcomes.iter().filter(|outcome| matches!(outcome, EnqueueOutcome::Ok(_)));
                self.totals.enqueued += ok.count() as u64;
            }
            Reply::Dequeued(deliveries) => self.totals.delivered += deliveries.len() as u64,
            Reply::Deleted(results) => {
                let done = |result: &&Result<DeleteOutcome, RequestError>| result.is_ok();
                self.totals.deleted += results.iter().filter(done).count() as u64;
            }
            _ => {}
        }
    }

    /// Counts a commit.
    pub fn committed(&mut self, took: Duration) {
        let took = took.as_micros() as u64;
        self.totals.commits += 1;
        self.totals.commit_us =
            if self.totals.commits == 1 { took } else { (self.totals.commit_us * 15 + took) / 16 };
    }
}
