//! What the oracle writes down about one message.

use std::rc::Rc;
use std::time::Duration;

use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::request::Cause;

use super::super::digest::Digest;
use super::super::stage::Moment;

/// A message as the harness meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its type.
    pub message_type: String,
    /// Its body.
    pub digest: Digest,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// The count that stands for `{n}` in its body.
    pub number: u64,
    /// After how long it expires.
    pub time_to_live: Option<Duration>,
}

/// How an enqueue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// OK.
    Acknowledged,
    /// It will never be delivered.
    Failed,
    /// It may be delivered.
    Unknown,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Acknowledged => "ok",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One enqueue of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it was asked for.
    pub asked: Moment,
    /// How it ended, and when; none while it is under way.
    pub ended: Option<(Verdict, Moment)>,
    /// Whether it was tried again after a try that may have stored it.
    pub retried: bool,
}

/// One delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The host that delivered it.
    pub host: Rc<str>,
    /// When the request left that it answers.
    pub asked: Moment,
    /// When it came.
    pub received: Moment,
    /// The earliest moment at which its lease can have run out, extensions included.
    pub lease_ends: Moment,
    /// When its lease was given back, at the earliest.
    pub released: Option<Moment>,
    /// Its receipt.
    pub receipt: Receipt,
    /// How often it had been delivered, by the host's count.
    pub count: u32,
    /// Why it was delivered, by the host's word.
    pub cause: Cause,
    /// Whether it had the bytes that were enqueued.
    pub intact: bool,
}

/// One delete of a message that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// When it was asked for.
    pub asked: Moment,
    /// When it was acknowledged; none if it never was: then the message may be gone, or not.
    pub acknowledged: Option<Moment>,
    /// The holders that it did not reach, by its own word.
    pub unreached: Vec<String>,
}

/// Everything that the harness knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which message.
    pub id: MessageId,
    /// What it should be; none for one that this run did not enqueue.
    pub intent: Option<Intent>,
    /// Its enqueues.
    pub attempts: Vec<Attempt>,
    /// Its holders in rank order, as an answer named them last.
    pub holders: Rc<[String]>,
    /// Its deliveries, in the order in which they came.
    pub deliveries: Vec<Delivered>,
    /// Its deletes.
    pub deletions: Vec<Deletion>,
    /// When it was redriven, or may have been.
    pub redriven: Vec<Moment>,
}

impl Record {
    pub(super) fn new(id: MessageId, intent: Option<Intent>, holders: Rc<[String]>) -> Self {
        Self {
            id,
            intent,
            attempts: Vec::new(),
            holders,
            deliveries: Vec::new(),
            deletions: Vec::new(),
            redriven: Vec::new(),
        }
    }

    /// The record of a message of which the harness knows nothing.
    #[must_use]
    pub fn unknown(id: MessageId) -> Self {
        Self::new(id, None, Rc::from([]))
    }

    /// Whether some enqueue of it was OK.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        self.attempts.iter().any(|attempt| matches!(attempt.ended, Some((Verdict::Acknowledged, _))))
    }

    /// Whether it may be in the cluster at all: some enqueue of it did not fail.
    #[must_use]
    pub fn may_exist(&self) -> bool {
        self.attempts.iter().any(|attempt| !matches!(attempt.ended, Some((Verdict::Failed, _))))
    }

    /// The deletes that hold: a message that was enqueued once more after its delete is there again.
    pub fn deletions_in_force(&self) -> impl Iterator<Item = &Deletion> {
        let stored = |attempt: &&Attempt| !matches!(attempt.ended, Some((Verdict::Failed, _)));
        let last = self.attempts.iter().rev().find(stored).map(|attempt| attempt.asked);
        self.deletions.iter().filter(move |deletion| {
            let before =
                |asked: Moment| deletion.acknowledged.is_some_and(|acknowledged| acknowledged < asked);
            !last.is_some_and(before)
        })
    }

    /// Whether a delete of it was acknowledged.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.deletions_in_force().any(|deletion| deletion.acknowledged.is_some())
    }

    /// Whether a delete of it was acknowledged, or may have happened.
    #[must_use]
    pub fn may_be_deleted(&self) -> bool {
        self.deletions_in_force().next().is_some()
    }

    /// Whether it may have expired by now.
    #[must_use]
    pub fn may_be_expired(&self, now: Moment) -> bool {
        let life = self.intent.as_ref().and_then(|intent| intent.time_to_live);
        let asked = self.attempts.iter().map(|attempt| attempt.asked).min();
        matches!((life, asked), (Some(life), Some(asked)) if asked + life <= now)
    }

    /// Whether it may rightly have been stored more than once: it was enqueued again, tried again, or stayed unknown.
    #[must_use]
    pub fn was_retried(&self) -> bool {
        let unsure = |attempt: &Attempt| {
            attempt.retried || !matches!(attempt.ended, Some((Verdict::Acknowledged | Verdict::Failed, _)))
        };
        self.attempts.len() > 1 || self.attempts.iter().any(unsure)
    }
}
