//! Answers to clients in words.

use hydraq_core::request::{DeleteOutcome, Delivery, EnqueueOutcome, Knowledge, Reply, RequestError};
use hydraq_core::state::condition::Status;

use crate::words::Names;

/// An answer in words, a line each; `asked` names what it answers, in its order. Receipts are noted.
pub(crate) fn words(reply: &Reply, asked: &[String], names: &mut Names) -> Vec<String> {
    let each = |words: Vec<String>| {
        let name = |place: usize| asked.get(place).cloned().unwrap_or_default();
        words.into_iter().enumerate().map(|(place, words)| format!("{} {words}", name(place))).collect()
    };
    match reply {
        Reply::Enqueued(outcomes) => each(outcomes.iter().map(|outcome| enqueued(outcome, names)).collect()),
        Reply::Dequeued(deliveries) if deliveries.is_empty() => vec!["nothing".into()],
        Reply::Dequeued(deliveries) => deliveries
            .iter()
            .map(|delivery| {
                names.note_receipt(delivery.receipt);
                delivered(delivery, names)
            })
            .collect(),
        Reply::Deleted(results) => each(results.iter().map(|result| deleted(result, names)).collect()),
        Reply::Leases(results) => each(results.iter().map(leased).collect()),
        Reply::Shown(known) => known
            .iter()
            .map(|(host, knowledge)| format!("{}: {}", names.host(*host), self::knowledge(knowledge, names)))
            .collect(),
        Reply::Redriven(count) => vec![format!("{count} redriven")],
        Reply::Refused(error) => vec![format!("refused: {error}")],
    }
}

fn enqueued(outcome: &EnqueueOutcome, names: &Names) -> String {
    match outcome {
        EnqueueOutcome::Ok(hosts) => format!("OK on {}", names.hosts(hosts)),
        EnqueueOutcome::Unknown(hosts) => format!("UNKNOWN, confirmed by {}", names.hosts(hosts)),
        EnqueueOutcome::Failed(error) => format!("FAILED: {error}"),
    }
}

fn delivered(delivery: &Delivery, names: &Names) -> String {
    let receipt = &delivery.receipt;
    format!(
        "{} from {}, lease {}, count {}, {}, held by {}",
        names.message_name(receipt.message),
        names.host(receipt.owner),
        receipt.lease.0,
        delivery.count,
        delivery.cause.words(),
        names.hosts(&delivery.holders)
    )
}

fn deleted(result: &Result<DeleteOutcome, RequestError>, names: &Names) -> String {
    match result {
        Ok(outcome) if outcome.gone_already => "was gone already".into(),
        Ok(outcome) if outcome.unreached.is_empty() => "deleted".into(),
        Ok(outcome) => format!("deleted, not reached: {}", names.hosts(&outcome.unreached)),
        Err(error) => format!("refused: {error}"),
    }
}

fn leased(result: &Result<(), RequestError>) -> String {
    match result {
        Ok(()) => "done".into(),
        Err(error) => format!("refused: {error}"),
    }
}

/// What one host knows of a message, in words.
pub(crate) fn knowledge(knowledge: &Knowledge, names: &Names) -> String {
    match knowledge {
        Knowledge::NotHere => "not here".into(),
        Knowledge::Asking => "asks others, to retry it".into(),
        Knowledge::Finished => "deleted, and all have confirmed".into(),
        Knowledge::Deleted { holders, confirmed } => {
            let (holders, confirmed) = (names.hosts(holders), names.hosts(confirmed));
            format!("tombstone, holders {holders}, confirmed by {confirmed}")
        }
        Knowledge::Held(held) => {
            let status = match held.status {
                Status::Ready => "ready",
                Status::Leased => "leased",
                Status::Delayed => "delayed",
                Status::Dead => "dead",
            };
            let owner = held.owner.map_or_else(|| "nobody".into(), |owner| names.host(owner));
            let mut words = format!("{status}, holders {}, owner {owner}", names.hosts(&held.holders));
            if !held.lacking.is_empty() {
                words += &format!(", lacking on {}", names.hosts(&held.lacking));
            }
            if held.count > 0 || held.lease.0 > 0 {
                words += &format!(", count {}, lease {}", held.count, held.lease.0);
            }
            if let Some(remaining) = held.remaining {
                words += &format!(", {} ms left", remaining.as_millis());
            }
            if held.corrupt {
                words += ", corrupt";
            }
            words
        }
    }
}
