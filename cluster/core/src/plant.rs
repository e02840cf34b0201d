//! Planted bugs: each changes one decision at one place, so that the checkers can be checked and lessons can show why a rule is there.
//!
//! A host has at most one, set when it starts. Nothing that checks or simulates knows them: they are found by what they do.

/// A bug that a host can be started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plant {
    /// Answers leave before the commit that they rest on.
    AckBeforeFsync,
    /// An enqueue is acknowledged with one replica fewer than was asked for.
    AckOneShort,
    /// A further holder is asked, but not put into the durable list first.
    HolderNotListed,
    /// A retry stores the message without asking whether somebody has it.
    RetryWithoutInquiry,
    /// A tombstone goes as soon as anybody else keeps it.
    NoTombstone,
    /// A tombstone goes after a second or so, whoever has confirmed it.
    TombstoneTimer,
    /// A delete is confirmed though copies from here may be under way.
    ConfirmWithoutFence,
    /// The answer to a delete does not name the holders that were not reached.
    UnreachedUnsaid,
    /// A host serves right after its start, before it has synchronised.
    ServeBeforeSync,
    /// Every holder serves, whether lower-ranked ones are suspected or not.
    TakeoverWithoutSuspicion,
    /// Leases and delivery counts are not made durable.
    LeaseNotDurable,
    /// A lease goes on though the message could not be read and nobody got it.
    UnreadLeaseKept,
    /// A message is delivered more often than its maximum.
    NeverDead,
    /// A host that hears that its disk went back in time goes on as if nothing had happened.
    BootIgnored,
    /// A new host under a known name removes the old host id by hearsay.
    NamesakeByHearsay,
    /// A host whose disk went back in time is refused without being told why.
    SilentRefusal,
    /// The event of an object's change is written in the commit after that of the object.
    EventApart,
    /// A host whose disk was lost answers for the store that was on it.
    PredecessorAnswered,
}

impl Plant {
    /// All of them.
    pub const ALL: [Plant; 18] = [
        Plant::AckBeforeFsync,
        Plant::AckOneShort,
        Plant::HolderNotListed,
        Plant::RetryWithoutInquiry,
        Plant::NoTombstone,
        Plant::TombstoneTimer,
        Plant::ConfirmWithoutFence,
        Plant::UnreachedUnsaid,
        Plant::ServeBeforeSync,
        Plant::TakeoverWithoutSuspicion,
        Plant::LeaseNotDurable,
        Plant::UnreadLeaseKept,
        Plant::NeverDead,
        Plant::BootIgnored,
        Plant::NamesakeByHearsay,
        Plant::SilentRefusal,
        Plant::EventApart,
        Plant::PredecessorAnswered,
    ];

    /// What it is called on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Plant::AckBeforeFsync => "ack-before-fsync",
            Plant::AckOneShort => "ack-one-short",
            Plant::HolderNotListed => "holder-not-listed",
            Plant::RetryWithoutInquiry => "retry-without-inquiry",
            Plant::NoTombstone => "no-tombstone",
            Plant::TombstoneTimer => "tombstone-timer",
            Plant::ConfirmWithoutFence => "confirm-without-fence",
            Plant::UnreachedUnsaid => "unreached-unsaid",
            Plant::ServeBeforeSync => "serve-before-sync",
            Plant::TakeoverWithoutSuspicion => "takeover-without-suspicion",
            Plant::LeaseNotDurable => "lease-not-durable",
            Plant::UnreadLeaseKept => "unread-lease-kept",
            Plant::NeverDead => "never-dead",
            Plant::BootIgnored => "boot-ignored",
            Plant::NamesakeByHearsay => "namesake-by-hearsay",
            Plant::SilentRefusal => "silent-refusal",
            Plant::EventApart => "event-apart",
            Plant::PredecessorAnswered => "predecessor-answered",
        }
    }

    /// What is wrong with it, in one line.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Plant::AckBeforeFsync => "answers leave before the commit that they rest on",
            Plant::AckOneShort => "an enqueue is acknowledged with one replica fewer than was asked for",
            Plant::HolderNotListed => "a further holder is asked, but not put into the durable list first",
            Plant::RetryWithoutInquiry => "a retry is stored without asking whether somebody has the message",
            Plant::NoTombstone => "a tombstone goes as soon as anybody else keeps it",
            Plant::TombstoneTimer => "a tombstone goes after a second or so, whoever has confirmed it",
            Plant::ConfirmWithoutFence => "a delete is confirmed though copies from here may be under way",
            Plant::UnreachedUnsaid => {
                "the answer to a delete does not name the holders that were not reached"
            }
            Plant::ServeBeforeSync => "a host serves right after its start, before it has synchronised",
            Plant::TakeoverWithoutSuspicion => "every holder serves, lower-ranked ones suspected or not",
            Plant::LeaseNotDurable => "leases and delivery counts are not made durable",
            Plant::UnreadLeaseKept => {
                "a lease goes on though the message could not be read and nobody got it"
            }
            Plant::NeverDead => "a message is delivered more often than its maximum",
            Plant::BootIgnored => "a host whose disk went back in time goes on as if nothing had happened",
            Plant::NamesakeByHearsay => "a new host under a known name removes the old host id by hearsay",
            Plant::SilentRefusal => "a host whose disk went back in time is refused without being told why",
            Plant::EventApart => "an object's event is written in the commit after that of the object",
            Plant::PredecessorAnswered => "a host whose disk was lost answers for the store that was on it",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Plant> {
        Plant::ALL.into_iter().find(|plant| plant.name() == name)
    }
}
