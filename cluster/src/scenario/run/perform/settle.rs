//! `delete`, `release` and `extend`: by receipt to the host that issued it, by id to any.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::ids::{MessageId, Receipt};

use super::super::failure::{Failure, kind_of};
use super::super::oracle::DeliveryPlace;
use super::super::outcome::{Done, Outcome, Performed, Settled, failure_of};
use super::super::roles::find_on;
use super::super::session::{Held, Session};
use super::super::stage::Port;
use crate::client::types::{DeleteTarget, Deleted, DeletedHow};
use crate::client::{ClientError, Kind};
use crate::scenario::{Extend, Settle, Target};

/// How many messages one request is about at most.
const BATCH_MAX: usize = 1000;
/// How long a delete waits for holders that do not answer.
const DELETE_TIMEOUT: Duration = Duration::from_secs(3);
/// For how long a request is tried again where hosts say that it is worth it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message that is to be settled.
#[derive(Debug, Clone)]
pub(in super::super) struct Item {
    pub(in super::super) id: MessageId,
    /// With which receipt, and where the oracle has its delivery; none: by id alone.
    pub(in super::super) held: Option<Held>,
}

/// Deletes messages.
pub(super) async fn delete(session: &Session, command: &Settle) -> Performed {
    let on = find_on(session, command.on.as_ref())?;
    let items = items(session, command.target, false)?;
    let settled = delete_items(session, &items, on.as_deref()).await;
    forget(session, &settled);
    let failure = failure_of("deleted", settled.len(), settled.iter().filter_map(trouble));
    Ok(Done { outcome: Outcome::Deleted(settled), failure })
}

/// Gives leases back.
pub(super) async fn release(session: &Session, command: &Settle) -> Performed {
    let on = find_on(session, command.on.as_ref())?;
    let items = items(session, command.target, true)?;
    let settled = change_leases(session, &items, on.as_deref(), None).await;
    forget(session, &settled);
    let failure = failure_of("released", settled.len(), settled.iter().filter_map(trouble));
    Ok(Done { outcome: Outcome::Leases { verb: "released", messages: settled }, failure })
}

/// Lets leases last so long from now on.
pub(super) async fn extend(session: &Session, command: &Extend) -> Performed {
    let on = find_on(session, command.on.as_ref())?;
    let items = items(session, command.target, true)?;
    let settled = change_leases(session, &items, on.as_deref(), Some(command.lease)).await;
    let failure = failure_of("extended", settled.len(), settled.iter().filter_map(trouble));
    Ok(Done { outcome: Outcome::Leases { verb: "extended", messages: settled }, failure })
}

fn trouble<T>(settled: &Settled<T>) -> Option<(super::super::failure::FailureKind, &str)> {
    settled.result.as_ref().err().map(|error| (kind_of(error), error.message.as_str()))
}

/// Receipts of what was settled are of no use any more.
fn forget<T>(session: &Session, settled: &[Settled<T>]) {
    let done = settled.iter().filter(|settled| settled.result.is_ok());
    for settled in done {
        session.held.borrow_mut().remove(&settled.id);
    }
    let held = session.held.borrow();
    session.last_dequeue.borrow_mut().retain(|id| held.contains_key(id));
}

/// What a target means now.
fn items(session: &Session, target: Target, needs_receipt: bool) -> Result<Vec<Item>, Failure> {
    let held = session.held.borrow();
    let of = |id: &MessageId| Item { id: *id, held: held.get(id).cloned() };
    Ok(match target {
        Target::LastDequeue => session.last_dequeue.borrow().iter().map(of).collect(),
        Target::All => {
            let (oracle, now) = (session.oracle.borrow(), session.now());
            let runs = |id: &&MessageId| {
                let (Some(record), Some(held)) = (oracle.record(**id), held.get(*id)) else { return false };
                let delivery = record.deliveries.get(held.delivery.place);
                !record.is_deleted() && delivery.is_some_and(|delivery| delivery.lease_ends > now)
            };
            held.keys().filter(runs).map(of).collect()
        }
        Target::Message(message) => {
            let id = session.message(message)?;
            let item = if needs_receipt { of(&id) } else { Item { id, held: None } };
            if needs_receipt && item.held.is_none() {
                let message = format!("no receipt of message {id} is held");
                return Err(Failure::refused(message).help("a lease belongs to whoever dequeued the message"));
            }
            vec![item]
        }
    })
}

/// Deletes messages, each where it should be deleted; says what became of each.
pub(in super::super) async fn delete_items(
    session: &Session,
    items: &[Item],
    on: Option<&str>,
) -> Vec<Settled<DeletedHow>> {
    let ask = async |items: &[Item], port: Rc<dyn Port>| {
        let target = |item: &Item| match &item.held {
            Some(held) => DeleteTarget::Receipt(held.receipt),
            None => DeleteTarget::Id(item.id),
        };
        let targets: Vec<DeleteTarget> = items.iter().map(target).collect();
        let deleted = port.delete(&targets, DELETE_TIMEOUT).await?;
        Ok(deleted.into_iter().map(|deleted: Deleted| deleted.result).collect())
    };
    let asked = session.now();
    for item in items {
        session.oracle.borrow_mut().delete_asked(item.id, asked);
    }
    let settled = settle(session, items, on, true, ask).await;
    let (mut oracle, now) = (session.oracle.borrow_mut(), session.now());
    for settled in &settled {
        match &settled.result {
            Ok(how) => oracle.delete_acknowledged(settled.id, asked, how, now),
            Err(error) => {
                oracle.error();
                if error.kind != Kind::Unknown {
                    oracle.delete_refused(settled.id, asked);
                }
            }
        }
    }
    settled
}

/// Gives leases back, or lets them last so long from now on.
async fn change_leases(
    session: &Session,
    items: &[Item],
    on: Option<&str>,
    lease: Option<Duration>,
) -> Vec<Settled<()>> {
    let ask = async |items: &[Item], port: Rc<dyn Port>| {
        let receipts = items.iter().filter_map(|item| item.held.as_ref());
        let receipts: Vec<Receipt> = receipts.map(|held| held.receipt).collect();
        match lease {
            None => port.release(&receipts).await,
            Some(lease) => port.extend(&receipts, lease).await,
        }
    };
    let asked = session.now();
    let settled = settle(session, items, on, false, ask).await;
    let places: BTreeMap<MessageId, DeliveryPlace> =
        items.iter().filter_map(|item| Some((item.id, item.held.as_ref()?.delivery))).collect();
    let mut oracle = session.oracle.borrow_mut();
    for settled in &settled {
        let refused = settled.result.as_ref().is_err_and(|error| error.kind != Kind::Unknown);
        if settled.result.is_err() {
            oracle.error();
        }
        match (places.get(&settled.id), lease) {
            (Some(place), None) if !refused => oracle.released(*place, asked),
            (Some(place), Some(lease)) if !refused => {
                oracle.extended(*place, lease, asked, settled.result.is_ok());
            }
            _ => {}
        }
    }
    settled
}

/// Asks about messages in groups, each group on the host that it belongs to; the groups side by side.
async fn settle<T: Clone>(
    session: &Session,
    items: &[Item],
    on: Option<&str>,
    safe: bool,
    ask: impl AsyncFn(&[Item], Rc<dyn Port>) -> Result<Vec<Result<T, ClientError>>, ClientError>,
) -> Vec<Settled<T>> {
    let ask = &ask;
    let mut groups: BTreeMap<Option<&str>, Vec<Item>> = BTreeMap::new();
    for item in items {
        let issuer = item.held.as_ref().map(|held| held.host.as_str());
        groups.entry(on.or(issuer)).or_default().push(item.clone());
    }
    let asked = groups.into_iter().map(|(host, items)| {
        let hosts = hosts(session, host, on.is_some());
        async move {
            let mut settled = Vec::new();
            for batch in items.chunks(BATCH_MAX) {
                let through = async |_: &str, port: Rc<dyn Port>| ask(batch, port).await;
                let results = match session.through(hosts.clone(), PATIENCE, safe, through).await {
                    Ok(results) => results,
                    Err(error) => vec![Err(error); batch.len()],
                };
                let pairs = batch.iter().zip(results);
                settled.extend(pairs.map(|(item, result)| Settled { id: item.id, result }));
            }
            settled
        }
    });
    let mut settled: Vec<Settled<T>> = join_all(asked).await.into_iter().flatten().collect();
    let order: BTreeMap<MessageId, usize> =
        items.iter().enumerate().map(|(place, item)| (item.id, place)).collect();
    settled.sort_by_key(|settled| order.get(&settled.id));
    settled
}

/// The hosts to ask: the one that is meant first, and only that one if the request is pinned to it.
fn hosts(session: &Session, first: Option<&str>, pinned: bool) -> Vec<String> {
    match first {
        Some(first) if pinned => vec![first.to_owned()],
        Some(first) => {
            let others = session.candidates(None).into_iter().filter(|host| host != first);
            let first = session.lives(first).then(|| first.to_owned());
            first.into_iter().chain(others).collect()
        }
        None => session.candidates(None),
    }
}
