//! The fields of the commands that wait, tell, ask, expect and look.

use std::time::Duration;

use super::super::expectation::{Expectation, Metric};
use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::attribute::Answer;
use super::super::value::reference::MessageRef;

/// `wait D`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub duration: Duration,
}

fields!(Wait { duration: "D" });

/// `say TEXT`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// What is told.
    pub text: String,
}

fields!(Say { text: "TEXT" });

/// `ask QUESTION [--choice "a: TEXT"]... --answer A [--metric METRIC] [--explain TEXT]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// The answers to choose from: none, or at least two with different keys.
    pub choices: Vec<Answer>,
    /// The right answer: the key of a choice, or a text where there are no choices.
    pub answer: String,
    /// What the right answer is the value of, once it is revealed; then it is a number.
    pub metric: Option<Metric>,
    /// What is told afterwards.
    pub explanation: Option<String>,
}

impl Ask {
    /// What the right answer says: the text of a choice, or the answer itself.
    #[must_use]
    pub fn right_text(&self) -> &str {
        let right = self.choices.iter().find(|choice| choice.key == self.answer);
        right.map_or(&self.answer, |choice| &choice.text)
    }

    /// The number that the right answer is, or begins with.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let text = self.right_text().trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..digits].parse().ok()
    }

    /// Whether an answer that somebody gave is the right one: the key of a choice, or a text.
    #[must_use]
    pub fn is_right(&self, given: &str) -> bool {
        let given = given.trim();
        given.eq_ignore_ascii_case(self.answer.trim()) || given.eq_ignore_ascii_case(self.right_text().trim())
    }
}

fields!(Ask {
    question: "QUESTION",
    choices: "--choice",
    answer: "--answer",
    metric: "--metric",
    explanation: "--explain"
});

/// `reveal [TEXT] [--within D]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// Why it is so.
    pub text: Option<String>,
    /// For how long is measured anew until the answer is right; `None`: once.
    pub within: Option<Duration>,
}

fields!(Reveal { text: "TEXT", within: "--within" });

fields!(Expectation { metric: "METRIC", operator: "OP", value: "VALUE", within: "--within" });

/// The message of `show` and `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneMessage {
    /// The message.
    pub message: MessageRef,
}

fields!(OneMessage { message: "MESSAGE" });
