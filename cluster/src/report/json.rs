//! The JSON shapes of messages, deliveries, hosts and types.
//!
//! Keys are the words of the design. Ids and receipts are texts that commands take back, durations whole milliseconds. A body
//! is text; one that is not UTF-8 is base64, and says so in `body_encoding`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hydraq_core::objects::{Attributes, Indexed, ObjectEvent, Value as ObjectValue};
use hydraq_core::request::Cause;
use hydraq_core::state::condition::Status;
use serde_json::{Map, Value, json};

use crate::client::objects::{IndexProgress, IndexReport, KindReport, StoreState, StoredObject};
use crate::client::types::{Copy, DeletedHow, Delivery, HostState, Knowledge, LinkState, Listed, TypeDepth};
use crate::client::{ClientError, Kind};

/// Whole milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The word for a status.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Leased => "leased",
        Status::Delayed => "delayed",
        Status::Dead => "dead",
    }
}

/// Attributes of an object: texts, numbers and truth values.
#[must_use]
pub fn object_attributes(attributes: &Attributes) -> Value {
    let value = |value: &ObjectValue| match value {
        ObjectValue::Bool(value) => json!(value),
        ObjectValue::Int(value) => json!(value),
        ObjectValue::Text(value) => json!(value),
    };
    attributes.iter().map(|(name, of)| (name.clone(), value(of))).collect::<Map<String, Value>>().into()
}

/// An object, and in which store it is.
#[must_use]
pub fn object(stored: &StoredObject) -> Value {
    let object = &stored.object;
    let mut shape = json!({
        "id": object.id.to_string(),
        "store": stored.store,
        "kind": object.kind,
        "version": object.version,
        "attributes": object_attributes(&object.attributes),
    });
    if !object.body.is_empty() {
        put_body(&mut shape, &object.body);
    }
    if stored.rolled_back {
        shape["rolled_back"] = json!(true);
    }
    shape
}

/// How a store stands.
#[must_use]
pub fn store(state: &StoreState) -> Value {
    let known = |number: u64| state.answered.then_some(number);
    json!({
        "host": state.host,
        "store": state.tag,
        "available": state.absent.is_none(),
        "absent": state.absent,
        "weight": state.weight,
        "objects": known(state.objects),
        "events_head": known(state.events_head),
        "propagated": known(state.propagated),
        "events_tail": known(state.events_tail),
        "commit_us": known(state.commit_us),
    })
}

/// Which attributes are in the index, and how far it is built.
#[must_use]
pub fn index(report: &IndexReport) -> Value {
    let store = |store: &IndexProgress| json!({ "host": store.host, "complete": store.complete, "done": store.done, "left": store.left });
    let kind = |kind: &KindReport| {
        let names = match &kind.declared {
            Indexed::All => None,
            Indexed::Only(names) => Some(names),
        };
        json!({
            "kind": kind.kind,
            "all": names.is_none(),
            "attributes": names,
            "stores": kind.stores.iter().map(store).collect::<Vec<_>>(),
        })
    };
    let kinds: Vec<Value> = report.kinds.iter().map(kind).collect();
    json!({ "complete": report.is_complete(), "kinds": kinds, "silent": report.silent })
}

/// An event of a store's log: also the body of the message that it becomes.
#[must_use]
pub fn object_event(event: &ObjectEvent, store: &str) -> Value {
    json!({
        "store": store,
        "sequence": event.sequence,
        "event": event.what.word(),
        "object": event.id.to_string(),
        "kind": event.kind,
        "version_before": event.before,
        "version": event.after,
        "attributes": object_attributes(&event.attributes),
        "at_ms": event.at_ms,
    })
}

/// The word for a cause.
#[must_use]
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "first",
        Cause::LeaseExpired => "lease-expired",
        Cause::Released => "released",
        Cause::HostSuspected => "host-suspected",
        Cause::Redriven => "redriven",
        Cause::Retry => "retry",
    }
}

/// The word for a kind of error.
#[must_use]
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "invalid",
        Kind::Precondition => "precondition",
        Kind::Unknown => "unknown",
        Kind::AlreadyExists => "already-exists",
        Kind::Exhausted => "exhausted",
        Kind::Unavailable => "unavailable",
        Kind::Unreachable => "unreachable",
        Kind::NotFound => "not-found",
        Kind::Denied => "denied",
        Kind::Other => "other",
    }
}

/// An error.
#[must_use]
pub fn error(error: &ClientError) -> Value {
    let mut shape = json!({ "kind": kind(error.kind), "message": error.message });
    if !error.confirmed.is_empty() {
        shape["confirmed"] = json!(error.confirmed);
    }
    shape
}

/// Adds a body to the shape of a message.
fn put_body(shape: &mut Value, body: &[u8]) {
    match std::str::from_utf8(body) {
        Ok(text) => shape["body"] = text.into(),
        Err(_) => {
            shape["body"] = STANDARD.encode(body).into();
            shape["body_encoding"] = "base64".into();
        }
    }
}

fn attributes(attributes: &[(String, String)]) -> Value {
    let pairs = attributes.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
    Value::Object(pairs.collect::<Map<String, Value>>())
}

/// A message that was handed out.
#[must_use]
pub fn delivery(delivery: &Delivery) -> Value {
    let mut shape = json!({ "id": delivery.id.to_string(), "type": delivery.message_type });
    put_body(&mut shape, &delivery.body);
    if !delivery.attributes.is_empty() {
        shape["attributes"] = attributes(&delivery.attributes);
    }
    shape["receipt"] = delivery.receipt.to_string().into();
    shape["owner"] = delivery.owner.clone().into();
    shape["holders"] = json!(delivery.holders);
    shape["replicas"] = delivery.replicas.into();
    shape["count"] = delivery.count.into();
    shape["cause"] = cause(delivery.cause).into();
    shape
}

/// How a message was deleted, added to its shape.
pub fn put_deleted(shape: &mut Value, how: &DeletedHow) {
    shape["gone_already"] = how.gone_already.into();
    shape["unreached"] = json!(how.unreached);
}

/// A copy, as its host describes it.
#[must_use]
pub fn copy(copy: &Copy) -> Value {
    json!({
        "type": copy.message_type,
        "state": status(copy.status),
        "owner": copy.owner,
        "holders": copy.holders,
        "lacking": copy.lacking,
        "replicas": copy.replicas,
        "count": copy.count,
        "remaining_ms": copy.remaining.map(millis),
        "bytes": copy.body_bytes,
        "corrupt": copy.corrupt,
    })
}

/// What a host knows of a message.
#[must_use]
pub fn knowledge(host: &str, knowledge: &Knowledge) -> Value {
    let mut shape = json!({ "host": host });
    match knowledge {
        Knowledge::Copy(copy) => {
            shape["knows"] = if copy.corrupt { "corrupt copy" } else { "copy" }.into();
            shape["copy"] = self::copy(copy);
        }
        Knowledge::Deleted { holders, confirmed, finished } => {
            shape["knows"] = if *finished { "deleted" } else { "tombstone" }.into();
            shape["holders"] = json!(holders);
            shape["confirmed"] = json!(confirmed);
        }
        Knowledge::Nothing => shape["knows"] = "nothing".into(),
        Knowledge::Silent => shape["knows"] = "no answer".into(),
    }
    shape
}

/// A message that was listed.
#[must_use]
pub fn listed(listed: &Listed) -> Value {
    let mut shape = json!({ "id": listed.id.to_string(), "host": listed.host });
    if let (Value::Object(shape), Value::Object(copy)) = (&mut shape, copy(&listed.copy)) {
        shape.extend(copy);
    }
    shape["priority"] = listed.priority.into();
    shape["enqueued_at_ms"] = listed.enqueued_at_ms.into();
    put_body(&mut shape, &listed.body);
    shape
}

/// How a host stands.
#[must_use]
pub fn host(state: &HostState) -> Value {
    json!({
        "name": state.name,
        "address": state.address,
        "serving": state.serving,
        "leaving": state.leaving,
        "full": state.full,
        "faults_allowed": state.faults_allowed,
        "copies": state.copies,
        "ready": state.ready,
        "leased": state.leased,
        "delayed": state.delayed,
        "dead": state.dead,
        "under_replicated": state.under_replicated,
        "tombstones": state.tombstones,
        "enqueued_total": state.enqueued_total,
        "delivered_total": state.delivered_total,
        "deleted_total": state.deleted_total,
        "commit_us": state.commit_us,
        "disk_bytes": state.disk_bytes,
        "links": state.links.iter().map(link).collect::<Vec<Value>>(),
    })
}

fn link(link: &LinkState) -> Value {
    json!({
        "peer": link.peer,
        "connected": link.connected,
        "synchronised": link.synchronised,
        "live": link.live,
        "suspected": link.suspected,
        "removed": link.removed,
        "tombstones_awaited": link.tombstones_awaited,
        "cut_out": link.cut_out,
        "cut_in": link.cut_in,
        "delay_ms": millis(link.delay),
        "drop_percent": link.drop_percent,
    })
}

/// How deep a message type is.
#[must_use]
pub fn type_depth(depth: &TypeDepth) -> Value {
    json!({
        "type": depth.message_type,
        "ready": depth.ready,
        "leased": depth.leased,
        "delayed": depth.delayed,
        "dead": depth.dead,
        "copies": depth.copies,
        "oldest_age_ms": millis(depth.oldest_age),
        "paused_in": depth.paused_in,
        "paused_out": depth.paused_out,
    })
}
