//! When a frame may be drawn: 60 a second at the most, and one at once for whoever presses a key.
//!
//! What hosts tell is drawn evenly. A key does not wait for its turn behind that: its frame is drawn early, and the next one later, so
//! that in any second there are no more than there would be.

use std::time::{Duration, Instant};

/// The mean time between two frames: 59 a second, and one that is early.
const FRAME: Duration = Duration::from_micros(16_950);

/// Whether something is to be drawn, and when.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Something is different from what was drawn.
    changed: bool,
    /// Somebody waits for it.
    urgent: bool,
    /// From when on the next frame is no early one.
    next: Option<Instant>,
}

impl Pace {
    /// Something has changed; `urgent` says that somebody has done it here.
    pub(super) fn change(&mut self, urgent: bool) {
        self.changed = true;
        self.urgent |= urgent;
    }

    /// How long until a frame is to be drawn; `None` if nothing has changed.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let early = if self.urgent { FRAME } else { Duration::ZERO };
        let due = self.next.map_or(Duration::ZERO, |next| next.saturating_duration_since(now + early));
        self.changed.then_some(due)
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        let next = self.next.map_or(now, |next| next.max(now)) + FRAME;
        *self = Self { changed: false, urgent: false, next: Some(next) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_drawn_at_once_and_no_second_has_more_than_sixty_frames() {
        let (began, mut pace) = (Instant::now(), Pace::default());
        assert_eq!(pace.wait(began), None);
        pace.change(false);
        assert_eq!(pace.wait(began), Some(Duration::ZERO));
        pace.drawn(began);
        pace.change(false);
        let soon = began + Duration::from_millis(1);
        assert_eq!(pace.wait(soon), Some(FRAME - Duration::from_millis(1)), "updates wait for their turn");
        pace.change(true);
        assert_eq!(pace.wait(soon), Some(Duration::ZERO), "a key does not");
        let (mut now, mut frames) = (soon, 0);
        while now < soon + Duration::from_secs(1) {
            pace.change(true);
            if pace.wait(now) == Some(Duration::ZERO) {
                pace.drawn(now);
                frames += 1;
            }
            now += Duration::from_micros(100);
        }
        assert!((58..=60).contains(&frames), "{frames} frames");
    }
}
