//! Sending messages: drawn in order, spread over hosts, several in one request, tried elsewhere when a host is unavailable.
//!
//! ```text
//!   drafts 1 2 3 4 5 6 7 … ──▶ alpha: 1 4 7 …  ──▶ requests of up to 256, one after the other
//!                          ──▶ bravo: 2 5 …    ──▶ side by side with those of the other hosts
//!                          ──▶ charlie: 3 6 …       │ unavailable, or the connection is lost:
//!                                                   ▼ the same ids to the next host, as a retry
//! ```
//!
//! An enqueue that is pinned to a host is tried nowhere else, and never twice where a first try may have stored it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use hydraq_core::ids::MessageId;
use hydraq_core::random::{Random, mix};

use super::super::digest::Digest;
use super::super::oracle::record::Intent;
use super::super::outcome::Sent;
use super::super::session::Session;
use super::balance::assign;
use super::request::Request;
use crate::client::types::NewMessage;
use crate::scenario::{Body, EnqueueOptions, numbered};

/// How many messages one request carries at most.
const BATCH_MAX: usize = 256;
/// How many bytes of bodies one request carries at most, unless a single one is longer.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// A message that is to be enqueued; its body is made when it is sent.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Draft {
    pub(in super::super) id: MessageId,
    number: u64,
}

/// Draws ids and counts for messages. An id that was enqueued before keeps its count, so that its body is the same.
pub(in super::super) fn draw(session: &Session, options: &EnqueueOptions, count: u32) -> Vec<Draft> {
    let draft = |_| {
        let id = options.id.map_or_else(|| session.stage.draw_id(), |id| MessageId(id.0));
        let known =
            session.oracle.borrow().record(id).and_then(|record| Some(record.intent.as_ref()?.number));
        Draft { id, number: known.unwrap_or_else(|| session.count(options.message_type.as_str())) }
    };
    (0..count).map(draft).collect()
}

/// Enqueues messages, on one host or spread over all that live; says what became of each, in their order.
pub(in super::super) async fn send(
    session: &Session,
    options: &EnqueueOptions,
    on: Option<&str>,
    drafts: &[Draft],
) -> Vec<Sent> {
    let hosts = match on {
        Some(on) => vec![on.to_owned()],
        None => session.live(),
    };
    let shares = assign(session, &hosts, drafts.len()).await;
    let sent = hosts.iter().zip(shares).map(async |(host, share)| {
        let mut sent = Vec::new();
        for places in share.chunks(batch_size(&options.body)) {
            let batch: Vec<Draft> = places.iter().map(|place| drafts[*place]).collect();
            sent.extend(send_batch(session, options, on, host, &batch).await);
        }
        sent
    });
    let mut sent: Vec<Sent> = join_all(sent).await.into_iter().flatten().collect();
    if hosts.is_empty() {
        sent = send_batch(session, options, on, "", drafts).await;
    }
    let order: std::collections::HashMap<MessageId, usize> =
        drafts.iter().enumerate().map(|(place, draft)| (draft.id, place)).collect();
    sent.sort_by_key(|sent| order.get(&sent.id));
    sent
}

fn batch_size(body: &Body) -> usize {
    let bytes = match body {
        Body::Text(text) => text.len(),
        Body::Size(bytes) => *bytes as usize,
    };
    (BATCH_BYTES_MAX / bytes.max(1)).clamp(1, BATCH_MAX)
}

/// Enqueues messages that belong together, beginning with `first`.
async fn send_batch(
    session: &Session,
    options: &EnqueueOptions,
    on: Option<&str>,
    first: &str,
    drafts: &[Draft],
) -> Vec<Sent> {
    let asked = session.now();
    let messages: Vec<NewMessage> = drafts.iter().map(|draft| message(session, options, draft)).collect();
    for (draft, message) in drafts.iter().zip(&messages) {
        let intent = Intent {
            message_type: message.message_type.clone(),
            digest: Digest::of(&message.body),
            replicas: message.replicas,
            number: draft.number,
            time_to_live: message.time_to_live,
        };
        session.note_length(&message.message_type, message.body.len());
        session.oracle.borrow_mut().enqueue_asked(draft.id, intent, asked);
    }
    let mut stack = vec![messages];
    let mut sent = Vec::new();
    while let Some(mut messages) = stack.pop() {
        let mut request = Request::new(session, options, on, first, &messages);
        request.run().await;
        if request.is_too_much() {
            // Where there is no room for all there may be room for some.
            let second = messages.split_off(messages.len().div_ceil(2));
            stack.extend([second, messages]);
        } else {
            sent.extend(request.sent);
        }
    }
    let mut oracle = session.oracle.borrow_mut();
    for sent in &sent {
        oracle.enqueue_ended(sent.id, sent.verdict, &sent.hosts, sent.retried, session.now());
    }
    sent
}

/// The message of a draft.
fn message(session: &Session, options: &EnqueueOptions, draft: &Draft) -> NewMessage {
    let body = match &options.body {
        Body::Text(text) => Bytes::from(numbered(text, draft.number)),
        Body::Size(bytes) => made_up(session.seed() ^ mix(draft.number), *bytes as usize),
    };
    NewMessage {
        id: draft.id,
        message_type: options.message_type.as_str().to_owned(),
        body,
        attributes: Vec::new(),
        replicas: options.replicas,
        priority: options.priority.unwrap_or(0),
        delay: Some(options.delay).filter(|delay| *delay > Duration::ZERO),
        time_to_live: options.time_to_live,
        deliveries_max: options.max_deliveries,
        at_most_once: false,
    }
}

/// So many letters and digits that follow from the seed.
fn made_up(seed: u64, bytes: usize) -> Bytes {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut random = Random::new(seed);
    let mut body = Vec::with_capacity(bytes + 8);
    while body.len() < bytes {
        let chance = random.draw().to_le_bytes();
        body.extend(chance.iter().map(|byte| LETTERS[usize::from(byte % 64)]));
    }
    body.truncate(bytes);
    Bytes::from(body)
}
