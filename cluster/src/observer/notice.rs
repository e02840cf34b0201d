//! What an observer can be told from outside: what somebody wants to see, and what somebody does.

use hydraq_core::objects::draw::Draw;
use tokio::sync::oneshot;

use crate::observe::{
    Badges, Behind, Change, CommandBegun, CommandResult, EventKind, HostNumber, MessageId, WindowRequest,
};

/// What the observer is told from here.
#[derive(Debug)]
pub enum Notice {
    /// Something was done to processes.
    Processes,
    /// These rows are wanted from now on.
    Watch(WindowRequest),
    /// The life of this message is wanted from now on; what is given is passed on with its beginning.
    Explain(MessageId, Option<Box<Change>>),
    /// What a kill of these hosts would do is wanted.
    Predict(Vec<HostNumber>),
    /// These hosts, by name, are about to be killed.
    BeforeKill(Vec<String>),
    /// Somebody here did something.
    Done {
        /// What kind of thing.
        kind: EventKind,
        /// To which message, if it was one.
        message: Option<MessageId>,
        /// What, after `you`.
        words: String,
        /// How long it took, in microseconds.
        took_us: Option<u64>,
    },
    /// The totals that the harness counts itself, and what is behind them; ready and leased messages are those that hosts count.
    Counted(Badges, Behind),
    /// A store was drawn for a new object.
    Drew {
        /// How.
        draw: Draw,
        /// The object's id.
        object: String,
    },
    /// Single happenings are wanted, too: those that are kept, then every further one; or no more of them.
    Record(bool),
    /// A command begins.
    Begun(CommandBegun),
    /// A command has ended.
    Ended(CommandResult),
    /// To be answered when everything that has happened by now was told.
    Settle(oneshot::Sender<()>),
    /// To be passed on.
    Tell(Change),
    /// Whoever listens has forgotten everything: a snapshot is wanted.
    Afresh,
}
