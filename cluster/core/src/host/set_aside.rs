//! The messages of a disk that was set aside: what may be done with a copy that is not trusted.
//!
//! A disk that was rolled back may show messages that were deleted since, so a copy of it counts for nothing as long as anybody
//! else can say what became of the message. Only when every other holder is gone for good is it put back into the queue, the way
//! a client's retry would be: everybody is asked first, and whoever knows it to be deleted says so.

use crate::ids::{HostId, MessageId, Sequence};
use crate::request::Knowledge;

use super::Host;

/// A message of a disk that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Which message.
    pub id: MessageId,
    /// Where its record is.
    pub sequence: Sequence,
    /// Who held it as far as that disk knew; the host that had the disk is one of them, under its old id, which lives on if the disk is
    /// only a copy of another one.
    pub holders: Vec<HostId>,
    /// Whether it may be delivered once at the most.
    pub at_most_once: bool,
}

/// What is to be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing yet: another holder has it, or cannot be asked now.
    Wait,
    /// It is of no use: the message was deleted, or has come back already.
    Drop,
    /// It is the last copy: back into the queue with it.
    PutBack,
}

impl Host {
    /// The undeleted messages of a host that was made only to read a disk that was set aside.
    #[must_use]
    pub fn set_aside(&self) -> Vec<SetAside> {
        let copy = |(slot, entry): (_, &crate::state::messages::Entry)| SetAside {
            id: entry.id,
            sequence: entry.sequence,
            holders: self.peers.ids_of(self.messages.holders(slot).hosts()),
            at_most_once: entry.condition_ref().is_some_and(|condition| condition.at_most_once),
        };
        let mut copies: Vec<SetAside> = self.messages.iter().map(copy).collect();
        copies.sort_by_key(|copy| copy.sequence);
        copies
    }
}

impl SetAside {
    /// Decides by what all hosts that can be asked know of it; `me` is the host that asks, under its new id.
    #[must_use]
    pub fn fate(
        &self,
        me: HostId,
        told: &[(HostId, Knowledge)],
        is_removed: impl Fn(HostId) -> bool,
    ) -> Fate {
        let is_deleted =
            |knowledge: &Knowledge| matches!(knowledge, Knowledge::Deleted { .. } | Knowledge::Finished);
        let is_held = |knowledge: &Knowledge| matches!(knowledge, Knowledge::Held(_));
        let remaining = |host: HostId| self.holders.contains(&host) && !is_removed(host);
        let is_back = told.iter().any(|(host, knowledge)| *host == me && is_held(knowledge));
        let lacks = |(host, knowledge): &(HostId, Knowledge)| {
            remaining(*host) && matches!(knowledge, Knowledge::NotHere)
        };
        if is_back || told.iter().any(|(_, knowledge)| is_deleted(knowledge)) || told.iter().any(lacks) {
            return Fate::Drop;
        }
        let is_elsewhere = told.iter().any(|(_, knowledge)| is_held(knowledge));
        if is_elsewhere || self.holders.iter().any(|holder| remaining(*holder)) {
            return Fate::Wait;
        }
        // It may have been delivered after the disk was copied.
        if self.at_most_once { Fate::Drop } else { Fate::PutBack }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: HostId = HostId(1);
    const BRAVO: HostId = HostId(2);
    const CHARLIE: HostId = HostId(3);

    fn copy() -> SetAside {
        SetAside {
            id: MessageId(7),
            sequence: Sequence(1),
            holders: vec![BRAVO, CHARLIE],
            at_most_once: false,
        }
    }

    #[test]
    fn it_waits_for_every_holder_that_was_not_removed() {
        assert_eq!(copy().fate(ME, &[], |_| false), Fate::Wait);
        assert_eq!(copy().fate(ME, &[(ME, Knowledge::NotHere)], |host| host == BRAVO), Fate::Wait);
        assert_eq!(copy().fate(ME, &[(ME, Knowledge::NotHere)], |_| true), Fate::PutBack);
    }

    #[test]
    fn whoever_remains_and_lacks_it_has_seen_it_deleted() {
        assert_eq!(copy().fate(ME, &[(BRAVO, Knowledge::NotHere)], |_| false), Fate::Drop);
        assert_eq!(copy().fate(ME, &[(BRAVO, Knowledge::Finished)], |_| true), Fate::Drop);
        // Somebody who never held it says nothing by not having it.
        let outsider = HostId(9);
        assert_eq!(copy().fate(ME, &[(outsider, Knowledge::NotHere)], |host| host == BRAVO), Fate::Wait);
    }

    #[test]
    fn what_may_be_delivered_once_is_never_put_back() {
        let copy = SetAside { at_most_once: true, ..copy() };
        assert_eq!(copy.fate(ME, &[], |_| true), Fate::Drop);
    }
}
