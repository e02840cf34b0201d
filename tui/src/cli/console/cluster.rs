//! The thread of the cluster: everything that takes requests to hosts, on one runtime of its own.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use hydraq_cluster::fleet::{DataFolder, next_name};
use hydraq_cluster::observe::Request;
use hydraq_cluster::observer::{Place, Process, Roster};
use hydraq_cluster::scenario::run::attached::AttachedStage;
use hydraq_cluster::scenario::run::live::LiveStage;
use hydraq_cluster::scenario::run::stage::Stage;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use super::commands::Commands;
use super::lessons::Lessons;
use super::seat::{Audience, Seat};
use super::simulated;
use crate::shell::UpdateSender;

/// How long threads that wait for processes may take to notice that these are gone.
const WIND_UP: Duration = Duration::from_secs(5);

/// Which cluster.
#[derive(Debug, Clone)]
pub(super) enum ClusterPlan {
    /// Hosts of our own.
    Local {
        /// How many.
        hosts: u32,
        /// Where they keep their data.
        data: DataFolder,
    },
    /// Simulated hosts.
    Simulated {
        /// How many.
        hosts: u32,
        /// What everything that is left to chance follows from.
        seed: u64,
    },
    /// Hosts that run already.
    Attached {
        /// URLs of some of them.
        addresses: Vec<String>,
    },
}

/// How lessons are given.
#[derive(Debug, Clone, Default)]
pub(super) struct Talk {
    /// The lesson to begin with.
    pub(super) lesson: Option<u32>,
    /// Where a presenter's notes go.
    pub(super) notes: Option<PathBuf>,
}

/// The running thread.
pub(super) struct ClusterThread {
    asks: UnboundedSender<Request>,
    stop: UnboundedSender<()>,
    ended: mpsc::Receiver<()>,
    thread: Thread,
}

impl ClusterThread {
    /// Starts the cluster; its hosts come up by and by.
    pub(super) fn start(plan: ClusterPlan, talk: Talk, updates: UpdateSender) -> Result<Self, String> {
        let binary = std::env::current_exe().map_err(|error| error.to_string())?;
        let (asks, asked) = unbounded_channel();
        let (stop, stopped) = unbounded_channel();
        let (ready, is_ready) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let work = move || {
            // Dropped last of all: whoever waits for it knows that everything is cleaned up.
            let _ending: mpsc::Sender<()> = ending;
            let simulated = match plan {
                ClusterPlan::Simulated { hosts, seed } => Some((hosts, seed)),
                _ => None,
            };
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = match runtime.enable_all().start_paused(simulated.is_some()).build() {
                Ok(runtime) => runtime,
                Err(problem) => {
                    let _ = ready.send(Err(problem.to_string()));
                    return;
                }
            };
            match simulated {
                Some((hosts, seed)) => {
                    runtime.block_on(simulated::live(hosts, seed, updates, asked, stopped, ready));
                }
                None => runtime.block_on(live((plan, talk), binary, updates, asked, stopped, ready)),
            }
            runtime.shutdown_timeout(WIND_UP);
        };
        let thread = thread::Builder::new().name("cluster".to_owned()).spawn(work);
        let thread = thread.map_err(|error| error.to_string())?.thread().clone();
        is_ready.recv().map_err(|_| "the cluster could not be started".to_owned())??;
        Ok(Self { asks, stop, ended, thread })
    }

    /// Where requests go.
    pub(super) fn asks(&self) -> Box<dyn FnMut(Request)> {
        let (asks, thread) = (self.asks.clone(), self.thread.clone());
        Box::new(move |request| {
            // A cluster that has ended needs to be asked nothing: the console says so itself.
            let _ = asks.send(request);
            // It may rest, where time is virtual.
            thread.unpark();
        })
    }

    /// Ends the cluster, and waits until nothing of it is left.
    pub(super) fn end(self, patience: Duration) {
        let _ = self.stop.send(());
        self.thread.unpark();
        // What has not ended by then is ended by the guard, when this process is gone.
        let _ = self.ended.recv_timeout(patience);
    }
}

/// The cluster's whole life.
async fn live(
    (plan, talk): (ClusterPlan, Talk),
    binary: PathBuf,
    updates: UpdateSender,
    asked: UnboundedReceiver<Request>,
    mut stopped: UnboundedReceiver<()>,
    ready: mpsc::Sender<Result<(), String>>,
) {
    let tasks = LocalSet::new();
    let (stage, roster, hosts, fleet): (Rc<dyn Stage>, Roster, u32, _) = match plan {
        ClusterPlan::Local { hosts, data } => match LiveStage::start(binary.clone(), data) {
            Ok(stage) => {
                let stage = Rc::new(stage);
                let fleet = stage.fleet();
                (stage.clone(), local_roster(stage, hosts), hosts, Some(fleet))
            }
            Err(problem) => {
                let _ = ready.send(Err(problem.to_string()));
                return;
            }
        },
        // It has a life of its own.
        ClusterPlan::Simulated { .. } => return,
        ClusterPlan::Attached { addresses } => {
            let stage = match tasks.run_until(AttachedStage::start(&addresses)).await {
                Ok(stage) => Rc::new(stage),
                Err(problem) => {
                    let _ = ready.send(Err(problem.to_string()));
                    return;
                }
            };
            let places = stage.clone();
            (stage, Box::new(move || places.places()), 0, None)
        }
    };
    let _ = ready.send(Ok(()));
    let serve = async {
        let audience = Audience::new(updates);
        let own = Seat::own(&audience, stage, roster, hosts);
        let lessons = Lessons::new(audience, binary, talk.notes);
        let mut commands = Commands::new(own, Some(lessons));
        if let Some(number) = talk.lesson {
            commands.begin_lesson(number);
        }
        commands.serve(asked).await;
    };
    tasks
        .run_until(async {
            tokio::select! {
                () = serve => {}
                _ = stopped.recv() => {}
            }
        })
        .await;
    // Hosts go first, at once; then whatever still waits for them ends by itself.
    if let Some(fleet) = fleet {
        fleet.shut_down();
    }
    drop(tasks);
}

/// Where the fleet's hosts are. Those that are to be started first stand there from the beginning, so that they have their
/// cards and their numbers.
fn local_roster(stage: Rc<LiveStage>, hosts: u32) -> Roster {
    /// After which time hosts that were to come are not expected any more.
    const EXPECTED_FOR: Duration = Duration::from_secs(30);
    let mut names: Vec<String> = Vec::new();
    for _ in 0..hosts {
        let taken: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = next_name(&taken);
        names.push(name);
    }
    let began = Instant::now();
    Box::new(move || {
        let mut known = stage.places();
        let is_late = began.elapsed() > EXPECTED_FOR;
        let missing: Vec<Place> = names
            .iter()
            .filter(|name| !known.iter().any(|place| place.name == **name))
            .map(|name| Place {
                name: name.clone(),
                address: String::new(),
                pid: None,
                started_at_ms: None,
                plant: None,
                process: if is_late { Process::Died("it never served".into()) } else { Process::Expected },
            })
            .collect();
        // In the order of their numbers.
        let first = |place: &Place| names.iter().position(|name| *name == place.name).unwrap_or(usize::MAX);
        known.extend(missing);
        known.sort_by_key(first);
        known
    })
}
