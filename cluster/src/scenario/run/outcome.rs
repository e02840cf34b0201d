//! What commands do: plain data, from which reports are made.

use std::time::Duration;

use hydraq_core::ids::MessageId;
use hydraq_core::objects::ObjectId;

use super::failure::{Failure, FailureKind};
use super::oracle::record::{Record, Verdict};
use super::stage::Moment;
use crate::client::ClientError;
use crate::client::objects::{CreatedObject, ObjectPage, StoredObject};
use crate::client::types::{DeletedHow, Delivery, Knowledge};
use crate::scenario::{Ask, Expectation, Load};

/// What a command did, and what went wrong about it, if anything did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// What it did.
    pub outcome: Outcome,
    /// What went wrong.
    pub failure: Option<Failure>,
}

impl From<Outcome> for Done {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, failure: None }
    }
}

/// The result of performing a command: a failure alone where nothing was done at all.
pub type Performed = Result<Done, Failure>;

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Something was done to hosts: "killed", "spawned", …
    Hosts {
        /// What, as a participle.
        verb: &'static str,
        /// To whom, in the order in which they were named.
        hosts: Vec<String>,
    },
    /// Something was done to a link.
    Link {
        /// What, as a participle.
        verb: &'static str,
        /// The ends; none for all links.
        ends: Option<(String, String)>,
        /// How much, if it is more than that: "by 200ms", "30 %".
        how: String,
    },
    /// A byte of a copy was flipped.
    Corrupted {
        /// On this host.
        host: String,
        /// Of this message.
        message: Option<MessageId>,
    },
    /// Messages were enqueued, or not, in their order.
    Enqueued(Vec<Sent>),
    /// Messages were delivered.
    Dequeued(Vec<Delivery>),
    /// Messages were deleted, or not.
    Deleted(Vec<Settled<DeletedHow>>),
    /// Leases were released or extended, or not.
    Leases {
        /// "released" or "extended".
        verb: &'static str,
        /// Of which messages.
        messages: Vec<Settled<()>>,
    },
    /// Something began in the background.
    Started {
        /// What.
        load: Load,
        /// Messages a second at most.
        rate: Option<u32>,
    },
    /// Whatever of this kind ran in the background starts nothing more.
    Stopped {
        /// What.
        load: Load,
        /// How many were running.
        tasks: usize,
        /// What they have done so far.
        tally: Tally,
    },
    /// Something was set.
    Set {
        /// What.
        name: String,
        /// To what.
        value: String,
    },
    /// A repair was asked of these hosts.
    Repaired(Vec<String>),
    /// Objects were created, or not, in their order.
    ObjectsCreated(Vec<ObjectMade>),
    /// An object was read, updated or deleted.
    Object {
        /// What was done to it, as a participle.
        verb: &'static str,
        /// The object, as it is now; as it was, if it was deleted.
        stored: StoredObject,
    },
    /// Objects were found.
    ObjectsFound(ObjectPage),
    /// So many dead messages became ready again.
    Redriven(u32),
    /// Time passed.
    Waited(Duration),
    /// A text was shown.
    Said(String),
    /// A question was asked; where nobody was there to answer, the right answer was given.
    Asked(Ask),
    /// The answer to a question was revealed.
    Revealed {
        /// The question.
        ask: Ask,
        /// Why it is so.
        because: Option<String>,
        /// What was expected of what it is about, and what that was measured to be.
        measured: Option<(Expectation, Option<u64>)>,
    },
    /// Something was measured.
    Measured {
        /// What was expected of it.
        expectation: Expectation,
        /// What it was; none if there is no value.
        actual: Option<u64>,
    },
    /// What is known of a message.
    Shown(Box<Sight>),
    /// All that happened to a message.
    Explained(Box<Sight>),
}

impl Outcome {
    /// The messages that it is about, in their order.
    #[must_use]
    pub fn messages(&self) -> Vec<MessageId> {
        match self {
            Self::Enqueued(sent) => sent.iter().map(|sent| sent.id).collect(),
            Self::Dequeued(deliveries) => deliveries.iter().map(|delivery| delivery.id).collect(),
            Self::Deleted(messages) => messages.iter().map(|settled| settled.id).collect(),
            Self::Leases { messages, .. } => messages.iter().map(|settled| settled.id).collect(),
            Self::Corrupted { message, .. } => message.iter().copied().collect(),
            Self::Shown(sight) | Self::Explained(sight) => vec![sight.record.id],
            _ => Vec::new(),
        }
    }
}

/// An object that was created, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMade {
    /// Its id, once one was drawn.
    pub id: Option<ObjectId>,
    /// What came of it.
    pub result: Result<CreatedObject, ClientError>,
}

/// What background tasks have done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages enqueued or deleted.
    pub done: u64,
    /// Messages that were not.
    pub failed: u64,
}

/// A message that was enqueued, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Which.
    pub id: MessageId,
    /// How its enqueue ended.
    pub verdict: Verdict,
    /// The hosts that confirmed it, in rank order.
    pub hosts: Vec<String>,
    /// How often it was tried.
    pub tries: u32,
    /// Whether it was tried again after a try that may have stored it.
    pub retried: bool,
    /// Why it failed, or what is known of why its outcome is unknown.
    pub error: Option<ClientError>,
}

/// A message that was settled in some way, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<T> {
    /// Which.
    pub id: MessageId,
    /// How, or why not.
    pub result: Result<T, ClientError>,
}

/// A message, seen from everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// What the harness knows of it.
    pub record: Record,
    /// What each host knows of it, or why it says nothing, in the order of spawning.
    pub hosts: Vec<(String, Result<Knowledge, String>)>,
    /// What may have touched it: its biography as the harness wrote it down, in the order of time.
    pub biography: Vec<(Moment, String)>,
}

/// One failure for a command about several messages: the heaviest, with how many there are. `verb` says what was asked for:
/// "deleted".
pub(super) fn failure_of<'a>(
    verb: &str,
    total: usize,
    errors: impl Iterator<Item = (FailureKind, &'a str)>,
) -> Option<Failure> {
    let errors: Vec<(FailureKind, &str)> = errors.collect();
    let (kind, message) = errors.iter().max_by_key(|(kind, _)| *kind)?;
    let message = match (errors.len(), total) {
        (1, 1) => (*message).to_owned(),
        (wrong, total) => format!("{wrong} of {total} messages were not {verb}: {message}"),
    };
    Some(Failure::new(*kind, message))
}
