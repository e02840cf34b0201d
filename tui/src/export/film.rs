//! The pictures of a session, one after the other: recorded updates are given to a fresh model, and what its screen shows then
//! is drawn. Long pauses are cut short; the card of a lesson stands for as long as it takes to read it.

use std::iter::Peekable;

use hydraq_cluster::observe::Update;
use ratatui::buffer::Buffer;

use crate::keymap::Key;
use crate::model::{Action, Input, Model, Setup, card_ms, update};
use crate::theme::Look;
use crate::view::draw;

/// The least time between two pictures, in milliseconds.
const PICTURE_MS: u64 = 40;
/// The longest pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 2_000;

/// One picture.
pub(super) struct Picture {
    /// When it is shown, in milliseconds from the beginning of the film.
    pub(super) film_ms: u64,
    /// When that was, in milliseconds of the Unix epoch.
    pub(super) at_ms: u64,
    /// The screen.
    pub(super) buffer: Buffer,
}

/// A session, picture by picture. The last one is always shown.
pub(super) struct Film<I: Iterator<Item = Update>> {
    model: Model,
    updates: Peekable<I>,
    film_ms: u64,
    last_ms: Option<u64>,
    drawn_ms: Option<u64>,
    /// Until when the card of a lesson stands, so that it can be read.
    card_until_ms: u64,
}

impl<I: Iterator<Item = Update>> Film<I> {
    pub(super) fn new(mut model: Model, updates: I) -> Self {
        // What moves would stand still between two pictures.
        model.look.motion = false;
        Self {
            model,
            updates: updates.peekable(),
            film_ms: 0,
            last_ms: None,
            drawn_ms: None,
            card_until_ms: 0,
        }
    }
}

impl<I: Iterator<Item = Update>> Iterator for Film<I> {
    type Item = Picture;

    fn next(&mut self) -> Option<Picture> {
        loop {
            let recorded = self.updates.next()?;
            let at_ms = recorded.at_ms;
            let pause_ms = self.last_ms.map_or(0, |last_ms| at_ms.saturating_sub(last_ms).min(PAUSE_MS_MAX));
            self.film_ms += pause_ms;
            let card_ms = card_ms(&recorded);
            if let Some(card_ms) = card_ms {
                self.film_ms = self.film_ms.max(self.card_until_ms);
                self.card_until_ms = self.film_ms + card_ms;
            }
            self.last_ms = Some(at_ms);
            update(&mut self.model, Input::Update(recorded));
            let is_soon = self.drawn_ms.is_some_and(|drawn_ms| self.film_ms < drawn_ms + PICTURE_MS);
            if is_soon && card_ms.is_none() && self.updates.peek().is_some() {
                continue;
            }
            self.drawn_ms = Some(self.film_ms);
            return Some(Picture { film_ms: self.film_ms, at_ms, buffer: drawn(&self.model) });
        }
    }
}

/// A frame outside of a terminal.
#[derive(Debug, Clone)]
pub struct Still {
    /// The screen.
    pub buffer: Buffer,
    /// How it looks: keys may have changed that.
    pub look: Look,
}

/// The screen at a moment, in milliseconds of the Unix epoch: after everything that was told by then, and after some keys that
/// are pressed at that moment. What these ask for is answered as far as the recording knows it.
#[must_use]
pub fn frame_at(setup: Setup, updates: impl IntoIterator<Item = Update>, at_ms: u64, keys: &[Key]) -> Still {
    let happened = setup.happened.into_iter().filter(|one| one.at_ms <= at_ms).collect();
    let look = Look { motion: false, ..setup.look };
    let mut model = Model::new(Setup { happened, look, ..setup });
    for recorded in updates.into_iter().take_while(|recorded| recorded.at_ms <= at_ms) {
        update(&mut model, Input::Update(recorded));
    }
    for key in keys {
        for action in update(&mut model, Input::Key(*key)) {
            if let Action::Ask(request) = action
                && let Some(answer) = model.recorded_answer(&request)
            {
                update(&mut model, Input::Update(answer));
            }
        }
    }
    Still { buffer: drawn(&model), look: model.look.clone() }
}

fn drawn(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(model.size);
    draw(model, &mut buffer);
    buffer
}
