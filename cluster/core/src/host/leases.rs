//! Release and extend: they go to the owner, who tells the other holders.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::Receipt;
use crate::request::{Reply, Request, RequestError};
use crate::state::condition::Condition;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::forward::Then;
use super::{Host, Origin};

/// A release or an extension that waits for owners elsewhere.
#[derive(Debug)]
pub(super) struct LeaseOp {
    origin: Origin,
    results: Vec<Option<Result<(), RequestError>>>,
}

impl Host {
    /// Ends leases (`extension` is none) or lets them run for so long from now.
    pub(super) fn on_leases(&mut self, origin: Origin, receipts: Vec<Receipt>, extension: Option<Duration>) {
        let op = self.number();
        let mut elsewhere: BTreeMap<HostIndex, Vec<usize>> = BTreeMap::new();
        let mut results = Vec::with_capacity(receipts.len());
        for (place, receipt) in receipts.iter().enumerate() {
            // A request that a peer passed on ends here: owners that do not agree on the owner would pass it on for ever.
            let owner = self.owner_elsewhere(receipt).filter(|_| matches!(origin, Origin::Client(_)));
            results.push(match owner {
                Some(owner) => {
                    elsewhere.entry(owner).or_default().push(place);
                    None
                }
                None => Some(self.change_lease(receipt, extension)),
            });
        }
        self.lease_ops.insert(op, LeaseOp { origin, results });
        for (owner, places) in elsewhere {
            let theirs: Vec<Receipt> = places.iter().map(|place| receipts[*place]).collect();
            let request = match extension {
                Some(lease) => Request::Extend(theirs, lease),
                None => Request::Release(theirs),
            };
            let timeout = self.config.answer_timeout;
            self.forward(owner, request, timeout, Then::Leases { op, places });
        }
        self.answer_leases_if_done(op);
    }

    /// An owner has done its part, or could not be asked.
    pub(super) fn leases_answered(&mut self, op: u64, places: &[usize], answer: Result<Reply, RequestError>) {
        let Some(lease_op) = self.lease_ops.get_mut(&op) else { return };
        let results = match answer {
            Ok(Reply::Leases(results)) if results.len() == places.len() => results,
            Ok(Reply::Refused(error)) | Err(error) => vec![Err(error); places.len()],
            Ok(_) => vec![Err(RequestError::Timeout("the owner gave another answer".into())); places.len()],
        };
        for (place, result) in places.iter().zip(results) {
            lease_op.results[*place] = Some(result);
        }
        self.answer_leases_if_done(op);
    }

    fn answer_leases_if_done(&mut self, op: u64) {
        let done = self.lease_ops.get(&op).is_some_and(|op| op.results.iter().all(Option::is_some));
        if done && let Some(op) = self.lease_ops.remove(&op) {
            self.reply(op.origin, Reply::Leases(op.results.into_iter().flatten().collect()));
        }
    }

    /// Another live host that owns the message, or is likely to.
    fn owner_elsewhere(&self, receipt: &Receipt) -> Option<HostIndex> {
        match self.messages.find(receipt.message) {
            Some(slot) => match self.messages.group(slot).owner {
                Owner::Peer(owner) => Some(owner),
                Owner::Me | Owner::Nobody => None,
            },
            None => self
                .peers
                .find(receipt.owner)
                .filter(|owner| *owner != SELF && self.peers.get(*owner).is_connected()),
        }
    }

    fn change_lease(&mut self, receipt: &Receipt, extension: Option<Duration>) -> Result<(), RequestError> {
        let no_such = || RequestError::NoSuchLease(receipt.to_string());
        let Some(slot) = self.messages.find(receipt.message) else { return Err(no_such()) };
        if self.messages.group(slot).owner != Owner::Me {
            // Whoever serves it would not know.
            return Err(self.not_serving());
        }
        let newest = self
            .messages
            .entry(slot)
            .condition_ref()
            .map_or(0, |condition| condition.deliveries.lease_highest().0);
        let shown = receipt.lease.0;
        if shown < newest {
            return Err(RequestError::StaleReceipt { shown, newest });
        }
        let Some(owner) = self.find_host(receipt.owner) else { return Err(no_such()) };
        let now = self.now;
        let changed = self.messages.change(slot, now, |condition| match extension {
            Some(lease) => condition.deliveries.extend(owner, receipt.lease, now + lease),
            None => condition.deliveries.release(owner, receipt.lease, now),
        });
        if !changed {
            return Err(no_such());
        }
        self.keep_state(slot);
        self.tell_leases(None, &[slot]);
        Ok(())
    }

    /// Nobody has what these leases were for: they end at once.
    pub(super) fn on_not_handed_out(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            let Some(slot) = self.messages.find(receipt.message) else { continue };
            let release =
                |condition: &mut Condition| condition.deliveries.release(SELF, receipt.lease, self.now);
            if self.messages.change(slot, self.now, release) {
                self.keep_state(slot);
                self.tell_leases(None, &[slot]);
            }
        }
    }

    /// Tells the other holders of these messages what has changed about their leases and counts; `push` waits for their answers.
    pub(super) fn tell_leases(&mut self, push: Option<u64>, slots: &[Slot]) -> HostSet {
        let mut told: BTreeMap<HostIndex, u64> = BTreeMap::new();
        for slot in slots {
            let (id, deliveries) = (self.messages.entry(*slot).id, self.global_deliveries(*slot));
            let group = self.messages.group(*slot);
            let lacking = group.key.lacking.clone();
            let holders: Vec<HostIndex> = self.messages.holders(*slot).hosts().collect();
            for host in holders {
                if host == SELF || lacking.contains(host) || self.peers.get(host).session.is_none() {
                    continue;
                }
                let number = self.next_number + 1;
                let block = *told.entry(host).or_insert_with(|| number);
                if block == number {
                    self.next_number = number;
                    self.outbox.early(host).leases.push((block, Vec::new()));
                    if let Some(push) = push {
                        self.peers.get_mut(host).blocks.insert(block, super::peers::Block::Leases { push });
                    }
                }
                if let Some((_, items)) =
                    self.outbox.early(host).leases.iter_mut().rev().find(|(open, _)| *open == block)
                {
                    items.push((id, deliveries.clone()));
                }
            }
        }
        told.into_keys().collect()
    }
}
