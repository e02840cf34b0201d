//! The second phase: messages out, each deleted once it has come.
//!
//! A stream has credits for its share. What was delivered is deleted, a delivery's messages in one request, through the host
//! that delivered them; once the delete is acknowledged the credits are given back. A message's time runs from the
//! credit that let it come, or the call that asked for it, to the acknowledgement of its delete.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use hydraq_core::ids::MessageId;

use super::meter::Meter;
use super::plan::Plan;
use super::{LoadOptions, Way};
use crate::client::types::{DeleteTarget, Deleted, Delivery, DequeueOptions};
use crate::client::{ClientError, HostClient};
use crate::wire::limits::{BATCH_MAX, DELETE_TIMEOUT_DEFAULT, LEASE_DEFAULT};

/// How long nothing may come before what is left is given up.
const STALL: Duration = Duration::from_secs(15);

/// How long one call waits for messages.
const WAIT: Duration = Duration::from_secs(1);

/// How long a caller rests after a refusal.
const REST: Duration = Duration::from_millis(20);

/// Takes and deletes messages until no acknowledged one is left, or nothing comes any more.
pub(super) async fn run(
    shares: &[(&HostClient, u32)],
    options: &LoadOptions,
    plan: &Plan<'_>,
    meter: &Meter,
) {
    if plan.missing() == 0 {
        return;
    }
    let drained = plan.drained.notified();
    let all = async {
        match options.way {
            Way::Streamed => {
                join_all(shares.iter().map(|(host, share)| Stream::run(host, *share, plan, meter))).await;
            }
            Way::Unary(batch) => {
                let callers = shares.iter().flat_map(|(host, share)| {
                    (0..share.div_ceil(batch)).map(|_| call_after_call(host, batch, plan, meter))
                });
                join_all(callers).await;
            }
        }
    };
    tokio::select! {
        biased;
        () = drained => {}
        () = all => {}
        () = stall(plan) => meter.trouble("nothing was delivered for some time"),
    }
}

/// Ends when nothing has been deleted for some time.
async fn stall(plan: &Plan<'_>) {
    let mut left = plan.missing();
    loop {
        tokio::time::sleep(STALL).await;
        let now = plan.missing();
        if now == left {
            return;
        }
        left = now;
    }
}

fn dequeue_options(plan: &Plan<'_>, messages_max: u32) -> DequeueOptions {
    DequeueOptions {
        message_types: vec![plan.message_type().to_owned()],
        messages_max,
        lease: LEASE_DEFAULT,
        wait: WAIT,
    }
}

/// Deletes what was delivered.
async fn delete(host: &HostClient, deliveries: &[Delivery]) -> Result<Vec<Deleted>, ClientError> {
    let targets: Vec<DeleteTarget> =
        deliveries.iter().map(|delivery| DeleteTarget::Receipt(delivery.receipt)).collect();
    host.delete(&targets, DELETE_TIMEOUT_DEFAULT).await
}

/// Notes what a delete has come to.
fn note(result: Result<Vec<Deleted>, ClientError>, messages: u32, plan: &Plan<'_>, meter: &Meter) -> u32 {
    match result {
        Ok(deleted) => {
            let done = deleted.iter().filter(|one| one.result.is_ok());
            let ids: Vec<MessageId> = done.map(|one| one.id).collect();
            for one in &deleted {
                if let Err(error) = &one.result {
                    meter.failed(error, 1);
                }
            }
            plan.deleted(ids.into_iter())
        }
        Err(error) => {
            meter.failed(&error, messages);
            0
        }
    }
}

/// One host's stream of deliveries.
struct Stream {
    /// When credits were given, and for how many messages, oldest first.
    credits: VecDeque<(Instant, u32)>,
}

impl Stream {
    async fn run(host: &HostClient, share: u32, plan: &Plan<'_>, meter: &Meter) {
        let mut stream = Stream { credits: VecDeque::from([(meter.sends(), share)]) };
        let options = dequeue_options(plan, share.min(BATCH_MAX as u32));
        let (credits, mut deliveries) = match host.dequeue_stream(&options, share).await {
            Ok(ends) => ends,
            Err(error) => return meter.trouble(&format!("{}: {error}", host.address())),
        };
        let mut deletes = FuturesUnordered::new();
        loop {
            tokio::select! {
                next = deliveries.next() => match next {
                    Ok(Some(delivered)) => {
                        plan.delivered(&delivered);
                        let spent = stream.spend(delivered.len() as u32);
                        deletes.push(async move { (delete(host, &delivered).await, spent) });
                    }
                    Ok(None) => return meter.trouble("a stream has ended early"),
                    Err(error) => return meter.trouble(&error.message),
                },
                Some((result, spent)) = deletes.next() => {
                    let count = spent.iter().map(|(_, count)| count).sum();
                    let mut done = note(result, count, plan, meter);
                    for (given, count) in spent {
                        let part = count.min(done);
                        done -= part;
                        meter.acknowledged(given, part);
                    }
                    stream.credits.push_back((Instant::now(), count));
                    credits.give(count);
                }
            }
        }
    }

    /// The credits that so many deliveries have used up, with when they were given.
    fn spend(&mut self, mut count: u32) -> Vec<(Instant, u32)> {
        let mut spent = Vec::new();
        while count > 0
            && let Some((given, credits)) = self.credits.front_mut()
        {
            let part = count.min(*credits);
            spent.push((*given, part));
            *credits -= part;
            count -= part;
            if *credits == 0 {
                self.credits.pop_front();
            }
        }
        spent
    }
}

/// Takes so many messages and deletes them, again and again.
async fn call_after_call(host: &HostClient, batch: u32, plan: &Plan<'_>, meter: &Meter) {
    let options = dequeue_options(plan, batch);
    loop {
        let asked = meter.sends();
        match host.dequeue(&options).await {
            Ok(delivered) if delivered.is_empty() => {}
            Ok(delivered) => {
                plan.delivered(&delivered);
                let deleted = note(delete(host, &delivered).await, delivered.len() as u32, plan, meter);
                meter.acknowledged(asked, deleted);
            }
            Err(error) => {
                meter.trouble(&error.message);
                tokio::time::sleep(REST).await;
            }
        }
    }
}
