//! Objects: as clients ask for them, checked; how they are answered is in [`answers`].

mod answers;
mod index;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use hydraq_core::objects::apply::ATTRIBUTES_MAX;
use hydraq_core::objects::query::{Comparison, Condition, Query};
use hydraq_core::objects::{Attributes, Change, ObjectId, Value};
use hydraq_proto::v1;

pub use answers::{event_in, event_out, object_in, object_out};
pub use index::{index, indexed, indexed_out};

use super::limits::{ATTRIBUTE_NAME_BYTES_MAX, BATCH_MAX, BODY_BYTES_MAX};
use super::{Invalid, in_range};

/// The longest kind of objects, in bytes: with `events.` before it, it is a message type.
pub const KIND_BYTES_MAX: usize = 120;
/// The longest text of an attribute, in bytes: it is part of a key in the index.
pub const TEXT_BYTES_MAX: usize = 1024;
/// The most conditions of a query.
pub const CONDITIONS_MAX: usize = 16;
/// How many objects a page has if it is not said.
pub const PAGE_DEFAULT: usize = 100;

/// An object id: 16 bytes, or the 26 characters of its text.
pub fn object_id(field: &str, bytes: &[u8]) -> Result<ObjectId, Invalid> {
    super::names::message_id(field, bytes).map(|id| ObjectId(id.0))
}

/// The bytes of an object id.
#[must_use]
pub fn object_id_bytes(id: ObjectId) -> Bytes {
    Bytes::copy_from_slice(&id.to_bytes())
}

/// A name: of a kind or of an attribute.
fn name(field: &str, name: String, bytes_max: usize) -> Result<String, Invalid> {
    let printable = name.chars().all(|c| !c.is_control() && !c.is_whitespace());
    if name.is_empty() || name.len() > bytes_max || !printable {
        let shown: String = name.chars().take(40).collect();
        let limit = format!(
            "must be 1 to {bytes_max} bytes of printable characters without spaces, not {shown:?} of {} bytes",
            name.len()
        );
        return Err(Invalid::new(field, limit));
    }
    Ok(name)
}

fn value(field: &str, value: Option<v1::ObjectValue>) -> Result<Value, Invalid> {
    use v1::object_value::Value as In;
    match value.and_then(|value| value.value) {
        Some(In::Text(text)) if text.len() > TEXT_BYTES_MAX => {
            Err(Invalid::range(field, 0..=TEXT_BYTES_MAX as u64, text.len() as u64))
        }
        Some(In::Text(text)) => Ok(Value::Text(text)),
        Some(In::Number(number)) => Ok(Value::Int(number)),
        Some(In::Truth(truth)) => Ok(Value::Bool(truth)),
        None => Err(Invalid::new(field, "is missing: a text, a number or a truth value")),
    }
}

/// A value, as it travels.
#[must_use]
pub fn value_out(value: &Value) -> v1::ObjectValue {
    use v1::object_value::Value as Out;
    let value = match value {
        Value::Text(text) => Out::Text(text.clone()),
        Value::Int(number) => Out::Number(*number),
        Value::Bool(truth) => Out::Truth(*truth),
    };
    v1::ObjectValue { value: Some(value) }
}

/// Attributes, each name once.
pub fn attributes(field: &str, attributes: Vec<v1::ObjectAttribute>) -> Result<Attributes, Invalid> {
    let count = attributes.len();
    if count > ATTRIBUTES_MAX {
        return Err(Invalid::new(field, format!("must be at most {ATTRIBUTES_MAX}, not {count}")));
    }
    let mut checked = Attributes::new();
    for (place, attribute) in attributes.into_iter().enumerate() {
        let field = format!("{field}[{place}]");
        let name = name(&format!("{field}.name"), attribute.name, ATTRIBUTE_NAME_BYTES_MAX)?;
        let value = value(&format!("{field}.value"), attribute.value)?;
        if checked.contains_key(&name) {
            return Err(Invalid::new(format!("{field}.name"), format!("must be there once: {name:?}")));
        }
        checked.insert(name, value);
    }
    Ok(checked)
}

/// Attributes, as they travel.
#[must_use]
pub fn attributes_out(attributes: &Attributes) -> Vec<v1::ObjectAttribute> {
    let attribute = |(name, value): (&String, &Value)| v1::ObjectAttribute {
        name: name.clone(),
        value: Some(value_out(value)),
    };
    attributes.iter().map(attribute).collect()
}

fn body(body: &Bytes) -> Result<(), Invalid> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Invalid::new(
            "body",
            format!("must be at most {BODY_BYTES_MAX} bytes, not {}", body.len()),
        ));
    }
    Ok(())
}

/// A creation, checked; its id is 0 if none was given.
pub fn create(request: v1::CreateObjectRequest, at_ms: u64) -> Result<Change, Invalid> {
    body(&request.body)?;
    let id = if request.id.is_empty() { ObjectId::default() } else { object_id("id", &request.id)? };
    Ok(Change::Create {
        id,
        kind: name("kind", request.kind, KIND_BYTES_MAX)?,
        attributes: attributes("attributes", request.attributes)?,
        body: request.body,
        at_ms,
    })
}

/// An update, checked.
pub fn update(request: v1::UpdateObjectRequest, at_ms: u64) -> Result<Change, Invalid> {
    request.body.as_ref().map_or(Ok(()), body)?;
    let count = request.drop.len();
    if count > ATTRIBUTES_MAX {
        return Err(Invalid::new("drop", format!("must be at most {ATTRIBUTES_MAX}, not {count}")));
    }
    let drop = request.drop.into_iter().map(|dropped| name("drop", dropped, ATTRIBUTE_NAME_BYTES_MAX));
    Ok(Change::Update {
        id: object_id("id", &request.id)?,
        expected: (request.expected_version > 0).then_some(request.expected_version),
        attributes: attributes("attributes", request.attributes)?,
        drop: drop.collect::<Result<_, Invalid>>()?,
        replace: request.replace,
        body: request.body,
        at_ms,
    })
}

/// A deletion, checked.
pub fn delete(request: &v1::DeleteObjectRequest, at_ms: u64) -> Result<Change, Invalid> {
    let expected = (request.expected_version > 0).then_some(request.expected_version);
    Ok(Change::Delete { id: object_id("id", &request.id)?, expected, at_ms })
}

/// A query, checked.
pub fn query(request: v1::QueryObjectsRequest) -> Result<Query, Invalid> {
    let count = request.conditions.len();
    if count > CONDITIONS_MAX {
        return Err(Invalid::new("conditions", format!("must be at most {CONDITIONS_MAX}, not {count}")));
    }
    let conditions = request.conditions.into_iter().enumerate();
    let conditions = conditions.map(|(place, condition)| self::condition(place, condition));
    let order_by = match request.order_by {
        order if order.is_empty() => None,
        order => Some(name("order_by", order, ATTRIBUTE_NAME_BYTES_MAX)?),
    };
    let limit = match request.objects_max {
        0 => PAGE_DEFAULT as u64,
        max => in_range("objects_max", u64::from(max), 1..=BATCH_MAX as u64)?,
    };
    Ok(Query {
        kind: name("kind", request.kind, KIND_BYTES_MAX)?,
        conditions: conditions.collect::<Result<_, Invalid>>()?,
        order_by,
        after: cursor(&request.cursor)?,
        limit: limit as usize,
    })
}

fn condition(place: usize, condition: v1::ObjectCondition) -> Result<Condition, Invalid> {
    let field = format!("conditions[{place}]");
    let comparison = match condition.comparison() {
        v1::Comparison::Equal => Comparison::Equal,
        v1::Comparison::Less => Comparison::Less,
        v1::Comparison::AtMost => Comparison::AtMost,
        v1::Comparison::Greater => Comparison::Greater,
        v1::Comparison::AtLeast => Comparison::AtLeast,
        v1::Comparison::Prefix => Comparison::Prefix,
    };
    let value = value(&format!("{field}.value"), condition.value)?;
    if comparison == Comparison::Prefix && !matches!(value, Value::Text(_)) {
        return Err(Invalid::new(
            format!("{field}.value"),
            format!("must be a text to begin with, not {value}"),
        ));
    }
    let attribute = name(&format!("{field}.attribute"), condition.attribute, ATTRIBUTE_NAME_BYTES_MAX)?;
    Ok(Condition { attribute, comparison, value })
}

/// A condition, as it travels.
#[must_use]
pub fn condition_out(condition: &Condition) -> v1::ObjectCondition {
    let comparison = match condition.comparison {
        Comparison::Equal => v1::Comparison::Equal,
        Comparison::Less => v1::Comparison::Less,
        Comparison::AtMost => v1::Comparison::AtMost,
        Comparison::Greater => v1::Comparison::Greater,
        Comparison::AtLeast => v1::Comparison::AtLeast,
        Comparison::Prefix => v1::Comparison::Prefix,
    };
    v1::ObjectCondition {
        attribute: condition.attribute.clone(),
        comparison: comparison.into(),
        value: Some(value_out(&condition.value)),
    }
}

/// A place in the order of a query, written as a cursor.
#[must_use]
pub fn cursor_out(place: &[u8]) -> String {
    place.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cursor(text: &str) -> Result<Option<Vec<u8>>, Invalid> {
    let bad = || {
        let shown: String = text.chars().take(40).collect();
        Invalid::new("cursor", format!("must be as an earlier answer gave it, not {shown:?}"))
    };
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.len() > 8 * TEXT_BYTES_MAX {
        return Err(bad());
    }
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| !pair.contains('+'));
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>().map(Some).ok_or_else(bad)
}
