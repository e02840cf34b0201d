//! Alarms: what is to be looked at when, besides the messages themselves.

use std::collections::BTreeSet;

use crate::host_set::HostIndex;
use crate::time::Instant;

/// What an alarm is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alarm {
    /// An enqueue's try, or the whole of it, has taken its time.
    Enqueue(u64),
    /// Leases have waited long enough for the other holders.
    Push(u64),
    /// A delete has waited long enough for holders that do not answer.
    Delete(u64),
    /// So has an inquiry.
    Inquiry(u64),
    /// So has a forwarded request.
    Forward(u64),
    /// A dequeue has waited long enough for messages.
    Wait(u64),
    /// A synchronisation must have made progress by now.
    Progress(HostIndex),
    /// It is time for what is done now and then.
    Sweep,
}

/// All alarms of one host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alarms(BTreeSet<(Instant, Alarm)>);

impl Alarms {
    pub(crate) fn set(&mut self, at: Instant, alarm: Alarm) {
        self.0.insert((at, alarm));
    }

    pub(crate) fn cancel(&mut self, at: Instant, alarm: Alarm) {
        self.0.remove(&(at, alarm));
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out one alarm that is due.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Alarm> {
        let (at, alarm) = self.0.first().copied()?;
        if at > now {
            return None;
        }
        self.0.remove(&(at, alarm));
        Some(alarm)
    }
}
