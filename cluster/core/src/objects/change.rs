//! What can be asked of a store, and what it answers. Everything here was validated at the border.

use bytes::Bytes;
use thiserror::Error;

use super::declared::Indexed;
use super::event::ObjectEvent;
use super::id::ObjectId;
use super::record::Object;
use super::value::Attributes;

/// A change of a store's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Make an object; done already if the same was made before.
    Create {
        /// Its name, which says that it belongs here.
        id: ObjectId,
        /// What kind of thing it is.
        kind: String,
        /// Its attributes.
        attributes: Attributes,
        /// Its content.
        body: Bytes,
        /// Wall time; for display only.
        at_ms: u64,
    },
    /// Change an object.
    Update {
        /// Which.
        id: ObjectId,
        /// The version that it must have.
        expected: Option<u64>,
        /// The attributes to set.
        attributes: Attributes,
        /// The attributes to drop.
        drop: Vec<String>,
        /// Whether all attributes that are not given are dropped.
        replace: bool,
        /// Its new content, if it gets one.
        body: Option<Bytes>,
        /// Wall time; for display only.
        at_ms: u64,
    },
    /// Delete an object.
    Delete {
        /// Which.
        id: ObjectId,
        /// The version that it must have.
        expected: Option<u64>,
        /// Wall time; for display only.
        at_ms: u64,
    },
    /// Events up to this one are messages of the queue: their initial replicas are in the same commit, or in an earlier one.
    Propagated(u64),
    /// Events before this one are kept no longer, as far as they are messages.
    Trim(u64),
    /// These attributes of a kind are in the index from now on; what is there already is gone over by [`Change::Build`].
    Declare {
        /// The kind.
        kind: String,
        /// The attributes.
        wanted: Indexed,
    },
    /// The next objects of this kind get the entries that were declared.
    Build(String),
    /// A change without its event, which is to follow: only where that bug is planted.
    Eventless(Box<Change>),
    /// The event that follows.
    Event(Box<ObjectEvent>),
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The object, as it is now; as it was, if it was deleted.
    pub object: Object,
    /// Its event; 0 if nothing had to be done.
    pub sequence: u64,
}

/// What came of a change: nothing was written if it was refused.
pub type Outcome = Result<Option<Applied>, ObjectError>;

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ObjectError {
    /// The store has no such object.
    #[error("there is no object {0}")]
    NotFound(ObjectId),
    /// It has another version.
    #[error("object {id} has version {current}, not {expected}")]
    WrongVersion {
        /// Which.
        id: ObjectId,
        /// What was expected.
        expected: u64,
        /// What it is.
        current: u64,
    },
    /// The id was used before, for an object that was deleted.
    #[error("object {0} was deleted before; an id is never used again")]
    Deleted(ObjectId),
    /// The id belongs to an object that was created with another content.
    #[error("id {0} is used by an object that was created with another content")]
    OtherContent(ObjectId),
    /// There would be more attributes than an object may have.
    #[error("object {id} would have {count} attributes: {limit} is the limit")]
    TooManyAttributes {
        /// Which.
        id: ObjectId,
        /// How many it would have.
        count: usize,
        /// How many it may have.
        limit: usize,
    },
    /// What is stored does not match its checksum.
    #[error("the record of object {0} is corrupt")]
    Corrupt(ObjectId),
    /// What is stored of a kind's index does not match its checksum.
    #[error("the record of the index of {0} is corrupt: declare it anew")]
    IndexCorrupt(String),
    /// The state of the log does not match its checksum: nothing can be changed.
    #[error("the record of the event log is corrupt")]
    LogCorrupt,
}
