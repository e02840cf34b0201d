//! Plays one lesson: says, asks, runs commands, reveals and grades.
//!
//! Between two cards nobody is waited for: commands run as fast as can be followed by eye, so that a lease or a suspicion takes as
//! long on a stage as in a run without a screen.

use std::rc::Rc;
use std::time::Duration;

use hydraq_cluster::observe::LessonStep;
use hydraq_cluster::scenario::run::{Done, Session, perform};
use hydraq_cluster::scenario::{Ask, Command, Step};

use super::super::commands::Work;
use super::deck::Deck;
use super::notes::Notes;
use crate::lessons::{Lesson, because, question};

/// For how long what a command has done stands before the next one runs.
const SEEN: Duration = Duration::from_millis(700);

/// How many questions were answered rightly, of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) right: u32,
    pub(super) asked: u32,
}

/// A lesson that is played.
pub(super) struct Player {
    lesson: Rc<Lesson>,
    deck: Deck,
    work: Work,
    session: Rc<Session>,
    notes: Option<Notes>,
    score: Score,
    /// The question that waits for its reveal, and what was answered.
    pending: Option<(Ask, Option<String>)>,
}

impl Player {
    pub(super) fn new(
        lesson: Rc<Lesson>,
        deck: Deck,
        work: Work,
        session: Rc<Session>,
        notes: Option<Notes>,
    ) -> Self {
        Self { lesson, deck, work, session, notes, score: Score::default(), pending: None }
    }

    /// Plays it to its end. `told` hears the score, and then, with nothing, that nobody looks any more.
    pub(super) async fn play(mut self, told: impl Fn(Option<Score>)) {
        let lesson = self.lesson.clone();
        for (place, step) in lesson.script.steps.iter().enumerate() {
            match &step.command {
                Command::Say(say) => {
                    self.note(place, &say.text, "");
                    self.deck.show(LessonStep::Say { text: say.text.clone() }).await;
                }
                Command::Ask(ask) => self.ask(place, ask).await,
                Command::Reveal(_) => self.reveal(place, step).await,
                // The map shows it all the time.
                Command::Show(_) => self.remark(step),
                _ => {
                    self.remark(step);
                    self.run(step).await;
                }
            }
        }
        told(Some(self.score));
        let Score { right, asked } = self.score;
        self.deck.show(LessonStep::End { right, asked }).await;
        told(None);
    }

    async fn ask(&mut self, place: usize, ask: &Ask) {
        self.note(place, &ask.question, &format!("{}: {}", ask.answer, ask.right_text()));
        let given = self.deck.show(question(ask, None)).await;
        self.score.asked += 1;
        self.score.right += u32::from(given.as_deref().is_some_and(|given| ask.is_right(given)));
        if self.lesson.script.is_revealed_later(place) {
            // Kept in the session, too, for the reveal that measures.
            let _ = perform(&self.session, &Command::Ask(ask.clone())).await;
            self.pending = Some((ask.clone(), given));
        } else {
            let because = ask.explanation.clone().unwrap_or_default();
            self.deck.show(question(ask, Some((given, because)))).await;
        }
    }

    async fn reveal(&mut self, place: usize, step: &Step) {
        let Some((ask, given)) = self.pending.take() else { return };
        let (outcome, failure) = match perform(&self.session, &step.command).await {
            Ok(Done { outcome, failure }) => (Some(outcome), failure),
            Err(failure) => (None, Some(failure)),
        };
        let because = because(outcome.as_ref(), failure.as_ref());
        self.note(place, &because, "");
        self.deck.show(question(&ask, Some((given, because)))).await;
    }

    async fn run(&mut self, step: &Step) {
        let line = step.text.trim().to_owned();
        self.deck.flash(LessonStep::Runs { line });
        let failure = if matches!(step.command, Command::Expect(_)) {
            match perform(&self.session, &step.command).await {
                Ok(done) => done.failure,
                Err(failure) => Some(failure),
            }
        } else {
            let (_, failure) = self.work.perform(step.to_string(), &step.command, false).await;
            tokio::time::sleep(SEEN).await;
            failure
        };
        if let Some(failure) = failure.filter(|_| !step.attempt) {
            let text =
                format!("This should have worked, and did not: {}. The lesson goes on.", failure.message);
            self.deck.show(LessonStep::Say { text }).await;
        }
    }

    /// Tells the presenter what is noted of a command.
    fn remark(&mut self, step: &Step) {
        if let Some(notes) = &mut self.notes {
            notes.remark(self.lesson.note(step));
        }
    }

    /// Tells the presenter what is on the card, and what comes after it.
    fn note(&mut self, place: usize, says: &str, answer: &str) {
        let Some(notes) = &mut self.notes else { return };
        let steps = &self.lesson.script.steps;
        let next: Vec<&str> = steps.iter().skip(place + 1).take(3).map(|step| step.text.trim()).collect();
        let extra =
            [("note", self.lesson.note(&steps[place])), ("right", answer), ("next", &next.join(" | "))];
        notes.card(says, &extra);
    }
}
