//! The observer at work: one task, and one for each host that it follows, all on one thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::follow::{Heard, Roster, Watching};
use super::look::look;
use super::notice::Notice;
use super::state::State;
use super::stores::{ASK_EVERY, ask};
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
        let (notices, incoming) = unbounded_channel();
        let (heard, hearing) = unbounded_channel();
        let watching = Watching::new(roster, heard);
        let state = Rc::new(RefCell::new(State::new()));
        tokio::task::spawn_local(run(state, watching, incoming, hearing, Box::new(out)));
        Self { notices }
    }

    /// Tells the observer something. One that has ended need not know.
    pub fn notice(&self, notice: Notice) {
        let _ = self.notices.send(notice);
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
        if updated.elapsed() >= UPDATE_EVERY {
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
        let until_update = (updated + UPDATE_EVERY).saturating_duration_since(Instant::now());
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
