//! What a client can ask of a host, and what it is answered. Everything here was validated at the border.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::config::Shape;
use crate::ids::{HostId, LeaseNumber, MessageId, Receipt, Sequence};
use crate::message::{Content, Message, MessageType};
use crate::state::condition::Status;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Take messages.
    Enqueue(Enqueue),
    /// Hand messages out.
    Dequeue(Dequeue),
    /// Delete messages for good.
    Delete(Delete),
    /// End leases before their time.
    Release(Vec<Receipt>),
    /// Let leases run for so long from now.
    Extend(Vec<Receipt>, Duration),
    /// Tell what every host knows of one message.
    Show(MessageId),
    /// Make dead messages ready again.
    Redrive(Redrive),
    /// Pass a request on to a host that the asker cannot reach.
    Relay(HostId, Box<Request>),
}

/// Take messages, each with the replica count that it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Enqueue {
    /// The messages; answered one by one, in this order.
    pub messages: Vec<Arc<Message>>,
    /// How copies travel.
    pub shape: Shape,
    /// When the outcome is said at the latest.
    pub timeout: Duration,
    /// With how many durable replicas an enqueue is OK at the deadline; all that were asked for if not given.
    pub replicas_min: Option<u8>,
    /// Whether the initial replica alone is acknowledged.
    pub asynchronous: bool,
    /// Whether this may have been tried before.
    pub attempt: Attempt,
    /// Whether a full or leaving host named this one as rank 0: it must store or refuse.
    pub placed: bool,
}

impl Enqueue {
    /// The first try of an enqueue that is acknowledged with all replicas, whose copies travel as a star.
    #[must_use]
    pub fn new(messages: Vec<Arc<Message>>, timeout: Duration) -> Self {
        Enqueue {
            messages,
            shape: Shape::Star,
            timeout,
            replicas_min: None,
            asynchronous: false,
            attempt: Attempt::First,
            placed: false,
        }
    }
}

/// Whether an enqueue may have been tried before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It was not: the id is fresh.
    First,
    /// It may have been, on these hosts; on any member if they are not named.
    Retry(Option<Vec<HostId>>),
    /// It was, and the receiver has the message: it finishes what was begun.
    Finish,
}

/// Hand messages out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dequeue {
    /// Of which types; at least one.
    pub message_types: Vec<MessageType>,
    /// How many at the most.
    pub messages_max: u32,
    /// For how long they are invisible to others.
    pub lease: Duration,
    /// How long to wait if there is none.
    pub wait: Duration,
    /// Whether a peer asks, on behalf of its own client: only what this host serves itself is given.
    pub forwarded: bool,
}

/// Delete messages for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// Which; answered one by one, in this order.
    pub targets: Vec<DeleteTarget>,
    /// How long to wait for holders that are connected but do not answer.
    pub timeout: Duration,
}

/// One message to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteTarget {
    /// Which.
    pub id: MessageId,
    /// The lease under which it is deleted, if it is one.
    pub lease: Option<LeaseNumber>,
}

/// Make dead messages ready again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redrive {
    /// All dead messages, of one type or of any, that this host serves.
    Type(Option<MessageType>),
    /// One message.
    Message(MessageId),
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// To an enqueue: what became of each message.
    Enqueued(Vec<EnqueueOutcome>),
    /// To a dequeue: the deliveries; none, or fewer than asked for, is an answer, not an error.
    Dequeued(Vec<Delivery>),
    /// To a delete: what became of each.
    Deleted(Vec<Result<DeleteOutcome, RequestError>>),
    /// To a release or an extension: what became of each receipt.
    Leases(Vec<Result<(), RequestError>>),
    /// To a show: what each host said; hosts that did not answer are missing.
    Shown(Vec<(HostId, Knowledge)>),
    /// To a redrive: how many messages became ready.
    Redriven(u32),
    /// To any request as a whole: it was refused.
    Refused(RequestError),
}

/// What became of an enqueued message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnqueueOutcome {
    /// It is durable on these hosts, in rank order.
    Ok(Vec<HostId>),
    /// The deadline came first: it is durable on these hosts, and may be delivered.
    Unknown(Vec<HostId>),
    /// Nothing was stored: it will never be delivered.
    Failed(RequestError),
}

/// One message handed to a consumer.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The message.
    pub content: Content,
    /// The name of its lease.
    pub receipt: Receipt,
    /// All hosts that have, or may have, a replica, in rank order.
    pub holders: Vec<HostId>,
    /// How often it has been delivered, this time included.
    pub count: u32,
    /// Why it is delivered now.
    pub cause: Cause,
}

/// Why a message is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// For the first time.
    First,
    /// Its lease ran out.
    LeaseExpired,
    /// Its lease was given back.
    Released,
    /// A lower-ranked holder is suspected, and may have delivered it.
    HostSuspected,
    /// It was dead and was made ready again.
    Redriven,
    /// Two tries of one enqueue were both stored.
    Retry,
}

impl Cause {
    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Cause::First => "first delivery",
            Cause::LeaseExpired => "lease expired",
            Cause::Released => "released",
            Cause::HostSuspected => "host suspected",
            Cause::Redriven => "redriven",
            Cause::Retry => "retry",
        }
    }
}

/// What became of a delete that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeleteOutcome {
    /// Whether the message was gone already, on every member.
    pub gone_already: bool,
    /// The holders that could not be reached, and the members that may have got a copy from one of them: they may deliver it until
    /// they have talked to a host that knows better.
    pub unreached: Vec<HostId>,
}

/// What one host knows of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Knowledge {
    /// Nothing. To an inquiry before a retry this is a promise: see `Attempt`.
    NotHere,
    /// It is asking others itself, to retry the same enqueue.
    Asking,
    /// It was deleted and everybody confirmed that.
    Finished,
    /// It was deleted; these have confirmed it, of these holders.
    Deleted {
        /// The holders that are known.
        holders: Vec<HostId>,
        /// Those that have confirmed.
        confirmed: Vec<HostId>,
    },
    /// It has a copy.
    Held(Box<Held>),
}

/// A copy, as its host describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its type.
    pub message_type: MessageType,
    /// Where its content is in that host's store.
    pub sequence: Sequence,
    /// What its content is known by.
    pub fingerprint: crate::message::Fingerprint,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// The holders, in rank order.
    pub holders: Vec<HostId>,
    /// Those of them that have said that they lack it.
    pub lacking: Vec<HostId>,
    /// Who serves it, as far as that host knows.
    pub owner: Option<HostId>,
    /// Its status there.
    pub status: Status,
    /// Whether the copy is set aside as unreadable.
    pub corrupt: bool,
    /// How often it was delivered.
    pub count: u32,
    /// The highest lease number known.
    pub lease: LeaseNumber,
    /// How long its last lease, its delay or its life still lasts, if one does.
    pub remaining: Option<Duration>,
}

/// Why a request, or one message of it, was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// More replicas than members.
    #[error("{asked} replicas were asked for, but the cluster has {members} member(s)")]
    TooManyReplicas {
        /// How many were asked for.
        asked: u8,
        /// How many members there are.
        members: usize,
    },
    /// The host does not serve now.
    #[error("{host} is {why}")]
    Unavailable {
        /// Its name.
        host: String,
        /// `not synchronised yet`, `leaving`, …
        why: &'static str,
    },
    /// The message was deleted before.
    #[error("message {0} was deleted before")]
    Deleted(MessageId),
    /// The id belongs to another message.
    #[error("id {0} is used by a message with another content")]
    OtherContent(MessageId),
    /// Too much is in flight, or stored.
    #[error("{what} is full: {limit} is the limit")]
    Exhausted {
        /// What is full.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// Its type takes no messages now.
    #[error("message type {0} is paused")]
    Paused(MessageType),
    /// A newer lease is known.
    #[error("receipt is stale: lease {shown} was shown, lease {newest} is known")]
    StaleReceipt {
        /// The lease that was shown.
        shown: u32,
        /// The newest that is known.
        newest: u32,
    },
    /// The lease is over, or the message is unknown.
    #[error("there is no such lease: {0}")]
    NoSuchLease(String),
    /// Nobody has the message.
    #[error("message {0} is not known")]
    NotFound(MessageId),
    /// Whoever has to do it cannot be reached.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Who.
        host: String,
    },
    /// No answer in time.
    #[error("no answer in time: {0}")]
    Timeout(String),
}

impl RequestError {
    /// Whether the same request may succeed a little later, on this host or another.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            RequestError::Unavailable { .. }
                | RequestError::Exhausted { .. }
                | RequestError::Paused(_)
                | RequestError::Unreachable { .. }
                | RequestError::Timeout(_)
        )
    }
}
