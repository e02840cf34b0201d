//! The stage of real processes: a local fleet, and a client for each host.
//!
//! Time is that of the machine. The fleet's calls wait for processes, so they are made on threads of their own; everything else
//! happens on the one thread of the run, which must have a tokio runtime with a local task set.

mod disk;
mod port;
mod starting;

pub use starting::{SPAWNED_MAX, check_count};

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hydraq_core::ids::MessageId;

use super::digest::Digest;
use super::stage::{Condition, Moment, Port, Stage, StageError, StageHost, Trace};
use crate::client::HostClient;
use crate::fleet::{DataFolder, Fleet, FleetError, FleetOptions, HostProcess, HostStatus};
use crate::host::clock::wall_ms;
use crate::ids::IdSource;
use crate::observer::{Place, Process};

/// How long hosts may take to get ready: after a restart they first synchronise.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// A cluster of real processes.
pub struct LiveStage {
    fleet: Arc<Fleet>,
    epoch: Instant,
    ids: RefCell<IdSource>,
    /// The way to each host's process; a new process gets a new one.
    ports: RefCell<HashMap<String, PortOf>>,
    wiped: RefCell<BTreeSet<String>>,
    removed: RefCell<BTreeSet<String>>,
    /// The bugs that were planted, by host.
    plants: RefCell<HashMap<String, String>>,
}

/// The way to one process.
struct PortOf {
    pid: u32,
    port: Rc<dyn Port>,
}

impl LiveStage {
    /// A stage without hosts, which are to be processes of `binary`, with their files in `data`.
    ///
    /// # Errors
    /// The fleet cannot be started, or the operating system gives no random numbers.
    pub fn start(binary: PathBuf, data: DataFolder) -> Result<Self, StageError> {
        let options = FleetOptions { ready_timeout: READY_TIMEOUT, ..FleetOptions::new(binary, data) };
        let fleet = Fleet::start(options).map_err(broken)?;
        let ids = IdSource::from_system().map_err(|error| StageError::Broken(error.to_string()))?;
        Ok(Self {
            fleet: Arc::new(fleet),
            epoch: Instant::now(),
            ids: RefCell::new(ids),
            ports: RefCell::default(),
            wiped: RefCell::default(),
            removed: RefCell::default(),
            plants: RefCell::default(),
        })
    }

    /// The fleet, for whoever has to end it in a hurry.
    #[must_use]
    pub fn fleet(&self) -> Arc<Fleet> {
        self.fleet.clone()
    }

    /// Where the hosts are, for an observer.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let place = |host: HostProcess| {
            let process = match self.condition(&host) {
                Condition::Up => Process::Running,
                Condition::Paused => Process::Paused,
                Condition::Down => Process::Killed { wiped: false },
                Condition::Wiped => Process::Killed { wiped: true },
                Condition::Removed => Process::Removed,
                Condition::Died(how) => Process::Died(how),
            };
            let age_ms = host.times.started_at.elapsed().as_millis() as u64;
            Place {
                plant: self.plants.borrow().get(&host.name).cloned(),
                name: host.name,
                address: host.address,
                pid: Some(host.pid),
                started_at_ms: Some(wall_ms().saturating_sub(age_ms)),
                process,
            }
        };
        self.fleet.hosts().into_iter().map(place).collect()
    }

    /// What the fleet does, on a thread of its own.
    async fn with_fleet<T: Send + 'static>(
        &self,
        order: impl FnOnce(&Fleet) -> Result<T, FleetError> + Send + 'static,
    ) -> Result<T, StageError> {
        let fleet = self.fleet.clone();
        match tokio::task::spawn_blocking(move || order(&fleet)).await {
            Ok(done) => done.map_err(told),
            Err(error) => Err(StageError::Broken(error.to_string())),
        }
    }

    /// What the fleet does to these hosts.
    async fn order(
        &self,
        hosts: &[String],
        order: impl FnOnce(&Fleet, &[&str]) -> Result<Vec<HostProcess>, FleetError> + Send + 'static,
    ) -> Result<Vec<HostProcess>, StageError> {
        let hosts = hosts.to_vec();
        self.with_fleet(move |fleet| order(fleet, &hosts.iter().map(String::as_str).collect::<Vec<_>>()))
            .await
    }

    fn moment(&self, at: Instant) -> Moment {
        Moment(at.saturating_duration_since(self.epoch).as_micros() as u64)
    }

    /// When the fleet killed these hosts; now if it did not have to.
    fn killed_at(&self, hosts: &[HostProcess], since: Instant) -> Moment {
        let killed = hosts.iter().filter_map(|host| host.times.killed_at).filter(|at| *at >= since);
        self.moment(killed.min().unwrap_or_else(Instant::now))
    }

    fn condition(&self, host: &HostProcess) -> Condition {
        if self.removed.borrow().contains(&host.name) {
            return Condition::Removed;
        }
        match host.status {
            HostStatus::Starting | HostStatus::Running => Condition::Up,
            HostStatus::Paused => Condition::Paused,
            HostStatus::Exited(_) if self.wiped.borrow().contains(&host.name) => Condition::Wiped,
            HostStatus::Exited(_) if host.times.killed_at > Some(host.times.started_at) => Condition::Down,
            HostStatus::Exited(exit) => Condition::Died(exit.to_string()),
        }
    }
}

#[async_trait(?Send)]
impl Stage for LiveStage {
    fn hosts(&self) -> Vec<StageHost> {
        let hosts = self.fleet.hosts().into_iter();
        hosts.map(|host| StageHost { condition: self.condition(&host), name: host.name }).collect()
    }

    async fn spawn(&self, count: u32, name: Option<&str>) -> Result<Vec<String>, StageError> {
        self.spawn_hosts(count, name, None).await
    }

    async fn spawn_planted(
        &self,
        count: u32,
        name: Option<&str>,
        plant: &str,
    ) -> Result<Vec<String>, StageError> {
        self.spawn_hosts(count, name, Some(plant)).await
    }

    async fn kill(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let since = Instant::now();
        let hosts = self.order(hosts, Fleet::kill).await?;
        Ok(self.killed_at(&hosts, since))
    }

    async fn restart(&self, hosts: &[String]) -> Result<(), StageError> {
        self.restart_hosts(hosts).await
    }

    async fn pause(&self, hosts: &[String]) -> Result<(), StageError> {
        self.order(hosts, Fleet::pause).await.map(|_| ())
    }

    async fn resume(&self, hosts: &[String]) -> Result<(), StageError> {
        self.order(hosts, Fleet::resume).await.map(|_| ())
    }

    async fn wipe(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let since = Instant::now();
        let done = self.order(hosts, Fleet::wipe).await?;
        self.wiped.borrow_mut().extend(hosts.iter().cloned());
        Ok(self.killed_at(&done, since))
    }

    async fn roll_back(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let since = Instant::now();
        let done = self.order(hosts, Fleet::roll_back).await?;
        Ok(self.killed_at(&done, since))
    }

    fn note_removed(&self, host: &str) {
        self.removed.borrow_mut().insert(host.to_owned());
    }

    fn port(&self, host: &str) -> Option<Rc<dyn Port>> {
        let process = self.fleet.host(host).ok()?;
        let mut ports = self.ports.borrow_mut();
        let known = ports.get(host).filter(|known| known.pid == process.pid);
        if let Some(known) = known {
            return Some(known.port.clone());
        }
        let port: Rc<dyn Port> = Rc::new(HostClient::new(&process.address).ok()?);
        ports.insert(host.to_owned(), PortOf { pid: process.pid, port: port.clone() });
        Some(port)
    }

    async fn read_disk(&self, host: &str) -> Result<Vec<(MessageId, Digest)>, StageError> {
        let process = self.fleet.host(host).map_err(told)?;
        let folder = self.fleet.folder().to_owned();
        let read = tokio::task::spawn_blocking(move || disk::read(&process.data, &folder)).await;
        let failed = |why: String| StageError::Broken(format!("the disk of {host} cannot be read: {why}"));
        read.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
    }

    async fn trace(&self, host: &str, lines: usize) -> Trace {
        let log = self.fleet.host(host).ok().map(|process| process.log.display().to_string());
        Trace { log, lines: self.fleet.log_tail(host, lines).unwrap_or_default() }
    }

    fn now(&self) -> Moment {
        self.moment(Instant::now())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn draw_id(&self) -> MessageId {
        self.ids.borrow_mut().draw()
    }
}

/// What the fleet says, to whoever gave the order.
fn told(error: FleetError) -> StageError {
    match error {
        FleetError::UnknownHost { .. }
        | FleetError::NotRunning { .. }
        | FleetError::Paused { .. }
        | FleetError::Starting { .. }
        | FleetError::NoImage { .. }
        | FleetError::NameTaken { .. }
        | FleetError::BadName { .. } => StageError::Refused(error.to_string()),
        other => broken(other),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it stands where a function of the error is wanted")]
fn broken(error: FleetError) -> StageError {
    StageError::Broken(error.to_string())
}
