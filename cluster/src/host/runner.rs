//! The commit thread: the one owner of a host's state.
//!
//! It takes whatever waits for it as one batch, steps the core for each, sends what is early, puts every write into one
//! commit, and only then releases answers and promises: group commit by construction. When the store fails it starts the
//! host anew, from what the disk has kept, without ending the process.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::detector::Detector;
use hydraq_core::event::{Effect, Event, Write};
use hydraq_core::ids::RequestId;
use hydraq_core::journal::Happening;
use hydraq_core::objects::{Change, StoreTag};
use hydraq_core::request::Reply;
use hydraq_core::time::Instant;
use tokio::sync::oneshot;

use super::answering::{Answer, Answering, give_back};
use super::clock::{Clock, wall_ms};
use super::engine::{Batch, Engine};
use super::handle::{Handle, Input, Inside};
use super::objects::Objects;
use super::recorder::Recorder;
use crate::links::Links;
use crate::store::StoreError;

/// How many inputs one batch takes at most.
const BATCH_INPUTS: usize = 4096;

/// How long writes that nothing waits for may wait for a commit.
const LAZY_COMMIT: Duration = Duration::from_millis(500);

/// How often a host with running leases, delays or lives notes the time on disk.
const CLOCK_COMMIT: Duration = Duration::from_secs(1);

/// How long nothing was written before what is left of the store's upkeep is done.
const IDLE: Duration = Duration::from_secs(1);

/// After how many commits a slice of it is due while there is work.
const TIDY_COMMITS: u64 = 64;

/// Why the commit thread has come to an end.
#[derive(Debug)]
pub enum Ended {
    /// It was asked to stop.
    Stopped,
    /// The host was removed from the cluster for ever.
    Removed,
    /// The disk has lost something: the host must come back as a new one.
    DiskLost,
    /// The store failed: it must be opened anew.
    StoreFailed(StoreError),
}

/// Everything that the commit thread owns.
pub struct Runner {
    /// The core and its store.
    pub engine: Engine,
    /// What has happened.
    pub recorder: Recorder,
    objects: Objects,
    handle: Handle,
    clock: Clock,
    links: Links,
    detector: Arc<Mutex<Detector>>,
    askers: HashMap<RequestId, oneshot::Sender<Reply>>,
    answering: Answering,
    /// What leaves with the effects that are being released.
    answers: Vec<Answer>,
    committed: std::time::Instant,
    /// When something was last written, and whether the store has been seen to since.
    worked: std::time::Instant,
    is_untidy: bool,
    ended: Option<Ended>,
    suspicion: Duration,
}

impl Runner {
    /// A commit thread for a host that has just been made.
    #[must_use]
    pub fn new(
        engine: Engine,
        handle: Handle,
        answering: Answering,
        clock: Clock,
        links: Links,
        detector: Arc<Mutex<Detector>>,
        suspicion: Duration,
    ) -> Self {
        let objects = Objects::new(&engine);
        Runner {
            objects,
            engine,
            recorder: Recorder::default(),
            handle,
            clock,
            links,
            detector,
            askers: HashMap::new(),
            answering,
            answers: Vec::new(),
            committed: std::time::Instant::now(),
            worked: std::time::Instant::now(),
            is_untidy: true,
            ended: None,
            suspicion,
        }
    }

    /// Runs until there is a reason to end.
    pub fn run(&mut self, inputs: &Receiver<Input>) -> Ended {
        self.objects.open(&self.handle.shared);
        if let Some(order) = self.engine.core.introduce_store() {
            self.engine.step(self.clock.now(), Event::Order(order));
        }
        self.close_batch();
        while self.ended.is_none() {
            match inputs.recv_timeout(self.patience()) {
                Ok(input) => {
                    self.blame_lateness();
                    self.take(input);
                    let more = inputs.try_iter().take(BATCH_INPUTS);
                    more.for_each(|input| self.take(input));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ended::Stopped,
            }
            self.close_batch();
        }
        // Whoever waits for an answer hears that there will be none.
        self.askers.clear();
        self.ended.take().unwrap_or(Ended::Stopped)
    }

    /// How long to wait for input at most.
    fn patience(&self) -> Duration {
        let deadline = self.clock.until(self.engine.core.next_deadline());
        let since = self.committed.elapsed();
        let lazy =
            if self.engine.has_lazy_writes() { LAZY_COMMIT.saturating_sub(since) } else { Duration::MAX };
        let clock =
            if self.engine.core.has_timers() { CLOCK_COMMIT.saturating_sub(since) } else { Duration::MAX };
        let objects = self.objects.patience(self.clock.now());
        let upkeep = if self.is_untidy { IDLE.saturating_sub(self.worked.elapsed()) } else { Duration::MAX };
        deadline.min(lazy).min(clock).min(upkeep).min(objects).min(Duration::from_secs(60))
    }

    /// A host that was stopped must know so before it takes anything that has waited meanwhile.
    fn blame_lateness(&mut self) {
        let now = self.clock.now();
        let late = self.detector.lock().unwrap_or_else(PoisonError::into_inner).lateness(now);
        if late > self.suspicion / 2 {
            self.detector.lock().unwrap_or_else(PoisonError::into_inner).tick(now);
            self.engine.step(now, Event::RanLate(late));
        }
    }

    fn take(&mut self, input: Input) {
        let now = self.clock.now();
        self.objects.note_input();
        match input {
            Input::Request(id, request, answer, _) => {
                self.askers.insert(id, answer);
                self.engine.step(now, Event::Request(id, request));
            }
            Input::Event(event) => {
                if let Event::Cancelled(id) = &event {
                    self.askers.remove(id);
                }
                self.engine.step(now, event);
            }
            Input::Change(change, asker, _) => self.objects.take(&self.engine.core, change, asker),
            Input::Look(look) => look(&mut Inside { engine: &mut self.engine, recorder: &mut self.recorder }),
            Input::Stop => self.ended = Some(Ended::Stopped),
        }
    }

    fn close_batch(&mut self) {
        let now = self.clock.now();
        self.objects.propagate(&mut self.engine.core, now);
        let Batch { early, late, mut writes } = self.engine.prepare(now);
        let something = !early.is_empty() || !late.is_empty() || !writes.is_empty();
        self.release(early);
        let since = self.committed.elapsed();
        if writes.is_empty() && self.engine.has_lazy_writes() && since >= LAZY_COMMIT {
            writes = self.engine.take_lazy_writes();
        }
        let clock_is_due = self.engine.core.has_timers() && since >= CLOCK_COMMIT;
        let changes = self.objects.changes(&writes);
        if (!writes.is_empty() || !changes.is_empty() || clock_is_due)
            && let Err(error) = self.commit(&writes, &changes, now)
        {
            self.ended = Some(Ended::StoreFailed(error));
            return;
        }
        self.release(late);
        if something {
            self.handle.shared.changes.fetch_add(1, Ordering::Release);
        }
        self.objects.tell(&self.engine.core, &self.handle.shared, now, something);
        self.tidy();
    }

    fn commit(&mut self, writes: &[Write], changes: &[Change], now: Instant) -> Result<(), StoreError> {
        let shared = &self.handle.shared;
        let began = std::time::Instant::now();
        shared.committing_since.store(now.0, Ordering::Relaxed);
        let committed = self.engine.commit_with(writes, changes, now)?;
        shared.committing_since.store(0, Ordering::Relaxed);
        shared.committed_at.store(self.clock.now().0, Ordering::Relaxed);
        self.committed = std::time::Instant::now();
        if !writes.is_empty() || !changes.is_empty() {
            (self.worked, self.is_untidy) = (self.committed, true);
        }
        self.recorder.committed(began.elapsed());
        let mine = StoreTag::of(self.engine.core.identity().store);
        shared.stores.note_commit(mine, Duration::from_micros(self.recorder.totals.commit_us));
        self.objects.committed(committed, shared);
        Ok(())
    }

    /// Upkeep of the store: a slice now and then while there is work, and what is left once there is none.
    fn tidy(&mut self) {
        let is_idle = self.is_untidy && self.worked.elapsed() >= IDLE;
        if !is_idle && !self.recorder.totals.commits.is_multiple_of(TIDY_COMMITS) {
            return;
        }
        let store = self.engine.store_mut();
        let more = match store.tidy() {
            Ok(false) if is_idle => store.compact().inspect(|_| {
                // Whoever is in the way now is not asked again at once.
                self.worked = std::time::Instant::now();
            }),
            more => more,
        };
        match more {
            Ok(more) if is_idle => self.is_untidy = more,
            Ok(_) => {}
            Err(error) => self.ended = Some(Ended::StoreFailed(error)),
        }
    }

    fn release(&mut self, effects: Vec<Effect>) {
        let at_ms = wall_ms();
        for effect in effects {
            match effect {
                Effect::Send(peer, connection, frames) => {
                    if let Some((link, envelope)) = self.engine.core.seal(peer, connection, frames) {
                        self.links.send_envelope(link, envelope);
                    }
                }
                Effect::Hello(link, hello) => self.links.send_hello(link, hello),
                Effect::HangUp(link) => self.links.hang_up(link),
                Effect::Reply(request, reply) => self.answer(request, reply),
                Effect::Serving(serving) => self.handle.shared.set_serving(serving),
                Effect::Member(record) => {
                    self.handle.shared.set_name(record.id, &record.name);
                    self.links.learn(record);
                }
                Effect::Removed => self.ended = Some(Ended::Removed),
                Effect::DiskLost => self.ended = Some(Ended::DiskLost),
                Effect::Happened(what) => self.happened(what, at_ms),
            }
        }
        if !self.answers.is_empty() {
            self.answering.send(std::mem::take(&mut self.answers));
        }
    }

    /// Answers a client; messages for one that has gone away are given back at once.
    fn answer(&mut self, request: RequestId, reply: Reply) {
        if self.objects.take_answer(request, &reply, self.clock.now()) {
            return;
        }
        self.recorder.count(&reply);
        match self.askers.remove(&request) {
            Some(asker) => self.answers.push((asker, reply)),
            None => give_back(&self.handle, reply),
        }
    }

    fn happened(&mut self, what: Happening, at_ms: u64) {
        match &what {
            Happening::Session(peer) => {
                let now = self.clock.now();
                self.detector.lock().unwrap_or_else(PoisonError::into_inner).opened(*peer, now);
            }
            Happening::SessionEnded(peer) => {
                self.detector.lock().unwrap_or_else(PoisonError::into_inner).closed(*peer);
            }
            _ => {}
        }
        self.recorder.record(what, at_ms);
    }
}
