//! Objects and events, as hosts answer with them.

use hydraq_core::objects::{Object, ObjectEvent, What};
use hydraq_proto::v1;

use super::super::Invalid;
use super::{attributes, attributes_out, object_id, object_id_bytes};

/// An object, as it travels.
#[must_use]
pub fn object_out(object: &Object, store: v1::HostName) -> v1::Object {
    v1::Object {
        id: object_id_bytes(object.id),
        kind: object.kind.clone(),
        attributes: attributes_out(&object.attributes),
        body: object.body.clone(),
        version: object.version,
        created_at_ms: object.created_at_ms,
        changed_at_ms: object.changed_at_ms,
        store: Some(store),
        rolled_back: false,
    }
}

/// An object of an answer, checked.
pub fn object_in(object: v1::Object) -> Result<Object, Invalid> {
    Ok(Object {
        id: object_id("object.id", &object.id)?,
        kind: object.kind,
        attributes: attributes("object.attributes", object.attributes)?,
        body: object.body,
        version: object.version,
        created: 0,
        created_at_ms: object.created_at_ms,
        changed_at_ms: object.changed_at_ms,
    })
}

/// An event, as it travels.
#[must_use]
pub fn event_out(event: &ObjectEvent) -> v1::ObjectEvent {
    let change = match event.what {
        What::Created => v1::ObjectChange::Created,
        What::Updated => v1::ObjectChange::Updated,
        What::Deleted => v1::ObjectChange::Deleted,
    };
    v1::ObjectEvent {
        sequence: event.sequence,
        change: change.into(),
        id: object_id_bytes(event.id),
        kind: event.kind.clone(),
        version_before: event.before,
        version: event.after,
        attributes: attributes_out(&event.attributes),
        at_ms: event.at_ms,
    }
}

/// An event of an answer, checked.
pub fn event_in(event: v1::ObjectEvent) -> Result<ObjectEvent, Invalid> {
    let what = match event.change() {
        v1::ObjectChange::Created => What::Created,
        v1::ObjectChange::Updated => What::Updated,
        v1::ObjectChange::Deleted => What::Deleted,
        v1::ObjectChange::Unspecified => return Err(Invalid::new("event.change", "is missing")),
    };
    Ok(ObjectEvent {
        sequence: event.sequence,
        what,
        id: object_id("event.id", &event.id)?,
        kind: event.kind,
        before: event.version_before,
        after: event.version,
        attributes: attributes("event.attributes", event.attributes)?,
        at_ms: event.at_ms,
    })
}
