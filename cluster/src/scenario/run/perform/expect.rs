//! `expect`: measures until it is so, or the time for it is over.

use std::time::Duration;

use super::super::failure::{Failure, FailureKind};
use super::super::metrics::evaluate;
use super::super::outcome::{Done, Outcome, Performed};
use super::super::session::Session;
use crate::scenario::{Expectation, Metric};

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
            let failure = (!is_so).then(|| unmet(session, expectation, actual));
            let outcome = Outcome::Measured { expectation: expectation.clone(), actual };
            return Ok(Done { outcome, failure });
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}

fn unmet(session: &Session, expectation: &Expectation, actual: Option<u64>) -> Failure {
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
    let oracle = session.oracle.borrow();
    let named = match metric {
        Metric::UnexplainedDuplicates => oracle.unexplained(),
        Metric::Resurrected => oracle.resurrected(),
        _ => Vec::new(),
    };
    match named.as_slice() {
        [] => failure,
        named => {
            let ids = named.iter().take(NAMED_MAX).map(|place| place.message.to_string());
            failure.help(format!("see `explain ID` of {}", ids.collect::<Vec<_>>().join(", ")))
        }
    }
}
