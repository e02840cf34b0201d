//! What happens to a host, and what it does about it: both are data.
//!
//! ```text
//!   client requests ─┐                        ┌─ early effects: promise nothing, leave at once
//!   frames of peers ─┼─▶ step(now, event) ──▶ ├─ writes: one transaction, one commit
//!   links, verdicts ─┤                        └─ late effects: leave after that commit
//!   the clock ───────┘
//! ```
//!
//! A driver steps the core for every event that waits, asks it to [`flush`](crate::host::Host::flush), sends what is early, commits the writes,
//! and then releases what is late. A promise is always late: nothing that rests on a write leaves before it.

use std::time::Duration;

use crate::frame::{Envelope, Frame, Hello, MemberRecord};
use crate::ids::{HostId, MessageId, Receipt, RequestId, Sequence};
use crate::journal::Happening;
use crate::record::Record;
use crate::request::{Reply, Request};
use crate::settings::Setting;

/// One connection between two hosts, as the driver numbers them; never used twice by one driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// Why a peer is suspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspicion {
    /// Nothing was heard of it for the suspicion time.
    Silent,
    /// Its address refuses connections.
    Refused,
    /// Synchronising with it made no progress.
    NoProgress,
}

impl Suspicion {
    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Suspicion::Silent => "silent",
            Suspicion::Refused => "connection refused",
            Suspicion::NoProgress => "synchronising makes no progress",
        }
    }
}

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Leave the cluster: give all copies away, then go.
    Leave,
    /// Remove a member for ever.
    Remove(HostId),
    /// Repair now whatever has too few holders.
    Repair,
    /// Change a setting of the cluster.
    Set(String, String),
}

/// What happens to a host.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A client asks for something.
    Request(RequestId, Request),
    /// The client of this request has gone away.
    Cancelled(RequestId),
    /// An operator asks for something.
    Order(Order),
    /// Members were learned of by an introduction.
    Members(Vec<MemberRecord>),
    /// Settings were learned of by an introduction.
    Settings(Vec<Setting>),
    /// A connection to a member that this host dialled is open.
    Connected(HostId, LinkId),
    /// The first thing said on a link.
    Hello(LinkId, Hello),
    /// Frames on a link.
    Frames(LinkId, Envelope),
    /// A link is gone.
    Disconnected(LinkId),
    /// A peer is suspected.
    Suspect(HostId, Suspicion),
    /// A peer's heartbeats say, differently from before, whether it hears this host.
    HearsUs(HostId, bool),
    /// This host was stopped for so long that others may have suspected it.
    RanLate(Duration),
    /// The store is full, or has room again.
    Full(bool),
    /// The store takes no writes any more, or does so again.
    Healthy(bool),
    /// A record was found unreadable.
    Corrupt(Sequence),
    /// These deliveries were left out of an answer, because their messages could not be read.
    NotHandedOut(Vec<Receipt>),
    /// Nothing but the time.
    Tick,
}

/// What a host does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send frames in the session of that number with a peer; drop them if that session is over.
    Send(HostId, u64, Vec<Frame>),
    /// Say hello on a link.
    Hello(LinkId, Box<Hello>),
    /// Close a link.
    HangUp(LinkId),
    /// Answer a client.
    Reply(RequestId, Reply),
    /// Tell the heartbeats whether this host serves.
    Serving(bool),
    /// Tell the driver of a member's address, so that it can be dialled or, if it was removed, forgotten.
    Member(MemberRecord),
    /// This host was removed: it must stop, and its store must never serve again under this host id.
    Removed,
    /// This host's disk has lost something that it had promised: it must come back as a new host.
    DiskLost,
    /// Something that people may want to know.
    Happened(Happening),
}

/// A change of the durable state.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Append a record at this place, which is above all that were written before.
    Append(Sequence, Record),
    /// Erase the record at this place.
    Erase(Sequence),
    /// Keep this under a name; what was there before is replaced.
    Meta(MetaKey, Vec<u8>),
}

/// The names of the small things that a store keeps beside its records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetaKey {
    /// A member, by its index.
    Member(u16),
    /// A setting, by its name.
    Setting(String),
    /// The highest boot and commit seen of each peer.
    Seen,
}

/// What a batch of events led to.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// What may leave before the commit.
    pub early: Vec<Effect>,
    /// The commit. If there are none, or only `lazy` ones, no commit is needed now.
    pub writes: Vec<Write>,
    /// Whether something late waits for the writes; if not, they may wait for the next commit.
    pub urgent: bool,
    /// What must not leave before the commit.
    pub late: Vec<Effect>,
}

impl Effects {
    /// Notes that something happened.
    pub fn happened(&mut self, what: Happening) {
        self.early.push(Effect::Happened(what));
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.early.is_empty() && self.writes.is_empty() && self.late.is_empty()
    }

    /// The ids of the messages that the writes append; for tests and checkers.
    pub fn appended(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.writes.iter().filter_map(|write| match write {
            Write::Append(_, Record::Message(record)) => Some(record.message.id),
            _ => None,
        })
    }
}
