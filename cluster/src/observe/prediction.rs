//! What a kill would do, and what it did.

use serde::{Deserialize, Serialize};

use super::HostNumber;

/// What killing hosts does to messages, before it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// The hosts that would be killed.
    pub hosts: Vec<HostNumber>,
    /// Messages that change their owner.
    pub owner_changes: u64,
    /// Messages that fall to one live copy.
    pub fall_to_one: u64,
    /// Messages without a live copy anywhere else: they wait until a host with a copy returns.
    pub only_copy_here: u64,
    /// Messages without a copy on any other disk, of a live host or not: they are lost if these disks are emptied.
    #[serde(default)]
    pub only_disk: u64,
    /// Messages that a consumer leased through these hosts: they may come twice.
    pub leased_through: u64,
    /// Within how many milliseconds other hosts should serve.
    pub takeover_goal_ms: u64,
}

/// What was predicted, and what happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aftermath {
    /// The prediction.
    pub predicted: BlastRadius,
    /// The same numbers, counted afterwards.
    pub happened: BlastRadius,
    /// Whether the disks were emptied, too.
    #[serde(default)]
    pub wiped: bool,
    /// Milliseconds from the kill until other hosts served all of it; `None` if they do not yet.
    pub takeover_ms: Option<u64>,
}
