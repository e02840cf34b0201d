//! The services of a simulated host: those of a real one, on the same core, with the world in the place of the commit thread.
//!
//! ```text
//!   client ─▶ way ─▶ service ─▶ handle ─▶ inputs ─▶ world: inbox, batch, commit ─▶ answers ─▶ client
//! ```
//!
//! A [`Hosting`] gives each process that starts its own services and its place on a switchboard. What the commit thread of a
//! real host does around the core (answers, objects, records of what happened) is done here by a [`Service`]. One of objects only
//! leaves answers and records to the world: so the checker gives them, which asks the core itself for what concerns the queue.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::detector::Detector;
use hydraq_core::event::{Event, Write};
use hydraq_core::frame::MemberRecord;
use hydraq_core::host::Host;
use hydraq_core::ids::RequestId;
use hydraq_core::journal::Happening;
use hydraq_core::objects::{Change, StoreTag};
use hydraq_core::random::mix;
use hydraq_core::request::{Reply, Request};
use hydraq_core::time::Instant;
use hydraq_proto::v1::cluster_server::ClusterServer;
use hydraq_proto::v1::queue_server::QueueServer;
use tokio::sync::oneshot;
use tonic::service::Routes;

use crate::client::way::{Dialler, Line, Switchboard};
use crate::host::clock::{Clock, wall_ms};
use crate::host::engine::{Batch, Engine};
use crate::host::handle::{Handle, Input, Inside, Shared};
use crate::host::objects::Objects;
use crate::host::recorder::Recorder;
use crate::host::space::Space;
use crate::ids::IdSource;
use crate::links::{Links, Me};
use crate::service::Context;
use crate::store::Committed;
use crate::wire::limits::GRPC_BYTES_MAX;

/// Gives simulated hosts their services.
#[derive(Debug)]
pub struct Hosting {
    board: Switchboard,
    runtime: tokio::runtime::Handle,
    seed: u64,
    opened: u64,
    is_whole: bool,
}

impl Hosting {
    /// Services whose tasks run on `runtime`; `seed` decides all their chances.
    #[must_use]
    pub fn new(board: Switchboard, runtime: tokio::runtime::Handle, seed: u64) -> Self {
        Hosting { board, runtime, seed, opened: 0, is_whole: true }
    }

    /// The same, but of objects only.
    #[must_use]
    pub fn of_objects(board: Switchboard, runtime: tokio::runtime::Handle, seed: u64) -> Self {
        Hosting { is_whole: false, ..Self::new(board, runtime, seed) }
    }

    /// Whether all services are given.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The services of a process that starts.
    pub(super) fn open(&mut self, engine: &Engine, clock: Instant) -> Service {
        self.opened += 1;
        let identity = engine.core.identity();
        let (sender, inputs) = channel();
        let shared = Arc::new(Shared::default());
        shared.set_name(identity.id, &identity.name);
        let handle = Handle::new(sender, shared.clone());
        let detector = Arc::new(Mutex::new(Detector::new(Config::default().suspicion)));
        // Nothing dials on these: links are the world's. They know who this host is, and its faults.
        let links = Links::new(handle.clone(), Clock::starting_at(clock), detector, self.runtime.clone());
        let record = MemberRecord {
            id: identity.id,
            name: identity.name.clone(),
            address: identity.address.clone(),
            boot: identity.boot.counter,
            removed: false,
        };
        links.faults().seed(mix(self.seed ^ mix(!self.opened)));
        links.set_me(Me { id: identity.id, record });
        let context = Context {
            handle,
            links: links.clone(),
            faults_allowed: true,
            space: Arc::new(Mutex::new(Space::watch(Path::new("")))),
            ids: Arc::new(Mutex::new(IdSource::seeded(mix(self.seed ^ mix(self.opened))))),
            dialler: Dialler::Inside(self.board.clone()),
            ways: Default::default(),
        };
        let routes = if self.is_whole {
            all_routes(context)
        } else {
            Routes::new(crate::service::objects::server(context))
        };
        let line = self.board.connect(&identity.address, routes);
        let objects = Objects::new(engine);
        objects.open(&shared);
        Service {
            shared,
            links,
            inputs,
            recorder: Recorder::default(),
            objects,
            answers: BTreeMap::new(),
            faults_seen: 0,
            is_whole: self.is_whole,
            _line: line,
        }
    }
}

fn all_routes(context: Context) -> Routes {
    let queue = QueueServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    let objects = crate::service::objects::server(context.clone());
    Routes::new(queue).add_service(ClusterServer::new(context)).add_service(objects)
}

/// The services of one process, and what they share with the world.
pub(crate) struct Service {
    shared: Arc<Shared>,
    pub(super) links: Links,
    inputs: Receiver<Input>,
    recorder: Recorder,
    objects: Objects,
    /// In an order that does not change from run to run.
    answers: BTreeMap<RequestId, oneshot::Sender<Reply>>,
    /// How many changes of faults the world has taken in.
    faults_seen: u64,
    is_whole: bool,
    /// Its place on the switchboard goes with the process.
    _line: Line,
}

impl Service {
    /// Whether answers and records are its business, too.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The next thing that is asked, if anything is.
    pub(super) fn next_input(&mut self) -> Option<Input> {
        self.inputs.try_recv().ok()
    }

    /// Takes something that is asked; says what the core is to be told of it.
    pub(super) fn take(&mut self, engine: &mut Engine, input: Input) -> Option<Event> {
        self.objects.note_input();
        match input {
            Input::Request(id, request, answer, _) => {
                self.answers.insert(id, answer);
                Some(Event::Request(id, request))
            }
            Input::Event(event) => {
                if let Event::Cancelled(id) = &event {
                    self.answers.remove(id);
                }
                Some(event)
            }
            Input::Change(change, asker, _) => {
                self.objects.take(&engine.core, change, asker);
                None
            }
            Input::Look(look) => {
                look(&mut Inside { engine, recorder: &mut self.recorder });
                None
            }
            // The world decides when a process ends.
            Input::Stop => None,
        }
    }

    /// Has events of objects enqueued, if some are due.
    pub(super) fn propagate(&mut self, core: &mut Host, now: Instant) {
        self.objects.propagate(core, now);
    }

    /// A batch was closed: tells who watches; says which changes belong into its commit.
    pub(super) fn closed(&mut self, batch: &Batch, core: &Host, now: Instant) -> Vec<Change> {
        if !self.is_whole {
            return self.changes(&batch.writes);
        }
        let something = !batch.early.is_empty() || !batch.late.is_empty() || !batch.writes.is_empty();
        if something {
            self.shared.changes.fetch_add(1, Ordering::Release);
        }
        self.objects.tell(core, &self.shared, now, something);
        self.changes(&batch.writes)
    }

    /// Tells whoever asks for objects how the stores stand.
    pub(super) fn tell(&mut self, core: &Host, now: Instant) {
        self.objects.tell(core, &self.shared, now, true);
    }

    /// The changes that belong into a commit of these writes.
    pub(super) fn changes(&mut self, writes: &[Write]) -> Vec<Change> {
        self.objects.changes(writes)
    }

    /// A commit has ended, after `took`.
    pub(super) fn committed(&mut self, committed: Committed, core: &Host, took: Duration) {
        self.recorder.committed(took);
        let mine = StoreTag::of(core.identity().store);
        self.shared.stores.note_commit(mine, Duration::from_micros(self.recorder.totals.commit_us));
        self.objects.committed(committed, &self.shared);
        self.shared.changes.fetch_add(1, Ordering::Release);
    }

    /// How long until something is to be done about objects.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        if self.is_whole { self.objects.patience(now) } else { self.objects.patience_of_events(now) }
    }

    /// Takes an answer of the core, if it is about an event of an object.
    pub(super) fn take_answer(&mut self, request: RequestId, reply: &Reply, now: Instant) -> bool {
        self.objects.take_answer(request, reply, now)
    }

    /// Answers a client. What is to be asked for one that has gone away comes back.
    pub(super) fn answer(&mut self, request: RequestId, reply: Reply, now: Instant) -> Option<Event> {
        if self.take_answer(request, &reply, now) {
            return None;
        }
        self.recorder.count(&reply);
        let unheard = match self.answers.remove(&request) {
            Some(answer) => answer.send(reply).err(),
            None => Some(reply),
        };
        match unheard {
            // Messages for somebody who has gone away are given back at once.
            Some(Reply::Dequeued(deliveries)) if !deliveries.is_empty() => {
                let receipts = deliveries.into_iter().map(|delivery| delivery.receipt).collect();
                Some(Event::Request(RequestId(0), Request::Release(receipts)))
            }
            _ => None,
        }
    }

    /// Notes whether the host serves.
    pub(super) fn serves(&self, serving: bool) {
        self.shared.set_serving(serving);
    }

    /// Learns of a member.
    pub(super) fn learn(&self, record: &MemberRecord) {
        self.shared.set_name(record.id, &record.name);
    }

    /// Notes that something happened.
    pub(super) fn record(&mut self, what: Happening) {
        self.recorder.record(what, wall_ms());
    }

    /// Whether faults were changed since this was asked last.
    pub(super) fn has_new_faults(&mut self) -> bool {
        let changes = self.links.faults().changes();
        std::mem::replace(&mut self.faults_seen, changes) != changes
    }
}
