//! Holders that are not in the list of who deletes: one that is not reached may have named them since.
//!
//! All that can be reached are asked, and who has the message gets the tombstone before the delete is acknowledged. Hosts that can
//! reach neither are for the tombstone's later life, see [`super::tombstone`].

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::MessageId;
use crate::request::Knowledge;

use super::Host;

impl Host {
    /// Whether a holder is not reached, which may have put hosts into the list that this host can ask.
    pub(super) fn may_have_more_holders(&self, id: MessageId) -> bool {
        let Some(tombstone) = self.tombstones.get(id).filter(|tombstone| !tombstone.everyone) else {
            return false;
        };
        let listed = tombstone.holders.host_set();
        let is_silent = |host: HostIndex| host != SELF && !self.peers.get(host).is_connected();
        listed.iter().any(is_silent) && self.peers.connected().iter().any(|host| !listed.contains(host))
    }

    /// What the others know of messages whose holders were not all reached: more holders get the tombstone.
    pub(super) fn delete_found_more(
        &mut self,
        number: u64,
        id: MessageId,
        answers: &[(HostIndex, Vec<Knowledge>)],
        at: usize,
    ) {
        let mut named = HostSet::EMPTY;
        for (from, knowledge) in answers {
            if let Some(Knowledge::Held(held)) = knowledge.get(at) {
                named.insert(*from);
                named.extend(held.holders.iter().map(|host| self.index_of(*host)));
            }
        }
        let new_holders = self.tombstones.change(id, |tombstone| {
            let known = tombstone.holders.host_set();
            let new_holders: Vec<HostIndex> =
                named.iter().filter(|host| *host != SELF && !known.contains(*host)).collect();
            if !new_holders.is_empty() {
                tombstone.holders = tombstone.holders.extended(&new_holders);
            }
            new_holders
        });
        for host in new_holders.unwrap_or_default() {
            self.add_to_deletes(id, host, &[number]);
        }
    }
}
