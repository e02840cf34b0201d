//! Objects, as clients ask for them: of one host once ([`HostClient`](super::HostClient)), or of several until one can
//! ([`Client`](super::Client)).

mod host;
mod index;
mod many;

use bytes::Bytes;
use hydraq_core::objects::draw::Draw;
use hydraq_core::objects::query::Condition;
use hydraq_core::objects::{Attributes, Object, ObjectId};

use super::ClientError;
pub use index::{IndexProgress, IndexReport, KindReport};

/// An object to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObject {
    /// What kind of thing it is.
    pub kind: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// Its content.
    pub body: Bytes,
    /// The id that an earlier try was told.
    pub id: Option<ObjectId>,
}

/// The object of an answer, and in which store it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The object.
    pub object: Object,
    /// The name of its store's host.
    pub store: String,
    /// Whether that store's disk lost something: later changes may be missing.
    pub rolled_back: bool,
}

/// An object that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedObject {
    /// The object.
    pub stored: StoredObject,
    /// How its store was drawn; none if its id was given.
    pub draw: Option<Draw>,
    /// The sequence of its event; 0 if it had been made before.
    pub sequence: u64,
}

/// A creation that failed, and the id with which to try it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCreated {
    /// The id that was drawn last, if one was told.
    pub id: Option<ObjectId>,
    /// What went wrong. If the outcome is unknown, the object may be there.
    pub error: ClientError,
}

/// What to change about an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectUpdate {
    /// The attributes to set.
    pub attributes: Attributes,
    /// The attributes to drop.
    pub drop: Vec<String>,
    /// Whether all attributes that are not given are dropped.
    pub replace: bool,
    /// The new body.
    pub body: Option<Bytes>,
    /// The version that it must have.
    pub expected: Option<u64>,
}

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectQuery {
    /// The kind.
    pub kind: String,
    /// What must all be true.
    pub conditions: Vec<Condition>,
    /// The attribute that orders the answer.
    pub order_by: Option<String>,
    /// How many at most.
    pub objects_max: u32,
    /// Where to go on, as an earlier answer said.
    pub cursor: String,
    /// Whether it fails if a store does not answer.
    pub strict: bool,
}

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects in order.
    pub objects: Vec<StoredObject>,
    /// Where to go on; empty: that was all.
    pub cursor: String,
    /// Hosts whose stores did not answer.
    pub silent: Vec<String>,
}

/// How a store stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreState {
    /// The name of its host.
    pub host: String,
    /// The bits of its id that object ids begin with, as text.
    pub tag: String,
    /// Why it takes no new objects, if it does not.
    pub absent: Option<String>,
    /// Its weight when a store is drawn.
    pub weight: u32,
    /// Whether it answered; if not, the rest is not known.
    pub answered: bool,
    /// How many objects it has.
    pub objects: u64,
    /// The newest event of its log.
    pub events_head: u64,
    /// The newest event that is a message of the queue.
    pub propagated: u64,
    /// The oldest event that is kept.
    pub events_tail: u64,
    /// How long a commit takes there, in microseconds.
    pub commit_us: u64,
}
