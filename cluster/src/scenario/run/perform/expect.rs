//! `expect`: measures until it is so, or the time for it is over.

use std::time::Duration;

use super::super::failure::{Failure, FailureKind};
use super::super::metrics::evaluate;
use super::super::outcome::{Done, Outcome, Performed};
use super::super::outcome_text;
use super::super::session::Session;
use super::sight;
use crate::scenario::{Expectation, MessageRef, Metric};
use ulid::Ulid;

/// How often is measured anew.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How many messages a failure names.
const NAMED_MAX: usize = 5;

/// Measures, and compares.
pub(super) async fn expect(session: &Session, expectation: &Expectation) -> Performed {
    let began = session.now();
    let deadline = began + expectation.within.unwrap_or(Duration::ZERO);
    loop {
        let actual = evaluate(session, &expectation.metric).await?;
        let is_so = actual.is_some_and(|actual| expectation.operator.holds(actual, expectation.value));
        if is_so || session.now() >= deadline {
            let failure = if is_so { None } else { Some(unmet(session, expectation, actual).await) };
            let outcome = Outcome::Measured { expectation: expectation.clone(), actual };
            return Ok(Done { outcome, failure });
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}

async fn unmet(session: &Session, expectation: &Expectation, actual: Option<u64>) -> Failure {
    let Expectation { metric, operator, value, within } = expectation;
    let seen = match actual {
        Some(actual) => format!("it is {actual}"),
        None => {
            "it has no value: no owner was killed whose messages another live holder could serve, or none did"
                .into()
        }
    };
    let waited = within.map_or_else(String::new, |within| format!(" after {} ms", within.as_millis()));
    let message = format!("expected {metric} {operator} {value}, but {seen}{waited}");
    let failure = Failure::new(FailureKind::Expectation, message);
    let mut named = match metric {
        Metric::UnexplainedDuplicates => session.oracle.borrow().unexplained(),
        Metric::Resurrected => session.oracle.borrow().resurrected(),
        _ => return failure,
    };
    named.dedup_by_key(|place| place.message);
    named.truncate(NAMED_MAX);
    let ids: Vec<String> = named.iter().map(|place| place.message.to_string()).collect();
    let mut failure = failure.help(format!("see `explain ID` of {}", ids.join(", ")));
    for place in named {
        // Who runs this without a person cannot ask any more.
        if let Ok(seen) = sight::explain(session, MessageRef::Id(Ulid(place.message.0))).await {
            failure.evidence.extend(outcome_text::lines(&seen.outcome));
        }
    }
    failure
}
