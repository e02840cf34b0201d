//! The first phase: messages in.
//!
//! A stream keeps its share of messages in flight: each answer makes room for as many new ones. A caller, of which there are
//! as many as calls may be in flight, makes one call after the other.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::meter::Meter;
use super::plan::Plan;
use super::{LoadOptions, Way};
use crate::client::HostClient;
use crate::client::streams::EnqueueAnswers;
use crate::client::types::{EnqueueOptions, Enqueued, Outcome};

/// How many messages one request of a stream carries at most.
const REQUEST_MESSAGES: u32 = 256;

/// Into how many requests a stream's share is divided at least, so that hosts need not wait for each other.
const REQUESTS_IN_FLIGHT: u32 = 8;

/// Sends all messages of the plan.
pub(super) async fn run(
    shares: &[(&HostClient, u32)],
    options: &LoadOptions,
    plan: &Plan<'_>,
    meter: &Meter,
) {
    match options.way {
        Way::Streamed => {
            join_all(shares.iter().map(|(host, share)| stream(host, *share, plan, meter))).await;
        }
        Way::Unary(batch) => {
            let callers = shares.iter().flat_map(|(host, share)| {
                (0..share.div_ceil(batch)).map(|_| call_after_call(host, batch, plan, meter))
            });
            join_all(callers).await;
        }
    }
    meter.unsent(plan.unsent());
}

/// Requests that have no answer yet, oldest first.
type Waiting = VecDeque<(Instant, Range<u32>)>;

/// Sends messages on one stream until there are none left, or it breaks.
async fn stream(host: &HostClient, share: u32, plan: &Plan<'_>, meter: &Meter) {
    let (sender, mut answers) = match host.enqueue_stream(&EnqueueOptions::default()).await {
        Ok(ends) => ends,
        Err(error) => return meter.trouble(&format!("{}: {error}", host.address())),
    };
    let request_max = (share / REQUESTS_IN_FLIGHT).clamp(1, REQUEST_MESSAGES);
    let mut waiting = Waiting::new();
    let mut room = share;
    loop {
        while room > 0 {
            let numbers = plan.take(room.min(request_max));
            if numbers.is_empty() {
                break;
            }
            room -= numbers.len() as u32;
            let messages = plan.messages(numbers.clone());
            waiting.push_back((meter.sends(), numbers));
            sender.send(messages);
        }
        match answer(&mut answers, &mut waiting, plan, meter).await {
            Some(answered) => room += answered,
            None => return,
        }
    }
}

/// Takes one answer, and says for how many messages; none if there is nothing left to wait for.
async fn answer(
    answers: &mut EnqueueAnswers,
    waiting: &mut Waiting,
    plan: &Plan<'_>,
    meter: &Meter,
) -> Option<u32> {
    if waiting.is_empty() {
        return None;
    }
    let answer = answers.next().await;
    let broken = |why: &str| {
        let open: usize = waiting.iter().map(|(_, numbers)| numbers.len()).sum();
        meter.unknown(why, open as u32);
    };
    match answer {
        Ok(Some(answer)) => {
            let (sent, numbers) = waiting.pop_front()?;
            let count = numbers.len() as u32;
            meter.acknowledged(sent, answer.ok as u32);
            meter.troubled(&answer.troubled);
            let troubled: Vec<MessageId> = answer.troubled.iter().map(|one| one.id).collect();
            plan.acknowledged(numbers, &troubled);
            Some(count)
        }
        Ok(None) => {
            broken("a stream has ended early");
            None
        }
        Err(error) => {
            broken(&error.message);
            None
        }
    }
}

/// Makes calls with so many messages each until there are none left.
async fn call_after_call(host: &HostClient, batch: u32, plan: &Plan<'_>, meter: &Meter) {
    let options = EnqueueOptions::default();
    loop {
        let numbers = plan.take(batch);
        if numbers.is_empty() {
            return;
        }
        let messages = plan.messages(numbers.clone());
        let sent = meter.sends();
        match host.enqueue(messages, &options).await {
            Ok(results) => {
                let is_ok = |one: &Enqueued| matches!(one.outcome, Outcome::Ok(_));
                let (ok, troubled): (Vec<_>, Vec<_>) = results.into_iter().partition(is_ok);
                meter.acknowledged(sent, ok.len() as u32);
                meter.troubled(&troubled);
                let troubled: Vec<MessageId> = troubled.iter().map(|one| one.id).collect();
                plan.acknowledged(numbers, &troubled);
            }
            Err(error) => meter.failed(&error, numbers.len() as u32),
        }
    }
}
