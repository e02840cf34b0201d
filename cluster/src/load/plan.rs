//! Which messages there are, and where each of them stands.
//!
//! Messages have numbers, and their ids carry these numbers; so an account of millions of them takes two bits each.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hydraq_core::ids::MessageId;
use tokio::sync::Notify;

use super::LoadOptions;
use crate::client::types::{Delivery, NewMessage};
use crate::client::{ClientError, Kind};
use crate::ids::IdSource;

/// How far it has come, for whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    /// Messages whose enqueue was acknowledged.
    pub enqueued: AtomicU32,
    /// Messages whose delete was acknowledged.
    pub deleted: AtomicU32,
}

/// All messages of one load.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    first_id: u128,
    message_type: String,
    body: Bytes,
    replicas: u8,
    total: u32,
    next: AtomicU32,
    accounts: Mutex<Accounts>,
    progress: &'a Progress,
    /// Told when no acknowledged message is left.
    pub(super) drained: Notify,
}

#[derive(Debug)]
struct Accounts {
    acknowledged: Bits,
    deleted: Bits,
    /// Acknowledged and not deleted.
    left: u32,
    delivered: Bits,
    duplicates: u32,
    corrupt: u32,
}

impl<'a> Plan<'a> {
    /// A plan with ids, and a message type, that nobody else has.
    pub(super) fn new(options: &LoadOptions, progress: &'a Progress) -> Result<Self, ClientError> {
        let system = |error: getrandom::Error| ClientError::new(Kind::Other, error.to_string());
        // The last 32 bits are for the numbers.
        let first_id = IdSource::from_system().map_err(system)?.draw().0 >> 32 << 32;
        let accounts = Accounts {
            acknowledged: Bits::new(options.messages),
            deleted: Bits::new(options.messages),
            left: 0,
            delivered: Bits::new(options.messages),
            duplicates: 0,
            corrupt: 0,
        };
        Ok(Plan {
            first_id,
            message_type: format!("load-{}", MessageId(first_id)).to_lowercase(),
            body: Bytes::from(vec![b'.'; options.body_bytes]),
            replicas: options.replicas,
            total: options.messages,
            next: AtomicU32::new(0),
            accounts: Mutex::new(accounts),
            progress,
            drained: Notify::new(),
        })
    }

    /// The type of all its messages.
    pub(super) fn message_type(&self) -> &str {
        &self.message_type
    }

    /// Takes the numbers of the next messages to send, at most so many; none when all are sent.
    pub(super) fn take(&self, count_max: u32) -> Range<u32> {
        let limit = |next: u32| Some(next.saturating_add(count_max).min(self.total));
        let taken = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, limit);
        let start = taken.unwrap_or_else(|next| next);
        start..start.saturating_add(count_max).min(self.total)
    }

    /// How many messages were not sent.
    pub(super) fn unsent(&self) -> u32 {
        self.total - self.next.load(Ordering::Relaxed)
    }

    /// The messages with these numbers.
    pub(super) fn messages(&self, numbers: Range<u32>) -> Vec<NewMessage> {
        let message = |number: u32| NewMessage {
            id: MessageId(self.first_id | u128::from(number)),
            message_type: self.message_type.clone(),
            body: self.body.clone(),
            attributes: Vec::new(),
            replicas: self.replicas,
            priority: 0,
            delay: None,
            time_to_live: None,
            deliveries_max: None,
            at_most_once: false,
        };
        numbers.map(message).collect()
    }

    fn number(&self, id: MessageId) -> Option<u32> {
        let number = (id.0 & u128::from(u32::MAX)) as u32;
        (id.0 >> 32 == self.first_id >> 32 && number < self.total).then_some(number)
    }

    /// These were answered; all but the troubled ones are stored.
    pub(super) fn acknowledged(&self, numbers: Range<u32>, troubled: &[MessageId]) {
        let mut accounts = self.lock();
        let ok = numbers.len() as u32 - troubled.len() as u32;
        numbers.for_each(|number| {
            accounts.acknowledged.set(number);
        });
        troubled.iter().filter_map(|id| self.number(*id)).for_each(|number| {
            accounts.acknowledged.clear(number);
        });
        accounts.left += ok;
        self.progress.enqueued.fetch_add(ok, Ordering::Relaxed);
    }

    /// This was delivered.
    pub(super) fn delivered(&self, deliveries: &[Delivery]) {
        let mut accounts = self.lock();
        for delivery in deliveries {
            let is_new = self.number(delivery.id).is_some_and(|number| accounts.delivered.set(number));
            accounts.duplicates += u32::from(!is_new);
            accounts.corrupt += u32::from(delivery.body != self.body);
        }
    }

    /// These were deleted; says how many of them were not before.
    pub(super) fn deleted(&self, ids: impl Iterator<Item = MessageId>) -> u32 {
        let mut accounts = self.lock();
        let mut fresh = 0;
        for number in ids.filter_map(|id| self.number(id)) {
            if accounts.deleted.set(number) {
                fresh += 1;
                accounts.left -= u32::from(accounts.acknowledged.is_set(number));
            }
        }
        self.progress.deleted.fetch_add(fresh, Ordering::Relaxed);
        if accounts.left == 0 {
            self.drained.notify_waiters();
        }
        fresh
    }

    /// How many acknowledged messages are not deleted.
    pub(super) fn missing(&self) -> u32 {
        self.lock().left
    }

    /// How many deliveries there were of messages that had been delivered before.
    pub(super) fn duplicates(&self) -> u32 {
        self.lock().duplicates
    }

    /// How many deliveries had another body.
    pub(super) fn corrupt(&self) -> u32 {
        self.lock().corrupt
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set of numbers.
#[derive(Debug)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: u32) -> Self {
        Bits(vec![0; count.div_ceil(64) as usize])
    }

    fn is_set(&self, number: u32) -> bool {
        self.0[(number / 64) as usize] & 1 << (number % 64) != 0
    }

    /// Puts a number in; false if it was in already.
    fn set(&mut self, number: u32) -> bool {
        let was_set = self.is_set(number);
        self.0[(number / 64) as usize] |= 1 << (number % 64);
        !was_set
    }

    fn clear(&mut self, number: u32) {
        self.0[(number / 64) as usize] &= !(1 << (number % 64));
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
