//! How a command points at messages and objects.

use std::fmt;

use ulid::Ulid;

use super::super::diagnostic::{Refusal, shown};
use super::super::suggest::did_you_mean;
use super::name::MessageType;
use super::quantity::number;

/// The characters of an id.
const ID_LENGTH: usize = 26;
/// The greatest length that a message type can be limited to.
const LENGTH_LIMIT_MAX: u64 = 1_000_000_000;

/// A message as a command names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageRef {
    /// The last message enqueued.
    Last,
    /// By its id.
    Id(Ulid),
}

/// An object as a command names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectRef {
    /// The last object created.
    Last,
    /// By its id.
    Id(Ulid),
}

/// What delete, release and extend act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// What the last dequeue returned, by receipt: the target if none is named.
    LastDequeue,
    /// Everything dequeued whose receipt is still held.
    All,
    /// One message by its id, without a receipt.
    Message(MessageRef),
}

/// Which dead messages are redriven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedriveTarget {
    /// All of them: the target if none is named.
    All,
    /// Those of a type. A type that is called `last`, or like an id, cannot be named here.
    Type(MessageType),
    /// One message.
    Message(MessageRef),
}

/// The greatest number of messages of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthLimit {
    /// No limit.
    None,
    /// At most so many, 1 to 1 000 000 000.
    AtMost(u64),
}

/// An id of 128 bits: 26 digits and letters, upper or lower case, without I, L, O and U.
pub(super) fn id(text: &str) -> Result<Ulid, Refusal> {
    let length = text.chars().count();
    if length != ID_LENGTH {
        return Err(Refusal::new(format!("must be an id of {ID_LENGTH} characters, not of {length}")));
    }
    if let Some(wrong) = text.chars().find(|c| !c.is_ascii_alphanumeric() || "ILOUilou".contains(*c)) {
        return Err(Refusal::new(format!("must be an id; ids have no {}", shown(&wrong.to_string())))
            .help("an id is made of 0 to 9 and A to Z without I, L, O and U"));
    }
    if text.starts_with(|c: char| c > '7') {
        return Err(Refusal::must_be("an id that begins with 0 to 7", text));
    }
    Ulid::from_string(text).map_err(|_| Refusal::must_be("an id of 26 characters", text))
}

/// `last` or an id.
fn last_or_id(what: &str, text: &str) -> Result<Option<Ulid>, Refusal> {
    if text == "last" {
        return Ok(None);
    }
    if text.len() == ID_LENGTH {
        return id(text).map(Some);
    }
    Err(Refusal::must_be(format!("`last` or the {ID_LENGTH} characters of {what} id"), text)
        .help_if(did_you_mean(text, ["last"])))
}

impl MessageRef {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        Ok(last_or_id("a message", text)?.map_or(Self::Last, Self::Id))
    }
}

impl ObjectRef {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        Ok(last_or_id("an object", text)?.map_or(Self::Last, Self::Id))
    }
}

impl Target {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        if text == "all" {
            return Ok(Self::All);
        }
        MessageRef::read(text).map(Self::Message).map_err(|refusal| {
            if text.len() == ID_LENGTH {
                return refusal;
            }
            Refusal::must_be("`all`, `last` or a message id", text)
                .help_if(did_you_mean(text, ["all", "last"]))
        })
    }
}

impl RedriveTarget {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        match MessageRef::read(text) {
            Ok(message) => Ok(Self::Message(message)),
            Err(_) => Ok(Self::Type(MessageType::new(text)?)),
        }
    }
}

impl LengthLimit {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        if text == "none" {
            return Ok(Self::None);
        }
        number(text, 1, LENGTH_LIMIT_MAX)
            .map(Self::AtMost)
            .map_err(|refusal| refusal.help("`none` takes the limit away"))
    }
}

impl fmt::Display for MessageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LastDequeue => Ok(()),
            Self::All => f.write_str("all"),
            Self::Message(message) => message.fmt(f),
        }
    }
}

impl fmt::Display for RedriveTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Type(message_type) => message_type.fmt(f),
            Self::Message(message) => message.fmt(f),
        }
    }
}

impl fmt::Display for LengthLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::AtMost(length) => length.fmt(f),
        }
    }
}
