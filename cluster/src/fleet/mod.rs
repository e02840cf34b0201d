//! The local fleet: starts queue hosts as real processes, kills, pauses, restarts, wipes and rolls them back, and leaves none behind.
//!
//! # What it promises
//!
//! - A host is a child process `hydraq host --listen 127.0.0.1:PORT --data DIR --name NAME [--join URL]… --faults …`.
//!   It counts as started once it has printed its ready line. It keeps name, number, address, data folder and log
//!   across kills and restarts.
//! - Faults are real: kill is SIGKILL, pause is SIGSTOP. Several hosts named in one call are hit at once: all signals
//!   are sent before anything is waited for. When a call returns, the system has confirmed the effect.
//! - Calls are all or nothing about their arguments: an unknown name, or a host in the wrong state, is refused before
//!   any host is touched.
//! - No host outlives the process that owns the fleet, however that ends, and a temporary folder is removed. Dropping
//!   the fleet does so in the usual case, the [`guard`] in every other; `launcher` ties hosts to their owner.
//!
//! # How it works
//!
//! ```text
//!   Fleet ──▶ launcher ──fork──▶ host … host       one thread that forks, as long as the fleet lives
//!     │  ◀──── first_line ─────────┘ │             one thread a host, reads its standard output
//!     └──▶ guard_handle ══pipe══▶ guard            a process; cleans up at end of file
//! ```
//!
//! All state is behind one lock, held only for as long as system calls take that do not wait (and, when a host of a temporary
//! folder is started again, for the copy of its disk that a rollback goes back to, 64 MiB at most); waiting (for a ready
//! line, for a death) happens outside of it. So a host can be killed while another one starts. Calls block their
//! thread; asynchronous callers wrap them.
//!
//! ```no_run
//! use hydraq_cluster::fleet::{DataFolder, Fleet, FleetOptions, HostRequest};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fleet = Fleet::start(FleetOptions::new(std::env::current_exe()?, DataFolder::Temporary))?;
//! let first = fleet.spawn(HostRequest::default())?;
//! let second = HostRequest { join: vec![first.address], ..HostRequest::default() };
//! fleet.spawn_many(vec![second.clone(), second])?;
//! fleet.pause(&["charlie"])?;
//! fleet.kill(&["alpha", "charlie"])?;
//! fleet.restart(&["alpha"])?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it leaves out
//!
//! Whether hosts see each other, who joins whom, and anything else that takes a request to a host. It knows processes.

mod error;
mod first_line;
mod folder;
pub mod guard;
mod guard_handle;
mod host;
mod launcher;
mod log;
mod names;
mod pending;
mod port;
mod process;
mod ready;
mod report;
mod starting;
mod stopping;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use error::{FleetError, LogEnd};
pub use folder::DataFolder;
use folder::Folder;
use guard_handle::GuardHandle;
use host::Host;
use launcher::Launcher;
pub use names::{NAME_LENGTH_MAX, next_name};
pub(crate) use names::{check as check_name, is_taken};
pub use report::{Exit, HostNumber, HostProcess, HostStatus, HostTimes};
pub use starting::HostRequest;
use stopping::Target;

/// How a fleet starts its hosts.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// The program `hydraq`, which knows the subcommands `host` and `guard`; mostly the running program itself.
    pub binary: PathBuf,
    /// Where the hosts keep their data.
    pub data: DataFolder,
    /// How long a start may take, from the call until the last ready line of those who start together.
    pub ready_timeout: Duration,
    /// Arguments for every host, behind those of the fleet and before those of the single host.
    pub extra_arguments: Vec<String>,
}

impl FleetOptions {
    /// The usual options: 10 s to get ready, and no extra arguments.
    #[must_use]
    pub fn new(binary: PathBuf, data: DataFolder) -> Self {
        Self { binary, data, ready_timeout: Duration::from_secs(10), extra_arguments: Vec::new() }
    }
}

/// Hosts on this machine, owned by this process. Dropping it kills them all.
#[derive(Debug)]
pub struct Fleet {
    // The order of the fields is the order in which they are dropped, after all hosts have been killed: the guard last,
    // so that it still does what the others failed to do.
    options: FleetOptions,
    hosts: Mutex<Hosts>,
    folder: Folder,
    launcher: Launcher,
    guard: GuardHandle,
}

#[derive(Debug, Default)]
struct Hosts {
    /// In the order in which they were spawned.
    list: Vec<Host>,
    is_shut_down: bool,
}

impl Hosts {
    /// Where in the list the host is that has this name and has been ready once.
    fn position(&self, name: &str) -> Result<usize, FleetError> {
        let is_meant = |host: &Host| host.name() == name && host.was_ever_ready();
        self.list.iter().position(is_meant).ok_or_else(|| {
            let known = self.list.iter().filter(|host| host.was_ever_ready());
            FleetError::UnknownHost {
                name: name.to_owned(),
                known: known.map(|host| host.name().to_owned()).collect(),
            }
        })
    }

    /// The host, if it still has the very process that is meant.
    fn find(&mut self, target: &Target) -> Option<&mut Host> {
        self.list.iter_mut().find(|host| target.means(host))
    }

    fn reports(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        let known = names.iter().map(|name| self.position(name));
        Ok(known
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .filter_map(|place| self.list[place].report())
            .collect())
    }
}

impl Fleet {
    /// Starts a fleet without hosts: its guard, and its folder.
    ///
    /// # Errors
    ///
    /// [`FleetError::Guard`] when the binary cannot be started as a guard, [`FleetError::Thread`] when a thread cannot
    /// be started, [`FleetError::File`] when the folder cannot be made.
    pub fn start(options: FleetOptions) -> Result<Self, FleetError> {
        let guard = GuardHandle::start(&options.binary, options.ready_timeout)?;
        let launcher = Launcher::start().map_err(|source| FleetError::Thread { source })?;
        let folder = Folder::open(&options.data, &guard)?;
        Ok(Self { options, hosts: Mutex::default(), folder, launcher, guard })
    }

    /// All hosts that have been ready at least once, dead ones included, in the order in which they were spawned.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostProcess> {
        self.lock().list.iter().filter_map(Host::report).collect()
    }

    /// One host.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`].
    pub fn host(&self, name: &str) -> Result<HostProcess, FleetError> {
        let mut reports = self.lock().reports(&[name])?;
        Ok(reports.swap_remove(0))
    }

    /// What a host's process does now.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`].
    pub fn status(&self, name: &str) -> Result<HostStatus, FleetError> {
        self.host(name).map(|host| host.status)
    }

    /// The last lines of a host's log, oldest first, across its restarts. Looks back 1 MiB at the most.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`], and [`FleetError::File`] when the log cannot be read.
    pub fn log_tail(&self, name: &str, lines: usize) -> Result<Vec<String>, FleetError> {
        let path = self.host(name)?.log;
        log::tail(&path, 0, lines).map_err(|source| folder::failed(&path, source))
    }

    /// The folder with the data folders and logs of all hosts, as an absolute path.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.root()
    }

    /// The id of the guard process, to be shown; it is not a host, and ends with the fleet.
    #[must_use]
    pub fn guard_pid(&self) -> u32 {
        self.guard.process_id()
    }

    /// The hosts, as the system tells it at this moment.
    fn lock(&self) -> MutexGuard<'_, Hosts> {
        // A panic elsewhere leaves a list that is still true; and killing hosts must go on whatever has happened.
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.list.iter_mut().for_each(|host| host.refresh(&self.guard));
        hosts
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.shut_down();
    }
}
