//! Lessons: which card is shown, and which keys it takes.

use hydraq_cluster::observe::{LessonRequest, LessonStep, Request};

use super::input::Action;
use super::line::{Line, LineKind};
use super::overlay::Overlay;
use super::{Model, Screen};

impl Model {
    /// Whether the card of a lesson takes keys before the screen does: it waits for somebody, where it is seen.
    pub(crate) fn card_takes_keys(&self) -> bool {
        let waits =
            self.picture().lesson.as_ref().is_some_and(|card| !matches!(card.step, LessonStep::Runs { .. }));
        waits && self.stopped.is_none() && matches!(self.screen, Screen::Cluster | Screen::Lessons)
    }

    /// Lines that the card takes at the foot of the cluster's screen.
    pub(crate) fn card_height(&self) -> u16 {
        let Some(card) = &self.picture().lesson else { return 0 };
        let width = usize::from(self.size.width.saturating_sub(4)).max(1);
        let lines = |text: &str| u16::try_from(text.chars().count().div_ceil(width)).unwrap_or(4).max(1);
        let inside = match &card.step {
            LessonStep::Say { text } => lines(text),
            LessonStep::Ask { question, choices, reveal } => {
                let answers = u16::try_from(choices.len()).unwrap_or(5);
                lines(question) + answers + reveal.as_ref().map_or(0, |reveal| 1 + lines(&reveal.because))
            }
            LessonStep::Runs { .. } | LessonStep::End { .. } => 1,
        };
        if self.presenter { inside * 4 + 2 } else { inside + 2 }
    }

    /// Goes on in the lesson, or begins the selected one.
    pub(crate) fn lesson_next(&self) -> Vec<Action> {
        if self.picture().lesson.is_some() {
            return vec![Action::Ask(Request::Lesson(LessonRequest::Next))];
        }
        self.start_lesson()
    }

    /// Begins the selected lesson.
    pub(crate) fn start_lesson(&self) -> Vec<Action> {
        let selected = self.picture().lessons.get(self.lesson);
        selected
            .map(|lesson| Action::Ask(Request::Lesson(LessonRequest::Start(lesson.number))))
            .into_iter()
            .collect()
    }

    /// Answers by a letter, from 0 for `a`.
    pub(crate) fn answer(&mut self, number: u8) -> Vec<Action> {
        let Some(card) = &self.picture().lesson else { return Vec::new() };
        match &card.step {
            LessonStep::Ask { choices, reveal: None, .. } if usize::from(number) < choices.len() => {
                let letter = char::from(b'a' + number).to_string();
                vec![Action::Ask(Request::Lesson(LessonRequest::Answer(letter)))]
            }
            _ => Vec::new(),
        }
    }

    /// Opens a line for an answer that is typed.
    pub(crate) fn open_answer(&mut self) {
        let asks = self.picture().lesson.as_ref();
        if asks.is_some_and(|card| matches!(card.step, LessonStep::Ask { reveal: None, .. })) {
            self.overlay = Some(Overlay::Line(Line::new(LineKind::Answer, "")));
        }
    }
}
