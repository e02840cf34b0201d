//! The cards of a lesson that were shown, and the way back to them.

use hydraq_cluster::observe::{Change, LessonCard, LessonRequest, LessonStep};
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::seat::Audience;
use crate::lessons::Lesson;

/// The cards.
pub(super) struct Deck {
    number: u32,
    of: u32,
    title: String,
    audience: Audience,
    requests: UnboundedReceiver<LessonRequest>,
    /// All that somebody had to look at, oldest first.
    cards: Vec<LessonCard>,
    /// Which one is shown.
    shown: usize,
}

impl Deck {
    pub(super) fn new(
        lesson: &Lesson,
        of: usize,
        audience: Audience,
        requests: UnboundedReceiver<LessonRequest>,
    ) -> Self {
        let of = u32::try_from(of).unwrap_or(u32::MAX);
        let (number, title) = (lesson.number, lesson.title.clone());
        Self { number, of, title, audience, requests, cards: Vec::new(), shown: 0 }
    }

    fn card(&self, step: LessonStep) -> LessonCard {
        LessonCard { number: self.number, of: self.of, title: self.title.clone(), step }
    }

    /// Shows a card that nobody has to look at.
    pub(super) fn flash(&self, step: LessonStep) {
        self.audience.tell(Change::Lesson(Some(self.card(step))));
    }

    /// Shows a card, and waits until somebody goes on: with an answer or without.
    pub(super) async fn show(&mut self, step: LessonStep) -> Option<String> {
        self.cards.push(self.card(step));
        self.shown = self.cards.len() - 1;
        self.tell();
        loop {
            let is_last = self.shown + 1 == self.cards.len();
            match self.requests.recv().await {
                Some(LessonRequest::Back) => self.shown = self.shown.saturating_sub(1),
                Some(LessonRequest::Next) if is_last => return None,
                Some(LessonRequest::Answer(answer)) if is_last => return Some(answer),
                // A question that is seen again has its answer already.
                Some(LessonRequest::Next | LessonRequest::Answer(_)) => self.shown += 1,
                Some(LessonRequest::Start(_) | LessonRequest::Leave) => {}
                // Nobody is left to go on.
                None => std::future::pending().await,
            }
            self.tell();
        }
    }

    fn tell(&self) {
        self.audience.tell(Change::Lesson(self.cards.get(self.shown).cloned()));
    }
}
