//! Two lessons, so that the list and the card can be seen.

use hydraq_cluster::observe::{LessonCard, LessonPicture, LessonProgress, LessonRequest, LessonStep, Reveal};

use super::Demo;

/// Titles and what each shows.
const LESSONS: [(&str, &str); 6] = [
    ("one message, three copies", "where an enqueue goes before it says OK"),
    ("kill the owner", "a holder takes over within 250 ms"),
    ("the lease", "a dequeued message is invisible, not gone"),
    ("the zombie", "a deleted message whose dead holder comes back"),
    ("the split", "both sides of a cut deliver the same message"),
    ("where objects live", "a number drawn over the weights of the stores"),
];

impl Demo {
    /// The list.
    pub(super) fn lessons(&self) -> Vec<LessonPicture> {
        let lesson = |(number, (title, summary)): (u32, &(&str, &str))| LessonPicture {
            number,
            title: (*title).to_owned(),
            summary: (*summary).to_owned(),
            progress: match self.lesson.as_ref().map(|card| card.number) {
                Some(running) if running == number => LessonProgress::Begun,
                _ if number <= self.lessons_done => LessonProgress::Done { right: 1, asked: 1 },
                _ => LessonProgress::New,
            },
        };
        (1..).zip(&LESSONS).map(lesson).collect()
    }

    /// Takes what the console asks of the player.
    pub(super) fn lesson_request(&mut self, request: &LessonRequest) {
        match request {
            LessonRequest::Start(number) => {
                let title = LESSONS
                    .get(usize::try_from(*number).unwrap_or(1).saturating_sub(1))
                    .map_or("", |lesson| lesson.0);
                let text = "We deleted the message while bravo was dead. Bravo still has its copy on disk.";
                let step = LessonStep::Say { text: text.to_owned() };
                self.lesson = Some(LessonCard { number: *number, of: 6, title: title.to_owned(), step });
            }
            LessonRequest::Answer(answer) => self.reveal(Some(answer.clone())),
            LessonRequest::Next => self.next_card(),
            LessonRequest::Back => {}
            LessonRequest::Leave => self.lesson = None,
        }
    }

    fn next_card(&mut self) {
        let Some(card) = &mut self.lesson else { return };
        match &card.step {
            LessonStep::Say { .. } | LessonStep::Runs { .. } => {
                card.step = LessonStep::Ask {
                    question: "Bravo is about to come back. What will the next dequeue give us?".to_owned(),
                    choices: ["the message: bravo has it", "nothing", "depends on which host we ask"]
                        .map(str::to_owned)
                        .to_vec(),
                    reveal: None,
                };
            }
            LessonStep::Ask { reveal: None, .. } => self.reveal(None),
            LessonStep::Ask { .. } => {
                self.lessons_done = self.lessons_done.max(card.number);
                card.step = LessonStep::End { right: 1, asked: 1 };
            }
            LessonStep::End { .. } => self.lesson = None,
        }
    }

    fn reveal(&mut self, given: Option<String>) {
        if let Some(LessonCard { step: LessonStep::Ask { reveal, .. }, .. }) = &mut self.lesson {
            let because =
                "A host that comes back synchronises before it serves: it learns of the tombstone first.";
            let right = given.as_deref() == Some("b");
            *reveal = Some(Reveal { given, answer: "b".to_owned(), right, because: because.to_owned() });
        }
    }
}
