//! What clients of data stores are told, as it goes into the history.

use hydraq_core::objects::{Object, ObjectId, Value};

use super::UnderWay;
use super::ask::{Asked, SHARD, attributes};
use super::known::{Deed, Listing, NotFound, ObjectHistory, ObjectLife, Outcome, Sighting, Written};
use crate::client::objects::ObjectPage;
use crate::client::{ClientError, Kind};

/// What a client hears.
#[derive(Debug)]
pub(super) enum Heard {
    /// The id of an object that is about to be made.
    Drawn(ObjectId),
    /// The object, or why there is none.
    Object(Result<Object, ClientError>),
    /// A page of objects.
    Page(Result<ObjectPage, ClientError>),
}

/// Notes what was heard.
pub(super) fn note(history: &mut ObjectHistory, under_way: &UnderWay, now: u64, heard: Heard) {
    match (&under_way.asked, heard) {
        (Asked::Create { kind, shard, body, .. }, Heard::Drawn(id)) => {
            let life = history.lives.entry(id).or_default();
            if life.written.is_empty() {
                (life.kind, life.shard) = (*kind, *shard);
                let (deed, outcome) = (Deed::Create, Outcome::Unknown);
                life.written.push(Written { deed, body: body.clone(), asked: under_way.at, outcome });
            }
        }
        (asked, Heard::Object(Ok(object))) => {
            let Some(life) = history.lives.get_mut(&object.id) else { return };
            settle(life, asked, Outcome::Done);
            let deleted = matches!(asked, Asked::Delete { .. });
            life.sightings.push(sighting(life, under_way.at, now, &object, deleted));
        }
        (asked, Heard::Object(Err(error))) => refused(history, under_way, asked, now, &error),
        (Asked::Query { kind, shard }, Heard::Page(Ok(page))) => {
            listed(history, under_way.at, now, (kind, *shard), &page);
        }
        _ => {}
    }
}

fn refused(history: &mut ObjectHistory, under_way: &UnderWay, asked: &Asked, now: u64, error: &ClientError) {
    let (Asked::Create { id: Some(id), .. }
    | Asked::Get { id, .. }
    | Asked::Update { id, .. }
    | Asked::Delete { id, .. }) = asked
    else {
        return;
    };
    let Some(life) = history.lives.get_mut(id) else { return };
    if matches!(asked, Asked::Get { is_last: true, .. }) {
        life.at_last = Some(error.message.clone());
    }
    match error.kind {
        Kind::NotFound => {
            let (asked, at, through) = (under_way.at, now, under_way.node);
            life.not_found.push(NotFound { asked, at, through });
            settle(life, &under_way.asked, Outcome::Refused);
        }
        Kind::Unknown => {}
        _ => settle(life, asked, Outcome::Refused),
    }
}

/// Notes what became of something that was to be written. What one try to create was refused, another one may have done.
fn settle(life: &mut ObjectLife, asked: &Asked, outcome: Outcome) {
    let written = match asked {
        Asked::Update { body, .. } => life.written.iter_mut().find(|written| written.body == *body),
        Asked::Delete { place, .. } => life.written.get_mut(*place),
        Asked::Create { .. } if outcome == Outcome::Done => life.written.first_mut(),
        _ => None,
    };
    if let Some(written) = written {
        written.outcome = outcome;
    }
}

fn sighting(life: &ObjectLife, asked: u64, at: u64, object: &Object, deleted: bool) -> Sighting {
    let fits = object.kind == life.kind && object.attributes == attributes(life.shard, &object.body);
    let body = (!deleted).then(|| object.body.clone());
    Sighting { asked, at, version: object.version, body, fits }
}

fn listed(
    history: &mut ObjectHistory,
    asked: u64,
    at: u64,
    (kind, shard): (&'static str, Option<i64>),
    page: &ObjectPage,
) {
    let mut unfit = None;
    for stored in &page.objects {
        let object = &stored.object;
        let has = object.attributes.get(SHARD);
        if object.kind != kind || shard.is_some_and(|shard| has != Some(&Value::Int(shard))) {
            unfit = Some(format!("{} of {}, {:?}", object.id, object.kind, object.attributes));
        }
        if let Some(life) = history.lives.get_mut(&object.id) {
            life.sightings.push(sighting(life, asked, at, object, false));
        }
    }
    // A store that is silent may have anything.
    if page.silent.is_empty() && page.cursor.is_empty() {
        let ids = page.objects.iter().map(|stored| stored.object.id).collect();
        history.listings.push(Listing { asked, at, kind, shard, ids, unfit });
    }
}
