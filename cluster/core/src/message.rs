//! A message as it was enqueued: what never changes about it.
//!
//! What does change (holders, leases, delivery counts) is kept beside it, in [`crate::state`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::ids::MessageId;

/// The name of a queue. Shared, because many messages have the same one.
pub type MessageType = Arc<str>;

/// A message: its content and what was asked for it. Built and validated at the border, never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name, picked by the client.
    pub id: MessageId,
    /// The queue it belongs to.
    pub message_type: MessageType,
    /// What the consumer gets; opaque.
    pub body: Bytes,
    /// Names and values that travel along; opaque.
    pub attributes: Vec<(String, String)>,
    /// How many replicas were asked for, 1 to 255, the initial one included.
    pub replicas: u8,
    /// How early it is served among the ready messages of its type on one host.
    pub priority: Priority,
    /// How long after its enqueueing it may first be delivered.
    pub delay: Option<Duration>,
    /// How long after its enqueueing it expires, which is a delete by the owner.
    pub time_to_live: Option<Duration>,
    /// After how many deliveries without a delete it becomes dead.
    pub deliveries_max: Option<u32>,
    /// Whether it is deleted before it is handed out; asks for exactly one replica.
    pub at_most_once: bool,
    /// Milliseconds since 1970 by the clock of the host that took it; for display only.
    pub enqueued_at_ms: u64,
}

impl Message {
    /// A message for which nothing is asked but replicas: not delayed, never expiring, delivered as often as it takes.
    #[must_use]
    pub fn new(id: MessageId, message_type: MessageType, body: Bytes, replicas: u8) -> Self {
        Message {
            id,
            message_type,
            body,
            attributes: Vec::new(),
            replicas,
            priority: Priority::default(),
            delay: None,
            time_to_live: None,
            deliveries_max: None,
            at_most_once: false,
            enqueued_at_ms: 0,
        }
    }

    /// The CRC-32 of the body, kept with every copy.
    #[must_use]
    pub fn body_crc(&self) -> u32 {
        crc32fast::hash(&self.body)
    }

    /// What a second message with the same id is compared by: type, body, attributes and replica count.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.message_type.as_bytes());
        for (name, value) in &self.attributes {
            hasher.update(&[0xff]);
            hasher.update(name.as_bytes());
            hasher.update(&[0xfe]);
            hasher.update(value.as_bytes());
        }
        Fingerprint { body_crc: self.body_crc(), rest_crc: hasher.finalize(), length: self.body.len() as u32 }
    }
}

/// Tells two contents apart: they are taken to be equal if length and both CRC-32 are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    /// CRC-32 of the body.
    pub body_crc: u32,
    /// CRC-32 of type and attributes.
    pub rest_crc: u32,
    /// Length of the body in bytes.
    pub length: u32,
}

/// From 9 (served first) down to 0, within a message type on one host; 0 unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Priority(pub u8);

impl Priority {
    /// The highest, served first.
    pub const MAX: Priority = Priority(9);
}

/// What a copy consists of when it moves between a client, a host and a disk: either the bytes themselves or the place
/// in this host's own store where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The message itself.
    Message(Arc<Message>),
    /// To be read from the store before the frame or answer leaves.
    Stored(crate::ids::Sequence),
    /// It was to be read from the store, which could not.
    Unreadable,
}
