//! Stopped time: a moment of the recording instead of now.

use super::Model;
use super::picture::Picture;

/// The moment that is shown.
#[derive(Debug, Clone)]
pub(crate) struct Stopped {
    /// The number of the last update before it.
    pub(crate) number: usize,
    /// The cluster then.
    pub(crate) picture: Picture,
}

impl Model {
    /// Stops time now, or lets it go on.
    pub(crate) fn toggle_time(&mut self) {
        if self.stopped.is_some() {
            self.resume_time();
        } else {
            self.stop_at(self.recording.end().saturating_sub(1));
        }
    }

    /// Shows what is now.
    pub(crate) fn resume_time(&mut self) {
        if self.stopped.take().is_some() {
            self.motions.clear();
        }
    }

    /// Shows the moment after an update.
    pub(crate) fn stop_at(&mut self, number: usize) {
        if self.recording.end() == 0 {
            return;
        }
        let number = number.clamp(self.recording.start(), self.recording.end() - 1);
        self.stopped = Some(Stopped { number, picture: self.recording.picture_after(number) });
        self.motions.clear();
    }

    /// Shows the moment of the event before or after, several times. Beyond the newest one time goes on.
    pub(crate) fn step_time(&mut self, forward: bool, times: usize) {
        for _ in 0..times {
            let number = match (&self.stopped, forward) {
                (Some(stopped), _) => stopped.number,
                (None, true) => return,
                (None, false) => self.recording.end(),
            };
            match self.recording.next_event(number, forward) {
                Some(number) => self.stop_at(number),
                None if forward => self.resume_time(),
                None => self.stop_at(self.recording.start()),
            }
        }
    }

    /// How far the moment that is shown lies back, in milliseconds.
    pub(crate) fn behind_ms(&self) -> Option<u64> {
        self.stopped
            .as_ref()
            .map(|stopped| self.live.at_ms.max(self.now_ms).saturating_sub(stopped.picture.at_ms))
    }
}
