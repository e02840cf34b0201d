//! Enqueue requests, and what became of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hydraq_core::config::Shape;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::request::{Attempt, Enqueue, EnqueueOutcome};
use hydraq_proto::v1;

use super::deliveries::HostSets;
use super::limits::{BATCH_MAX, ENQUEUE_TIMEOUT_DEFAULT, REPLICAS, WAIT_MS};
use super::message::Intake;
use super::names::{host_id, id_bytes};
use super::status::problem;
use super::{Invalid, in_range};

/// How copies travel.
#[must_use]
pub fn shape(shape: i32) -> Shape {
    match v1::Shape::try_from(shape) {
        Ok(v1::Shape::Chain) => Shape::Chain,
        Ok(v1::Shape::Tree) => Shape::Tree,
        _ => Shape::Star,
    }
}

/// The same, as it travels.
#[must_use]
pub fn shape_out(shape: Shape) -> i32 {
    match shape {
        Shape::Star => v1::Shape::Star.into(),
        Shape::Chain => v1::Shape::Chain.into(),
        Shape::Tree => v1::Shape::Tree.into(),
    }
}

/// Whether an enqueue may have been tried before.
pub fn attempt(retry: Option<v1::Retry>) -> Result<Attempt, Invalid> {
    let Some(retry) = retry else { return Ok(Attempt::First) };
    let tried: Result<Vec<HostId>, Invalid> =
        retry.tried.iter().map(|id| host_id("retry.tried", id)).collect();
    let tried = tried?;
    Ok(Attempt::Retry((!tried.is_empty()).then_some(tried)))
}

/// A client's enqueue request, checked.
pub fn enqueue(request: v1::EnqueueRequest, intake: &mut Intake<'_>) -> Result<Enqueue, Invalid> {
    let count = request.messages.len();
    if !(1..=BATCH_MAX).contains(&count) {
        return Err(Invalid::range("messages", 1..=BATCH_MAX as u64, count as u64));
    }
    let mut messages = Vec::with_capacity(count);
    for (place, new) in request.messages.into_iter().enumerate() {
        messages.push(Arc::new(intake.message(place, new)?));
    }
    if count > 1 {
        let mut ids = BTreeSet::new();
        if let Some(place) = messages.iter().position(|message| !ids.insert(message.id)) {
            return Err(Invalid::new(format!("messages[{place}].id"), "is used twice in one request"));
        }
    }
    let timeout = match in_range("timeout_ms", request.timeout_ms, WAIT_MS)? {
        0 => ENQUEUE_TIMEOUT_DEFAULT,
        ms => Duration::from_millis(ms),
    };
    let replicas_min = match request.replicas_min {
        0 => None,
        min => Some(in_range("replicas_min", u64::from(min), REPLICAS)? as u8),
    };
    if let (Some(min), Some(message)) =
        (replicas_min, messages.iter().find(|message| replicas_min > Some(message.replicas)))
    {
        let what = format!("must be at most the replica count, {}, not {min}", message.replicas);
        return Err(Invalid::new("replicas_min", what));
    }
    Ok(Enqueue {
        messages,
        shape: shape(request.shape),
        timeout,
        replicas_min,
        asynchronous: request.asynchronous,
        attempt: attempt(request.retry)?,
        placed: false,
    })
}

/// The answer to an enqueue of messages with these ids.
pub fn enqueued(
    ids: &[MessageId],
    outcomes: &[EnqueueOutcome],
    name_of: &dyn Fn(HostId) -> String,
) -> v1::EnqueueResponse {
    let mut sets = HostSets::new(name_of);
    let results = ids
        .iter()
        .zip(outcomes)
        .map(|(id, outcome)| {
            let (outcome, hosts, problem) = match outcome {
                EnqueueOutcome::Ok(hosts) => (v1::Outcome::Ok, &hosts[..], None),
                EnqueueOutcome::Unknown(hosts) => (v1::Outcome::Unknown, &hosts[..], None),
                EnqueueOutcome::Failed(error) => (v1::Outcome::Failed, &[][..], Some(problem(error))),
            };
            v1::EnqueueResult {
                id: id_bytes(*id),
                outcome: outcome.into(),
                hosts: sets.place(hosts),
                problem,
            }
        })
        .collect();
    v1::EnqueueResponse { host_sets: sets.into_sets(), results }
}
