//! Lessons: which card is shown, and which keys it takes.

use hydraq_cluster::observe::{Filter, LessonRequest, LessonStep, Request};

use super::card::{BIG, card_lines, main_text};
use super::input::Action;
use super::layout::wrapped;
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
        let columns = self.size.width.saturating_sub(4).max(1);
        let count = |columns: u16, with_main: bool| {
            u16::try_from(card_lines(&card.step, columns, with_main).len()).unwrap_or(u16::MAX)
        };
        if self.presenter {
            let big = wrapped(&main_text(&card.step), columns / BIG.0).len();
            let big = u16::try_from(big).unwrap_or(u16::MAX).saturating_mul(BIG.1);
            return big.saturating_add(count(columns, false)).saturating_add(2);
        }
        count(columns, true).max(1).saturating_add(2)
    }

    /// Turns to a lesson that has begun, so that its cluster is in sight, and back to the list when it is over. `before` is the
    /// number of the one that ran before.
    pub(crate) fn follow_lesson(&mut self, before: Option<u32>) {
        let now = self.live.lesson.as_ref().map(|card| card.number);
        if now == before {
            return;
        }
        self.map.filter = Filter::default();
        self.map.follow();
        (self.explained, self.event, self.host, self.peer) = (None, None, None, None);
        (self.aftermath, self.overlay) = (None, None);
        self.lesson_began_ms = now.map(|_| self.now_ms);
        self.screen = if now.is_some() { Screen::Cluster } else { Screen::Lessons };
        if let Some(number) = now.or(before) {
            // The next one is the one to choose when this one is over.
            let next = if now.is_some() { number.saturating_sub(1) } else { number };
            let last = self.live.lessons.len().saturating_sub(1);
            self.lesson = usize::try_from(next).unwrap_or(0).min(last);
        }
    }

    /// For how long the lesson has been running, as minutes and seconds.
    pub(crate) fn lesson_time(&self) -> Option<String> {
        let seconds = self.now_ms.saturating_sub(self.lesson_began_ms?) / 1_000;
        Some(format!("{:02}:{:02}", seconds / 60, seconds % 60))
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
