//! The observer at work: one task, and one for each host that it follows, all on one thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use hydraq_core::objects::draw::Draw;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::aftermath::Falling;
use super::board::{Board, Place, Process};
use super::events::Log;
use super::life::biography;
use super::look::{Looked, look};
use super::rows::Memory;
use super::stores::{ASK_EVERY, Stores, ask, draw_picture};
use super::totals::ready_and_leased;
use crate::client::HostClient;
use crate::client::objects::StoreState;
use crate::client::sight::{Told, ToldEvent};
use crate::client::way::Dialler;
use crate::host::clock::wall_ms;
use crate::observe::{
    Badges, Change, EventKind, Filter, HeatMap, HostNumber, HostPicture, LinkPicture, MessageId,
    MessagePicture, MessageWindow, Placement, Sort, StorePicture, TypePicture, Update, WindowRequest,
};

/// How often a host tells something at most.
const WATCH_EVERY: Duration = Duration::from_millis(50);
/// How long a host may take to begin to tell.
const WATCH_PATIENCE: Duration = Duration::from_secs(1);
/// How long is waited before a host is tried again.
const RETRY: Duration = Duration::from_millis(25);
/// The same for one whose process is not ours to know.
const RETRY_ELSEWHERE: Duration = Duration::from_millis(250);
/// How often processes are looked at, if nothing gives reason to.
const PROCESSES_EVERY: Duration = Duration::from_millis(100);
/// The least time between two updates.
const UPDATE_EVERY: Duration = Duration::from_millis(33);
/// The least time between two looks at messages.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Rates are those of so long.
const RATE_EVERY: Duration = Duration::from_secs(1);

/// How often something is done at most whose work grows with the number of hosts, or faster.
fn paced(least: Duration, hosts: usize) -> Duration {
    if hosts > 64 { least.max(Duration::from_millis(hosts as u64)) } else { least }
}

/// Says where all hosts are now.
pub type Roster = Box<dyn Fn() -> Vec<Place>>;

/// What the observer is told from here.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Something was done to processes.
    Processes,
    /// These rows are wanted from now on.
    Watch(WindowRequest),
    /// The life of this message is wanted from now on; what is given is passed on with its beginning.
    Explain(MessageId, Option<Box<Change>>),
    /// What a kill of these hosts would do is wanted.
    Predict(Vec<HostNumber>),
    /// These hosts, by name, are about to be killed.
    BeforeKill(Vec<String>),
    /// Somebody here did something.
    Done {
        /// What kind of thing.
        kind: EventKind,
        /// To which message, if it was one.
        message: Option<MessageId>,
        /// What, after `you`.
        words: String,
        /// How long it took, in microseconds.
        took_us: Option<u64>,
    },
    /// The totals that the harness counts itself; ready and leased messages are those that hosts count.
    Counted(Badges),
    /// A store was drawn for a new object.
    Drew {
        /// How.
        draw: Draw,
        /// The object's id.
        object: String,
    },
    /// To be passed on.
    Tell(Change),
    /// Whoever listens has forgotten everything: a snapshot is wanted.
    Afresh,
}

/// The way to a running observer. It ends when all of these are gone.
#[derive(Debug, Clone)]
pub struct Observer {
    notices: UnboundedSender<Notice>,
}

enum Heard {
    Told(String, Box<Told>, Vec<ToldEvent>),
    Lost(String),
    Looked(Box<Looked>),
    Stores(Option<Vec<StoreState>>),
}

impl Observer {
    /// Starts to observe, on the local task set of this thread. `out` takes what is to be told, the first time at once, and
    /// says whether anybody listens still.
    #[must_use]
    pub fn start(roster: Roster, out: impl FnMut(Update) -> bool + 'static) -> Self {
        Self::start_through(Dialler::Network, roster, out)
    }

    /// The same, with hosts that are reached as `dialler` says.
    #[must_use]
    pub fn start_through(
        dialler: Dialler,
        roster: Roster,
        out: impl FnMut(Update) -> bool + 'static,
    ) -> Self {
        let (notices, incoming) = unbounded_channel();
        let (heard, hearing) = unbounded_channel();
        let watching = Watching { dialler, roster, followed: HashMap::new(), heard };
        let state = Rc::new(RefCell::new(State::new()));
        tokio::task::spawn_local(run(state, watching, incoming, hearing, Box::new(out)));
        Self { notices }
    }

    /// Tells the observer something. One that has ended need not know.
    pub fn notice(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }
}

/// What was told last; what is equal is not told again.
#[derive(Debug, Default)]
struct Sent {
    hosts: Option<Vec<HostPicture>>,
    links: Option<Vec<LinkPicture>>,
    window: Option<MessageWindow>,
    placements: Option<Vec<Placement>>,
    heat: Option<HeatMap>,
    types: Option<Vec<TypePicture>>,
    badges: Option<Badges>,
    stores: Option<Vec<StorePicture>>,
    biography: Option<crate::observe::Biography>,
}

/// Everything that is known.
pub(super) struct State {
    pub(super) board: Board,
    pub(super) memory: Memory,
    pub(super) request: WindowRequest,
    pub(super) window: MessageWindow,
    pub(super) explained: Option<MessageId>,
    /// How that message stands; none before that was looked for.
    explained_row: Option<Option<MessagePicture>>,
    /// What is to be told together with its life.
    with_biography: Vec<Change>,
    clients: HashMap<String, HostClient>,
    log: Log,
    falling: Vec<Falling>,
    stores: Stores,
    counted: Badges,
    pending: Vec<Change>,
    sent: Sent,
    /// What happened before this is no news.
    began_ms: u64,
    last_ms: u64,
    is_stale: bool,
    is_biography_stale: bool,
}

impl State {
    fn new() -> Self {
        let request = WindowRequest {
            serial: 0,
            filter: Filter::default(),
            sort: Sort::Newest,
            offset: 0,
            rows: 100,
            pin: None,
        };
        Self {
            board: Board::default(),
            memory: Memory::default(),
            request,
            window: MessageWindow::default(),
            explained: None,
            explained_row: None,
            with_biography: Vec::new(),
            clients: HashMap::new(),
            log: Log::default(),
            falling: Vec::new(),
            stores: Stores::default(),
            counted: Badges::default(),
            pending: Vec::new(),
            sent: Sent::default(),
            began_ms: wall_ms(),
            last_ms: 0,
            is_stale: false,
            is_biography_stale: false,
        }
    }

    /// The hosts that can be asked now.
    pub(super) fn clients(&self) -> Vec<(HostNumber, HostClient)> {
        let heard = self.board.heard();
        heard
            .filter_map(|(entry, _)| Some((entry.number, self.clients.get(&entry.place.name)?.clone())))
            .collect()
    }

    fn notice(&mut self, notice: Notice) {
        let now_ms = wall_ms();
        match notice {
            // Its taker looks at processes after every notice of this kind.
            Notice::Processes => {}
            Notice::Watch(request) => {
                (self.request, self.is_stale) = (request, true);
            }
            Notice::Explain(message, with) => {
                self.explained = Some(message);
                self.explained_row = None;
                self.sent.biography = None;
                self.with_biography.extend(with.map(|change| *change));
                self.is_stale = true;
            }
            Notice::Predict(hosts) => self.pending.push(Change::BlastRadius(self.board.blast(&hosts))),
            Notice::BeforeKill(names) => {
                self.falling.extend(Falling::begin(now_ms, &names, &self.board, &mut self.log));
            }
            Notice::Done { kind, message, words, took_us } => {
                self.log.done(now_ms, kind, message, words, took_us);
            }
            Notice::Counted(badges) => self.counted = badges,
            Notice::Drew { draw, object } => {
                self.pending.extend(draw_picture(&self.board, now_ms, &draw, object).map(Change::Draw));
            }
            Notice::Tell(change) => self.pending.push(change),
            Notice::Afresh => self.sent = Sent::default(),
        }
    }

    fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Told(name, told, events) => {
                self.is_stale |= self.board.told(wall_ms(), &name, *told);
                let Some(host) = self.board.by_name(&name).map(|entry| entry.number) else { return };
                for event in events.into_iter().filter(|event| event.at_ms + 2_000 >= self.began_ms) {
                    if let Some(message) = event.message {
                        self.is_biography_stale |= self.explained == Some(message);
                        if event.kind == "finished" {
                            self.memory.finished(message);
                        }
                    }
                    self.log.told(host, &name, event);
                }
            }
            Heard::Lost(name) => self.board.lost(&name),
            Heard::Stores(states) => self.stores.told(states.unwrap_or_default()),
            Heard::Looked(looked) => {
                self.window = looked.window;
                if let Some((_, row)) = looked.explained.filter(|(id, _)| self.explained == Some(*id)) {
                    let row = Some(row);
                    self.is_biography_stale |= self.explained_row != row;
                    self.explained_row = row;
                }
            }
        }
    }

    /// Takes in where hosts are, and what follows from that.
    fn settle(&mut self, places: Vec<Place>) {
        let now_ms = wall_ms();
        self.board.placed(now_ms, places);
        for turn in self.board.settle(now_ms) {
            let killed_at_ms = self.falling.iter().rev().find_map(|falling| falling.killed_at_ms(&turn.name));
            let at_ms = killed_at_ms.filter(|_| turn.after.is_gone()).unwrap_or(now_ms);
            self.log.turned(at_ms, &turn);
            (self.is_stale, self.is_biography_stale) = (true, true);
        }
    }

    /// What is different from what was told last.
    fn update(&mut self) -> Option<Update> {
        let mut changes = Vec::new();
        let first = self.sent.hosts.is_none();
        tell(&mut changes, &mut self.sent.hosts, self.board.pictures(), Change::Hosts);
        tell(&mut changes, &mut self.sent.links, self.board.links(), Change::Links);
        tell(&mut changes, &mut self.sent.placements, self.board.placements(), Change::Placements);
        tell(&mut changes, &mut self.sent.heat, self.board.heat(), Change::Heat);
        tell(&mut changes, &mut self.sent.types, self.board.types(), Change::Types);
        tell(&mut changes, &mut self.sent.stores, self.stores.pictures(&self.board), Change::Stores);
        tell(&mut changes, &mut self.sent.window, self.window.clone(), Change::Window);
        let (ready, leased) = ready_and_leased(self.board.heard().map(|(_, told)| told));
        tell(&mut changes, &mut self.sent.badges, Badges { ready, leased, ..self.counted }, Change::Badges);
        if first {
            changes.extend([Change::Lessons(Vec::new()), Change::Lesson(None)]);
        }
        changes.extend(self.log.take().into_iter().map(Change::Event));
        self.tell_aftermaths(&mut changes);
        self.tell_life(&mut changes);
        // Answers come last: what they speak of has been told then.
        changes.append(&mut self.pending);
        self.last_ms = self.last_ms.max(wall_ms());
        (!changes.is_empty()).then_some(Update { at_ms: self.last_ms, changes })
    }

    fn tell_life(&mut self, changes: &mut Vec<Change>) {
        let (Some(message), Some(row)) = (self.explained, &self.explained_row) else { return };
        if std::mem::take(&mut self.is_biography_stale) {
            let life = biography(message, self.log.kept.iter(), row.as_ref(), &self.board);
            tell(changes, &mut self.sent.biography, life, Change::Biography);
        }
        self.pending.append(&mut self.with_biography);
    }

    fn tell_aftermaths(&mut self, changes: &mut Vec<Change>) {
        let (board, log, now_ms) = (&self.board, &self.log, wall_ms());
        self.falling.retain(|falling| match falling.told(now_ms, board, log) {
            Ok(Some(aftermath)) => {
                changes.push(Change::Aftermath(aftermath));
                false
            }
            Ok(None) => true,
            Err(()) => false,
        });
    }
}

fn tell<T: Clone + PartialEq>(
    changes: &mut Vec<Change>,
    sent: &mut Option<T>,
    now: T,
    change: impl Fn(T) -> Change,
) {
    if sent.as_ref() != Some(&now) {
        *sent = Some(now.clone());
        changes.push(change(now));
    }
}

/// The hosts that are followed.
struct Watching {
    dialler: Dialler,
    roster: Roster,
    followed: HashMap<String, Followed>,
    heard: UnboundedSender<Heard>,
}

struct Followed {
    place: Place,
    task: JoinHandle<()>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watching {
    /// Follows every host that has a process, and no other one.
    fn follow(&mut self, state: &mut State) {
        for entry in &state.board.entries {
            let place = &entry.place;
            let lives = matches!(place.process, Process::Running | Process::Paused | Process::Elsewhere);
            let is_same = |followed: &Followed| {
                followed.place.pid == place.pid && followed.place.address == place.address
            };
            if !lives || place.address.is_empty() {
                self.followed.remove(&place.name);
                continue;
            }
            if self.followed.get(&place.name).is_some_and(is_same) {
                continue;
            }
            let Ok(client) = HostClient::through(&self.dialler, &place.address) else { continue };
            state.clients.insert(place.name.clone(), client.clone());
            let retry = if place.process == Process::Elsewhere { RETRY_ELSEWHERE } else { RETRY };
            let pace = (paced(WATCH_EVERY, state.board.entries.len()), retry);
            let task = tokio::task::spawn_local(follow(place.name.clone(), client, pace, self.heard.clone()));
            self.followed.insert(place.name.clone(), Followed { place: place.clone(), task });
        }
    }
}

/// Follows one host; `pace` says how often it tells something at most, and how long is waited before it is tried again.
async fn follow(
    name: String,
    client: HostClient,
    (watch_every, retry): (Duration, Duration),
    heard: UnboundedSender<Heard>,
) {
    loop {
        if let Ok(mut watching) = client.watch(watch_every, WATCH_PATIENCE).await {
            while let Ok((told, events)) = watching.next().await {
                if heard.send(Heard::Told(name.clone(), Box::new(told), events)).is_err() {
                    return;
                }
            }
            let _ = heard.send(Heard::Lost(name.clone()));
        }
        tokio::time::sleep(retry).await;
    }
}

/// Observes until nobody listens.
async fn run(
    state: Rc<RefCell<State>>,
    mut watching: Watching,
    mut notices: UnboundedReceiver<Notice>,
    mut hearing: UnboundedReceiver<Heard>,
    mut out: Box<dyn FnMut(Update) -> bool>,
) {
    let mut rates = Instant::now() + RATE_EVERY;
    let (mut updated, mut looked) = (Instant::now() - UPDATE_EVERY, Instant::now() - LOOK_EVERY);
    let mut is_looking = false;
    let (mut is_asking, mut asked) = (false, Instant::now());
    loop {
        {
            let state = &mut *state.borrow_mut();
            state.settle((watching.roster)());
            watching.follow(state);
            if rates <= Instant::now() {
                rates = Instant::now() + RATE_EVERY;
                state.board.count_rates();
            }
        }
        if !is_looking && state.borrow().is_stale && looked.elapsed() >= LOOK_EVERY {
            (is_looking, looked) = (true, Instant::now());
            state.borrow_mut().is_stale = false;
            let (state, heard) = (state.clone(), watching.heard.clone());
            tokio::task::spawn_local(async move {
                let _ = heard.send(Heard::Looked(Box::new(look(&state).await)));
            });
        }
        if !is_asking && asked.elapsed() >= ASK_EVERY {
            (is_asking, asked) = (true, Instant::now());
            let (state, heard) = (state.clone(), watching.heard.clone());
            tokio::task::spawn_local(async move {
                let _ = heard.send(Heard::Stores(ask(&state).await));
            });
        }
        let update_every = paced(UPDATE_EVERY, state.borrow().board.entries.len());
        if updated.elapsed() >= update_every {
            let update = state.borrow_mut().update();
            if let Some(update) = update {
                updated = Instant::now();
                if !out(update) {
                    return;
                }
            }
        }
        // Wakes for whatever comes first, and for what waits because something was told just now.
        let until_look = (looked + LOOK_EVERY).saturating_duration_since(Instant::now());
        let until_update = (updated + update_every).saturating_duration_since(Instant::now());
        let waits = [until_look, until_update].into_iter().filter(|wait| !wait.is_zero()).min();
        let pause = waits.unwrap_or(PROCESSES_EVERY).min(PROCESSES_EVERY);
        tokio::select! {
            notice = notices.recv() => match notice {
                Some(notice) => state.borrow_mut().notice(notice),
                None => return,
            },
            heard = hearing.recv() => {
                if let Some(heard) = heard {
                    is_looking &= !matches!(heard, Heard::Looked(_));
                    is_asking &= !matches!(heard, Heard::Stores(_));
                    state.borrow_mut().heard(heard);
                }
            },
            () = tokio::time::sleep(pause) => {}
        }
        let state = &mut *state.borrow_mut();
        while let Ok(notice) = notices.try_recv() {
            state.notice(notice);
        }
        while let Ok(heard) = hearing.try_recv() {
            is_looking &= !matches!(heard, Heard::Looked(_));
            is_asking &= !matches!(heard, Heard::Stores(_));
            state.heard(heard);
        }
    }
}
