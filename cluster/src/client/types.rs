//! Plain data of the client: what is asked of hosts and what they answer, without the wire.

use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Shape;
use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::request::Cause;
use hydraq_core::state::condition::Status;

/// A message to be enqueued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its id: fresh for a new message, the same for a retry.
    pub id: MessageId,
    /// Its type.
    pub message_type: String,
    /// Its body.
    pub body: Bytes,
    /// Names and values that travel along.
    pub attributes: Vec<(String, String)>,
    /// How many replicas are asked for.
    pub replicas: u8,
    /// 0 to 9; 9 is served first.
    pub priority: u8,
    /// How long it may not be delivered.
    pub delay: Option<Duration>,
    /// After how long it expires.
    pub time_to_live: Option<Duration>,
    /// After how many deliveries it is dead.
    pub deliveries_max: Option<u32>,
    /// Whether it is deleted before it is handed out.
    pub at_most_once: bool,
}

/// How messages are enqueued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnqueueOptions {
    /// How copies travel.
    pub shape: Shape,
    /// When the outcome is said at the latest.
    pub timeout: Duration,
    /// With how many replicas it is OK at the deadline.
    pub replicas_min: Option<u8>,
    /// Acknowledge the initial replica alone.
    pub asynchronous: bool,
    /// Whether it may have been tried before, on hosts that are not named.
    pub retry: bool,
}

impl Default for EnqueueOptions {
    fn default() -> Self {
        let timeout = crate::wire::limits::ENQUEUE_TIMEOUT_DEFAULT;
        EnqueueOptions { shape: Shape::Star, timeout, replicas_min: None, asynchronous: false, retry: false }
    }
}

/// What became of an enqueued message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    /// Which.
    pub id: MessageId,
    /// What.
    pub outcome: Outcome,
}

/// The outcome of an enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable on these hosts, by name, in rank order.
    Ok(Vec<String>),
    /// It may be delivered; durable on these hosts.
    Unknown(Vec<String>),
    /// It will never be delivered.
    Failed(super::ClientError),
}

/// What to hand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DequeueOptions {
    /// Of which types.
    pub message_types: Vec<String>,
    /// How many at the most.
    pub messages_max: u32,
    /// For how long they are invisible to others.
    pub lease: Duration,
    /// How long to wait if there is none.
    pub wait: Duration,
}

/// One message handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub id: MessageId,
    /// Its type.
    pub message_type: String,
    /// Its body.
    pub body: Bytes,
    /// Names and values that came along.
    pub attributes: Vec<(String, String)>,
    /// The name of its lease.
    pub receipt: Receipt,
    /// All hosts that have, or may have, a replica, by name, in rank order.
    pub holders: Vec<String>,
    /// The host that delivered it, by name.
    pub owner: String,
    /// How often it was delivered, this time included.
    pub count: u32,
    /// Why it was delivered.
    pub cause: Cause,
    /// How many replicas were asked for.
    pub replicas: u8,
}

/// What is to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteTarget {
    /// By the lease under which it was delivered.
    Receipt(Receipt),
    /// By id.
    Id(MessageId),
}

impl DeleteTarget {
    /// Which message.
    #[must_use]
    pub fn id(&self) -> MessageId {
        match self {
            DeleteTarget::Receipt(receipt) => receipt.message,
            DeleteTarget::Id(id) => *id,
        }
    }
}

/// What became of a delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Which message.
    pub id: MessageId,
    /// Gone already, and the holders that were not reached, by name; or why it was refused.
    pub result: Result<DeletedHow, super::ClientError>,
}

/// How a message was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeletedHow {
    /// It was gone already.
    pub gone_already: bool,
    /// The holders that were not reached, by name.
    pub unreached: Vec<String>,
}

/// What one host knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKnowledge {
    /// The host, by name.
    pub host: String,
    /// What it knows.
    pub knowledge: Knowledge,
}

/// See [`HostKnowledge`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Knowledge {
    /// It has a copy.
    Copy(Copy),
    /// It was deleted; these have confirmed that, of these holders.
    Deleted {
        /// The holders.
        holders: Vec<String>,
        /// Those that have confirmed.
        confirmed: Vec<String>,
        /// Everybody has confirmed.
        finished: bool,
    },
    /// It knows nothing of it.
    Nothing,
    /// It did not answer.
    Silent,
}

/// A copy, as its host describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its type.
    pub message_type: String,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// The holders, by name, in rank order.
    pub holders: Vec<String>,
    /// Those that have said that they lack it.
    pub lacking: Vec<String>,
    /// Who serves it.
    pub owner: Option<String>,
    /// Its status.
    pub status: Status,
    /// Whether it is set aside as unreadable.
    pub corrupt: bool,
    /// How often it was delivered.
    pub count: u32,
    /// What remains of its lease, its delay or its life.
    pub remaining: Option<Duration>,
    /// How long its body is.
    pub body_bytes: u32,
}

/// A message that was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: MessageId,
    /// The copy of the host that lists it.
    pub copy: Copy,
    /// The beginning of its body.
    pub body: Bytes,
    /// Its priority.
    pub priority: u8,
    /// When it was enqueued, by a wall clock, in milliseconds since 1970.
    pub enqueued_at_ms: u64,
    /// The host that says so.
    pub host: String,
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListOptions {
    /// Of which type; of any if none.
    pub message_type: Option<String>,
    /// In which state; in any if none.
    pub status: Option<Status>,
    /// The copies on this host; every message once if none.
    pub host: Option<String>,
    /// How many at the most.
    pub messages_max: u32,
    /// Newest first.
    pub newest_first: bool,
    /// How many bytes of each body.
    pub body_bytes_max: u32,
    /// Where an earlier page ended.
    pub cursor: String,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The messages.
    pub messages: Vec<Listed>,
    /// Where the next page begins; empty: there is none.
    pub cursor: String,
    /// Hosts that could not be asked, by name.
    pub silent: Vec<String>,
}

/// How a host stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostState {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Whether it serves.
    pub serving: bool,
    /// Whether it is leaving.
    pub leaving: bool,
    /// Whether its store is full.
    pub full: bool,
    /// Whether faults may be asked for.
    pub faults_allowed: bool,
    /// How many copies it has.
    pub copies: u64,
    /// Messages that it owns, by state.
    pub ready: u64,
    /// See `ready`.
    pub leased: u64,
    /// See `ready`.
    pub delayed: u64,
    /// See `ready`.
    pub dead: u64,
    /// Messages that it owns with fewer live copies than asked for.
    pub under_replicated: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// What it has done since its process started.
    pub enqueued_total: u64,
    /// See `enqueued_total`.
    pub delivered_total: u64,
    /// See `enqueued_total`.
    pub deleted_total: u64,
    /// How long a commit takes, in microseconds.
    pub commit_us: u64,
    /// How large its store is, in bytes.
    pub disk_bytes: u64,
    /// The links to its peers.
    pub links: Vec<LinkState>,
}

/// How a link stands, as one end sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkState {
    /// The other end, by name.
    pub peer: String,
    /// Whether there is a session.
    pub connected: bool,
    /// Whether that is synchronised.
    pub synchronised: bool,
    /// Why the peer is suspected.
    pub suspected: Option<String>,
    /// Whether it may own messages.
    pub live: bool,
    /// Whether it was removed.
    pub removed: bool,
    /// How many deletes wait for it.
    pub tombstones_awaited: u64,
    /// What was injected.
    pub cut_out: bool,
    /// See `cut_out`.
    pub cut_in: bool,
    /// See `cut_out`.
    pub delay: Duration,
    /// See `cut_out`.
    pub drop_percent: u32,
}

/// How deep a message type is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeDepth {
    /// Its name.
    pub message_type: String,
    /// Messages by state.
    pub ready: u64,
    /// See `ready`.
    pub leased: u64,
    /// See `ready`.
    pub delayed: u64,
    /// See `ready`.
    pub dead: u64,
    /// All copies.
    pub copies: u64,
    /// Messages with fewer live copies than were asked for, as their owners see it.
    pub under_replicated: u64,
    /// Messages by their first holder, suspected or not: each counts once.
    pub first: u64,
    /// How old the oldest ready one is.
    pub oldest_age: Duration,
    /// Whether it takes messages, and gives them out.
    pub paused_in: bool,
    /// See `paused_in`.
    pub paused_out: bool,
}

/// A fault that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing gets through to, or from, a peer.
    Cut {
        /// Whom.
        peer: String,
        /// To it.
        outwards: bool,
        /// From it.
        inwards: bool,
    },
    /// What goes to a peer takes longer.
    Delay {
        /// Whom.
        peer: String,
        /// How much.
        delay: Duration,
    },
    /// Some of what goes to a peer is lost.
    Drop {
        /// Whom.
        peer: String,
        /// How much, in percent.
        percent: u32,
    },
    /// The ways to and from a peer, or all ways, are mended.
    Heal(Option<String>),
    /// The store behaves as if its disk were full, or not.
    Full(bool),
    /// A byte of a message is flipped; of the oldest one if none is named.
    Corrupt(Option<MessageId>),
}
