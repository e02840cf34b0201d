//! What a host tells a watcher, as plain data. Hosts are named by their ids here: a name may have had several.

use bytes::Bytes;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::state::condition::Status;

use super::types::TypeDepth;

/// One host, as it tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Who.
    pub id: HostId,
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Whether it serves.
    pub serving: bool,
    /// Whether it gives its copies away to go.
    pub leaving: bool,
    /// Whether its store is full.
    pub full: bool,
    /// Copies on its disk.
    pub copies: u64,
    /// Messages that it owns, whatever their state.
    pub owned: u64,
    /// Those that it would deliver now.
    pub ready: u64,
    /// Those that are leased.
    pub leased: u64,
    /// Those that are delayed.
    pub delayed: u64,
    /// Those that are dead.
    pub dead: u64,
    /// Those with fewer live copies than were asked for.
    pub under_replicated: u64,
    /// Tombstones that it keeps.
    pub tombstones: u64,
    /// Messages taken and given since its process started.
    pub moved_total: u64,
    /// Commits since its process started.
    pub commits_total: u64,
    /// How long a commit takes, in microseconds.
    pub commit_us: u64,
    /// The size of its store, in bytes.
    pub disk_bytes: u64,
    /// The links to its peers.
    pub links: Vec<ToldLink>,
    /// Where its copies are together with others.
    pub placements: Vec<ToldPlacement>,
    /// What it has of each message type.
    pub types: Vec<TypeDepth>,
}

/// A link, as one end sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToldLink {
    /// The other end.
    pub id: HostId,
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Whether there is a session.
    pub connected: bool,
    /// Why it is suspected, if it is.
    pub suspected: Option<String>,
    /// Whether it was removed for ever.
    pub removed: bool,
    /// How many tombstones wait for it.
    pub tombstones_awaited: u64,
    /// Nothing goes to it, on purpose.
    pub cut_out: bool,
    /// Nothing is taken from it, on purpose.
    pub cut_in: bool,
    /// By how many milliseconds what goes to it is slowed on purpose.
    pub delay_ms: u64,
    /// How many of a hundred frames to it are lost on purpose.
    pub drop_percent: u32,
}

/// A set of hosts that have copies of the same messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToldPlacement {
    /// The hosts.
    pub hosts: Vec<HostId>,
    /// How many messages.
    pub messages: u64,
    /// How many of them the host that tells it owns.
    pub owned: u64,
}

/// Something that happened on a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToldEvent {
    /// Wall time in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// What kind of thing, such as `stored` or `takes-over`.
    pub kind: String,
    /// The message that it is about.
    pub message: Option<MessageId>,
    /// The name of the other host that it is about.
    pub peer: Option<String>,
    /// What happened, without the host's name before it.
    pub words: String,
    /// How many messages; of a delivery, how often its message was delivered by now.
    pub number: u64,
}

/// What a host knows of one message: it has a copy, or a tombstone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToldCopy {
    /// Which message.
    pub id: MessageId,
    /// Its holders in rank order.
    pub holders: Vec<HostId>,
    /// The copy; none for a tombstone.
    pub held: Option<ToldHeld>,
    /// When it was enqueued, in milliseconds of the Unix epoch; 0 if that was not asked.
    pub enqueued_at_ms: u64,
    /// 0 to 9.
    pub priority: u8,
    /// The beginning of its body, as far as that was asked for.
    pub body: Bytes,
    /// The length of the whole body.
    pub body_bytes: u32,
}

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldHeld {
    /// Its type.
    pub message_type: String,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// Holders that have said that they lack it.
    pub lacking: Vec<HostId>,
    /// Who owns it, as far as this host knows.
    pub owner: Option<HostId>,
    /// Its status.
    pub status: Status,
    /// Whether it was set aside as unreadable.
    pub corrupt: bool,
    /// How often it was delivered.
    pub count: u32,
    /// What remains of its lease, its delay or its life, in milliseconds.
    pub remaining_ms: u64,
}

/// Which copies to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopiesOptions {
    /// How many at most.
    pub messages_max: u32,
    /// The oldest, not the newest.
    pub oldest_first: bool,
    /// Only of this type.
    pub message_type: Option<String>,
    /// Only with this status. Tombstones are told all the same.
    pub status: Option<Status>,
    /// Only of these messages, if there are any.
    pub ids: Vec<MessageId>,
    /// How many bytes of each body.
    pub body_bytes_max: u32,
}
