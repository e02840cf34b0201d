//! The cards of questions, and why an answer is right: the same in the console and in recordings of runs without a screen.

use hydraq_cluster::observe::{LessonStep, Reveal};
use hydraq_cluster::scenario::Ask;
use hydraq_cluster::scenario::run::{Failure, Outcome};

/// The card of a question; with what was answered and why, once that is to be seen.
pub(crate) fn question(ask: &Ask, revealed: Option<(Option<String>, String)>) -> LessonStep {
    let letter = |key: &str| {
        let place = ask.choices.iter().position(|choice| choice.key == key)?;
        ('a'..='z').nth(place).map(|letter| letter.to_string())
    };
    let answer = letter(&ask.answer).unwrap_or_else(|| ask.answer.clone());
    LessonStep::Ask {
        question: ask.question.clone(),
        choices: ask.choices.iter().map(|choice| choice.text.clone()).collect(),
        reveal: revealed.map(|(given, because)| Reveal {
            right: given.as_deref().is_some_and(|given| ask.is_right(given)),
            given,
            answer,
            because,
        }),
    }
}

/// What is said when an answer is revealed: why it is so, or that it came out otherwise.
pub(crate) fn because(outcome: Option<&Outcome>, failure: Option<&Failure>) -> String {
    match (outcome, failure) {
        (_, Some(failure)) => {
            format!("It should be so, but on this machine it came out otherwise: {}.", failure.message)
        }
        (Some(Outcome::Revealed { because, .. }), None) => because.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
