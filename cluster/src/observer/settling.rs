//! Waiting until everything that has happened by some moment was told.
//!
//! Hosts tell at most every so often; after that messages are looked at once more, and what came of it is told.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::follow::WATCH_EVERY;

/// Who waits.
#[derive(Debug, Default)]
pub(super) struct Settling {
    waiting: Vec<Waiting>,
    looks_begun: u64,
    looks_ended: u64,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    /// The first look that is late enough.
    look: Option<u64>,
    answer: oneshot::Sender<()>,
}

impl Settling {
    /// Somebody wants to be answered.
    pub(super) fn ask(&mut self, now: Instant, answer: oneshot::Sender<()>) {
        self.waiting.push(Waiting { since: now, look: None, answer });
    }

    /// Whether somebody has waited so long that all hosts have told what they had to tell: then a look is wanted.
    pub(super) fn wants_look(&mut self, now: Instant) -> bool {
        let next = self.looks_begun + 1;
        let mut wants = false;
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.look.is_none()) {
            if now.saturating_duration_since(waiting.since) >= 3 * WATCH_EVERY {
                waiting.look = Some(next);
                wants = true;
            }
        }
        wants
    }

    /// A look begins.
    pub(super) fn look_begins(&mut self) {
        self.looks_begun += 1;
    }

    /// The look that began last has ended.
    pub(super) fn look_ended(&mut self) {
        self.looks_ended = self.looks_begun;
    }

    /// Everything that is known was told.
    pub(super) fn told(&mut self) {
        let ended = self.looks_ended;
        for waiting in self.waiting.extract_if(.., |waiting| waiting.look.is_some_and(|look| look <= ended)) {
            // Who does not wait any more needs no answer.
            let _ = waiting.answer.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_after_hosts_had_time_and_a_look_was_told() {
        let (mut settling, began) = (Settling::default(), Instant::now());
        let (answer, mut answered) = oneshot::channel();
        settling.look_begins();
        settling.ask(began, answer);
        assert!(!settling.wants_look(began), "hosts had no time");
        assert!(settling.wants_look(began + 3 * WATCH_EVERY));
        settling.look_ended();
        settling.told();
        assert!(answered.try_recv().is_err(), "that look began before");
        settling.look_begins();
        settling.look_ended();
        settling.told();
        assert!(answered.try_recv().is_ok());
    }
}
