//! One host, as an observer sees it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A host's number, from 1, in the order in which hosts were first seen. It stays the same across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostNumber(pub u16);

impl fmt::Display for HostNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HostState {
    /// Its process runs, but it does not serve yet: it starts, or synchronises.
    Starting,
    /// It serves.
    Up,
    /// Its process is stopped (SIGSTOP).
    Paused,
    /// Its process was killed by somebody here.
    Killed,
    /// It is gone, or does not answer, and nobody here did it.
    Down,
    /// It gives its copies to others and will go.
    Leaving,
    /// It is no member any more.
    Removed,
}

impl HostState {
    /// The word that stands beside the host's name everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Paused => "paused",
            Self::Killed => "killed",
            Self::Down => "down",
            Self::Leaving => "leaving",
            Self::Removed => "removed",
        }
    }

    /// Whether it answers requests.
    #[must_use]
    pub fn is_up(self) -> bool {
        matches!(self, Self::Up | Self::Leaving)
    }

    /// Whether its copies cannot be reached now.
    #[must_use]
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Killed | Self::Down | Self::Removed)
    }
}

/// One host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPicture {
    /// Its number.
    pub number: HostNumber,
    /// Its name, such as `alpha`.
    pub name: String,
    /// Where it serves, a URL.
    pub address: String,
    /// Its process, where that is known.
    pub pid: Option<u32>,
    /// What it does.
    pub state: HostState,
    /// Since when, in milliseconds of the Unix epoch.
    pub since_ms: u64,
    /// Ready messages that it would deliver now.
    pub serving: u64,
    /// Ready messages that it served just before it went; 0 while it is there.
    pub served_before: u64,
    /// Copies on its disk.
    pub copies: u64,
    /// Messages that it has leased out.
    pub leased: u64,
    /// Messages of its own that wait for their delay.
    pub delayed: u64,
    /// Messages of its own that were delivered too often.
    pub dead: u64,
    /// Messages of its own with fewer live copies than were asked for.
    pub under_replicated: u64,
    /// Tombstones that it keeps.
    pub tombstones: u64,
    /// Tombstones on other hosts that wait for it.
    pub tombstones_awaited: u64,
    /// Messages taken and given, a second.
    pub per_second: u64,
    /// The same a while back, newest last; at most 60 values.
    pub rate_history: Vec<u32>,
    /// The median time of its latest commits, in microseconds.
    pub commit_us: u64,
    /// The size of its store, in bytes.
    pub disk_bytes: u64,
    /// Whether it refuses messages because its disk is full.
    pub full: bool,
    /// The bug that was planted in it for a lesson, if any.
    pub plant: Option<String>,
}

impl HostPicture {
    /// A host that has nothing yet.
    #[must_use]
    pub fn new(number: HostNumber, name: impl Into<String>, state: HostState, since_ms: u64) -> Self {
        Self {
            number,
            name: name.into(),
            address: String::new(),
            pid: None,
            state,
            since_ms,
            serving: 0,
            served_before: 0,
            copies: 0,
            leased: 0,
            delayed: 0,
            dead: 0,
            under_replicated: 0,
            tombstones: 0,
            tombstones_awaited: 0,
            per_second: 0,
            rate_history: Vec::new(),
            commit_us: 0,
            disk_bytes: 0,
            full: false,
            plant: None,
        }
    }
}
