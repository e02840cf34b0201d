//! Lessons: the list, and the card that is shown.

use serde::{Deserialize, Serialize};

/// How far somebody got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonProgress {
    /// Not begun.
    New,
    /// Begun.
    Begun,
    /// Finished.
    Done {
        /// Questions answered rightly.
        right: u32,
        /// Questions asked.
        asked: u32,
    },
}

/// One lesson of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonPicture {
    /// Its number, from 1.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it shows, in one line.
    pub summary: String,
    /// How far it was taken.
    pub progress: LessonProgress,
}

/// What is known once a question is answered, or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    /// The answer that was given: the letter of a choice, or a text; `None` if it was given up.
    pub given: Option<String>,
    /// The right answer: the letter of a choice, or a text.
    pub answer: String,
    /// Whether the answer that was given is right.
    pub right: bool,
    /// Why; may be empty.
    pub because: String,
}

/// What the card says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonStep {
    /// Narration; the lesson goes on when told to.
    Say {
        /// The text.
        text: String,
    },
    /// A question.
    Ask {
        /// The question.
        question: String,
        /// The answers to choose from, lettered from `a`; none where a text is to be typed.
        choices: Vec<String>,
        /// Set once it is answered or given up.
        reveal: Option<Reveal>,
    },
    /// Commands run; what can be seen is on the other screens.
    Runs {
        /// The command line that runs now.
        line: String,
    },
    /// The end.
    End {
        /// Questions answered rightly.
        right: u32,
        /// Questions asked.
        asked: u32,
    },
}

/// The card of the lesson that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonCard {
    /// Its number, from 1; 0 for a lesson that is not one of the program's own.
    pub number: u32,
    /// How many lessons there are; 0 for a lesson that is not one of the program's own.
    pub of: u32,
    /// Its title.
    pub title: String,
    /// What the card says.
    pub step: LessonStep,
}

impl LessonCard {
    /// What stands above it: `lesson 4 of 12: the zombie`.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.number {
            0 => self.title.clone(),
            number => format!("lesson {number} of {}: {}", self.of, self.title),
        }
    }
}

/// What a console asks of the player of lessons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonRequest {
    /// Begin this lesson.
    Start(u32),
    /// Answer the question: the letter of a choice, or a text.
    Answer(String),
    /// Go on; at a question: give up and show the answer.
    Next,
    /// Show the card before again; `Next` then leads forward again.
    Back,
    /// End the lesson.
    Leave,
}
