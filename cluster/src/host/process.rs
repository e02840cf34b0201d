//! A host process: the commit thread, the heartbeat thread and the network thread around one store.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hydraq_core::config::Config;
use hydraq_core::detector::Detector;
use hydraq_core::plant::Plant;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::answering::{Answering, hand_over};
use super::clock::Clock;
use super::committing::Committing;
use super::handle::{Handle, Shared};
use super::heartbeat;
use super::serving::serve;
use super::set_aside;
use super::space::Space;
use crate::ids::IdSource;
use crate::links::Links;
use crate::service::Context;
use crate::store::Opened;
use crate::store::redb::{self, Fresh, OpenError};

/// How much memory the store may use to keep pages.
const CACHE_BYTES: usize = 48 << 20;

/// How a host is started.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// Where to listen; port 0 stands for any free one.
    pub listen: SocketAddr,
    /// What others are to call it by, as a URL; where it listens, if not given.
    pub advertise: Option<String>,
    /// The folder of its store.
    pub data: PathBuf,
    /// Its name; what its store says, or `host`, if not given.
    pub name: String,
    /// Members through which it joins, as URLs.
    pub join: Vec<String>,
    /// Whether faults may be asked for.
    pub faults: bool,
    /// A bug to plant in it, for lessons.
    pub plant: Option<Plant>,
}

/// Why a host did not start, or ended.
#[derive(Debug, Error)]
pub enum HostError {
    /// Its store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// It cannot listen there.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        why: std::io::Error,
    },
    /// No member could be reached to join through.
    #[error("cannot join: {0}")]
    Join(String),
    /// It was removed from the cluster.
    #[error("{0} was removed from the cluster for ever; its store in {1} is of no use any more")]
    Removed(String, PathBuf),
    /// The operating system refused something.
    #[error("{0}")]
    System(String),
}

/// Runs a host until `stop` says so, or until it cannot go on. `ready` is told its name and address once it serves.
///
/// # Errors
/// See [`HostError`].
pub fn run(
    options: &HostOptions,
    ready: impl FnOnce(&str, &str) + Send + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), HostError> {
    let system = |error: std::io::Error| HostError::System(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(system)?;
    let listener = runtime
        .block_on(TcpListener::bind(options.listen))
        .map_err(|why| HostError::Listen { address: options.listen, why })?;
    let address = match &options.advertise {
        Some(address) => address.clone(),
        None => format!("http://{}", listener.local_addr().map_err(system)?),
    };
    let ids = IdSource::from_system().map_err(|error| HostError::System(error.to_string()))?;
    let host = Starting { options: options.clone(), address, ids: Arc::new(Mutex::new(ids)) };
    host.run(runtime, listener, ready, stop)
}

/// What a host is made of, whenever it is made anew.
pub(super) struct Starting {
    pub(super) options: HostOptions,
    pub(super) address: String,
    pub(super) ids: Arc<Mutex<IdSource>>,
}

impl Starting {
    fn run(
        self,
        runtime: Runtime,
        listener: TcpListener,
        ready: impl FnOnce(&str, &str) + Send + 'static,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), HostError> {
        let opened = self.open()?;
        let config = Config { plant: self.options.plant, ..Config::default() };
        if let Some(plant) = config.plant {
            tracing::warn!(plant = plant.name(), "a bug is planted in this host: {}", plant.description());
        }
        let clock = Clock::starting_at(opened.clock);
        let shared = Arc::new(Shared::default());
        let (sender, inputs) = std::sync::mpsc::channel();
        let handle = Handle::new(sender, shared);
        let (answering, answers) = Answering::new();
        runtime.spawn(hand_over(answers, handle.clone()));
        let detector = Arc::new(Mutex::new(Detector::new(config.suspicion)));
        let links = Links::new(handle.clone(), clock, detector.clone(), runtime.handle().clone());
        let space = Arc::new(Mutex::new(Space::watch(&self.options.data)));
        let context = Context {
            handle: handle.clone(),
            links: links.clone(),
            faults_allowed: self.options.faults,
            space,
            ids: self.ids.clone(),
            dialler: Default::default(),
            ways: Default::default(),
        };
        let commit = Committing {
            starting: self,
            config,
            clock,
            links: links.clone(),
            handle: handle.clone(),
            answering,
            detector,
        };
        let detector = commit.detector.clone();
        let (name, address) = (commit.starting.options.name.clone(), commit.starting.address.clone());
        let joining = commit.introduce(&runtime, &opened)?;
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            let named = std::thread::Builder::new().name(name.to_owned());
            named.spawn(body).map_err(|error| HostError::System(error.to_string()))
        };
        let beat_links = links.clone();
        let beat_handle = handle.clone();
        spawn("heartbeat", Box::new(move || heartbeat::run(&detector, &beat_handle, &beat_links, clock)))?;
        let (aside_handle, aside_ids) = (handle.clone(), commit.starting.ids.clone());
        let (aside_runtime, store) = (runtime.handle().clone(), commit.starting.store_path());
        let keep = move || set_aside::keep(&aside_handle, &aside_runtime, &store, &aside_ids);
        spawn("set-aside", Box::new(keep))?;
        let (ended, end) = tokio::sync::oneshot::channel();
        let committing = std::thread::Builder::new()
            .name("commit".to_owned())
            .spawn(move || {
                let _ = ended.send(commit.run(opened, joining, &inputs));
            })
            .map_err(|error| HostError::System(error.to_string()))?;
        let result = runtime.block_on(serve(context, listener, stop, end, move || ready(&name, &address)));
        handle.stop();
        links.hang_up_all();
        runtime.shutdown_background();
        let _ = committing.join();
        result
    }

    pub(super) fn store_path(&self) -> PathBuf {
        self.options.data.join("store.redb")
    }

    pub(super) fn open(&self) -> Result<Opened, OpenError> {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Fresh { host: ids.host(), store: ids.store() };
        redb::open(&self.store_path(), CACHE_BYTES, fresh, ids.nonce())
    }
}
