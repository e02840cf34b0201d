//! One host of the fleet: what it is started with, where it serves, and its newest process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::signal::Signal;

use super::guard_handle::GuardHandle;
use super::port::ReservedPort;
use super::process::Process;
use super::ready::Place;
use super::report::{HostNumber, HostProcess, HostStatus, HostTimes};
use super::{FleetError, folder, log};

/// What a host is started with, the same at every start.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) data: PathBuf,
    pub(super) log: PathBuf,
    /// Addresses of other hosts, URLs.
    pub(super) join: Vec<String>,
    pub(super) extra_arguments: Vec<String>,
}

impl Plan {
    /// The command that starts the host on a port, 0 for any, and the length of its log until now, in bytes.
    pub(super) fn command(&self, binary: &Path, port: u16) -> Result<(Command, u64), FleetError> {
        let (log, log_length) = log::open(&self.log).map_err(|source| folder::failed(&self.log, source))?;
        let mut command = Command::new(binary);
        command.arg("host").arg("--listen").arg(format!("127.0.0.1:{port}")).arg("--data").arg(&self.data);
        command.arg("--name").arg(&self.name);
        command
            .args(self.join.iter().flat_map(|url| ["--join", url]))
            .arg("--faults")
            .args(&self.extra_arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        Ok((command, log_length))
    }
}

/// One host of the fleet.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) plan: Plan,
    number: HostNumber,
    /// Where it serves, known once it has been ready for the first time.
    place: Option<Place>,
    process: Process,
    reserved_port: Option<ReservedPort>,
    killed_at: Option<Instant>,
    paused_at: Option<Instant>,
    resumed_at: Option<Instant>,
}

impl Host {
    pub(super) fn new(number: HostNumber, plan: Plan, process: Process) -> Self {
        Self {
            plan,
            number,
            place: None,
            process,
            reserved_port: None,
            killed_at: None,
            paused_at: None,
            resumed_at: None,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.plan.name
    }

    pub(super) fn number(&self) -> HostNumber {
        self.number
    }

    pub(super) fn process(&self) -> &Process {
        &self.process
    }

    pub(super) fn status(&self) -> HostStatus {
        self.process.status()
    }

    pub(super) fn was_ever_ready(&self) -> bool {
        self.place.is_some()
    }

    pub(super) fn has_exited(&self) -> bool {
        self.process.exit().is_some()
    }

    /// Whether the fleet itself has killed the newest process.
    pub(super) fn was_killed(&self) -> bool {
        self.killed_at.is_some_and(|killed_at| killed_at > self.process.started_at())
    }

    /// Asks the system about the process. One that is found dead is reaped, and its port kept for the next.
    pub(super) fn refresh(&mut self, guard: &GuardHandle) {
        if self.has_exited() {
            return;
        }
        self.process.refresh();
        if self.has_exited() {
            guard.forget(self.process.id());
            self.reserved_port = self.place.as_ref().and_then(|place| ReservedPort::take(place.port));
        }
    }

    /// Sends a signal, and notes when, if it changes something.
    pub(super) fn signal(&mut self, signal: Signal) -> nix::Result<()> {
        let now = Some(Instant::now());
        match (signal, self.status()) {
            (_, HostStatus::Exited(_)) => {}
            (Signal::SIGKILL, _) => self.killed_at = now,
            (Signal::SIGSTOP, HostStatus::Running | HostStatus::Starting) => self.paused_at = now,
            (Signal::SIGCONT, HostStatus::Paused) => self.resumed_at = now,
            _ => {}
        }
        self.process.signal(signal)
    }

    /// Kills a process that has failed to get ready. That is no fault that somebody ordered, so it is not noted.
    pub(super) fn abandon(&self) -> nix::Result<()> {
        self.process.signal(Signal::SIGKILL)
    }

    /// Frees the port for the next process, and answers with it: 0, any, for a host that has not had one.
    pub(super) fn release_port(&mut self) -> u16 {
        self.reserved_port = None;
        self.place.as_ref().map_or(0, |place| place.port)
    }

    /// Puts a new process in the place of one that has exited.
    pub(super) fn replace_process(&mut self, process: Process) {
        self.process = process;
    }

    /// Notes that the newest process serves, and where.
    pub(super) fn set_ready(&mut self, place: Place) {
        self.place = Some(place);
        self.process.set_ready();
    }

    /// The host as others see it; none before it has been ready for the first time.
    pub(super) fn report(&self) -> Option<HostProcess> {
        let place = self.place.as_ref()?;
        Some(HostProcess {
            name: self.plan.name.clone(),
            number: self.number,
            address: place.address.clone(),
            pid: self.process.id().as_raw().unsigned_abs(),
            status: self.status(),
            times: HostTimes {
                started_at: self.process.started_at(),
                ready_at: self.process.ready_at(),
                killed_at: self.killed_at,
                paused_at: self.paused_at,
                resumed_at: self.resumed_at,
            },
            data: self.plan.data.clone(),
            log: self.plan.log.clone(),
        })
    }
}
