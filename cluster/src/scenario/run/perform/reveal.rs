//! `ask` and `reveal`: a prediction, and what came of it.

use super::super::failure::{Failure, FailureKind};
use super::super::outcome::{Done, Outcome, Performed};
use super::super::session::Session;
use super::expect;
use crate::scenario::{Ask, Expectation, Operator, Reveal};

/// Keeps the question for its reveal.
pub(super) fn ask(session: &Session, ask: &Ask) -> Outcome {
    *session.asked.borrow_mut() = Some(ask.clone());
    Outcome::Asked(ask.clone())
}

/// Measures what the last question was about, if it can be measured, and tells its answer.
pub(super) async fn reveal(session: &Session, command: &Reveal) -> Performed {
    let Some(ask) = session.asked.borrow_mut().take() else {
        let refusal = Failure::refused("nothing was asked that could be revealed");
        return Err(refusal.help("`ask` comes first"));
    };
    let because = command.text.clone().or_else(|| ask.explanation.clone());
    let Some((metric, value)) = ask.metric.clone().zip(ask.number()) else {
        return Ok(Outcome::Revealed { ask, because, measured: None }.into());
    };
    let expectation = Expectation { metric, operator: Operator::Equal, value, within: command.within };
    let Done { outcome, failure } = expect::expect(session, &expectation).await?;
    let actual = if let Outcome::Measured { actual, .. } = outcome { actual } else { None };
    let failure = failure.map(|failure| match failure.kind {
        FailureKind::Expectation => Failure {
            message: format!("the right answer is {}: {}", ask.right_text(), failure.message),
            ..failure
        },
        _ => failure,
    });
    let measured = Some((expectation, actual));
    Ok(Done { outcome: Outcome::Revealed { ask, because, measured }, failure })
}
