//! What clients know of objects: what they asked for, and what they were told.
//!
//! An outcome that nobody was told stays unknown: it may have happened, at any time since, or not.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hydraq_core::ids::MessageId;
use hydraq_core::objects::{ObjectId, StoreTag};
use hydraq_core::random::mix;

/// What became of something that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody knows, or not yet.
    Unknown,
    /// It is durable.
    Done,
    /// Nothing was done.
    Refused,
}

/// What was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The object, anew.
    Create,
    /// Another content, if the object has this version; any, if none is named.
    Update(Option<u64>),
    /// Nothing any more; the same holds for the version.
    Delete(Option<u64>),
}

/// Something that a client asked to be written.
#[derive(Debug, Clone)]
pub struct Written {
    /// What.
    pub deed: Deed,
    /// The content, which no other request has; that of a delete is empty.
    pub body: Bytes,
    /// When it was asked for, in virtual microseconds.
    pub asked: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// Something that a client was told of an object.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// When it was asked for.
    pub asked: u64,
    /// When the answer came.
    pub at: u64,
    /// The version.
    pub version: u64,
    /// The content; none if it was deleted with this version.
    pub body: Option<Bytes>,
    /// Whether the attributes were those that were written with the content.
    pub fits: bool,
}

/// A client was told that there is no such object.
#[derive(Debug, Clone, Copy)]
pub struct NotFound {
    /// When it was asked for.
    pub asked: u64,
    /// When the answer came.
    pub at: u64,
    /// Through which host.
    pub through: usize,
}

/// What clients know of one object.
#[derive(Debug, Clone, Default)]
pub struct ObjectLife {
    /// Its kind.
    pub kind: &'static str,
    /// The attribute that is never changed.
    pub shard: i64,
    /// What they asked to be written.
    pub written: Vec<Written>,
    /// What they were told, in the order of the answers.
    pub sightings: Vec<Sighting>,
    /// When they were told that it is not there.
    pub not_found: Vec<NotFound>,
    /// What they were told when they asked for the last time, if it was not found.
    pub at_last: Option<String>,
}

impl ObjectLife {
    /// The highest version that clients know of; 0 if none.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.sightings.iter().map(|sighting| sighting.version).max().unwrap_or(0)
    }

    /// Whether it may have been deleted before a moment.
    #[must_use]
    pub fn may_be_deleted(&self, before: u64) -> bool {
        let deleted = |written: &&Written| matches!(written.deed, Deed::Delete(_)) && written.asked <= before;
        self.written.iter().filter(deleted).any(|delete| delete.outcome != Outcome::Refused)
    }
}

/// A page that was all that there is, by the word of every store.
#[derive(Debug, Clone)]
pub struct Listing {
    /// When it was asked for.
    pub asked: u64,
    /// When the answer came.
    pub at: u64,
    /// Of which kind.
    pub kind: &'static str,
    /// Of which shard; of all, if none is named.
    pub shard: Option<i64>,
    /// What it named.
    pub ids: BTreeSet<ObjectId>,
    /// An object that does not fit the question, in words.
    pub unfit: Option<String>,
}

/// A store whose disk went back in time.
#[derive(Debug, Clone, Copy)]
pub struct RolledBack {
    /// Which.
    pub store: StoreTag,
    /// To what it had at this moment.
    pub to: u64,
    /// When.
    pub at: u64,
}

/// All objects that clients know of.
#[derive(Debug, Default)]
pub struct ObjectHistory {
    /// By id.
    pub lives: BTreeMap<ObjectId, ObjectLife>,
    /// Complete answers to queries.
    pub listings: Vec<Listing>,
    /// Stores whose disks went back in time.
    pub rolled_back: Vec<RolledBack>,
    /// Messages of events that were on no disk any more before anybody was handed them out: their disks were lost.
    pub lost_events: BTreeSet<MessageId>,
}

impl ObjectHistory {
    /// A hash of when clients were told what. Ids are left out: they carry the time of a wall clock.
    #[must_use]
    pub fn hash(&self) -> u64 {
        let told = self.lives.values().flat_map(|life| {
            let found = life.sightings.iter().map(|told| [told.asked, told.at, told.version]);
            found.chain(life.not_found.iter().map(|missing| [missing.asked, missing.at, 0]))
        });
        told.flatten().fold(self.lives.len() as u64, |hash, number| mix(hash ^ number))
    }

    /// Whether what was told of an object at `told` need not hold any more at `now`: its store's disk has gone back in between.
    #[must_use]
    pub fn is_void(&self, id: ObjectId, asked: u64, told: u64, now: u64) -> bool {
        let undone = |back: &RolledBack| {
            back.store == id.store() && back.to < told && asked <= back.at && back.at <= now
        };
        self.rolled_back.iter().any(undone)
    }
}
