//! Measured load: so many messages in, then all of them out and deleted, at a bounded number in flight.
//!
//! What is measured is what a client sees. A message counts once it is acknowledged, in the first phase by the answer to its enqueue,
//! in the second by the answer to its delete; a phase lasts from its first request to its last acknowledgement. Nothing is tried
//! again: whatever does not end as it should is counted, and said.
//!
//! ```text
//!   Plan ── numbers ──▶ enqueue: a stream, or callers, per host ──▶ Meter ──▶ Phase
//!     ▲                                                                        (rates, percentiles, troubles)
//!     └──── numbers ──  dequeue: deliveries, deletes, new credits ─▶ Meter ──▶ Phase
//! ```
//!
//! It leaves out warming up and repeating: whoever wants medians runs it several times.

mod cluster;
mod dequeue;
mod enqueue;
mod meter;
mod plan;
mod shares;

use crate::client::{ClientError, HostClient};

pub use cluster::{LocalCluster, LocalClusterError};
pub use meter::Phase;
pub use plan::Progress;
pub use shares::Share;

use meter::Meter;
use plan::Plan;

/// How requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// On one stream to each host, in requests of as many messages as suits.
    Streamed,
    /// Call by call, each with so many messages, 1 to 10,000.
    Unary(u32),
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// How many replicas each message gets.
    pub replicas: u8,
    /// How many messages there are.
    pub messages: u32,
    /// How long each body is, in bytes, at most 1 MiB.
    pub body_bytes: usize,
    /// How many messages may be in flight over all hosts, at least 1.
    pub in_flight: u32,
    /// How requests are made.
    pub way: Way,
    /// Whether the messages stay: the second phase is left out.
    pub keep: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct LoadReport {
    /// Messages in.
    pub enqueue: Phase,
    /// Messages out and deleted.
    pub dequeue: Phase,
    /// Acknowledged messages that were not delivered and deleted, though they were waited for.
    pub missing: u32,
    /// Messages that were delivered again.
    pub duplicates: u32,
    /// Messages that were delivered with another body than they had.
    pub corrupt: u32,
}

/// Puts load on these hosts, at least one, and says how that went. `progress` may be looked at meanwhile.
///
/// # Errors
/// The operating system gives no random numbers. Whatever goes wrong with single messages is in the report.
pub async fn run(
    hosts: &[HostClient],
    options: &LoadOptions,
    progress: &Progress,
) -> Result<LoadReport, ClientError> {
    let plan = Plan::new(options, progress)?;
    let shares = shares(hosts, options.in_flight);
    let meter = Meter::default();
    enqueue::run(&shares, options, &plan, &meter).await;
    let enqueue = meter.into_phase();
    let meter = Meter::default();
    if !options.keep {
        dequeue::run(&shares, options, &plan, &meter).await;
    }
    Ok(LoadReport {
        enqueue,
        dequeue: meter.into_phase(),
        missing: if options.keep { 0 } else { plan.missing() },
        duplicates: plan.duplicates(),
        corrupt: plan.corrupt(),
    })
}

/// How many messages may be in flight to each host; hosts that get no share are left out.
fn shares(hosts: &[HostClient], in_flight: u32) -> Vec<(&HostClient, u32)> {
    let count = hosts.len().max(1) as u32;
    let share = |place: u32| in_flight / count + u32::from(place < in_flight % count);
    hosts.iter().zip(0..).map(|(host, place)| (host, share(place))).filter(|(_, share)| *share > 0).collect()
}
