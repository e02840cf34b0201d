//! The oracle: the harness's own record of a run, and what follows from it.
//!
//! It is told of every request when it leaves and when it ends, of every delivery, and of every fault that the harness itself
//! causes. It asks nobody: what hosts say of themselves can be compared with it. All it knows of time are the moments that
//! it is given, and it takes each for what it proves: a lease has surely not ended before its length has passed since the request
//! left, a delete holds from its acknowledgement on, a fault may be felt from just before it was caused.
//!
//! ```text
//!   enqueues ─┐                       ┌─▶ acknowledged failed unknown delivered … (counts)
//!   deliveries├─▶ one record a message┼─▶ unexplained_duplicates, resurrected (judge)
//!   deletes ──┘                       └─▶ what must still be on some disk: lost is what is not found there
//!   faults ─────▶ the log of faults ──┘
//! ```

pub mod faults;
pub mod judge;
pub mod record;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use hydraq_core::ids::MessageId;

use self::faults::FaultLog;
use self::record::{Attempt, Deletion, Delivered, Intent, Record, Verdict};
use super::digest::Digest;
use super::stage::Moment;
use crate::client::types::{DeletedHow, Delivery};

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Enqueues that were OK.
    pub acknowledged: u64,
    /// Enqueues that failed.
    pub failed: u64,
    /// Enqueues whose outcome stayed unknown.
    pub unknown: u64,
    /// Deliveries.
    pub delivered: u64,
    /// Messages delivered at least once.
    pub distinct: u64,
    /// Deletes acknowledged.
    pub deleted: u64,
    /// Requests that were not OK.
    pub errors: u64,
    /// Deliveries whose count is below that of an earlier one of their type.
    pub out_of_order: u64,
    /// Deliveries with other bytes than were enqueued.
    pub corrupt: u64,
}

impl Counts {
    /// Deliveries beyond the first of each message.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.delivered - self.distinct
    }
}

/// Names one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryPlace {
    /// Of which message.
    pub message: MessageId,
    /// Which of its deliveries.
    pub place: usize,
}

/// The record of a run.
#[derive(Debug, Default)]
pub struct Oracle {
    records: Vec<Record>,
    places: HashMap<MessageId, usize>,
    /// The last message that was enqueued and did not fail: by a command, and by anybody.
    last: Option<MessageId>,
    last_of_all: Option<MessageId>,
    /// Records with more than one delivery.
    redelivered: BTreeSet<usize>,
    /// The highest count delivered of each type.
    highest: HashMap<String, u64>,
    /// Lists of holders, each once: many messages have the same.
    lists: BTreeSet<Rc<[String]>>,
    names: BTreeSet<Rc<str>>,
    counts: Counts,
    /// What was done to whom.
    pub faults: FaultLog,
}

impl Oracle {
    /// An enqueue leaves.
    pub fn enqueue_asked(&mut self, id: MessageId, intent: Intent, asked: Moment) {
        let nobody = self.list(&[]);
        let place = self.place(id, nobody);
        let record = &mut self.records[place];
        record.intent.get_or_insert(intent);
        record.attempts.push(Attempt { asked, ended: None, retried: false });
    }

    /// The last enqueue of a message has ended: OK on, or confirmed by, these hosts.
    pub fn enqueue_ended(
        &mut self,
        id: MessageId,
        verdict: Verdict,
        holders: &[String],
        retried: bool,
        ended: Moment,
    ) {
        let holders = self.list(holders);
        let place = self.place(id, holders.clone());
        let record = &mut self.records[place];
        if record.holders.len() < holders.len() {
            record.holders = holders;
        }
        if let Some(attempt) = record.attempts.iter_mut().rev().find(|attempt| attempt.ended.is_none()) {
            (attempt.ended, attempt.retried) = (Some((verdict, ended)), retried);
        }
        match verdict {
            Verdict::Acknowledged => self.counts.acknowledged += 1,
            Verdict::Failed => self.counts.failed += 1,
            Verdict::Unknown => self.counts.unknown += 1,
        }
        if verdict != Verdict::Acknowledged {
            self.counts.errors += 1;
        }
        if verdict != Verdict::Failed {
            self.last_of_all = Some(id);
        }
    }

    /// Says which message `last` stands for from now on.
    pub fn set_last(&mut self, id: MessageId) {
        self.last = Some(id);
    }

    /// The last message that a command enqueued and that did not fail; where there is none, the last one of the background.
    #[must_use]
    pub fn last(&self) -> Option<MessageId> {
        self.last.or(self.last_of_all)
    }

    /// A message came, in answer to a request of `asked`, with a lease of this length; `port` is the host that answered.
    pub fn delivered(
        &mut self,
        delivery: &Delivery,
        port: &str,
        lease: Duration,
        asked: Moment,
        received: Moment,
    ) -> DeliveryPlace {
        let holders = self.list(&delivery.holders);
        let host = self.name(if delivery.owner.is_empty() { port } else { &delivery.owner });
        let place = self.place(delivery.id, holders.clone());
        let record = &mut self.records[place];
        record.holders = holders;
        let digest = Digest::of(&delivery.body);
        let intact = record.intent.as_ref().is_none_or(|intent| intent.digest == digest);
        let number = record.intent.as_ref().map(|intent| intent.number);
        record.deliveries.push(Delivered {
            host,
            asked,
            received,
            lease_ends: asked + lease,
            released: None,
            receipt: delivery.receipt,
            count: delivery.count,
            cause: delivery.cause,
            intact,
        });
        let nth = record.deliveries.len();
        self.counts.delivered += 1;
        self.counts.corrupt += u64::from(!intact);
        if nth == 1 {
            self.counts.distinct += 1;
        } else {
            self.redelivered.insert(place);
        }
        if let Some(number) = number {
            let highest = self.highest.entry(delivery.message_type.clone()).or_default();
            self.counts.out_of_order += u64::from(number < *highest);
            *highest = (*highest).max(number);
        }
        DeliveryPlace { message: delivery.id, place: nth - 1 }
    }

    /// A lease was given back, or may have been: from `asked` on.
    pub fn released(&mut self, delivery: DeliveryPlace, asked: Moment) {
        if let Some(delivered) = self.delivery_mut(delivery) {
            delivered.released = Some(asked);
        }
    }

    /// A lease lasts so long from `asked` on; if that is not sure, it may end when it would have without.
    pub fn extended(&mut self, delivery: DeliveryPlace, lease: Duration, asked: Moment, sure: bool) {
        if let Some(delivered) = self.delivery_mut(delivery) {
            let ends = asked + lease;
            delivered.lease_ends = if sure { ends } else { ends.min(delivered.lease_ends) };
        }
    }

    /// A delete leaves.
    pub fn delete_asked(&mut self, id: MessageId, asked: Moment) {
        let nobody = self.list(&[]);
        let place = self.place(id, nobody);
        let deletion = Deletion { asked, acknowledged: None, unreached: Vec::new() };
        self.records[place].deletions.push(deletion);
    }

    /// A delete that was asked for at `asked` was acknowledged.
    pub fn delete_acknowledged(&mut self, id: MessageId, asked: Moment, how: &DeletedHow, at: Moment) {
        self.counts.deleted += 1;
        let Some(place) = self.places.get(&id) else { return };
        let mut deletions = self.records[*place].deletions.iter_mut();
        if let Some(deletion) = deletions.find(|deletion| deletion.asked == asked) {
            (deletion.acknowledged, deletion.unreached) = (Some(at), how.unreached.clone());
        }
    }

    /// A delete that was asked for at `asked` was refused: the message is there as before.
    pub fn delete_refused(&mut self, id: MessageId, asked: Moment) {
        let Some(place) = self.places.get(&id) else { return };
        self.records[*place].deletions.retain(|deletion| deletion.asked != asked);
    }

    /// Dead messages may have been made ready again: those of which `meant` is true.
    pub fn redriven(&mut self, at: Moment, meant: impl Fn(&Record) -> bool) {
        let records = self.records.iter_mut().filter(|record| !record.deliveries.is_empty());
        records.filter(|record| meant(record)).for_each(|record| record.redriven.push(at));
    }

    /// A request was not OK. Enqueues count by themselves.
    pub fn error(&mut self) {
        self.counts.errors += 1;
    }

    /// The holders of a message, as somebody has just named them.
    pub fn holders_named(&mut self, id: MessageId, holders: &[String]) {
        let holders = self.list(holders);
        if let Some(place) = self.places.get(&id) {
            self.records[*place].holders = holders;
        }
    }

    /// What is known of a message.
    #[must_use]
    pub fn record(&self, id: MessageId) -> Option<&Record> {
        self.places.get(&id).map(|place| &self.records[*place])
    }

    /// What is known of all messages, in the order in which they first appeared.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The deliveries after the first of their message that nothing explains.
    #[must_use]
    pub fn unexplained(&self) -> Vec<DeliveryPlace> {
        let records = self.redelivered.iter().map(|place| &self.records[*place]);
        let of = |record: &Record| {
            let places = 1..record.deliveries.len();
            let unexplained = places.filter(|place| judge::is_unexplained(record, *place, &self.faults));
            unexplained.map(|place| DeliveryPlace { message: record.id, place }).collect::<Vec<_>>()
        };
        records.flat_map(of).collect()
    }

    /// The newest message that was delivered more than once.
    #[must_use]
    pub fn last_redelivered(&self) -> Option<MessageId> {
        self.redelivered.last().map(|place| self.records[*place].id)
    }

    /// The deliveries that came after a delete that should have prevented them.
    #[must_use]
    pub fn resurrected(&self) -> Vec<DeliveryPlace> {
        let records = self.records.iter().filter(|record| !record.deletions.is_empty());
        let of = |record: &Record| {
            let deliveries = record.deliveries.iter().enumerate();
            let wrong =
                deliveries.filter(|(_, delivery)| judge::resurrected_from(record, delivery).is_some());
            wrong.map(|(place, _)| DeliveryPlace { message: record.id, place }).collect::<Vec<_>>()
        };
        records.flat_map(of).collect()
    }

    /// The messages of which an intact copy must be on some disk, unless all of their holders' disks were lost:
    /// acknowledged, and by now certainly neither deleted nor expired.
    #[must_use]
    pub fn must_exist(&self, now: Moment) -> Vec<(MessageId, Digest)> {
        let exists = |record: &&Record| {
            record.is_acknowledged() && !record.may_be_deleted() && !record.may_be_expired(now)
        };
        let records = self.records.iter().filter(exists);
        records.filter_map(|record| Some((record.id, record.intent.as_ref()?.digest))).collect()
    }

    /// The owner of a message by the harness's own record: its lowest-ranked holder that lives; the lowest-ranked one if none does.
    #[must_use]
    pub fn owner(&self, id: MessageId, lives: &dyn Fn(&str) -> bool) -> Option<&str> {
        let holders = &self.record(id)?.holders;
        let living = holders.iter().find(|host| lives(host));
        living.or_else(|| holders.first()).map(String::as_str)
    }

    fn delivery_mut(&mut self, delivery: DeliveryPlace) -> Option<&mut Delivered> {
        let place = self.places.get(&delivery.message)?;
        self.records[*place].deliveries.get_mut(delivery.place)
    }

    /// The place of a message's record, which is made if there is none.
    fn place(&mut self, id: MessageId, holders: Rc<[String]>) -> usize {
        let next = self.records.len();
        let place = *self.places.entry(id).or_insert(next);
        if place == next {
            self.records.push(Record::new(id, None, holders));
        }
        place
    }

    fn list(&mut self, hosts: &[String]) -> Rc<[String]> {
        if let Some(known) = self.lists.get(hosts) {
            return known.clone();
        }
        let list: Rc<[String]> = hosts.into();
        self.lists.insert(list.clone());
        list
    }

    fn name(&mut self, host: &str) -> Rc<str> {
        if let Some(known) = self.names.get(host) {
            return known.clone();
        }
        let name: Rc<str> = host.into();
        self.names.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests;
