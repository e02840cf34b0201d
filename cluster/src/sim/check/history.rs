//! What clients have asked for and seen: the only thing, besides disks and the trace, that the invariants are judged by.

use std::collections::BTreeMap;

use bytes::Bytes;
use hydraq_core::ids::{HostId, MessageId, Receipt, StoreId};
use hydraq_core::objects::StoreTag;
use hydraq_core::request::Cause;

use super::objects::known::ObjectHistory;

/// What a client knows of one message.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// What was sent.
    pub body: Bytes,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// How many replicas an acknowledgement promises: fewer if fewer were asked to be enough.
    pub promised: u8,
    /// When it was first sent, in virtual microseconds.
    pub sent: u64,
    /// When it was acknowledged.
    pub acknowledged: Option<u64>,
    /// Whether a try was refused, and no other one was made: it must never be delivered.
    pub failed: bool,
    /// How many tries were made.
    pub tries: u32,
    /// When the last try was sent.
    pub tried: u64,
    /// Whether some outcome is unknown.
    pub unknown: bool,
    /// When it expires at the earliest.
    pub expires: Option<u64>,
    /// After how many deliveries it is dead.
    pub deliveries_max: Option<u32>,
    /// Whether it is delivered at most once.
    pub at_most_once: bool,
    /// Its deliveries.
    pub deliveries: Vec<Seen>,
    /// Its deletes.
    pub deletes: Vec<Delete>,
    /// Set once it is beyond doubt that all its durable copies were lost with their disks.
    pub lost_disks: bool,
    /// Whether an acknowledged delete was forgotten with the last disk that had its tombstone, before every copy was gone.
    pub delete_lost: bool,
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Through which host the client got it.
    pub through: usize,
    /// When the client asked, and when the answer came.
    pub asked: u64,
    /// See `asked`.
    pub at: u64,
    /// When the lease ends if it is not extended.
    pub lease_first_ends: u64,
    /// The lease.
    pub receipt: Receipt,
    /// When the lease ends, as far as the client has seen to it.
    pub lease_ends: u64,
    /// When it was released, if it was.
    pub released: Option<u64>,
    /// How often it was delivered, as the owner says.
    pub count: u32,
    /// Why, as the owner says.
    pub cause: Cause,
    /// Whether it came with the bytes that were sent.
    pub intact: bool,
    /// Whether it came in the final drain.
    pub drain: bool,
}

/// One delete.
#[derive(Debug, Clone, Default)]
pub struct Delete {
    /// When it was asked for.
    pub asked: u64,
    /// When it was acknowledged, if it was.
    pub acknowledged: Option<u64>,
    /// Whether the message was said to be gone already: no tombstone keeps a later try of its enqueue away.
    pub gone_already: bool,
    /// Whom the acknowledgement names as not reached.
    pub unreached: Vec<HostId>,
}

impl Life {
    /// Whether a delete was asked for, acknowledged or not.
    #[must_use]
    pub fn delete_asked(&self) -> bool {
        !self.deletes.is_empty()
    }

    /// Whether a delete that was asked for after this moment was acknowledged.
    #[must_use]
    pub fn deleted_since(&self, at: u64) -> bool {
        self.deletes.iter().any(|delete| delete.asked >= at && delete.acknowledged.is_some())
    }

    /// Whether somebody may rely on its being delivered.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        let dead = self.deliveries_max.is_some();
        self.acknowledged.is_some()
            && !self.delete_asked()
            && self.expires.is_none()
            && !dead
            && !self.at_most_once
    }
}

impl History {
    /// Whether an id may stand for two messages: events of a store that went back in time, and uses their numbers again until it is
    /// told so.
    #[must_use]
    pub fn may_be_two(&self, id: MessageId, at: u64) -> bool {
        let store = StoreTag::of(StoreId(id.0 >> 64));
        self.objects.rolled_back.iter().any(|back| back.store == store && back.at <= at)
    }

    /// Whether a message may have been made ready again until then: its counts and leases start anew wherever that is heard of.
    #[must_use]
    pub fn redriven(&self, life: &Life, until: u64) -> bool {
        life.deliveries_max.is_some() && self.redrives.iter().any(|at| (life.sent..=until).contains(at))
    }
}

/// All messages that clients know of.
#[derive(Debug, Default)]
pub struct History {
    /// By id.
    pub lives: BTreeMap<MessageId, Life>,
    /// Hosts whose disks went back in time, and when: until somebody who knows better tells them, they serve what was deleted since.
    pub rolled_back: Vec<(HostId, u64)>,
    /// When the dead were asked to be made ready again.
    pub redrives: Vec<u64>,
    /// From when to when something was wrong.
    pub troubled: Vec<(u64, u64)>,
    /// Ids that were used again with another body and accepted: which, when asked, when accepted.
    pub impostors: Vec<(MessageId, u64, u64)>,
    /// Messages with too few copies a while after the last heal, in words.
    pub under_replicated: Vec<String>,
    /// What clients know of objects.
    pub objects: ObjectHistory,
    /// How many requests were made, and how many were answered.
    pub requests: u64,
    /// See `requests`.
    pub answers: u64,
}
