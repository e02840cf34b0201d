//! What can change about one message on one host, and what follows from it: may it be delivered now?

use crate::ids::Sequence;
use crate::time::Instant;

use super::deliveries::Deliveries;

/// Why a message can, or cannot, be delivered by its owner now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It can.
    Ready,
    /// A consumer has it.
    Leased,
    /// Its delay is not over.
    Delayed,
    /// It was delivered as often as it may be.
    Dead,
}

impl Status {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// The changing part of a message. Most messages have the default, which takes no memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Leases and counts.
    pub deliveries: Deliveries,
    /// When its delay ends, if it was asked to wait.
    pub not_before: Option<Instant>,
    /// When it expires, if ever.
    pub expires: Option<Instant>,
    /// After how many deliveries it is dead, if ever.
    pub deliveries_max: Option<u32>,
    /// Whether it must be deleted before it is handed out.
    pub at_most_once: bool,
    /// Where the durable record of all this is, if there is one beside the message's own.
    pub record: Option<Sequence>,
}

impl Condition {
    /// The status at `now`.
    #[must_use]
    pub fn status(&self, now: Instant) -> Status {
        if self.deliveries.leased_until(now).is_some() {
            Status::Leased
        } else if self.deliveries_max.is_some_and(|max| self.deliveries.count() >= max) {
            Status::Dead
        } else if self.not_before.is_some_and(|start| start > now) {
            Status::Delayed
        } else {
            Status::Ready
        }
    }

    /// When this status may next change by itself, or the message expires; `NEVER` if it does not. What is due stays due
    /// until the status says so.
    #[must_use]
    pub fn next_change(&self, status: Status) -> Instant {
        let change = match status {
            Status::Leased => self.deliveries.last_end(),
            Status::Delayed => self.not_before,
            Status::Ready | Status::Dead => None,
        };
        [change, self.expires].into_iter().flatten().min().unwrap_or(Instant::NEVER)
    }

    /// Whether this is no more than a message has from the beginning.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Condition::default()
    }
}
