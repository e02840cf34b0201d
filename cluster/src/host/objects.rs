//! Objects on the commit thread: changes that wait for the next commit, the propagation of their events, and upkeep.

use std::sync::Arc;
use std::time::Duration;

use hydraq_core::event::Write;
use hydraq_core::host::Host;
use hydraq_core::ids::RequestId;
use hydraq_core::objects::{Change, Log};
use hydraq_core::plant::Plant;
use hydraq_core::request::Reply;
use hydraq_core::time::Instant;

use super::apart::Apart;
use super::engine::Engine;
use super::handle::Shared;
use super::propagation::Propagation;
use super::stores::{ChangeAnswer, ChangeAsker, ChangeRefusal};
use super::upkeep::Upkeep;
use crate::store::Committed;
use crate::store::objects::{ObjectReader, read_events, read_log};

/// How often others are told at most what has changed about stores.
const TELL_INTERVAL: Duration = Duration::from_millis(20);

/// The commit thread's part in objects.
pub(crate) struct Objects {
    reader: Arc<dyn ObjectReader>,
    waiting: Vec<(Change, ChangeAsker)>,
    /// The askers of the commit that is under way; nobody asks for a position.
    asking: Vec<Option<ChangeAsker>>,
    log: Log,
    propagation: Propagation,
    upkeep: Upkeep,
    now: Instant,
    told: Option<Instant>,
    /// How many settings had been taken in when others were told last: which store a host has is one.
    told_settings: u64,
    untold: bool,
    apart: Option<Apart>,
}

impl Objects {
    pub(crate) fn new(engine: &Engine) -> Self {
        let reader = engine.store().object_reader();
        let log = read_log(&*reader).unwrap_or_else(|error| {
            tracing::error!(%error, "the log of the objects cannot be read: its events stay where they are");
            Log::empty()
        });
        Objects {
            upkeep: Upkeep::new(&*reader),
            now: Instant(0),
            reader,
            waiting: Vec::new(),
            asking: Vec::new(),
            log,
            propagation: Propagation::new(engine.core.identity().store, log),
            told: None,
            told_settings: 0,
            untold: true,
            apart: engine.core.has_plant(Plant::EventApart).then(Apart::default),
        }
    }

    /// Opens the store's objects to other threads.
    pub(crate) fn open(&self, shared: &Shared) {
        shared.stores.set_reader(self.reader.clone());
        shared.stores.set_log(self.log);
    }

    /// Takes a change for the next commit, or refuses it.
    pub(crate) fn take(&mut self, core: &Host, change: Change, asker: ChangeAsker) {
        let absent = core.refuses_objects().filter(|why| {
            // Where nothing new is taken, what is there can still be changed.
            matches!(change, Change::Create { .. }) || !["full", "leaving"].contains(why)
        });
        match absent {
            // Whoever asked may be gone.
            Some(why) => drop(asker.send(Err(ChangeRefusal::Absent(why)))),
            None => self.waiting.push((change, asker)),
        }
    }

    /// How long until something is to be done here.
    pub(crate) fn patience(&self, now: Instant) -> Duration {
        let telling = if self.untold {
            self.told.map_or(Duration::ZERO, |told| (told + TELL_INTERVAL).since(now))
        } else {
            Duration::MAX
        };
        let upkeep = self.upkeep.patience(self.log, now);
        telling.min(upkeep).min(self.patience_of_events(now))
    }

    /// How long until something is to be done about events.
    pub(crate) fn patience_of_events(&self, now: Instant) -> Duration {
        let is_late = self.apart.as_ref().is_some_and(Apart::waits);
        if is_late { Duration::ZERO } else { self.propagation.patience(self.log, now) }
    }

    /// Has events enqueued, if some are due; looks what else there is to be done.
    pub(crate) fn propagate(&mut self, core: &mut Host, now: Instant) {
        self.now = now;
        self.upkeep.look(core, self.log, now);
        core.set_events_wait(self.log.propagated < self.log.head);
        let Some((from, count)) = self.propagation.due(self.log, now) else { return };
        match read_events(&*self.reader, from) {
            Ok(mut events) if !events.is_empty() => {
                events.truncate(count);
                let name = core.identity().name.clone();
                self.propagation.ask(core, now, &events, &name);
            }
            other => {
                tracing::error!(from, problem = ?other.err(), "events cannot be read");
                self.propagation.rest(now);
            }
        }
    }

    /// The changes that belong into a commit with these writes.
    pub(crate) fn changes(&mut self, writes: &[Write]) -> Vec<Change> {
        let (mut changes, askers): (Vec<Change>, Vec<ChangeAsker>) = self.waiting.drain(..).unzip();
        self.asking = askers.into_iter().map(Some).collect();
        if let Some(apart) = self.apart.as_mut() {
            changes = apart.part(changes);
            self.asking.resize_with(changes.len(), || None);
        }
        if let Some(position) = self.propagation.passed(writes) {
            changes.push(Change::Propagated(position));
            self.asking.push(None);
        }
        let upkeep = self.upkeep.changes(self.log, self.now);
        self.asking.extend(upkeep.iter().map(|_| None));
        changes.extend(upkeep);
        changes
    }

    /// Answers whoever asked for what is durable now.
    pub(crate) fn committed(&mut self, committed: Committed, shared: &Shared) {
        if let Some(apart) = self.apart.as_mut() {
            apart.note(&committed.outcomes);
        }
        for (asker, outcome) in self.asking.drain(..).zip(committed.outcomes) {
            let answer: Option<ChangeAnswer> = match outcome {
                Ok(applied) => applied.map(Ok),
                Err(error) => Some(Err(ChangeRefusal::Refused(error))),
            };
            if let (Some(asker), Some(answer)) = (asker, answer) {
                // Whoever asked may be gone.
                let _ = asker.send(answer);
            }
        }
        self.upkeep.committed(&*self.reader);
        if let Some(log) = committed.log {
            self.log = log;
            shared.stores.set_log(log);
        }
    }

    /// Takes an answer of the core, if it is about an event.
    pub(crate) fn take_answer(&mut self, request: RequestId, reply: &Reply, now: Instant) -> bool {
        self.propagation.take_answer(request, reply, now)
    }

    /// Notes that something has happened, and so may have changed what is known of stores.
    pub(crate) fn note_input(&mut self) {
        self.untold = true;
    }

    /// Tells other threads of the stores: of one that is new at once, or a query would not miss it; how each stands now and then.
    /// `changed` says that something may have changed.
    pub(crate) fn tell(&mut self, core: &Host, shared: &Shared, now: Instant, changed: bool) {
        self.untold |= changed;
        let is_new = self.told_settings != core.settings_changes();
        let due = self.told.is_none_or(|told| now >= told + TELL_INTERVAL);
        if is_new || (self.untold && due) {
            shared.stores.set_views(core.stores());
            (self.told, self.untold) = (Some(now), false);
            self.told_settings = core.settings_changes();
        }
    }
}
