//! Planted bugs: each changes one decision at one place, so that the checkers can be checked and lessons can show why a rule is there.
//!
//! A host has at most one, set when it starts. Nothing that checks or simulates knows them: they are found by what they do.

/// Makes the enumeration, its names on the command line, and what is wrong with each in one line.
macro_rules! plants {
    ($($plant:ident = $name:literal: $description:literal,)*) => {
        /// A bug that a host can be started with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Plant {
            $(#[doc = concat!("`", $name, "`: ", $description, ".")] $plant,)*
        }

        impl Plant {
            /// All of them.
            pub const ALL: [Plant; [$($name),*].len()] = [$(Plant::$plant),*];

            /// What it is called on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Plant::$plant => $name,)*
                }
            }

            /// What is wrong with it, in one line.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self {
                    $(Plant::$plant => $description,)*
                }
            }
        }
    };
}

plants! {
    AckBeforeFsync = "ack-before-fsync": "answers leave before the commit that they rest on",
    AckOneShort = "ack-one-short": "an enqueue is acknowledged with one replica fewer than was asked for",
    HolderNotListed = "holder-not-listed": "a further holder is asked, but not put into the durable list first",
    CopiesAborted = "copies-aborted": "an enqueue whose outcome is unknown at its deadline takes its initial replica back",
    SurplusDropped = "surplus-dropped": "a holder drops its copy when it hears that the list has more holders than there are to be replicas",
    RepairNotListed = "repair-not-listed": "a repair makes copies, but does not put their hosts into the holder list",
    RetryWithoutInquiry = "retry-without-inquiry": "a retry is stored without asking whether somebody has the message",
    MayHoldForgotten = "may-hold-forgotten": "hosts that were tried before and do not answer a retry are not listed as holders",
    NoTombstone = "no-tombstone": "a tombstone goes as soon as anybody else keeps it",
    TombstoneTimer = "tombstone-timer": "a tombstone goes after a second or so, whoever has confirmed it",
    UnreachedUnsaid = "unreached-unsaid": "the answer to a delete does not name the holders that were not reached",
    ServeBeforeSync = "serve-before-sync": "a host serves right after its start, before it has synchronised",
    TakeoverWithoutSuspicion = "takeover-without-suspicion": "every holder serves, lower-ranked ones suspected or not",
    LeaseNotDurable = "lease-not-durable": "leases and delivery counts are not made durable",
    UnreadLeaseKept = "unread-lease-kept": "a lease goes on though the message could not be read and nobody got it",
    ChecksumIgnored = "checksum-ignored": "a record is served and copied though it does not match its checksum",
    NeverDead = "never-dead": "a message is delivered more often than its maximum",
    BootIgnored = "boot-ignored": "a host whose disk went back in time goes on as if nothing had happened",
    NamesakeByHearsay = "namesake-by-hearsay": "a new host under a known name removes the old host id by hearsay",
    SilentRefusal = "silent-refusal": "a host whose disk went back in time is refused without being told why",
    EventApart = "event-apart": "an object's event is written in the commit after that of the object",
    PredecessorAnswered = "predecessor-answered": "a host whose disk was lost answers for the store that was on it",
}

impl Plant {
    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Plant> {
        Plant::ALL.into_iter().find(|plant| plant.name() == name)
    }
}
