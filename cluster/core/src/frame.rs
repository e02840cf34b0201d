//! What hosts tell each other. A frame is data; what it means is for the protocol modules in [`crate::host`].
//!
//! Frames that ask for an answer carry a *block* number, which the answer repeats; a block number is never used twice
//! by one host, whatever its boot. Within an envelope frames stand in the order in which they are to be taken.

use std::time::Duration;

use crate::config::Shape;
use crate::holders::GlobalList;
use crate::ids::{Boot, Commit, HostId, MessageId, StoreId};
use crate::message::{Content, MessageType};
use crate::request::{Knowledge, Reply, Request};
use crate::settings::Setting;
use crate::shared::{Shared, Sum, Summed};
use crate::state::deliveries::OwnerLine;

/// A member of the cluster, as members tell each other of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    /// Who.
    pub id: HostId,
    /// Its name; unique among those that were not removed.
    pub name: String,
    /// Where it listens, as a URL; the one that came with the highest boot counter holds.
    pub address: String,
    /// The highest boot counter heard of.
    pub boot: u64,
    /// Whether it was removed for ever.
    pub removed: bool,
}

impl Summed for MemberRecord {
    fn sum(&self) -> u64 {
        let sum = Sum::default().id(self.id.0).text(&self.name).text(&self.address);
        sum.word(self.boot).word(u64::from(self.removed)).end()
    }
}

/// The first thing that each side of a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Who speaks.
    pub from: HostId,
    /// Whom it takes the receiver to be; another host may listen at that address by now.
    pub to: HostId,
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Its boot.
    pub boot: Boot,
    /// Its store.
    pub store: StoreId,
    /// Its last durable commit before this boot began to write, and now.
    pub commit_at_boot: Commit,
    /// See `commit_at_boot`.
    pub commit: Commit,
    /// Numbers the session; grows for each pair.
    pub connection: u64,
    /// Whether it has suspected the other since they last synchronised, and so may have served in its place.
    pub suspected_you: bool,
    /// Whether it serves.
    pub serving: bool,
    /// The boot and the highest durable commit that it has seen of the receiver, if any: a disk that lost something learns it from this.
    pub seen_of_you: Option<(Boot, Commit)>,
    /// The members it knows of.
    pub members: Shared<MemberRecord>,
    /// The settings it knows of.
    pub settings: Shared<Setting>,
}

/// A message's deliveries with host ids and remaining durations, as they travel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GlobalDeliveries {
    /// The epoch.
    pub epoch: u32,
    /// The lines; a running lease's end is given as what remains.
    pub lines: Vec<(OwnerLine<HostId>, Duration)>,
}

/// What has changed about a message, as it travels with a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GlobalCondition {
    /// Leases and counts.
    pub deliveries: GlobalDeliveries,
    /// What remains of its delay.
    pub delay: Option<Duration>,
    /// What remains of its life.
    pub time_to_live: Option<Duration>,
}

/// One copy that is asked to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// The message.
    pub content: Content,
    /// Which of the frame's lists names its holders.
    pub list: u16,
    /// The reduced replica count: for how many replicas the receiver is answerable, itself included.
    pub count: u8,
    /// How the rest of them is passed on.
    pub shape: Shape,
    /// What has changed about it, if it is not a new message's first round.
    pub condition: Option<GlobalCondition>,
}

/// One tombstone that is asked to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TombstoneItem {
    /// Of which message.
    pub id: MessageId,
    /// Which of the frame's lists names its holders.
    pub list: u16,
    /// How many hosts shall keep it at least.
    pub replicas: u8,
    /// Whether it waits for every member, because the holders are not known.
    pub everyone: bool,
    /// Who has confirmed, as far as the sender knows.
    pub confirmed: Vec<HostId>,
}

/// The answer about one tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptItem {
    /// Of which message.
    pub id: MessageId,
    /// Who has confirmed, as far as the answerer knows; itself among them, if no copy from it can be under way.
    pub confirmed: Vec<HostId>,
    /// The answerer's own list, if it has one that names others.
    pub list: Option<u16>,
}

/// One message as it stands in a comparison of digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryItem {
    /// Which.
    pub id: MessageId,
    /// The hash of its holder list.
    pub list_hash: u64,
    /// The hash of its deliveries.
    pub state_hash: u64,
}

/// Why a copy was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The message was deleted.
    Deleted,
    /// The id is used with another content.
    OtherContent,
    /// The copy that was to be sent could not be read.
    Unreadable,
    /// The store is full.
    Full,
    /// The host is leaving, or its store takes no writes.
    Leaving,
}

/// What a host says of itself for others' availability tables, when it changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Availability {
    /// Whether it is leaving.
    pub leaving: bool,
    /// Whether its store is full.
    pub full: bool,
    /// How many copies it has.
    pub copies: u64,
    /// What it serves, by type; the deepest first, cut where there are very many types.
    pub depths: Vec<Depth>,
}

/// How much of a type a host serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// Which type.
    pub message_type: MessageType,
    /// How many of its messages are ready, and not paused.
    pub ready: u64,
    /// How many there are in any state but dead.
    pub length: u64,
}

/// One thing that a host tells another.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Members, new or changed.
    Members(Vec<MemberRecord>),
    /// Settings, new or changed.
    Settings(Vec<Setting>),
    /// How the sender stands.
    Availability(Availability),
    /// Store these copies. Answered by `Stored`; `origin` hears of each as well, if that is another host.
    Replicate {
        /// The block.
        block: u64,
        /// Rank 0, or the owner, on whose behalf the copies travel.
        origin: HostId,
        /// The holder lists of the copies.
        lists: Vec<GlobalList>,
        /// The copies.
        copies: Vec<Copy>,
    },
    /// Add these holders to messages that you have. Answered by `Stored`.
    Lists {
        /// The block.
        block: u64,
        /// The lists.
        lists: Vec<GlobalList>,
        /// Which message has which of them.
        items: Vec<(MessageId, u16)>,
    },
    /// The block is durable, but for these of its items.
    Stored {
        /// The block.
        block: u64,
        /// Place in the block, and why not.
        refused: Vec<(u32, Refusal)>,
    },
    /// To rank 0 from a holder that others sent the copy to: stored, with a list of this hash.
    Confirm(Vec<(MessageId, u64)>),
    /// Leases and counts that have changed. Answered from memory by `LeasesHeard`.
    Leases {
        /// The block.
        block: u64,
        /// Which message has which.
        items: Vec<(MessageId, GlobalDeliveries)>,
    },
    /// The leases of this block were heard of.
    LeasesHeard(u64),
    /// Keep these tombstones. Answered by `Kept`.
    Tombstones {
        /// The block.
        block: u64,
        /// The holder lists.
        lists: Vec<GlobalList>,
        /// The tombstones.
        items: Vec<TombstoneItem>,
    },
    /// The tombstones of this block are durable.
    Kept {
        /// The block.
        block: u64,
        /// Lists that the sender did not know.
        lists: Vec<GlobalList>,
        /// What is known of each, in the block's order.
        items: Vec<KeptItem>,
    },
    /// Everybody has confirmed these deletes: their tombstones can go.
    Finished(Vec<MessageId>),
    /// The sender's sums for the receiver.
    Digest {
        /// The sums that are not zero, by bucket; of all buckets, or of the one in `only`.
        sums: Vec<(u16, u64)>,
        /// The one bucket that is compared, if it is not all of them.
        only: Option<u16>,
        /// Whether the receiver shall send its own sums, too.
        answer: bool,
    },
    /// The sender's messages that list the receiver, in buckets whose sums differed.
    Entries {
        /// The messages.
        items: Vec<EntryItem>,
        /// Whether these are the last ones for one digest.
        last: bool,
    },
    /// The sender lacks these messages of which it is listed as a holder; it takes copies unless it `refuses` them.
    Lacks {
        /// Which.
        ids: Vec<MessageId>,
        /// Whether it is full or leaving.
        refuses: bool,
    },
    /// The sender has these messages, of which it had said that it lacks them.
    Has(Vec<MessageId>),
    /// What the sender knows of messages about which the digests differed.
    Knows {
        /// The holder lists.
        lists: Vec<GlobalList>,
        /// Which message has which list and deliveries.
        items: Vec<(MessageId, u16, GlobalDeliveries)>,
    },
    /// The sender has said all it had to say for this synchronisation.
    SyncDone,
    /// The sender is synchronised with everybody that it does not suspect, and asks to be let serve.
    Synchronised(u64),
    /// The sender has stopped serving what the receiver owns.
    Cleared(u64),
    /// The sender does not serve any more, until it reports itself synchronised again.
    StopsServing,
    /// What do you know of these? Answered by `Known`.
    Inquire {
        /// The block.
        block: u64,
        /// Whether a retry asks: "not here" is a promise then.
        retry: bool,
        /// Which.
        ids: Vec<MessageId>,
    },
    /// What the sender knows of the ids of an inquiry, in its order.
    Known(u64, Vec<Knowledge>),
    /// Do this for me. Answered by `Forwarded`.
    Forward(u64, Box<Request>),
    /// What came of it.
    Forwarded(u64, Box<Reply>),
    /// Tell me when you have messages of these types ready.
    Interest(Vec<MessageType>),
    /// There are messages of these types ready here.
    Ready(Vec<MessageType>),
}

/// Frames on their way, in the order of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The session.
    pub connection: u64,
    /// The sender's boot counter.
    pub boot: u64,
    /// The sender's last durable commit.
    pub commit: Commit,
    /// The number of the first frame; the others follow on.
    pub first: u64,
    /// The frames.
    pub frames: Vec<Frame>,
}

impl GlobalDeliveries {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.epoch == 0 && self.lines.is_empty()
    }
}
