//! Propagation: events become messages of the queue, in the log's order, each exactly once as far as this store is concerned.
//!
//! The core is asked to enqueue the events behind the position. Those whose initial replica it writes are passed by the position in the
//! very same commit, so a crash neither skips nor doubles one. What the core refuses (a type is paused, too much is there) is
//! asked again a little later; what it answers without writing (it has, or had, the message) is passed with the next commit.

use std::sync::Arc;
use std::time::Duration;

use hydraq_core::event::{Event, Write};
use hydraq_core::host::Host;
use hydraq_core::ids::{MessageId, RequestId, StoreId};
use hydraq_core::message::{Message, Priority};
use hydraq_core::objects::id::event_message_id;
use hydraq_core::objects::{Log, ObjectEvent};
use hydraq_core::record::Record;
use hydraq_core::request::{Attempt, Enqueue, EnqueueOutcome, Reply, Request, RequestError};
use hydraq_core::time::Instant;

use super::clock::wall_ms;
use crate::report::json;

/// How many events are asked for at once at most.
const EVENTS_MAX: usize = 256;

/// How many requests may wait for their further replicas at once.
const REQUESTS_MAX: usize = 16;

/// How long to wait before what was refused is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the core may take to make all replicas of an event's message; it goes on by itself afterwards.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The numbers of these requests go down from the highest, so that they are not those of clients.
const FIRST_REQUEST: u64 = u64::MAX - 1;

/// Where a store's propagation stands.
#[derive(Debug)]
pub(super) struct Propagation {
    store: StoreId,
    /// Events up to here are messages, durably.
    position: u64,
    /// Events up to here are messages, as the core has answered.
    answered: u64,
    /// The events that were asked for and have no message yet: the first and the last, and by which request.
    asked: Option<(u64, u64, RequestId)>,
    /// Requests without an answer.
    open: Vec<RequestId>,
    next_request: u64,
    batch: usize,
    resume: Instant,
}

impl Propagation {
    pub(super) fn new(store: StoreId, log: Log) -> Self {
        Propagation {
            store,
            position: log.propagated,
            answered: log.propagated,
            asked: None,
            open: Vec::new(),
            next_request: FIRST_REQUEST,
            batch: EVENTS_MAX,
            resume: Instant(0),
        }
    }

    /// How long until something is to be done, if something is.
    pub(super) fn patience(&self, log: Log, now: Instant) -> Duration {
        if self.answered > self.position {
            return Duration::ZERO;
        }
        let idle = log.head <= self.position || self.asked.is_some() || self.open.len() >= REQUESTS_MAX;
        if idle { Duration::MAX } else { self.resume.since(now) }
    }

    /// The first event to be asked for now, if one is, and how many.
    pub(super) fn due(&self, log: Log, now: Instant) -> Option<(u64, usize)> {
        let from = self.position.max(self.answered) + 1;
        let due = self.patience(log, now).is_zero() && from <= log.head && self.asked.is_none();
        due.then_some((from, self.batch))
    }

    /// Asks for nothing for a moment.
    pub(super) fn rest(&mut self, now: Instant) {
        self.resume = now + PAUSE;
    }

    /// Asks the core to enqueue events that follow the position.
    pub(super) fn ask(&mut self, core: &mut Host, now: Instant, events: &[ObjectEvent], store_name: &str) {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return };
        let request = RequestId(self.next_request);
        self.next_request -= 1;
        self.asked = Some((first.sequence, last.sequence, request));
        self.open.push(request);
        let replicas = core.event_replicas();
        let message = |event| Arc::new(event_message(self.store, event, replicas, store_name));
        // A host that leaves stores nothing any more. Another one takes its events, and the position follows the answer; as it
        // may be asked twice for that, it is asked as for a retry.
        let leaves = core.refuses_objects() == Some("leaving");
        let enqueue = Enqueue {
            messages: events.iter().map(message).collect(),
            shape: Default::default(),
            timeout: TIMEOUT,
            replicas_min: None,
            asynchronous: false,
            attempt: if leaves { Attempt::Retry(None) } else { Attempt::First },
            // Else nobody may store it but the host with the position.
            placed: !leaves,
        };
        core.step(now, Event::Request(request, Request::Enqueue(enqueue)));
    }

    /// Up to which event the position moves with a commit of these writes, if it moves.
    pub(super) fn passed(&mut self, writes: &[Write]) -> Option<u64> {
        let mut to = self.position.max(self.answered);
        if let Some((_, last, _)) = self.asked {
            let mut written: Vec<u64> = writes.iter().filter_map(|write| self.written(write)).collect();
            written.sort_unstable();
            for sequence in written {
                if sequence == to + 1 {
                    to = sequence;
                }
            }
            if to >= last {
                self.asked = None;
                self.batch = (self.batch * 2).min(EVENTS_MAX);
            }
        }
        (to > self.position).then(|| {
            (self.position, self.answered) = (to, to);
            to
        })
    }

    /// The sequence of the event whose message a write appends.
    fn written(&self, write: &Write) -> Option<u64> {
        let Write::Append(_, Record::Message(record)) = write else { return None };
        self.sequence_of(record.message.id)
    }

    fn sequence_of(&self, id: MessageId) -> Option<u64> {
        let sequence = id.0 as u64;
        (id == event_message_id(self.store, sequence)).then_some(sequence)
    }

    /// Takes an answer of the core, if it is one to this propagation.
    pub(super) fn take_answer(&mut self, request: RequestId, reply: &Reply, now: Instant) -> bool {
        let Some(place) = self.open.iter().position(|open| *open == request) else { return false };
        self.open.swap_remove(place);
        let Some((first, _, _)) = self.asked.filter(|(_, _, asked)| *asked == request) else { return true };
        self.asked = None;
        if let Reply::Enqueued(outcomes) = reply {
            let done = outcomes.iter().take_while(|outcome| is_there(outcome)).count() as u64;
            if first <= self.answered + 1 {
                self.answered = self.answered.max(first + done - 1);
            }
            if done as usize == outcomes.len() {
                return true;
            }
        }
        self.batch = (self.batch / 2).max(1);
        self.resume = now + PAUSE;
        true
    }
}

/// The message that an event of a store becomes.
pub(super) fn event_message(store: StoreId, event: &ObjectEvent, replicas: u8, store_name: &str) -> Message {
    let attributes = [
        ("event", event.what.word().to_owned()),
        ("object", event.id.to_string()),
        ("version", event.after.to_string()),
        ("store", store_name.to_owned()),
        ("sequence", event.sequence.to_string()),
    ];
    Message {
        id: event_message_id(store, event.sequence),
        message_type: format!("events.{}", event.kind).into(),
        body: json::object_event(event, store_name).to_string().into(),
        attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        replicas,
        priority: Priority::default(),
        delay: None,
        time_to_live: None,
        deliveries_max: None,
        at_most_once: false,
        enqueued_at_ms: wall_ms(),
    }
}

/// Whether an event's message is, or was, in the queue.
pub(super) fn is_there(outcome: &EnqueueOutcome) -> bool {
    match outcome {
        EnqueueOutcome::Ok(_) | EnqueueOutcome::Failed(RequestError::Deleted(_)) => true,
        // Only this very event can have made a message with its id.
        EnqueueOutcome::Failed(RequestError::OtherContent(_)) => true,
        EnqueueOutcome::Failed(_) | EnqueueOutcome::Unknown(_) => false,
    }
}
