//! The heartbeat thread: it says that this host lives, and looks which peers do, whatever the commit thread is doing.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::detector::{Detector, Verdict};
use hydraq_core::event::{Event, Suspicion};

use super::clock::Clock;
use super::handle::{Handle, Shared};
use crate::links::Links;

/// Runs until the host stops.
pub fn run(detector: &Arc<Mutex<Detector>>, handle: &Handle, links: &Links, clock: Clock) {
    let interval = detector.lock().unwrap_or_else(PoisonError::into_inner).interval();
    while !handle.shared.stopping.load(Ordering::SeqCst) {
        let now = clock.now();
        let serves = handle.shared.serving.load(Ordering::SeqCst);
        let age = commit_age(&handle.shared, now.0);
        let verdicts = {
            let mut detector = detector.lock().unwrap_or_else(PoisonError::into_inner);
            let verdicts = detector.tick(now);
            links.send_heartbeats(|peer| detector.heartbeat(peer, serves, age, now));
            verdicts
        };
        verdicts.into_iter().for_each(|verdict| handle.event(event_of(verdict)));
        std::thread::sleep(interval);
    }
}

/// What a verdict means to the core.
#[must_use]
pub fn event_of(verdict: Verdict) -> Event {
    match verdict {
        Verdict::Silent(peer) => Event::Suspect(peer, Suspicion::Silent),
        Verdict::HearsUs(peer, hears_us) => Event::HearsUs(peer, hears_us),
        Verdict::RanLate(late) => Event::RanLate(late),
    }
}

/// How long ago the last commit ended, or, if one is under way, began.
fn commit_age(shared: &Shared, now: u64) -> Duration {
    let since = match shared.committing_since.load(Ordering::Relaxed) {
        0 => shared.committed_at.load(Ordering::Relaxed),
        since => since,
    };
    Duration::from_micros(now.saturating_sub(since))
}
