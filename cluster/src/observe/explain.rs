//! The life of one message across hosts: a space-time diagram as data.

use serde::{Deserialize, Serialize};

use super::{HostNumber, MessageId, ulid_text};

/// One column of the diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The host; `None` for the client (`you`).
    pub host: Option<HostNumber>,
    /// What stands at its head.
    pub name: String,
}

/// What is drawn where a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Nothing but the end of the line.
    None,
    /// The host serves the message from here on.
    Serving,
    /// The host has a copy.
    Copy,
    /// A copy is on its way here.
    Copying,
    /// The message is handed out.
    Leased,
    /// The message is delayed.
    Delayed,
    /// The host is gone; its lane ends.
    Gone,
    /// The host is back; its lane goes on.
    Back,
    /// The message is deleted here.
    Tombstone,
    /// The copy is damaged.
    Corrupt,
    /// A frame got lost.
    Lost,
}

/// One row of the diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When, in milliseconds since the first step.
    pub at_ms: u64,
    /// The lane where it begins.
    pub from: usize,
    /// The lane where it ends, for what travels; `None` for what happens on one lane.
    pub to: Option<usize>,
    /// What travels: `copy, 2`; empty for what happens on one lane.
    pub label: String,
    /// What is drawn where it ends.
    pub mark: Mark,
    /// What happens where it ends: `stored`, `takes over`.
    pub note: String,
    /// Why, if that needs saying: `bravo: connection refused`.
    pub because: Option<String>,
}

/// The life of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Biography {
    /// The message.
    #[serde(with = "ulid_text")]
    pub message: MessageId,
    /// One line about its enqueue: `enqueued by you through bravo, acked after 1.1 ms`.
    pub summary: String,
    /// The columns: the client first, then holders by rank, then others that took part.
    pub lanes: Vec<Lane>,
    /// The rows, oldest first.
    pub steps: Vec<Step>,
    /// Why it is not delivered now, or that it would be.
    pub why: String,
}
