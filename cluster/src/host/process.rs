//! A host process: the commit thread, the heartbeat thread and the network thread around one store.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::detector::Detector;
use hydraq_core::event::Event;
use hydraq_core::frame::MemberRecord;
use hydraq_core::plant::Plant;

use hydraq_proto::v1::cluster_server::ClusterServer;
use hydraq_proto::v1::objects_server::ObjectsServer;
use hydraq_proto::v1::peer_server::PeerServer;
use hydraq_proto::v1::queue_server::QueueServer;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::transport::server::TcpIncoming;

use super::clock::Clock;
use super::engine::Engine;
use super::handle::{Handle, Input, Shared};
use super::heartbeat;
use super::runner::{Ended, Runner};
use super::space::Space;
use crate::ids::IdSource;
use crate::links::{Links, Me, join};
use crate::service::Context;
use crate::store::redb::{self, Fresh, OpenError};
use crate::store::{Opened, StoreError};
use crate::wire::limits::GRPC_BYTES_MAX;

/// How much memory the store may use to keep pages.
const CACHE_BYTES: usize = 48 << 20;

/// How long a joining host tries to reach a member.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the room on the disk is looked at.
const SPACE_INTERVAL: Duration = Duration::from_secs(1);

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
struct Starting {
    options: HostOptions,
    address: String,
    ids: Arc<Mutex<IdSource>>,
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
        let detector = Arc::new(Mutex::new(Detector::new(config.suspicion)));
        let links = Links::new(handle.clone(), clock, detector.clone(), runtime.handle().clone());
        let space = Arc::new(Mutex::new(Space::watch(&self.options.data)));
        let context = Context {
            handle: handle.clone(),
            links: links.clone(),
            faults_allowed: self.options.faults,
            space,
            ids: self.ids.clone(),
            ways: Default::default(),
        };
        let commit = Committing {
            starting: self,
            config,
            clock,
            links: links.clone(),
            handle: handle.clone(),
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

    fn store_path(&self) -> PathBuf {
        self.options.data.join("store.redb")
    }

    fn open(&self) -> Result<Opened, OpenError> {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Fresh { host: ids.host(), store: ids.store() };
        redb::open(&self.store_path(), CACHE_BYTES, fresh, ids.nonce())
    }
}

/// The commit thread's part.
struct Committing {
    starting: Starting,
    config: Config,
    clock: Clock,
    links: Links,
    handle: Handle,
    detector: Arc<Mutex<Detector>>,
}

impl Committing {
    fn me(&self, opened: &Opened) -> Me {
        let record = MemberRecord {
            id: opened.host,
            name: self.starting.options.name.clone(),
            address: self.starting.address.clone(),
            boot: opened.boot.counter,
            removed: false,
        };
        Me { id: opened.host, record }
    }

    /// Learns of the members through those that were named, before anything is served.
    fn introduce(&self, runtime: &Runtime, opened: &Opened) -> Result<Vec<MemberRecord>, HostError> {
        let joins = &self.starting.options.join;
        if joins.is_empty() {
            return Ok(Vec::new());
        }
        let me = self.me(opened);
        let deadline = std::time::Instant::now() + JOIN_TIMEOUT;
        loop {
            let mut problems = Vec::new();
            for address in joins {
                match runtime.block_on(join(address, &me)) {
                    Ok(records) => return Ok(records),
                    Err(problem) => problems.push(problem),
                }
            }
            // A host that has been a member before knows the others: it may be the first one to come back.
            let knows_members = opened
                .recovered
                .meta
                .iter()
                .any(|(key, _)| matches!(key, hydraq_core::event::MetaKey::Member(_)));
            if knows_members {
                return Ok(Vec::new());
            }
            if std::time::Instant::now() >= deadline {
                return Err(HostError::Join(problems.join("; ")));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs the host, and starts it anew whenever its store or its disk makes that necessary.
    fn run(
        self,
        opened: Opened,
        joining: Vec<MemberRecord>,
        inputs: &Receiver<Input>,
    ) -> Result<(), HostError> {
        let mut opened = Some(opened);
        let mut joining = joining;
        loop {
            let next = match opened.take() {
                Some(opened) => opened,
                None => self.reopen()?,
            };
            let ended = self.run_once(next, std::mem::take(&mut joining), inputs);
            self.links.hang_up_all();
            self.handle.shared.serving.store(false, std::sync::atomic::Ordering::SeqCst);
            match ended {
                Ended::Stopped => return Ok(()),
                Ended::Removed => {
                    let options = &self.starting.options;
                    return Err(HostError::Removed(options.name.clone(), options.data.clone()));
                }
                Ended::DiskLost => self.set_aside("it has lost something that it had promised"),
                Ended::StoreFailed(StoreError::Full) => {
                    tracing::error!("the disk is full: the store is opened anew");
                }
                Ended::StoreFailed(StoreError::Failed(why)) => {
                    tracing::error!(why, "the store failed");
                    self.set_aside("its cache can no longer be trusted");
                }
            }
        }
    }

    fn run_once(&self, opened: Opened, joining: Vec<MemberRecord>, inputs: &Receiver<Input>) -> Ended {
        let me = self.me(&opened);
        let at = self.clock.now();
        for sequence in &opened.corrupt {
            tracing::error!(
                sequence = sequence.0,
                "a record on the disk is corrupt; other holders have the message"
            );
        }
        self.handle.shared.set_name(me.id, &me.record.name);
        let seed = self.starting.ids.lock().unwrap_or_else(PoisonError::into_inner).nonce();
        let options = &self.starting.options;
        // The host's clock goes on from where this process has it, not from the last commit.
        let opened = Opened { clock: opened.clock.max(at), ..opened };
        let engine = Engine::start(
            opened,
            options.name.clone(),
            self.starting.address.clone(),
            self.config.clone(),
            seed,
        );
        let (handle, links, detector) = (self.handle.clone(), self.links.clone(), self.detector.clone());
        let mut runner = Runner::new(engine, handle, self.clock, links, detector, self.config.suspicion);
        self.links.set_me(me);
        if !joining.is_empty() {
            self.handle.event(Event::Members(joining));
        }
        runner.run(inputs)
    }

    fn reopen(&self) -> Result<Opened, HostError> {
        let mut tries = 0;
        loop {
            match self.starting.open() {
                Ok(opened) => return Ok(opened),
                Err(error) if tries < 60 => {
                    tries += 1;
                    tracing::error!(%error, "the store does not open");
                    std::thread::sleep(Duration::from_secs(1));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Keeps a store that cannot be trusted under another name; the host comes back as a new one.
    fn set_aside(&self, why: &str) {
        let path = self.starting.store_path();
        let aside = aside_name(&path);
        match std::fs::rename(&path, &aside) {
            Ok(()) => {
                tracing::error!(why, kept = %aside.display(), "the store was set aside; this host comes back as a new one");
            }
            Err(error) => tracing::error!(%error, "the store could not be set aside"),
        }
    }
}

fn aside_name(path: &Path) -> PathBuf {
    let names = (1..).map(|number| path.with_extension(format!("set-aside-{number}.redb")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| path.with_extension("set-aside"))
}

/// Serves until something ends it.
async fn serve(
    context: Context,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
    end: tokio::sync::oneshot::Receiver<Result<(), HostError>>,
    ready: impl FnOnce() + Send + 'static,
) -> Result<(), HostError> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(hydraq_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|error| HostError::System(error.to_string()))?;
    let queue = QueueServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    let cluster = ClusterServer::new(context.clone());
    let objects = ObjectsServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    let peer = PeerServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    // Small frames must not wait for others. The server's own option is for listeners that it opens itself.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = tonic::transport::Server::builder()
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(16 << 20)
        .add_service(health_service)
        .add_service(reflection)
        .add_service(queue)
        .add_service(cluster)
        .add_service(objects)
        .add_service(peer.max_encoding_message_size(GRPC_BYTES_MAX))
        .serve_with_incoming(incoming);
    let watch_space = watch_space(context.clone());
    let announce = announce(context, health, ready);
    tokio::select! {
        result = server => result.map_err(|error| HostError::System(error.to_string())),
        result = end => result.unwrap_or_else(|_| Err(HostError::System("the commit thread has died".into()))),
        () = stop => Ok(()),
        () = watch_space => Ok(()),
        () = announce => Ok(()),
    }
}

/// Looks at the room on the disk, for ever.
async fn watch_space(context: Context) {
    loop {
        let changed = context.space.lock().unwrap_or_else(PoisonError::into_inner).look();
        if let Some(full) = changed {
            context.handle.event(Event::Full(full));
        }
        tokio::time::sleep(SPACE_INTERVAL).await;
    }
}

/// Says once that the host is ready, and keeps the health service true, for ever.
async fn announce(context: Context, health: tonic_health::server::HealthReporter, ready: impl FnOnce()) {
    let mut ready = Some(ready);
    let mut said = None;
    loop {
        let serving = context.handle.shared.serving.load(std::sync::atomic::Ordering::SeqCst);
        if said != Some(serving) {
            said = Some(serving);
            let status = if serving {
                tonic_health::ServingStatus::Serving
            } else {
                tonic_health::ServingStatus::NotServing
            };
            health.set_service_status("", status).await;
            health.set_service_status("hydraq.v1.Queue", status).await;
            health.set_service_status("hydraq.v1.Objects", status).await;
        }
        if serving && let Some(ready) = ready.take() {
            ready();
        }
        let pause = if ready.is_some() { Duration::from_millis(5) } else { Duration::from_millis(250) };
        tokio::time::sleep(pause).await;
    }
}
