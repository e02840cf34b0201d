//! `object create`, `get`, `update`, `delete` and `query`.

use std::time::Duration;

use futures_util::StreamExt;
use hydraq_core::objects::query::{Comparison, Condition};
use hydraq_core::objects::{Attributes, ObjectId, Value};

use super::super::failure::{Failure, kind_of};
use super::super::outcome::{Done, ObjectMade, Outcome, Performed};
use super::super::roles::find_on;
use super::super::session::Session;
use crate::client::objects::{NewObject, NotCreated, ObjectQuery, ObjectUpdate};
use crate::client::{ClientError, Kind};
use crate::scenario::{self as language, numbered};

/// How many objects are created at once.
const IN_FLIGHT: usize = 32;

/// How long to pause before an object is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// How many objects one page of a query has at most.
const PAGE_MAX: u32 = 1000;

/// Creates objects, each in a store that the host that is asked draws.
pub(super) async fn create(session: &Session, command: &language::ObjectCreate) -> Performed {
    let on = find_on(session, command.request.on.as_ref())?;
    let kind = command.kind.as_str();
    let new = |_| {
        let number = session.count(&format!("object {kind}"));
        NewObject {
            kind: kind.to_owned(),
            attributes: attributes(&command.attributes, Some(number)),
            body: bytes::Bytes::new(),
            id: command.id.map(|id| ObjectId(id.0)),
        }
    };
    let drafts: Vec<NewObject> = (0..command.count).map(new).collect();
    let made = drafts.into_iter().map(|new| one(session, new, on.as_deref(), command.request.timeout));
    let made: Vec<ObjectMade> = futures_util::stream::iter(made).buffered(IN_FLIGHT).collect().await;
    if let Some(last) = made.iter().rev().find(|made| made.result.is_ok()) {
        session.last_object.set(last.id);
    }
    let errors: Vec<&ClientError> = made.iter().filter_map(|made| made.result.as_ref().err()).collect();
    errors.iter().for_each(|_| session.oracle.borrow_mut().error());
    let failure = trouble(&errors, made.len());
    Ok(Done { outcome: Outcome::ObjectsCreated(made), failure })
}

/// What is wrong about a creation: the heaviest failure, with how many there are.
fn trouble(errors: &[&ClientError], total: usize) -> Option<Failure> {
    let heaviest = errors.iter().max_by_key(|error| kind_of(error))?;
    let message = match (errors.len(), total) {
        (1, 1) => heaviest.message.clone(),
        (wrong, total) => format!("{wrong} of {total} objects were not created: {}", heaviest.message),
    };
    Some(Failure::new(kind_of(heaviest), message))
}

/// Creates one object: with the id that the first try was told, as long as one may have made it.
async fn one(session: &Session, mut new: NewObject, on: Option<&str>, timeout: Duration) -> ObjectMade {
    let (given, deadline) = (new.id.is_some(), session.now() + timeout);
    loop {
        let mut failed =
            NotCreated { id: new.id, error: ClientError::new(Kind::Unreachable, "no host is up") };
        for host in session.candidates(on) {
            let left = (deadline - session.now()).max(Duration::from_millis(1));
            let answer = match session.port(&host) {
                Ok(port) => port.create_object(&new, left).await,
                Err(error) => Err(NotCreated { id: new.id, error }),
            };
            failed = match answer {
                Ok(created) => return ObjectMade { id: Some(created.stored.object.id), result: Ok(created) },
                Err(failed) => failed,
            };
            if failed.error.kind == Kind::Unknown {
                new.id = failed.id.or(new.id);
            } else if !matches!(failed.error.kind, Kind::Unavailable | Kind::Unreachable) {
                return ObjectMade { id: failed.id, result: Err(failed.error) };
            }
        }
        let may_be_there = new.id.is_some() && !given || failed.error.kind == Kind::Unknown;
        if !may_be_there || session.now() + PAUSE >= deadline {
            let kind = if may_be_there { Kind::Unknown } else { failed.error.kind };
            return ObjectMade { id: failed.id, result: Err(ClientError { kind, ..failed.error }) };
        }
        session.stage.sleep(PAUSE).await;
    }
}

fn attributes(given: &[language::Attribute], number: Option<u64>) -> Attributes {
    let value = |text: &str| match number {
        Some(number) => Value::read(&numbered(text, number)),
        None => Value::read(text),
    };
    given.iter().map(|attribute| (attribute.name.as_str().to_owned(), value(&attribute.value))).collect()
}

/// Reads an object.
pub(super) async fn get(session: &Session, command: &language::ObjectGet) -> Performed {
    let id = session.object(command.object)?;
    let on = find_on(session, command.request.on.as_ref())?;
    let hosts = session.candidates(on.as_deref());
    let answer = session.through(hosts, Duration::ZERO, true, async |_, port| port.object(id).await).await;
    let stored = answer.map_err(|error| session.failed(&error))?;
    Ok(Outcome::Object { verb: "read", stored }.into())
}

/// Changes an object.
pub(super) async fn update(session: &Session, command: &language::ObjectUpdate) -> Performed {
    let id = session.object(command.object)?;
    let on = find_on(session, command.request.on.as_ref())?;
    let update = ObjectUpdate {
        attributes: attributes(&command.attributes, None),
        replace: command.replace,
        expected: command.if_version,
        ..ObjectUpdate::default()
    };
    let timeout = command.request.timeout;
    let ask = async |_: &str, port: std::rc::Rc<dyn super::super::stage::Port>| {
        port.update_object(id, &update, timeout).await
    };
    let answer = session.through(session.candidates(on.as_deref()), Duration::ZERO, false, ask).await;
    let stored = answer.map_err(|error| session.failed(&error))?;
    Ok(Outcome::Object { verb: "updated", stored }.into())
}

/// Deletes an object.
pub(super) async fn delete(session: &Session, command: &language::ObjectDelete) -> Performed {
    let id = session.object(command.object)?;
    let on = find_on(session, command.request.on.as_ref())?;
    let (expected, timeout) = (command.if_version, command.request.timeout);
    let ask = async |_: &str, port: std::rc::Rc<dyn super::super::stage::Port>| {
        port.delete_object(id, expected, timeout).await
    };
    let answer = session.through(session.candidates(on.as_deref()), Duration::ZERO, false, ask).await;
    let stored = answer.map_err(|error| session.failed(&error))?;
    Ok(Outcome::Object { verb: "deleted", stored }.into())
}

/// Finds objects, page by page.
pub(super) async fn query(session: &Session, command: &language::ObjectQuery) -> Performed {
    let on = find_on(session, command.request.on.as_ref())?;
    let mut query = ObjectQuery {
        kind: command.kind.as_str().to_owned(),
        conditions: command.conditions.iter().map(condition).collect(),
        strict: command.strict,
        ..ObjectQuery::default()
    };
    let mut page = crate::client::objects::ObjectPage::default();
    loop {
        query.objects_max = (command.limit - page.objects.len() as u32).min(PAGE_MAX);
        let hosts = session.candidates(on.as_deref());
        let answer = session
            .through(hosts, Duration::ZERO, true, async |_, port| port.query_objects(&query).await)
            .await;
        let more = answer.map_err(|error| session.failed(&error))?;
        page.objects.extend(more.objects);
        page.silent.extend(more.silent);
        page.cursor = more.cursor;
        query.cursor.clone_from(&page.cursor);
        if page.cursor.is_empty() || page.objects.len() as u32 >= command.limit {
            break;
        }
    }
    page.silent.sort();
    page.silent.dedup();
    Ok(Outcome::ObjectsFound(page).into())
}

/// A condition as it is asked: a beginning is always a text.
fn condition(condition: &language::Condition) -> Condition {
    let comparison = match condition.comparison {
        language::Comparison::Equal => Comparison::Equal,
        language::Comparison::Less => Comparison::Less,
        language::Comparison::AtMost => Comparison::AtMost,
        language::Comparison::Greater => Comparison::Greater,
        language::Comparison::AtLeast => Comparison::AtLeast,
        language::Comparison::Prefix => Comparison::Prefix,
    };
    let value = match comparison {
        Comparison::Prefix => Value::Text(condition.value.clone()),
        _ => Value::read(&condition.value),
    };
    Condition { attribute: condition.name.as_str().to_owned(), comparison, value }
}
