//! The commands of the language, fully read: nothing in them is text that must be read again.
//!
//! Each variant holds a plain struct whose fields have the defaults of the language filled in. [`Command`] prints as
//! the text that reads as the same command.

pub(super) mod hosts;
pub(super) mod lessons;
pub(super) mod links;
pub(super) mod messages;
pub(super) mod objects;
pub(super) mod settings;

use self::hosts::{Corrupt, Hosts, OneHost, Spawn};
use self::lessons::{Ask, OneMessage, Reveal, Say, Wait};
use self::links::{Cut, DelayLink, DropFrames, Heal};
use self::messages::{Consume, Dequeue, Enqueue, Extend, Produce, Settle, Stop};
use self::objects::{ObjectCreate, ObjectDelete, ObjectGet, ObjectQuery, ObjectUpdate};
use self::settings::{Balance, LimitType, OneType, Redrive, Repair};
use super::expectation::Expectation;
use super::fields::{Bag, Fields};

macro_rules! commands {
    ($($(#[$meta:meta])* $variant:ident($type:ty) = $words:literal,)+) => {
        /// One command of the language.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $($(#[$meta])* $variant($type),)+
        }

        impl Command {
            /// Its word or words, as they are typed and as they stand in the table.
            pub fn words(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $words,)+
                }
            }

            /// The words of all commands.
            #[cfg(test)]
            pub(super) const ALL_WORDS: &[&str] = &[$($words,)+];

            /// The command of these words with these values.
            pub(super) fn read(words: &str, bag: &Bag) -> Option<Self> {
                match words {
                    $($words => Fields::read(bag).map(Self::$variant),)+
                    _ => None,
                }
            }

            /// Its values by the names of its parameters.
            pub(super) fn write(&self) -> Bag {
                let mut bag = Bag::default();
                match self {
                    $(Self::$variant(fields) => fields.write(&mut bag),)+
                }
                bag
            }
        }
    };
}

impl Command {
    /// Whether it does something to hosts, or to what they keep.
    #[must_use]
    pub fn changes_cluster(&self) -> bool {
        !matches!(
            self,
            Self::Stop(_)
                | Self::ObjectGet(_)
                | Self::ObjectQuery(_)
                | Self::Wait(_)
                | Self::Say(_)
                | Self::Ask(_)
                | Self::Reveal(_)
                | Self::Expect(_)
                | Self::Show(_)
                | Self::Explain(_)
        )
    }
}

commands! {
    /// Start hosts.
    Spawn(Spawn) = "spawn",
    /// Kill hosts with SIGKILL.
    Kill(Hosts) = "kill",
    /// Start killed hosts again.
    Restart(Hosts) = "restart",
    /// Stop hosts with SIGSTOP.
    Pause(Hosts) = "pause",
    /// Let stopped hosts go on.
    Resume(Hosts) = "resume",
    /// Kill hosts and empty their disks.
    Wipe(Hosts) = "wipe",
    /// Kill hosts and put their disks back to when they were last started.
    RollBack(Hosts) = "rollback",
    /// Let hosts leave in order.
    Leave(Hosts) = "leave",
    /// Strike hosts that are gone for good.
    Remove(Hosts) = "remove",
    /// Fill the disk of a host.
    Fill(OneHost) = "fill",
    /// Give the disk of a host its space back.
    Free(OneHost) = "free",
    /// Flip a byte on the disk of a host.
    Corrupt(Corrupt) = "corrupt",
    /// Enqueue messages.
    Enqueue(Enqueue) = "enqueue",
    /// Dequeue messages.
    Dequeue(Dequeue) = "dequeue",
    /// Delete messages.
    Delete(Settle) = "delete",
    /// Release leases.
    Release(Settle) = "release",
    /// Extend leases.
    Extend(Extend) = "extend",
    /// Dequeue and delete in the background.
    Consume(Consume) = "consume",
    /// Enqueue in the background.
    Produce(Produce) = "produce",
    /// Stop what runs in the background.
    Stop(Stop) = "stop",
    /// Cut a link.
    Cut(Cut) = "cut",
    /// Slow a link down.
    Delay(DelayLink) = "delay",
    /// Lose frames on a link.
    Drop(DropFrames) = "drop",
    /// Mend one link or all.
    Heal(Heal) = "heal",
    /// Create objects.
    ObjectCreate(ObjectCreate) = "object create",
    /// Read an object.
    ObjectGet(ObjectGet) = "object get",
    /// Change an object.
    ObjectUpdate(ObjectUpdate) = "object update",
    /// Delete an object.
    ObjectDelete(ObjectDelete) = "object delete",
    /// Find objects.
    ObjectQuery(ObjectQuery) = "object query",
    /// Pause a message type, in and out.
    PauseType(OneType) = "pause-type",
    /// Resume a message type.
    ResumeType(OneType) = "resume-type",
    /// Limit the number of messages of a type.
    LimitType(LimitType) = "limit-type",
    /// Make dead messages ready again.
    Redrive(Redrive) = "redrive",
    /// Set the mode of repair, or repair now.
    Repair(Repair) = "repair",
    /// Set the scheme of the balancer.
    Balance(Balance) = "balance",
    /// Wait.
    Wait(Wait) = "wait",
    /// Tell something.
    Say(Say) = "say",
    /// Ask a question.
    Ask(Ask) = "ask",
    /// Grade the answer.
    Reveal(Reveal) = "reveal",
    /// Fail the run if something is not so.
    Expect(Expectation) = "expect",
    /// Show where the replicas of a message are.
    Show(OneMessage) = "show",
    /// Tell the biography of a message.
    Explain(OneMessage) = "explain",
}
