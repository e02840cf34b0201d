//! Judging what was delivered: which duplicates are explained, and which deliveries should not have been.
//!
//! Explanations come from the harness's own record alone. What a delivery says of itself, its cause, explains nothing: a host
//! that delivers twice for no reason must not be able to talk its way out.

use std::fmt;
use std::time::Duration;

use super::faults::{Fault, FaultLog};
use super::record::{Deletion, Delivered, Record};

/// How much sooner than by the harness's clock a lease may seem to end: times travel in whole milliseconds.
const TOLERANCE: Duration = Duration::from_millis(10);

/// Why a message was rightly delivered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation<'a> {
    /// The lease of the earlier delivery had run out.
    LeaseEnded,
    /// The lease of the earlier delivery had been given back.
    Released,
    /// The message had been redriven.
    Redriven,
    /// A fault touched the host of the earlier or of the later delivery.
    Fault(&'a Fault),
    /// The message was enqueued more than once, or it is not known how often.
    Retried,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaseEnded => f.write_str("the lease had ended"),
            Self::Released => f.write_str("the lease had been released"),
            Self::Redriven => f.write_str("the message had been redriven"),
            Self::Fault(fault) => fault.fmt(f),
            Self::Retried => f.write_str("the enqueue was retried, repeated or unknown"),
        }
    }
}

/// Why `later` may follow `earlier`; none if nothing explains it.
pub fn explain<'a>(
    record: &Record,
    earlier: &Delivered,
    later: &Delivered,
    faults: &'a FaultLog,
) -> Option<Explanation<'a>> {
    if earlier.released.is_some_and(|released| released <= later.received) {
        return Some(Explanation::Released);
    }
    if earlier.lease_ends <= later.received + TOLERANCE {
        return Some(Explanation::LeaseEnded);
    }
    if record.redriven.iter().any(|at| (earlier.asked..=later.received).contains(at)) {
        return Some(Explanation::Redriven);
    }
    let mut hosts = [&earlier.host, &later.host].into_iter();
    let fault = hosts.find_map(|host| faults.touching(host, earlier.asked, later.received));
    let retried = || record.was_retried().then_some(Explanation::Retried);
    fault.map(Explanation::Fault).or_else(retried)
}

/// Whether the delivery at `place` needs an explanation and has none.
pub fn is_unexplained(record: &Record, place: usize, faults: &FaultLog) -> bool {
    let (earlier, later) = (&record.deliveries[..place], &record.deliveries[place]);
    earlier.iter().any(|earlier| explain(record, earlier, later, faults).is_none())
}

/// The delete that should have kept a delivery from happening: acknowledged before it was asked for, and its host not
/// among those that the delete did not reach.
pub fn resurrected_from<'a>(record: &'a Record, delivery: &Delivered) -> Option<&'a Deletion> {
    record.deletions_in_force().find(|deletion| {
        let before = deletion.acknowledged.is_some_and(|acknowledged| acknowledged <= delivery.asked);
        before && !deletion.unreached.iter().any(|host| **host == *delivery.host)
    })
}
