//! The observer at work: one task, and one for each host that it follows, all on one thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::follow::{Heard, Roster, Watching, paced};
use super::look::look;
use super::notice::Notice;
use super::settling::Settling;
use super::state::State;
use super::stores::{ASK_EVERY, ASK_SELDOM, ask};
use crate::client::way::Dialler;
use crate::observe::Update;

/// How often processes are looked at, if nothing gives reason to.
const PROCESSES_EVERY: Duration = Duration::from_millis(100);
/// The least time between two updates.
const UPDATE_EVERY: Duration = Duration::from_millis(33);
/// The least time between two looks at messages.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Rates are those of so long.
const RATE_EVERY: Duration = Duration::from_secs(1);

/// The way to a running observer. It ends when all of these are gone.
#[derive(Debug, Clone)]
pub struct Observer {
    notices: UnboundedSender<Notice>,
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
        let watching = Watching::new(dialler, roster, heard);
        tokio::task::spawn_local(run(Work::new(watching, Box::new(out)), incoming, hearing));
        Self { notices }
    }

    /// Tells the observer something. One that has ended need not know.
    pub fn notice(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }
}

/// Observes until nobody listens.
async fn run(mut work: Work, mut notices: UnboundedReceiver<Notice>, mut hearing: UnboundedReceiver<Heard>) {
    loop {
        work.follow();
        work.look();
        work.ask();
        if !work.tell() {
            return;
        }
        tokio::select! {
            notice = notices.recv() => match notice {
                Some(notice) => work.notice(notice),
                None => return,
            },
            heard = hearing.recv() => {
                if let Some(heard) = heard {
                    work.hear(heard);
                }
            },
            () = tokio::time::sleep(work.pause()) => {}
        }
        while let Ok(notice) = notices.try_recv() {
            work.notice(notice);
        }
        while let Ok(heard) = hearing.try_recv() {
            work.hear(heard);
        }
    }
}

/// What is under way, and since when.
struct Work {
    state: Rc<RefCell<State>>,
    watching: Watching,
    out: Box<dyn FnMut(Update) -> bool>,
    settling: Settling,
    /// When rates are counted next.
    rates: Instant,
    updated: Instant,
    looked: Instant,
    is_looking: bool,
    asked: Instant,
    is_asking: bool,
    /// Whether anything has changed since stores were asked for last.
    has_news: bool,
}

impl Work {
    fn new(watching: Watching, out: Box<dyn FnMut(Update) -> bool>) -> Self {
        let now = Instant::now();
        Self {
            state: Rc::new(RefCell::new(State::new())),
            watching,
            out,
            settling: Settling::default(),
            rates: now + RATE_EVERY,
            updated: now - UPDATE_EVERY,
            looked: now - LOOK_EVERY,
            is_looking: false,
            asked: now,
            is_asking: false,
            has_news: true,
        }
    }

    /// Takes in where hosts are, and follows those that live.
    fn follow(&mut self) {
        let state = &mut *self.state.borrow_mut();
        state.settle((self.watching.roster)());
        self.watching.follow(state);
        if self.rates <= Instant::now() {
            self.rates = Instant::now() + RATE_EVERY;
            state.board.count_rates();
        }
        state.is_stale |= self.settling.wants_look(Instant::now());
    }

    /// Begins to look at messages, if there is reason to.
    fn look(&mut self) {
        if self.is_looking || !self.state.borrow().is_stale || self.looked.elapsed() < LOOK_EVERY {
            return;
        }
        (self.is_looking, self.looked) = (true, Instant::now());
        self.state.borrow_mut().is_stale = false;
        self.settling.look_begins();
        let (state, heard) = (self.state.clone(), self.watching.heard.clone());
        tokio::task::spawn_local(async move {
            let _ = heard.send(Heard::Looked(Box::new(look(&state).await)));
        });
    }

    /// Begins to ask for the data stores, if it is time.
    fn ask(&mut self) {
        let every = if self.has_news { ASK_EVERY } else { ASK_SELDOM };
        if self.is_asking || self.asked.elapsed() < every {
            return;
        }
        (self.is_asking, self.asked, self.has_news) = (true, Instant::now(), false);
        let (state, heard) = (self.state.clone(), self.watching.heard.clone());
        tokio::task::spawn_local(async move {
            let _ = heard.send(Heard::Stores(ask(&state).await));
        });
    }

    /// Tells what is different, if it is time; whether anybody listens still.
    fn tell(&mut self) -> bool {
        if self.updated.elapsed() < self.update_every() {
            return true;
        }
        let update = self.state.borrow_mut().update();
        if let Some(update) = update {
            self.updated = Instant::now();
            if !(self.out)(update) {
                return false;
            }
        }
        self.settling.told();
        true
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Settle(answer) => self.settling.ask(Instant::now(), answer),
            notice => self.state.borrow_mut().notice(notice),
        }
    }

    fn hear(&mut self, heard: Heard) {
        if matches!(heard, Heard::Looked(_)) {
            self.is_looking = false;
            self.settling.look_ended();
        }
        self.is_asking &= !matches!(heard, Heard::Stores(_));
        let state = &mut *self.state.borrow_mut();
        state.heard(heard);
        self.has_news |= state.is_stale;
    }

    /// The least time between two updates of so many hosts.
    fn update_every(&self) -> Duration {
        paced(UPDATE_EVERY, self.state.borrow().board.entries.len())
    }

    /// How long nothing is to be done, unless somebody says something: until whatever comes first, and what waits because
    /// something was told just now.
    fn pause(&self) -> Duration {
        let until_look = (self.looked + LOOK_EVERY).saturating_duration_since(Instant::now());
        let until_update = (self.updated + self.update_every()).saturating_duration_since(Instant::now());
        let waits = [until_look, until_update].into_iter().filter(|wait| !wait.is_zero()).min();
        waits.unwrap_or(PROCESSES_EVERY).min(PROCESSES_EVERY)
    }
}
