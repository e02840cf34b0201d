//! Messages: as clients send them, and as they travel between hosts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hydraq_core::ids::MessageId;
use hydraq_core::message::{Message, MessageType, Priority};
use hydraq_proto::v1;

use super::limits::{
    ATTRIBUTE_NAME_BYTES_MAX, ATTRIBUTE_VALUE_BYTES_MAX, ATTRIBUTES_MAX, BODY_BYTES_MAX, LIFE_MS, PRIORITIES,
    REPLICAS, REPLICAS_DEFAULT,
};
use super::names::{TypeNames, id_bytes, message_id};
use super::{Invalid, in_range};

/// What is needed to take messages of clients in.
pub struct Intake<'a> {
    /// Checks type names.
    pub types: TypeNames,
    /// Draws ids for messages that have none.
    pub draw_id: &'a mut dyn FnMut() -> MessageId,
    /// The wall clock, in milliseconds since 1970.
    pub wall_ms: u64,
}

impl Intake<'_> {
    /// A message of a client, checked; `place` is where it stands in its request.
    pub fn message(&mut self, place: usize, new: v1::NewMessage) -> Result<Message, Invalid> {
        self.checked(new).map_err(|error| error.within(&format!("messages[{place}]")))
    }

    fn checked(&mut self, new: v1::NewMessage) -> Result<Message, Invalid> {
        let id = if new.id.is_empty() { (self.draw_id)() } else { message_id("id", &new.id)? };
        let replicas = match new.replicas {
            0 => REPLICAS_DEFAULT,
            asked => in_range("replicas", u64::from(asked), REPLICAS)? as u8,
        };
        if new.body.len() > BODY_BYTES_MAX {
            return Err(Invalid::new(
                "body",
                format!("must be at most {BODY_BYTES_MAX} bytes, not {}", new.body.len()),
            ));
        }
        if new.at_most_once && new.replicas > 1 {
            let what = format!("must be 1 for a message that is delivered at most once, not {replicas}");
            return Err(Invalid::new("replicas", what));
        }
        let life = |name: &str, ms: u64| {
            in_range(name, ms, LIFE_MS).map(|ms| (ms > 0).then(|| Duration::from_millis(ms)))
        };
        Ok(Message {
            id,
            message_type: self.types.check("type", &new.r#type)?,
            attributes: attributes("attributes", new.attributes)?,
            replicas: if new.at_most_once { 1 } else { replicas },
            priority: Priority(in_range("priority", u64::from(new.priority), PRIORITIES)? as u8),
            delay: life("delay_ms", new.delay_ms)?,
            time_to_live: life("time_to_live_ms", new.time_to_live_ms)?,
            deliveries_max: (new.deliveries_max > 0).then_some(new.deliveries_max),
            at_most_once: new.at_most_once,
            enqueued_at_ms: self.wall_ms,
            body: new.body,
        })
    }
}

/// Attributes, checked.
pub fn attributes(field: &str, attributes: Vec<v1::Attribute>) -> Result<Vec<(String, String)>, Invalid> {
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(Invalid::new(
            field,
            format!("must be at most {ATTRIBUTES_MAX}, not {}", attributes.len()),
        ));
    }
    let check = |attribute: v1::Attribute| {
        let (name, value) = (attribute.name.len(), attribute.value.len());
        if !(1..=ATTRIBUTE_NAME_BYTES_MAX).contains(&name) {
            return Err(Invalid::range(
                &format!("{field}.name"),
                1..=ATTRIBUTE_NAME_BYTES_MAX as u64,
                name as u64,
            ));
        }
        if value > ATTRIBUTE_VALUE_BYTES_MAX {
            return Err(Invalid::range(
                &format!("{field}.value"),
                0..=ATTRIBUTE_VALUE_BYTES_MAX as u64,
                value as u64,
            ));
        }
        Ok((attribute.name, attribute.value))
    };
    attributes.into_iter().map(check).collect()
}

/// Attributes, as they travel.
#[must_use]
pub fn attributes_out(attributes: &[(String, String)]) -> Vec<v1::Attribute> {
    attributes
        .iter()
        .map(|(name, value)| v1::Attribute { name: name.clone(), value: value.clone() })
        .collect()
}

/// The type names of one frame, each once.
#[derive(Debug, Default)]
pub struct TypeTable {
    names: Vec<String>,
    places: BTreeMap<MessageType, u32>,
    last: Option<(MessageType, u32)>,
}

impl TypeTable {
    fn place(&mut self, name: &MessageType) -> u32 {
        if let Some((last, place)) = &self.last
            && Arc::ptr_eq(last, name)
        {
            return *place;
        }
        let place = *self.places.entry(name.clone()).or_insert_with(|| {
            self.names.push(name.as_ref().to_owned());
            self.names.len() as u32 - 1
        });
        self.last = Some((name.clone(), place));
        place
    }

    /// The names, by place.
    #[must_use]
    pub fn into_names(self) -> Vec<String> {
        self.names
    }

    /// A message, as it travels between hosts.
    pub fn message(&mut self, message: &Message) -> v1::PeerMessage {
        let micros = |duration: Option<Duration>| duration.map_or(0, |duration| duration.as_micros() as u64);
        v1::PeerMessage {
            id: id_bytes(message.id),
            r#type: self.place(&message.message_type),
            body: message.body.clone(),
            attributes: attributes_out(&message.attributes),
            replicas: u32::from(message.replicas),
            priority: u32::from(message.priority.0),
            delay_us: micros(message.delay),
            time_to_live_us: micros(message.time_to_live),
            deliveries_max: message.deliveries_max.unwrap_or(0),
            at_most_once: message.at_most_once,
            enqueued_at_ms: message.enqueued_at_ms,
        }
    }
}

/// The type names of a frame that came in, checked.
pub fn type_names(names: &[String]) -> Result<Vec<MessageType>, Invalid> {
    let mut check = TypeNames::default();
    names.iter().map(|name| check.check("types", name)).collect()
}

/// A message that came from a peer, checked.
pub fn peer_message(types: &[MessageType], message: v1::PeerMessage) -> Result<Arc<Message>, Invalid> {
    let message_type = types.get(message.r#type as usize).cloned();
    let duration = |micros: u64| (micros > 0).then(|| Duration::from_micros(micros));
    if message.body.len() > BODY_BYTES_MAX {
        return Err(Invalid::range("body", 0..=BODY_BYTES_MAX as u64, message.body.len() as u64));
    }
    Ok(Arc::new(Message {
        id: message_id("id", &message.id)?,
        message_type: message_type.ok_or_else(|| Invalid::new("type", "is not in the frame"))?,
        attributes: attributes("attributes", message.attributes)?,
        replicas: in_range("replicas", u64::from(message.replicas), REPLICAS)? as u8,
        priority: Priority(in_range("priority", u64::from(message.priority), PRIORITIES)? as u8),
        delay: duration(message.delay_us),
        time_to_live: duration(message.time_to_live_us),
        deliveries_max: (message.deliveries_max > 0).then_some(message.deliveries_max),
        at_most_once: message.at_most_once,
        enqueued_at_ms: message.enqueued_at_ms,
        body: message.body,
    }))
}
