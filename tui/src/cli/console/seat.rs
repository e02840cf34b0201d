//! Whom the console looks at: its own cluster, or that of a lesson. Only what is looked at is told.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use hydraq_cluster::fleet::Fleet;
use hydraq_cluster::observe::{Change, Update};
use hydraq_cluster::observer::{Notice, Observer, Roster};
use hydraq_cluster::scenario::run::Session;
use hydraq_cluster::scenario::run::stage::Stage;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::commands::{Work, keep_counting};
use crate::shell::UpdateSender;

/// The number of the console's own cluster. Each lesson that is begun has a number of its own.
const OWN: u32 = 0;

/// The console, as it is told of clusters.
#[derive(Clone)]
pub(super) struct Audience {
    updates: UpdateSender,
    looks_at: Rc<Cell<u32>>,
    newest: Rc<Cell<u32>>,
}

impl Audience {
    pub(super) fn new(updates: UpdateSender) -> Self {
        Self { updates, looks_at: Rc::new(Cell::new(OWN)), newest: Rc::new(Cell::new(OWN)) }
    }

    /// Looks at a cluster that is new from now on; its number.
    pub(super) fn turn_to_new(&self) -> u32 {
        self.newest.set(self.newest.get() + 1);
        self.looks_at.set(self.newest.get());
        self.newest.get()
    }

    /// Looks at the console's own cluster again.
    pub(super) fn turn_back(&self) {
        self.looks_at.set(OWN);
    }

    /// Tells something that belongs to no cluster.
    pub(super) fn tell(&self, change: Change) {
        let at_ms = hydraq_cluster::host::clock::wall_ms();
        // A console that is gone need not know.
        let _ = self.updates.send(Update::one(at_ms, change));
    }

    /// Takes what the observer of a cluster tells. Lessons are told by [`Self::tell`] only: no observer knows of them.
    fn listener(&self, number: u32) -> impl FnMut(Update) -> bool + use<> {
        let (updates, looks_at) = (self.updates.clone(), self.looks_at.clone());
        move |mut update| {
            update.changes.retain(|change| !matches!(change, Change::Lessons(_) | Change::Lesson(_)));
            looks_at.get() != number || updates.send(update).is_ok()
        }
    }
}

/// A cluster that can be looked at and worked on. When it is dropped, its hosts are killed.
pub(super) struct Seat {
    pub(super) session: Rc<Session>,
    pub(super) observer: Observer,
    /// Where command lines go.
    pub(super) lines: UnboundedSender<String>,
    tasks: Vec<JoinHandle<()>>,
    fleet: Option<Arc<Fleet>>,
}

impl Seat {
    /// The console's own cluster. `spawn` hosts are started first.
    pub(super) fn own(audience: &Audience, stage: Rc<dyn Stage>, roster: Roster, spawn: u32) -> Self {
        let seat = Self::take(audience, OWN, stage, roster, spawn > 0);
        seat.spawn(spawn);
        seat
    }

    /// A cluster whose observer is there already. `spawn` hosts are started first.
    pub(super) fn observed(session: Rc<Session>, observer: Observer, spawn: u32) -> Self {
        let seat = Self::work(session, observer, spawn > 0);
        seat.spawn(spawn);
        seat
    }

    fn spawn(&self, hosts: u32) {
        if hosts > 0 {
            let _ = self.lines.send(format!("spawn {hosts}"));
        }
    }

    /// The cluster of this number. Whether its first line is our own.
    pub(super) fn take(
        audience: &Audience,
        number: u32,
        stage: Rc<dyn Stage>,
        roster: Roster,
        first_is_own: bool,
    ) -> Self {
        let seed = getrandom::u64().unwrap_or_default();
        let session = Rc::new(Session::new(stage, seed));
        let observer = Observer::start(roster, audience.listener(number));
        Self::work(session, observer, first_is_own)
    }

    fn work(session: Rc<Session>, observer: Observer, first_is_own: bool) -> Self {
        let killed = observer.clone();
        session.on_kill(move |hosts| killed.notice(Notice::BeforeKill(hosts.to_vec())));
        let (lines, typed) = unbounded_channel();
        let work = Work::new(session.clone(), observer.clone());
        let tasks = vec![
            tokio::task::spawn_local(keep_counting(session.clone(), observer.clone())),
            tokio::task::spawn_local(work.all(typed, first_is_own)),
        ];
        Self { session, observer, lines, tasks, fleet: None }
    }

    /// Has these hosts killed when nobody sits here any more.
    pub(super) fn keep(&mut self, fleet: Arc<Fleet>) {
        self.fleet = Some(fleet);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Hosts go first, at once; then whatever still waits for them ends by itself.
        if let Some(fleet) = &self.fleet {
            fleet.shut_down();
        }
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
