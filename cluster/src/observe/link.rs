//! The way from one host to another.

use serde::{Deserialize, Serialize};

use super::HostNumber;

/// How many directions of links that are being made are told of at the most: a thousand hosts make half a million links at once.
pub const CONNECTING_TOLD_MAX: usize = 20_000;

/// How one direction of a link stands. What was done to it on purpose stands before what follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// Frames arrive.
    Up,
    /// There is no session yet.
    Connecting,
    /// The receiver is suspected by the sender.
    Suspected,
    /// Cut on purpose: nothing arrives.
    Cut,
    /// Slowed on purpose.
    Delayed {
        /// By how many milliseconds.
        by_ms: u64,
    },
    /// Frames are lost on purpose.
    Lossy {
        /// How many of a hundred, 1 to 100.
        percent: u8,
    },
}

impl LinkState {
    /// The state in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Connecting => "connecting",
            Self::Suspected => "suspected",
            Self::Cut => "cut",
            Self::Delayed { .. } => "delayed",
            Self::Lossy { .. } => "lossy",
        }
    }
}

/// One direction of a link that is not simply up; what is not told of is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkPicture {
    /// The host that sends.
    pub from: HostNumber,
    /// The host that should receive.
    pub to: HostNumber,
    /// How it stands.
    pub state: LinkState,
}
