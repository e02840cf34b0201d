//! Watching a host: one snapshot, and then an update whenever something has changed, at most so often.

use std::sync::atomic::Ordering;
use std::time::Duration;

use hydraq_core::journal::Happening;
use hydraq_proto::v1;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::copies::look_at_copies;
use super::states::{Standing, standing, types_here};
use super::{Answers, Context};
use crate::host::clock::wall_ms;
use crate::host::handle::Inside;
use crate::host::recorder::Recorded;
use crate::wire::deliveries::host_name;
use crate::wire::in_range;
use crate::wire::limits::BATCH_MAX;
use crate::wire::names::{host_bytes, id_bytes};
use crate::wire::status::invalid;

/// How often an update is sent at most, if nothing else is asked for.
const INTERVAL_DEFAULT: Duration = Duration::from_millis(100);

/// How many happenings one update carries at most.
const EVENTS_MAX: usize = 1000;

/// How many sets of holders are told.
const PLACEMENTS_MAX: usize = 256;

/// How many message types are told.
const TYPES_MAX: usize = 100;

/// What a look for a watcher finds.
struct Sight {
    standing: Standing,
    events: Vec<Recorded>,
    events_total: u64,
    copies: Vec<v1::WatchedCopy>,
    placements: Vec<v1::Placement>,
    types: Vec<v1::TypeDepth>,
}

impl Context {
    pub(super) fn watch_host(&self, request: v1::WatchRequest) -> Result<Answers<v1::WatchResponse>, Status> {
        in_range("messages_max", u64::from(request.messages_max), 0..=BATCH_MAX as u64)
            .map_err(|error| invalid(&error))?;
        let interval = match request.interval_ms {
            0 => INTERVAL_DEFAULT,
            ms => Duration::from_millis(ms.clamp(10, 60_000)),
        };
        let (updates, stream) = channel(4);
        let watcher = Watcher { context: self.clone(), request, interval, seen: None, copies: Vec::new() };
        tokio::spawn(watcher.run(updates));
        Ok(Box::pin(ReceiverStream::new(stream)))
    }
}

struct Watcher {
    context: Context,
    request: v1::WatchRequest,
    interval: Duration,
    /// The count of changes at the last update.
    seen: Option<u64>,
    copies: Vec<v1::WatchedCopy>,
}

impl Watcher {
    async fn run(mut self, updates: Sender<Result<v1::WatchResponse, Status>>) {
        let mut quiet = Duration::ZERO;
        loop {
            let changes = self.context.handle.shared.changes.load(Ordering::Acquire);
            // Without changes nothing is sent, but for a sign of life now and then: leases and ages run on.
            if self.seen != Some(changes) || quiet >= Duration::from_secs(1) {
                quiet = Duration::ZERO;
                self.seen = Some(changes);
                let Some(update) = self.update().await else { return };
                if updates.send(Ok(update)).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.interval) => quiet += self.interval,
                () = updates.closed() => return,
            }
        }
    }

    async fn update(&mut self) -> Option<v1::WatchResponse> {
        let request = self.request.clone();
        let sight = self.context.handle.look(move |inside| look(inside, &request)).await?;
        self.request.events_from = sight.events_total + 1;
        let copies_changed = sight.copies != self.copies;
        if copies_changed {
            self.copies.clone_from(&sight.copies);
        }
        let context = &self.context;
        Some(v1::WatchResponse {
            at_ms: wall_ms(),
            host: Some(context.host_state(sight.standing)),
            events: sight.events.iter().map(|event| host_event(event, context)).collect(),
            copies: if copies_changed { sight.copies } else { Vec::new() },
            copies_changed,
            placements: sight.placements,
            types: sight.types,
            events_total: sight.events_total,
        })
    }
}

fn look(inside: &mut Inside<'_>, request: &v1::WatchRequest) -> Sight {
    let mut types = types_here(inside);
    types.truncate(TYPES_MAX);
    Sight {
        standing: standing(inside),
        events: inside.recorder.since(request.events_from, EVENTS_MAX).cloned().collect(),
        events_total: inside.recorder.last_number(),
        copies: watched_copies(inside, request),
        placements: placements(inside),
        types,
    }
}

/// The newest copies that fit the filters, or those that are named.
fn watched_copies(inside: &Inside<'_>, request: &v1::WatchRequest) -> Vec<v1::WatchedCopy> {
    let request = v1::CopiesRequest {
        messages_max: request.messages_max,
        oldest_first: false,
        r#type: request.r#type.clone(),
        state: request.state,
        ids: request.ids.clone(),
        body_bytes_max: request.body_bytes_max,
    };
    look_at_copies(inside, &request).0
}

fn placements(inside: &Inside<'_>) -> Vec<v1::Placement> {
    let mut placements: Vec<v1::Placement> = inside
        .engine
        .core
        .placements()
        .into_iter()
        .map(|placement| v1::Placement {
            hosts: placement.hosts.into_iter().map(host_bytes).collect(),
            messages: placement.copies,
            owned: placement.owned,
        })
        .collect();
    placements.sort_by_key(|placement| std::cmp::Reverse(placement.messages));
    placements.truncate(PLACEMENTS_MAX);
    placements
}

/// A happening, as it travels.
fn host_event(recorded: &Recorded, context: &Context) -> v1::HostEvent {
    let what = &recorded.what;
    v1::HostEvent {
        number: recorded.number,
        at_ms: recorded.at_ms,
        kind: what.kind().to_owned(),
        message: what.message().map(id_bytes).unwrap_or_default(),
        peer: what.peer().map(|peer| host_name(peer, &|host| context.name_of(host))),
        words: what.words(|host| context.name_of(host)),
        messages: match what {
            Happening::TakesOver { messages, .. } | Happening::HandsBack { messages, .. } => *messages,
            Happening::Delivered { count, .. } => u64::from(*count),
            _ => 0,
        },
    }
}
