//! Single happenings, as hosts and the harness tell them: told only while somebody records.
//!
//! An [`super::EventPicture`] is for people: what is worth a line. A happening is for whoever wants to know which thing
//! followed from which: every copy, every delivery, every command.

use serde::{Deserialize, Serialize};

use super::{MessageId, ulid_text};

/// One happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// Where it happened.
    pub by: HappeningBy,
}

/// Who tells it, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HappeningBy {
    /// A host.
    Host(HostHappening),
    /// The harness: a command begins.
    Command(CommandBegun),
    /// The harness: a command has ended.
    Result(CommandResult),
}

/// Something that happened on a host.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostHappening {
    /// The host's name.
    pub host: String,
    /// What kind of thing, such as `stored`, `delivered`, `takes-over`; `gone` and `back` for its process.
    pub what: String,
    /// The message that it is about.
    #[serde(with = "ulid_text::option", default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The name of the other host that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// How many messages; of a delivery, how often its message was delivered by now.
    #[serde(default)]
    pub count: u64,
    /// What happened, after the host's name.
    pub words: String,
}

/// A command begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandBegun {
    /// Counts the commands of a session, from 1.
    pub number: u64,
    /// The command line.
    pub line: String,
    /// Its line in the scenario's file, if it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_line: Option<u32>,
}

/// A command has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandResult {
    /// The command's number.
    pub number: u64,
    /// Whether it was carried out.
    pub ok: bool,
    /// What came of it, or what went wrong, in one line.
    pub words: String,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// The messages that it was about, in their order.
    #[serde(with = "ulid_text::list", default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageId>,
    /// The same as data, as `hydraq run --format json` prints it.
    pub result: serde_json::Value,
}
