//! Release and extend: they go to the owner, who tells the other holders.
//!
//! A host that has no copy asks the host that issued the receipt; if that is gone or does not own the message any more, it asks
//! everybody who does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::Receipt;
use crate::plant::Plant;
use crate::request::{Knowledge, Reply, Request, RequestError};
use crate::state::condition::Condition;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::forward::Then;
use super::inquiry::Purpose;
use super::{Host, Origin};

/// A release or an extension that waits for owners elsewhere.
#[derive(Debug, Clone)]
pub(super) struct LeaseOp {
    origin: Origin,
    receipts: Vec<Receipt>,
    extension: Option<Duration>,
    results: Vec<Option<Result<(), RequestError>>>,
    /// For which of them everybody was asked.
    looked_for: BTreeSet<usize>,
}

impl Host {
    /// Ends leases (`extension` is none) or lets them run for so long from now.
    pub(super) fn on_leases(&mut self, origin: Origin, receipts: Vec<Receipt>, extension: Option<Duration>) {
        let op = self.number();
        let is_client = matches!(origin, Origin::Client(_));
        let mut elsewhere: BTreeMap<HostIndex, Vec<usize>> = BTreeMap::new();
        let (mut unknown, mut results) = (Vec::new(), Vec::with_capacity(receipts.len()));
        for (place, receipt) in receipts.iter().enumerate() {
            // A request that a peer passed on ends here: owners that do not agree on the owner would pass it on for ever.
            let owner = self.owner_elsewhere(receipt).filter(|_| is_client);
            results.push(match owner {
                Some(owner) => {
                    elsewhere.entry(owner).or_default().push(place);
                    None
                }
                None if is_client && self.messages.find(receipt.message).is_none() => {
                    unknown.push(place);
                    None
                }
                None => Some(self.change_lease(receipt, extension)),
            });
        }
        let looked_for = BTreeSet::new();
        self.lease_ops.insert(op, LeaseOp { origin, receipts, extension, results, looked_for });
        self.pass_leases_on(op, elsewhere);
        self.look_for_owners(op, unknown);
        self.answer_leases_if_done(op);
    }

    fn pass_leases_on(&mut self, op: u64, elsewhere: BTreeMap<HostIndex, Vec<usize>>) {
        for (owner, places) in elsewhere {
            let Some(lease_op) = self.lease_ops.get(&op) else { return };
            let theirs: Vec<Receipt> = places.iter().map(|place| lease_op.receipts[*place]).collect();
            let request = match lease_op.extension {
                Some(lease) => Request::Extend(theirs, lease),
                None => Request::Release(theirs),
            };
            let timeout = self.config.answer_timeout;
            self.forward(owner, request, timeout, Then::Leases { op, places });
        }
    }

    /// Asks everybody about messages of which only a receipt is known here.
    fn look_for_owners(&mut self, op: u64, places: Vec<usize>) {
        let Some(lease_op) = self.lease_ops.get_mut(&op).filter(|_| !places.is_empty()) else { return };
        lease_op.looked_for.extend(&places);
        let ids = places.iter().map(|place| lease_op.receipts[*place].message).collect();
        let inquiry = self.number();
        self.inquire(inquiry, ids, false, Purpose::Leases { op, places });
    }

    /// Everybody has said what is known of the messages: who owns one does the rest.
    pub(super) fn leases_inquired(
        &mut self,
        op: u64,
        places: &[usize],
        answers: &[(HostIndex, Vec<Knowledge>)],
    ) {
        let mut elsewhere: BTreeMap<HostIndex, Vec<usize>> = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            let owns = |(host, known): &&(HostIndex, Vec<Knowledge>)| {
                let id = Some(self.peers.id(*host));
                matches!(known.get(at), Some(Knowledge::Held(held)) if held.owner == id)
            };
            let owner = answers.iter().find(owns).map(|(host, _)| *host);
            let Some(lease_op) = self.lease_ops.get_mut(&op) else { return };
            match owner {
                Some(owner) => elsewhere.entry(owner).or_default().push(*place),
                None => {
                    let receipt = lease_op.receipts[*place].to_string();
                    lease_op.results[*place] = Some(Err(RequestError::NoSuchLease(receipt)));
                }
            }
        }
        self.pass_leases_on(op, elsewhere);
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
        let mut elsewhere = Vec::new();
        for (place, result) in places.iter().zip(results) {
            let is_not_owner = matches!(
                result,
                Err(RequestError::NoSuchLease(_)
                    | RequestError::Unavailable { .. }
                    | RequestError::Unreachable { .. })
            );
            let is_known = self.messages.find(lease_op.receipts[*place].message).is_some();
            if is_not_owner && !is_known && !lease_op.looked_for.contains(place) {
                elsewhere.push(*place);
            } else {
                lease_op.results[*place] = Some(result);
            }
        }
        self.look_for_owners(op, elsewhere);
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
        let boot = (owner == SELF).then_some(self.identity.boot.counter);
        let changed = self.messages.change(slot, now, |condition| match extension {
            Some(lease) => condition.deliveries.extend(owner, receipt.lease, boot, now + lease),
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
        let held = if self.config.has(Plant::UnreadLeaseKept) { &[] } else { receipts };
        for receipt in held {
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
