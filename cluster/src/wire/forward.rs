//! Requests that one host passes on to another, and what came of them.

use std::time::Duration;

use hydraq_core::host::NOT_SYNCHRONISED;
use hydraq_core::ids::HostId;
use hydraq_core::message::Content;
use hydraq_core::request::{
    Attempt, Delete, DeleteOutcome, Delivery, Dequeue, Enqueue, EnqueueOutcome, Redrive, Reply, Request,
    RequestError,
};
use hydraq_proto::v1::{self, peer_problem::Kind};

use super::deliveries::{cause, cause_out};
use super::enqueue::{attempt, shape, shape_out};
use super::message::{TypeTable, peer_message, type_names};
use super::names::{
    TypeNames, host_bytes, host_id, host_ids, hosts_bytes, id_bytes, message_id, receipt, receipt_out,
};
use super::peer_in::items;
use super::{Invalid, in_range, queue};

/// How deep a request may be wrapped: once, to be relayed.
const RELAYS_MAX: usize = 1;

/// A request, for a peer.
#[must_use]
pub fn request_out(request: &Request) -> v1::ForwardedRequest {
    use v1::forwarded_request::Request as Out;
    let millis = |duration: Duration| duration.as_millis() as u64;
    let request = match request {
        Request::Enqueue(enqueue) => Out::Enqueue(enqueue_out(enqueue)),
        Request::Dequeue(dequeue) => Out::Dequeue(v1::DequeueRequest {
            types: dequeue.message_types.iter().map(|name| name.as_ref().to_owned()).collect(),
            messages_max: dequeue.messages_max,
            lease_ms: millis(dequeue.lease),
            wait_ms: millis(dequeue.wait),
        }),
        Request::Delete(delete) => Out::Delete(v1::DeleteRequest {
            targets: delete
                .targets
                .iter()
                .map(|target| v1::DeleteTarget {
                    target: Some(v1::delete_target::Target::Id(id_bytes(target.id))),
                })
                .collect(),
            timeout_ms: millis(delete.timeout),
        }),
        Request::Release(receipts) => {
            Out::Release(v1::ReleaseRequest { receipts: receipts.iter().map(receipt_out).collect() })
        }
        Request::Extend(receipts, lease) => Out::Extend(v1::ExtendRequest {
            receipts: receipts.iter().map(receipt_out).collect(),
            lease_ms: millis(*lease),
        }),
        Request::Show(id) => Out::Show(v1::ShowRequest { id: id_bytes(*id), here: false }),
        Request::Redrive(redrive) => Out::Redrive(v1::RedriveRequest {
            what: Some(match redrive {
                Redrive::Type(name) => {
                    v1::redrive_request::What::Type(name.as_deref().unwrap_or_default().to_owned())
                }
                Redrive::Message(id) => v1::redrive_request::What::Id(id_bytes(*id)),
            }),
        }),
        Request::Relay(host, request) => Out::Relay(Box::new(v1::Relay {
            host: host_bytes(*host),
            request: Some(Box::new(request_out(request))),
        })),
    };
    v1::ForwardedRequest { request: Some(request) }
}

fn enqueue_out(enqueue: &Enqueue) -> v1::PeerEnqueue {
    let mut types = TypeTable::default();
    let messages = enqueue.messages.iter().map(|message| types.message(message)).collect();
    let retry = match &enqueue.attempt {
        Attempt::First | Attempt::Finish => None,
        Attempt::Retry(tried) => {
            Some(v1::Retry { tried: tried.iter().flatten().map(|host| host_bytes(*host)).collect() })
        }
    };
    v1::PeerEnqueue {
        types: types.into_names(),
        messages,
        shape: shape_out(enqueue.shape),
        timeout_us: enqueue.timeout.as_micros() as u64,
        replicas_min: enqueue.replicas_min.map_or(0, u32::from),
        asynchronous: enqueue.asynchronous,
        finish: enqueue.attempt == Attempt::Finish,
        retry,
    }
}

/// A peer's request, checked.
pub fn request(request: Option<v1::ForwardedRequest>) -> Result<Request, Invalid> {
    nested_request(request, 0)
}

fn nested_request(request: Option<v1::ForwardedRequest>, depth: usize) -> Result<Request, Invalid> {
    use v1::forwarded_request::Request as In;
    let request =
        request.and_then(|request| request.request).ok_or_else(|| Invalid::new("request", "is missing"))?;
    Ok(match request {
        In::Enqueue(enqueue) => Request::Enqueue(enqueue_in(enqueue)?),
        In::Dequeue(dequeue) => Request::Dequeue(Dequeue { forwarded: true, ..queue::dequeue(&dequeue)? }),
        In::Delete(delete) => Request::Delete(Delete { ..queue::delete(&delete)? }),
        In::Release(release) => Request::Release(queue::receipts(&release.receipts)?),
        In::Extend(extend) => {
            Request::Extend(queue::receipts(&extend.receipts)?, queue::lease(extend.lease_ms)?)
        }
        In::Show(show) => Request::Show(message_id("id", &show.id)?),
        In::Redrive(redrive) => Request::Redrive(queue::redrive(&redrive)?),
        In::Relay(relay) if depth < RELAYS_MAX => {
            let inner = nested_request(relay.request.map(|request| *request), depth + 1)?;
            Request::Relay(host_id("host", &relay.host)?, Box::new(inner))
        }
        In::Relay(_) => return Err(Invalid::new("relay", "must not be relayed")),
    })
}

fn enqueue_in(enqueue: v1::PeerEnqueue) -> Result<Enqueue, Invalid> {
    let types = type_names(&enqueue.types)?;
    let asked = if enqueue.finish { Attempt::Finish } else { attempt(enqueue.retry)? };
    let min = in_range("replicas_min", u64::from(enqueue.replicas_min), 0..=255)? as u8;
    Ok(Enqueue {
        messages: items(enqueue.messages, |message| peer_message(&types, message))?,
        shape: shape(enqueue.shape),
        timeout: Duration::from_micros(enqueue.timeout_us.min(3_600_000_000)),
        replicas_min: (min > 0).then_some(min),
        asynchronous: enqueue.asynchronous,
        attempt: asked,
        placed: true,
    })
}

/// What came of a request, for a peer.
#[must_use]
pub fn reply_out(reply: &Reply) -> v1::ForwardedReply {
    use v1::forwarded_reply::Reply as Out;
    let reply = match reply {
        Reply::Enqueued(outcomes) => {
            Out::Enqueued(v1::EnqueueOutcomes { items: outcomes.iter().map(outcome_out).collect() })
        }
        Reply::Dequeued(deliveries) => Out::Dequeued(deliveries_out(deliveries)),
        Reply::Deleted(results) => Out::Deleted(v1::DeleteOutcomes {
            items: results
                .iter()
                .map(|result| match result {
                    Ok(outcome) => v1::DeleteOutcome {
                        gone_already: outcome.gone_already,
                        unreached: hosts_bytes(&outcome.unreached),
                        problem: None,
                    },
                    Err(error) => {
                        v1::DeleteOutcome { problem: Some(problem_out(error)), ..Default::default() }
                    }
                })
                .collect(),
        }),
        Reply::Leases(results) => {
            let item = |result: &Result<(), RequestError>| {
                result.as_ref().err().map_or_else(Default::default, problem_out)
            };
            Out::Leases(v1::LeaseOutcomes { items: results.iter().map(item).collect() })
        }
        Reply::Redriven(count) => Out::Redriven(*count),
        Reply::Refused(error) => Out::Refused(problem_out(error)),
        // Nobody forwards a show: every host asks for itself.
        Reply::Shown(_) => Out::Redriven(0),
    };
    v1::ForwardedReply { reply: Some(reply) }
}

fn outcome_out(outcome: &EnqueueOutcome) -> v1::EnqueueOutcome {
    let (outcome, hosts, problem) = match outcome {
        EnqueueOutcome::Ok(hosts) => (v1::Outcome::Ok, hosts_bytes(hosts), None),
        EnqueueOutcome::Unknown(hosts) => (v1::Outcome::Unknown, hosts_bytes(hosts), None),
        EnqueueOutcome::Failed(error) => (v1::Outcome::Failed, bytes::Bytes::new(), Some(problem_out(error))),
    };
    v1::EnqueueOutcome { outcome: outcome.into(), hosts, problem }
}

fn deliveries_out(deliveries: &[Delivery]) -> v1::PeerDeliveries {
    let mut types = TypeTable::default();
    let delivery = |delivery: &Delivery| {
        let Content::Message(message) = &delivery.content else { return None };
        Some(v1::PeerDelivery {
            message: Some(types.message(message)),
            receipt: Some(receipt_out(&delivery.receipt)),
            holders: hosts_bytes(&delivery.holders),
            count: delivery.count,
            cause: cause_out(delivery.cause).into(),
        })
    };
    let items = deliveries.iter().filter_map(delivery).collect();
    v1::PeerDeliveries { types: types.into_names(), items }
}

/// What came of a request at a peer, checked.
pub fn reply(reply: Option<v1::ForwardedReply>) -> Result<Reply, Invalid> {
    use v1::forwarded_reply::Reply as In;
    let reply = reply.and_then(|reply| reply.reply).ok_or_else(|| Invalid::new("reply", "is missing"))?;
    Ok(match reply {
        In::Enqueued(outcomes) => Reply::Enqueued(items(outcomes.items, outcome_in)?),
        In::Dequeued(deliveries) => Reply::Dequeued(deliveries_in(deliveries)?),
        In::Deleted(outcomes) => Reply::Deleted(items(outcomes.items, |outcome| {
            Ok(match outcome.problem.map(problem_in).transpose()?.flatten() {
                Some(error) => Err(error),
                None => Ok(DeleteOutcome {
                    gone_already: outcome.gone_already,
                    unreached: host_ids("unreached", &outcome.unreached)?,
                }),
            })
        })?),
        In::Leases(outcomes) => {
            Reply::Leases(items(outcomes.items, |problem| Ok(problem_in(problem)?.map_or(Ok(()), Err)))?)
        }
        In::Redriven(count) => Reply::Redriven(count),
        In::Refused(problem) => {
            let error = problem_in(problem)?;
            Reply::Refused(error.ok_or_else(|| Invalid::new("refused", "does not say why"))?)
        }
    })
}

fn outcome_in(outcome: v1::EnqueueOutcome) -> Result<EnqueueOutcome, Invalid> {
    let hosts: Vec<HostId> = host_ids("hosts", &outcome.hosts)?;
    let kind = outcome.outcome();
    Ok(match (kind, outcome.problem.map(problem_in).transpose()?.flatten()) {
        (v1::Outcome::Ok, _) => EnqueueOutcome::Ok(hosts),
        (v1::Outcome::Failed, Some(error)) => EnqueueOutcome::Failed(error),
        _ => EnqueueOutcome::Unknown(hosts),
    })
}

fn deliveries_in(deliveries: v1::PeerDeliveries) -> Result<Vec<Delivery>, Invalid> {
    let types = type_names(&deliveries.types)?;
    let delivery = |delivery: v1::PeerDelivery| {
        let why = cause(delivery.cause());
        let message = delivery.message.ok_or_else(|| Invalid::new("message", "is missing"))?;
        let shown = delivery.receipt.ok_or_else(|| Invalid::new("receipt", "is missing"))?;
        Ok(Delivery {
            content: Content::Message(peer_message(&types, message)?),
            receipt: receipt("receipt", &shown)?,
            holders: host_ids("holders", &delivery.holders)?,
            count: delivery.count,
            cause: why,
        })
    };
    items(deliveries.items, delivery)
}

fn problem_out(error: &RequestError) -> v1::PeerProblem {
    let problem = |kind: Kind| v1::PeerProblem { kind: kind.into(), ..Default::default() };
    let text = |kind: Kind, text: &str| v1::PeerProblem { text: text.to_owned(), ..problem(kind) };
    let about =
        |kind: Kind, id: hydraq_core::ids::MessageId| v1::PeerProblem { id: id_bytes(id), ..problem(kind) };
    match error {
        RequestError::TooManyReplicas { asked, members } => v1::PeerProblem {
            number: u64::from(*asked),
            limit: *members as u64,
            ..problem(Kind::TooManyReplicas)
        },
        RequestError::Unavailable { host, why } => text(Kind::Unavailable, &format!("{host} is {why}")),
        RequestError::Deleted(id) => about(Kind::Deleted, *id),
        RequestError::OtherContent(id) => about(Kind::OtherContent, *id),
        RequestError::Exhausted { what, limit } => {
            v1::PeerProblem { limit: *limit, ..text(Kind::Exhausted, what) }
        }
        RequestError::Paused(name) => text(Kind::Paused, name),
        RequestError::StaleReceipt { shown, newest } => v1::PeerProblem {
            number: u64::from(*shown),
            limit: u64::from(*newest),
            ..problem(Kind::StaleReceipt)
        },
        RequestError::NoSuchLease(receipt) => text(Kind::NoSuchLease, receipt),
        RequestError::NotFound(id) => about(Kind::NotFound, *id),
        RequestError::Unreachable { host } => text(Kind::Unreachable, host),
        RequestError::Timeout(what) => text(Kind::Timeout, what),
    }
}

fn problem_in(problem: v1::PeerProblem) -> Result<Option<RequestError>, Invalid> {
    let id = || message_id("id", &problem.id);
    Ok(Some(match problem.kind() {
        Kind::None => return Ok(None),
        Kind::TooManyReplicas => RequestError::TooManyReplicas {
            asked: in_range("number", problem.number, 0..=255)? as u8,
            members: problem.limit as usize,
        },
        Kind::Unavailable => match problem.text.split_once(" is ") {
            Some((host, "leaving")) => RequestError::Unavailable { host: host.to_owned(), why: "leaving" },
            Some((host, NOT_SYNCHRONISED)) => {
                RequestError::Unavailable { host: host.to_owned(), why: NOT_SYNCHRONISED }
            }
            Some((host, _)) => {
                RequestError::Unavailable { host: host.to_owned(), why: "not able to write to its store" }
            }
            None => RequestError::Unreachable { host: problem.text },
        },
        Kind::Deleted => RequestError::Deleted(id()?),
        Kind::OtherContent => RequestError::OtherContent(id()?),
        Kind::Exhausted => RequestError::Exhausted { what: problem.text, limit: problem.limit },
        Kind::Paused => RequestError::Paused(TypeNames::default().check("text", &problem.text)?),
        Kind::StaleReceipt => RequestError::StaleReceipt {
            shown: in_range("number", problem.number, 0..=u64::from(u32::MAX))? as u32,
            newest: in_range("limit", problem.limit, 0..=u64::from(u32::MAX))? as u32,
        },
        Kind::NoSuchLease => RequestError::NoSuchLease(problem.text),
        Kind::NotFound => RequestError::NotFound(id()?),
        Kind::Unreachable => RequestError::Unreachable { host: problem.text },
        Kind::Timeout => RequestError::Timeout(problem.text),
    }))
}
