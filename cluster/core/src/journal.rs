//! What people may want to know of what a host does, and the one way to say it.
//!
//! Golden scripts, the console's event line, plain mode and headless lines all use [`Happening::words`].

use crate::event::Suspicion;
use crate::ids::{HostId, MessageId};
use crate::request::Cause;

/// Something that happened on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It serves from now on, or not any more.
    Serves(bool),
    /// A session with a peer began.
    Session(HostId),
    /// A session with a peer ended.
    SessionEnded(HostId),
    /// A peer is suspected.
    Suspects(HostId, Suspicion),
    /// It serves messages that a peer served before.
    TakesOver {
        /// Who served them.
        from: Option<HostId>,
        /// How many.
        messages: u64,
    },
    /// It gives messages back to a peer that owns them.
    HandsBack {
        /// To whom.
        to: HostId,
        /// How many.
        messages: u64,
    },
    /// It stored a replica.
    Stored {
        /// Of which message.
        id: MessageId,
        /// Who sent it, if it was not a client.
        from: Option<HostId>,
    },
    /// It picked a further host for a replica, past the balancer.
    FurtherTry {
        /// Of which message.
        id: MessageId,
        /// Whom.
        host: HostId,
    },
    /// It delivered a message.
    Delivered {
        /// Which.
        id: MessageId,
        /// How often by now.
        count: u32,
        /// Why.
        cause: Cause,
    },
    /// It keeps a tombstone.
    Deleted(MessageId),
    /// Everybody confirmed a delete.
    Finished(MessageId),
    /// A copy was set aside as unreadable.
    Corrupt(MessageId),
    /// It sends a copy to a holder that lacks one.
    Copies {
        /// Of which message.
        id: MessageId,
        /// To whom.
        to: HostId,
    },
    /// It is leaving.
    Leaving,
    /// A member was removed.
    Removed(HostId),
}

impl Happening {
    /// One word for what kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Happening::Serves(true) => "serves",
            Happening::Serves(false) => "stops-serving",
            Happening::Session(_) => "connected",
            Happening::SessionEnded(_) => "disconnected",
            Happening::Suspects(..) => "suspects",
            Happening::TakesOver { .. } => "takes-over",
            Happening::HandsBack { .. } => "hands-back",
            Happening::Stored { .. } => "stored",
            Happening::FurtherTry { .. } => "further-try",
            Happening::Delivered { .. } => "delivered",
            Happening::Deleted(_) => "deleted",
            Happening::Finished(_) => "finished",
            Happening::Corrupt(_) => "corrupt",
            Happening::Copies { .. } => "copies",
            Happening::Leaving => "leaving",
            Happening::Removed(_) => "removed",
        }
    }

    /// The message that it is about, if it is about one.
    #[must_use]
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Happening::Stored { id, .. }
            | Happening::FurtherTry { id, .. }
            | Happening::Delivered { id, .. }
            | Happening::Deleted(id)
            | Happening::Finished(id)
            | Happening::Corrupt(id)
            | Happening::Copies { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The other host that it is about, if it is about one.
    #[must_use]
    pub fn peer(&self) -> Option<HostId> {
        match self {
            Happening::Session(peer)
            | Happening::SessionEnded(peer)
            | Happening::Suspects(peer, _)
            | Happening::HandsBack { to: peer, .. }
            | Happening::FurtherTry { host: peer, .. }
            | Happening::Copies { to: peer, .. }
            | Happening::Removed(peer) => Some(*peer),
            Happening::TakesOver { from, .. } | Happening::Stored { from, .. } => *from,
            _ => None,
        }
    }

    /// Says it in words; `name_of` gives the name of a host.
    pub fn words(&self, name_of: impl Fn(HostId) -> String) -> String {
        match self {
            Happening::Serves(true) => "serves".into(),
            Happening::Serves(false) => "stops serving".into(),
            Happening::Session(peer) => format!("is connected with {}", name_of(*peer)),
            Happening::SessionEnded(peer) => format!("lost its connection with {}", name_of(*peer)),
            Happening::Suspects(peer, why) => format!("suspects {}: {}", name_of(*peer), why.words()),
            Happening::TakesOver { from: Some(peer), messages } => {
                format!("takes over {} that {} served", messages_words(*messages), name_of(*peer))
            }
            Happening::TakesOver { from: None, messages } => format!("serves {}", messages_words(*messages)),
            Happening::HandsBack { to, messages } => {
                format!("hands {} back to {}", messages_words(*messages), name_of(*to))
            }
            Happening::Stored { id, from: None } => format!("stores {id}"),
            Happening::Stored { id, from: Some(peer) } => format!("stores {id} from {}", name_of(*peer)),
            Happening::FurtherTry { id, host } => {
                format!("picks {} for a further try of {id}", name_of(*host))
            }
            Happening::Delivered { id, count, cause } => {
                format!("delivers {id}, {}, count {count}", cause.words())
            }
            Happening::Deleted(id) => format!("deletes {id}"),
            Happening::Finished(id) => format!("forgets {id}: every holder confirmed its delete"),
            Happening::Corrupt(id) => format!("sets its copy of {id} aside: it is corrupt"),
            Happening::Copies { id, to } => format!("copies {id} to {}", name_of(*to)),
            Happening::Leaving => "leaves: it gives its copies away".into(),
            Happening::Removed(peer) => format!("removes {} for ever", name_of(*peer)),
        }
    }
}

fn messages_words(count: u64) -> String {
    if count == 1 { "1 message".into() } else { format!("{count} messages") }
}
