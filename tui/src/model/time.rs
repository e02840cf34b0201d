//! Stopped time: a moment of the recording instead of now.

use hydraq_cluster::observe::Request;

use super::Model;
use super::card::card_ms;
use super::input::Action;
use super::picture::Picture;

/// The moment that is shown.
#[derive(Debug, Clone)]
pub(crate) struct Stopped {
    /// The number of the last update before it.
    pub(crate) number: usize,
    /// The cluster then.
    pub(crate) picture: Picture,
    /// Set while the recording plays at the speed at which it happened: how much of the moment after it is over.
    pub(crate) plays_ms: Option<u64>,
}

impl Model {
    /// Stops time now, or lets it go on; lets a recording play, or stops it.
    pub(crate) fn toggle_time(&mut self) {
        if self.replays {
            self.toggle_play();
        } else if self.stopped.is_some() {
            self.resume_time();
        } else {
            self.stop_at(self.recording.end().saturating_sub(1));
        }
    }

    /// Says something to virtual time, if there is any.
    pub(crate) fn tell_time(&mut self, what: &str) -> Vec<Action> {
        if self.live.time.is_none() {
            self.toasts.push(self.now_ms, false, "these hosts are real, and so is their time");
            return Vec::new();
        }
        vec![Action::Ask(Request::Run(format!("time {what}")))]
    }

    /// Plays the recording from the moment that is shown, or stops it there. From the newest moment it plays all of it.
    pub(crate) fn toggle_play(&mut self) {
        let last = self.recording.end().saturating_sub(1);
        if self.stopped.as_ref().is_none_or(|stopped| stopped.number >= last) {
            self.stop_at(self.recording.start());
        }
        if let Some(stopped) = &mut self.stopped {
            stopped.plays_ms = if stopped.plays_ms.is_some() { None } else { Some(0) };
        }
    }

    /// Whether the recording plays.
    pub(crate) fn plays(&self) -> bool {
        self.stopped.as_ref().is_some_and(|stopped| stopped.plays_ms.is_some())
    }

    /// Lets a recording that plays go on by some time; at its end time goes on, or stays if the session has ended.
    pub(crate) fn play(&mut self, elapsed_ms: u64) {
        let Some(Stopped { number, picture, plays_ms: Some(over_ms) }) = &mut self.stopped else { return };
        *over_ms += elapsed_ms;
        while let Some(next) = self.recording.get(*number + 1) {
            // A card of a lesson is read, too, where nobody read it then.
            let stands_ms = self.recording.get(*number).and_then(|shown| card_ms(shown)).unwrap_or(0);
            let wait_ms = next.at_ms.saturating_sub(picture.at_ms).max(stands_ms);
            if wait_ms > *over_ms {
                return;
            }
            *over_ms -= wait_ms;
            *number += 1;
            picture.apply(next);
        }
        match self.ended {
            true => self.stop_at(self.recording.end().saturating_sub(1)),
            false => self.resume_time(),
        }
    }

    /// Shows what is now; of a recording its end.
    pub(crate) fn resume_time(&mut self) {
        if self.replays {
            self.stop_at(self.recording.end().saturating_sub(1));
        } else if self.stopped.take().is_some() {
            self.motions.clear();
        }
    }

    /// Shows the moment after an update.
    pub(crate) fn stop_at(&mut self, number: usize) {
        if self.recording.end() == 0 {
            return;
        }
        let number = number.clamp(self.recording.start(), self.recording.end() - 1);
        self.stopped =
            Some(Stopped { number, picture: self.recording.picture_after(number), plays_ms: None });
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

    /// How far the moment that is shown lies back, in milliseconds: behind now, or behind the end of a recording.
    pub(crate) fn behind_ms(&self) -> Option<u64> {
        let newest_ms = if self.replays { self.live.at_ms } else { self.live.at_ms.max(self.now_ms) };
        self.stopped.as_ref().map(|stopped| newest_ms.saturating_sub(stopped.picture.at_ms))
    }
}
