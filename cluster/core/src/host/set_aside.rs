//! The messages of a disk that was set aside: what may be done with a copy that is not trusted.
//!
//! A disk that was rolled back may show messages that were deleted since, so a copy of it counts for nothing as long as anybody
//! else can say what became of the message. Only when every other holder is gone for good, and every member has answered, is it
//! put back into the queue, the way a client's retry would be. A copy that somebody else can read is nobody's last one: it is not kept
//! for later, when all who know that the message was deleted since may have forgotten that.

use crate::frame::MemberRecord;
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
    /// Nothing yet: not everybody who may know of it can be asked now, or nobody can read the copy that there is.
    Wait,
    /// It is of no use: the message was deleted, or somebody else has it.
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
    /// Decides by what all hosts that can be asked know of it, among these members.
    #[must_use]
    pub fn fate(&self, told: &[(HostId, Knowledge)], members: &[MemberRecord]) -> Fate {
        let is_removed = |host: HostId| members.iter().any(|member| member.id == host && member.removed);
        let remaining = |host: HostId| self.holders.contains(&host) && !is_removed(host);
        let settles = |(host, knowledge): &(HostId, Knowledge)| match knowledge {
            Knowledge::Deleted { .. } | Knowledge::Finished => true,
            Knowledge::Held(held) => !held.corrupt,
            Knowledge::NotHere => remaining(*host),
            Knowledge::Asking => false,
        };
        if told.iter().any(settles) {
            return Fate::Drop;
        }
        let answered =
            |host: HostId| told.iter().any(|(one, known)| *one == host && *known == Knowledge::NotHere);
        let silent = members.iter().any(|member| !member.removed && !answered(member.id));
        if silent || self.holders.iter().any(|holder| remaining(*holder)) {
            return Fate::Wait;
        }
        // It may have been delivered after the disk was copied.
        if self.at_most_once { Fate::Drop } else { Fate::PutBack }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::LeaseNumber;
    use crate::message::Fingerprint;
    use crate::request::Held;
    use crate::state::condition::Status;

    const ME: HostId = HostId(1);
    const BRAVO: HostId = HostId(2);
    const CHARLIE: HostId = HostId(3);
    const DELTA: HostId = HostId(4);

    fn copy() -> SetAside {
        SetAside {
            id: MessageId(7),
            sequence: Sequence(1),
            holders: vec![BRAVO, CHARLIE],
            at_most_once: false,
        }
    }

    fn member(id: HostId, removed: bool) -> MemberRecord {
        MemberRecord { id, name: String::new(), address: String::new(), boot: 1, removed }
    }

    fn held(corrupt: bool) -> Held {
        Held {
            message_type: "orders".into(),
            sequence: Sequence(1),
            fingerprint: Fingerprint { body_crc: 0, rest_crc: 0, length: 0 },
            replicas: 1,
            holders: vec![DELTA],
            lacking: Vec::new(),
            owner: Some(DELTA),
            status: Status::Ready,
            corrupt,
            count: 0,
            lease: LeaseNumber(0),
            remaining: None,
        }
    }

    #[test]
    fn it_waits_for_everybody_who_was_not_removed() {
        let bravo_gone = [member(ME, false), member(BRAVO, true), member(CHARLIE, false)];
        assert_eq!(copy().fate(&[(ME, Knowledge::NotHere)], &bravo_gone), Fate::Wait);
        let both_gone = [member(ME, false), member(BRAVO, true), member(CHARLIE, true), member(DELTA, false)];
        assert_eq!(copy().fate(&[(ME, Knowledge::NotHere)], &both_gone), Fate::Wait, "delta is silent");
        let told = [(ME, Knowledge::NotHere), (DELTA, Knowledge::NotHere)];
        assert_eq!(copy().fate(&told, &both_gone), Fate::PutBack);
    }

    #[test]
    fn whoever_remains_and_lacks_it_has_seen_it_deleted() {
        let members = [member(ME, false), member(BRAVO, true), member(CHARLIE, false), member(DELTA, false)];
        assert_eq!(copy().fate(&[(CHARLIE, Knowledge::NotHere)], &members), Fate::Drop);
        assert_eq!(copy().fate(&[(BRAVO, Knowledge::Finished)], &members), Fate::Drop);
        // Somebody who never held it says nothing by not having it.
        assert_eq!(copy().fate(&[(DELTA, Knowledge::NotHere)], &members), Fate::Wait);
    }

    #[test]
    fn a_copy_that_somebody_else_can_read_is_not_kept_for_later() {
        let members = [member(ME, false), member(BRAVO, true), member(CHARLIE, true), member(DELTA, false)];
        let held = |corrupt| (DELTA, Knowledge::Held(Box::new(held(corrupt))));
        assert_eq!(copy().fate(&[(ME, Knowledge::NotHere), held(false)], &members), Fate::Drop);
        assert_eq!(copy().fate(&[(ME, Knowledge::NotHere), held(true)], &members), Fate::Wait);
    }

    #[test]
    fn what_may_be_delivered_once_is_never_put_back() {
        let copy = SetAside { at_most_once: true, ..copy() };
        let members = [member(ME, false), member(BRAVO, true), member(CHARLIE, true)];
        assert_eq!(copy.fate(&[(ME, Knowledge::NotHere)], &members), Fate::Drop);
    }
}
