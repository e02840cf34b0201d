//! `show` and `explain`: a message, seen from everywhere.

use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::super::failure::Failure;
use super::super::oracle::Oracle;
use super::super::oracle::judge::explain as explain_delivery;
use super::super::oracle::record::Record;
use super::super::outcome::{Outcome, Performed, Sight};
use super::super::session::{PATIENCE, Session};
use super::super::stage::{Condition, Moment};
use crate::client::types::Knowledge;
use crate::scenario::MessageRef;

/// Where the replicas of a message are.
pub(super) async fn show(session: &Session, message: MessageRef) -> Performed {
    Ok(Outcome::Shown(Box::new(look(session, session.message(message)?).await?)).into())
}

/// All that happened to a message.
pub(super) async fn explain(session: &Session, message: MessageRef) -> Performed {
    Ok(Outcome::Explained(Box::new(look(session, session.message(message)?).await?)).into())
}

/// Asks every host what it knows.
async fn look(session: &Session, id: MessageId) -> Result<Sight, Failure> {
    let hosts = session.stage.hosts();
    let asked = hosts.into_iter().map(async |host| {
        let knowledge = match (&host.condition, session.port(&host.name)) {
            (Condition::Up, Ok(port)) => {
                port.show(id, PATIENCE).await.map_err(|_| "does not answer".to_owned())
            }
            (condition, _) => Err(condition.words()),
        };
        (host.name, knowledge)
    });
    let hosts = join_all(asked).await;
    let names_holders = |(_, knowledge): &(String, Result<Knowledge, String>)| match knowledge {
        Ok(Knowledge::Copy(copy)) => Some(copy.holders.clone()),
        _ => None,
    };
    let mut oracle = session.oracle.borrow_mut();
    if let Some(holders) = hosts.iter().filter_map(names_holders).max_by_key(Vec::len) {
        oracle.holders_named(id, &holders);
    }
    let is_known = hosts.iter().any(|(_, knowledge)| !matches!(knowledge, Ok(Knowledge::Nothing) | Err(_)));
    match oracle.record(id) {
        Some(record) => {
            let biography = biography(&oracle, record);
            Ok(Sight { record: record.clone(), hosts, biography })
        }
        None if is_known => Ok(Sight { record: Record::unknown(id), hosts, biography: Vec::new() }),
        None => Err(Failure::refused(format!("nobody knows of a message {id}"))),
    }
}

/// All that the harness knows to have happened to a message, in the order of time.
fn biography(oracle: &Oracle, record: &Record) -> Vec<(Moment, String)> {
    let mut events: Vec<(Moment, String)> = Vec::new();
    for attempt in &record.attempts {
        events.push((attempt.asked, "enqueued by the client".into()));
        if let Some((verdict, ended)) = attempt.ended {
            let on = if record.holders.is_empty() {
                String::new()
            } else {
                format!(", holders {}", record.holders.join(", "))
            };
            events.push((ended, format!("enqueue ended: {}{on}", verdict.word())));
        }
    }
    for (place, delivery) in record.deliveries.iter().enumerate() {
        let mut words =
            format!("delivered by {} (count {}, {})", delivery.host, delivery.count, delivery.cause.words());
        for earlier in &record.deliveries[..place] {
            let why = explain_delivery(record, earlier, delivery, &oracle.faults);
            let why = why.map_or_else(|| "NOTHING EXPLAINS IT".to_owned(), |why| why.to_string());
            words.push_str(&format!("; again because {why}"));
        }
        if !delivery.intact {
            words.push_str("; WITH OTHER BYTES THAN WERE ENQUEUED");
        }
        events.push((delivery.received, words));
        events.extend(delivery.released.map(|released| (released, format!("released at {}", delivery.host))));
    }
    events.extend(record.redriven.iter().map(|at| (*at, "redriven, if it was dead".to_owned())));
    for deletion in &record.deletions {
        events.push((deletion.asked, "delete asked for".into()));
        if let Some(acknowledged) = deletion.acknowledged {
            let unreached = match deletion.unreached.as_slice() {
                [] => String::new(),
                hosts => format!(", but {} was not reached", hosts.join(", ")),
            };
            events.push((acknowledged, format!("delete acknowledged{unreached}")));
        }
    }
    let began = events.iter().map(|(at, _)| *at).min();
    let touched = |host: &String| {
        record.holders.contains(host) || record.deliveries.iter().any(|one| *one.host == **host)
    };
    for fault in oracle.faults.all().iter().filter(|fault| fault.hosts.iter().any(touched)) {
        let is_since = |at: Moment| began.is_some_and(|began| at >= began);
        if is_since(fault.from) {
            events.push((fault.from, fault.to_string()));
        }
        if let Some(until) = fault.until.filter(|until| is_since(*until)) {
            events.push((until, format!("no more so: {fault}")));
        }
    }
    events.sort_by_key(|(at, _)| *at);
    events
}
