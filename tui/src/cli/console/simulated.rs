//! The cluster of a console whose hosts are simulated.
//!
//! ```text
//!   console ──▶ requests ──▶ thread of the cluster: virtual time, world, commands ◀── speed
//!      ▲                         │ hosts' services                 │ where hosts are
//!      └───── updates ◀──── thread of the observer: real time ◀────┘
//! ```
//!
//! The observer lives in real time, so that it tells as often as a screen wants it, however fast virtual time goes, and also while it is
//! held.

use std::rc::Rc;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hydraq_cluster::client::way::Dialler;
use hydraq_cluster::host::clock::wall_ms;
use hydraq_cluster::observe::{Change, CommandOutcome, Request, TimeCommand, TimePicture};
use hydraq_cluster::observer::{Notice, Observer, Place};
use hydraq_cluster::scenario::run::Session;
use hydraq_cluster::scenario::run::simulated::SimulatedStage;
use hydraq_cluster::scenario::run::stage::Stage;
use hydraq_cluster::sim::speed::Speed;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use super::commands::Commands;
use super::seat::Seat;
use crate::shell::UpdateSender;

/// How often the observer is told of processes at most, and of time that does not go on by itself, by the machine's clock.
const TELL_EVERY: Duration = Duration::from_millis(50);
/// The same of time that goes on, if it goes faster than the machine's, and else: each time is a frame.
const FAST_TIME_EVERY: Duration = Duration::from_millis(250);
const TIME_EVERY: Duration = Duration::from_secs(1);

/// The cluster's whole life, on a runtime whose clock is paused.
pub(super) async fn live(
    hosts: u32,
    seed: u64,
    updates: UpdateSender,
    asked: UnboundedReceiver<Request>,
    mut stopped: UnboundedReceiver<()>,
    ready: mpsc::Sender<Result<(), String>>,
) {
    let stage = Rc::new(SimulatedStage::new(seed));
    let places = Arc::new(Mutex::new(Vec::new()));
    let observing = match observe(stage.dialler(), places.clone(), updates) {
        Ok(observing) => observing,
        Err(problem) => {
            let _ = ready.send(Err(problem));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let speed = Speed::default();
    let (tasks, observer) = (LocalSet::new(), observing.observer.clone());
    let drive = stage.drive(wall_ms(), Some(speed.clone()), teller(stage.clone(), places, &observer, &speed));
    let (commands, lines) = unbounded_channel();
    let serve = async {
        let session = Rc::new(Session::new(stage, seed));
        tokio::task::spawn_local(sort_out(asked, commands, observer.clone(), speed));
        Commands::new(Seat::observed(session, observer.clone(), hosts), None).serve(lines).await;
    };
    tasks
        .run_until(async {
            tokio::select! {
                () = serve => {}
                () = drive => {}
                _ = stopped.recv() => {}
            }
        })
        .await;
    drop((tasks, observer));
    observing.end();
}

/// Carries out what is meant for time at once; passes on everything else.
async fn sort_out(
    mut asked: UnboundedReceiver<Request>,
    commands: UnboundedSender<Request>,
    observer: Observer,
    speed: Speed,
) {
    while let Some(request) = asked.recv().await {
        match request {
            Request::Run(line) if TimeCommand::is_meant_by(&line) => {
                let told = TimeCommand::parse(&line).map(|command| tell(&speed, command));
                let ok = told.is_ok();
                let words = told.err().unwrap_or_default();
                observer.notice(Notice::Tell(Change::Outcome(CommandOutcome { line, ok, words })));
            }
            request => {
                if commands.send(request).is_err() {
                    return;
                }
            }
        }
    }
}

fn tell(speed: &Speed, command: TimeCommand) {
    match command {
        TimeCommand::Hold => speed.set_paused(!speed.shown().paused),
        TimeCommand::GoOn => speed.set_paused(false),
        TimeCommand::Step(step) => speed.step(step),
        TimeCommand::Faster => speed.change(true),
        TimeCommand::Slower => speed.change(false),
        TimeCommand::Speed(percent) => speed.set(percent),
    }
}

/// Tells the observer now and then where hosts are, and how time stands.
fn teller(
    stage: Rc<SimulatedStage>,
    places: Arc<Mutex<Vec<Place>>>,
    observer: &Observer,
    speed: &Speed,
) -> impl FnMut() + 'static {
    let (observer, speed) = (observer.clone(), speed.clone());
    let mut told: Option<(TimePicture, Instant)> = None;
    let mut due = Instant::now();
    move || {
        if due > Instant::now() {
            return;
        }
        due = Instant::now() + TELL_EVERY;
        let now = stage.places();
        let mut known = places.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != now {
            *known = now;
            observer.notice(Notice::Processes);
        }
        let shown = speed.shown();
        let time =
            TimePicture { percent: shown.percent, held: shown.paused, elapsed_ms: stage.now().0 / 1_000 };
        let is_news = told.is_none_or(|(told, at)| {
            let goes_on = TimePicture { elapsed_ms: time.elapsed_ms, ..told } == time && !time.held;
            let every = if time.percent > 100 { FAST_TIME_EVERY } else { TIME_EVERY };
            time != told && (!goes_on || at.elapsed() >= every)
        });
        if is_news {
            told = Some((time, Instant::now()));
            observer.notice(Notice::Tell(Change::Time(time)));
        }
    }
}

/// An observer on a thread of its own.
struct Observing {
    observer: Observer,
    thread: JoinHandle<()>,
}

impl Observing {
    /// Waits until it has ended: that is when nobody can tell it anything any more.
    fn end(self) {
        drop(self.observer);
        // One that panicked has ended, too.
        let _ = self.thread.join();
    }
}

fn observe(
    dialler: Dialler,
    places: Arc<Mutex<Vec<Place>>>,
    updates: UpdateSender,
) -> Result<Observing, String> {
    let (started, starting) = mpsc::channel();
    let work = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(problem) => {
                let _ = started.send(Err(problem.to_string()));
                return;
            }
        };
        let tasks = LocalSet::new();
        let (over, is_over) = tokio::sync::oneshot::channel::<()>();
        tasks.block_on(&runtime, async move {
            let roster = Box::new(move || places.lock().unwrap_or_else(PoisonError::into_inner).clone());
            let out = move |update| {
                // Dropped with the observer.
                let _over = &over;
                updates.send(update).is_ok()
            };
            let _ = started.send(Ok(Observer::start_through(dialler, roster, out)));
            let _ = is_over.await;
        });
    };
    let thread = thread::Builder::new().name("observer".to_owned()).spawn(work);
    let thread = thread.map_err(|error| error.to_string())?;
    let observer = starting.recv().map_err(|_| "the observer could not be started".to_owned())??;
    Ok(Observing { observer, thread })
}
