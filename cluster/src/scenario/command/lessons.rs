//! The fields of the commands that wait, tell, ask, expect and look.

use std::time::Duration;

use super::super::expectation::Expectation;
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

/// `ask QUESTION [--choice "a: TEXT"]... --answer A [--explain TEXT]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// The answers to choose from: none, or at least two with different keys.
    pub choices: Vec<Answer>,
    /// The right answer: the key of a choice, or a text where there are no choices.
    pub answer: String,
    /// What is told afterwards.
    pub explanation: Option<String>,
}

fields!(Ask { question: "QUESTION", choices: "--choice", answer: "--answer", explanation: "--explain" });

fields!(Expectation { metric: "METRIC", operator: "OP", value: "VALUE", within: "--within" });

/// The message of `show` and `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneMessage {
    /// The message.
    pub message: MessageRef,
}

fields!(OneMessage { message: "MESSAGE" });
