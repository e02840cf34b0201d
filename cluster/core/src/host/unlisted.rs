//! Holders that are not in the list of who deletes: one that is not reached may have named them since.
//!
//! All that can be reached are asked, and who has the message gets the tombstone before the delete is acknowledged. Hosts that can
//! reach neither are for the tombstone's later life, see [`super::tombstone`].

use std::collections::BTreeSet;

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::{HostId, MessageId};
use crate::plant::Plant;
use crate::request::Knowledge;

use super::Host;
use super::delete::DeleteOp;

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

    /// A holder was lost while it was asked: others may have the message by its word.
    pub(super) fn ask_for_more_holders(&mut self, number: u64, places: &BTreeSet<usize>) {
        let Some(op) = self.deletes.get(&number).filter(|op| op.inquiry.is_none()) else { return };
        let lost = op.places.iter().filter(|(_, at)| places.contains(at)).map(|(id, _)| *id);
        let open: Vec<MessageId> = lost.filter(|id| self.may_have_more_holders(*id)).collect();
        if !open.is_empty() {
            self.inquire_for_delete(number, Vec::new(), open);
        }
    }

    /// Where a holder was not there to say whom else it has put into the list, every member that cannot be reached now may
    /// be one.
    pub(super) fn name_possible_holders(&self, op: &mut DeleteOp) {
        let is_silent = |host: &HostIndex| *host != SELF && !self.peers.get(*host).is_connected();
        let silent = self.peers.members().map(|(host, _)| host).filter(is_silent);
        let silent = self.peers.ids_of(silent);
        for (id, place) in &op.places {
            let Ok(outcome) = &mut op.results[*place] else { continue };
            let listed = self.tombstones.get(*id).map(|tombstone| tombstone.holders.host_set());
            let is_sure = outcome.unreached.is_empty()
                && listed.is_none_or(|listed| !listed.iter().any(|host| is_silent(&host)));
            if self.config.has(Plant::UnreachedUnsaid) {
                outcome.unreached.clear();
            } else if !is_sure {
                let unreached = &mut outcome.unreached;
                let others: Vec<HostId> =
                    silent.iter().filter(|host| !unreached.contains(host)).copied().collect();
                unreached.extend(others);
            }
        }
    }
}
