//! What happened, and the numbers that must stay zero.

use serde::{Deserialize, Serialize};

use super::{HostNumber, MessageId, ulid_text, words};

/// Numbers the events of a session, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventSerial(pub u64);

/// What kind of thing happened: it picks colour and glyph, and what a reader can filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A host started, or came back.
    Started,
    /// A host was killed.
    Killed,
    /// A host went down by itself.
    Down,
    /// A host was paused.
    Paused,
    /// A paused host goes on.
    Resumed,
    /// A host suspects another.
    Suspected,
    /// A suspicion ended.
    Trusted,
    /// A holder became owner.
    Takeover,
    /// Messages were enqueued.
    Enqueued,
    /// Messages were handed out.
    Leased,
    /// Messages were deleted.
    Deleted,
    /// A copy was made.
    Copied,
    /// A link was cut, slowed or made lossy.
    Link,
    /// A link was healed.
    Healed,
    /// A disk was filled, freed or damaged.
    Disk,
    /// A host leaves, or was removed.
    Membership,
    /// A message was delivered again.
    Duplicate,
    /// An acknowledged message is gone.
    Lost,
    /// A deleted message was delivered.
    Resurrected,
    /// A request was refused, failed or stayed unknown.
    Refused,
    /// Narration.
    Note,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPicture {
    /// Its number.
    pub serial: EventSerial,
    /// When, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// The host that tells it; `None` for the observer itself.
    pub host: Option<HostNumber>,
    /// That host's name; `you`; or `hydraq` for what was found by counting.
    pub who: String,
    /// What kind of thing.
    pub kind: EventKind,
    /// The message that it is about, if it is about one.
    #[serde(with = "ulid_text::option", default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// What happened, after `who`: `takes over 12 messages that bravo served`.
    pub words: String,
    /// How long it took, in microseconds.
    pub took_us: Option<u64>,
    /// The event that caused it.
    pub cause: Option<EventSerial>,
}

impl EventPicture {
    /// The event in one line of words, without the time: for plain mode and headless runs.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.took_us {
            Some(took_us) => format!("{} {}, {}", self.who, self.words, words::microseconds(took_us)),
            None => format!("{} {}", self.who, self.words),
        }
    }
}

/// The totals of a session, and the promises in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badges {
    /// Enqueues acknowledged.
    pub acknowledged: u64,
    /// Messages that a live host would deliver now.
    pub ready: u64,
    /// Messages handed out.
    pub leased: u64,
    /// Acknowledged messages that are nowhere any more. Promise: 0.
    pub lost: u64,
    /// Deleted messages that were delivered. Promise: 0.
    pub resurrected: u64,
    /// Deliveries beyond the first of a message.
    pub duplicates: u64,
    /// How many of these have a cause in the faults, leases and releases. Promise: all.
    pub explained: u64,
    /// The newest event behind `lost`.
    pub lost_event: Option<EventSerial>,
    /// The newest event behind `resurrected`.
    pub resurrected_event: Option<EventSerial>,
    /// The newest event behind `duplicates`; an unexplained one goes first.
    pub duplicate_event: Option<EventSerial>,
}

/// A message behind each of the promises that is not kept, the newest that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behind {
    /// One that is lost.
    pub lost: Option<MessageId>,
    /// One that was deleted, and was delivered after that.
    pub resurrected: Option<MessageId>,
    /// One that was delivered more than once.
    pub duplicate: Option<MessageId>,
    /// One for whose second delivery there is no explanation.
    pub unexplained: Option<MessageId>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandOutcome {
    /// The command line.
    pub line: String,
    /// Whether it was carried out.
    pub ok: bool,
    /// What came of it, or what went wrong, in one line.
    pub words: String,
}
