//! What stands on one line of a recording.

use serde::{Deserialize, Serialize};

use crate::observe::{CommandBegun, CommandResult, HappeningBy, HostHappening, Update};

/// The version of the format that is written, and the newest one that is read.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format, from 1.
    pub version: u32,
    /// What wrote it: `hydraq 0.1.0`.
    pub program: String,
    /// What was recorded: a scenario's file, or `console`.
    pub title: String,
    /// When it began, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// How far the local time was ahead of UTC, in seconds.
    #[serde(default)]
    pub ahead_of_utc_seconds: i32,
    /// What everything that was left to chance followed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// The last line, if the recording was ended and not cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// How the session ended, in words.
    pub words: String,
}

/// A happening in its causal order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causal<T> {
    /// Its number in the file: it grows from line to line.
    pub id: u64,
    /// When, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// Its number among those of its host, from 1; commands and their results are those of `you`.
    pub sequence: u64,
    /// What it follows from on other hosts: ids of earlier happenings, at most one a host. That it follows the happening
    /// before it on its own host goes without saying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<u64>,
    /// What happened.
    #[serde(flatten)]
    pub what: T,
}

impl<T> Causal<T> {
    /// The same about something else.
    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Causal<U> {
        let Self { id, at_ms, sequence, causes, what } = self;
        Causal { id, at_ms, sequence, causes, what: to(what) }
    }
}

impl Causal<HappeningBy> {
    /// Where it happened: a host's name, or `you`.
    #[must_use]
    pub fn host(&self) -> &str {
        match &self.what {
            HappeningBy::Host(told) => &told.host,
            HappeningBy::Command(_) | HappeningBy::Result(_) => "you",
        }
    }

    /// What happened, in words, without the host.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.what {
            HappeningBy::Host(told) => told.words.clone(),
            HappeningBy::Command(command) => command.line.clone(),
            HappeningBy::Result(result) => {
                let verdict = if result.ok { "done" } else { "not done" };
                match &*result.words {
                    "" => verdict.to_owned(),
                    words => format!("{verdict}: {words}"),
                }
            }
        }
    }
}

/// One line: an object with one key, which says what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The first line.
    #[serde(rename = "hydraq_recording")]
    Header(Header),
    /// Everything on the screen that changed at one moment. The first one is a snapshot.
    Update(Update),
    /// Something that happened on a host.
    Happening(Causal<HostHappening>),
    /// A command begins.
    Command(Causal<CommandBegun>),
    /// A command has ended.
    Result(Causal<CommandResult>),
    /// The last line.
    End(End),
}

impl From<Causal<HappeningBy>> for Entry {
    fn from(happening: Causal<HappeningBy>) -> Self {
        match happening.what.clone() {
            HappeningBy::Host(told) => Self::Happening(happening.map(|_| told)),
            HappeningBy::Command(command) => Self::Command(happening.map(|_| command)),
            HappeningBy::Result(result) => Self::Result(happening.map(|_| result)),
        }
    }
}
