//! What is done to running hosts: kill, terminate, pause, resume, wipe, roll back.

use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::host::Host;
use super::report::{HostProcess, HostStatus};
use super::{Fleet, FleetError, folder};

/// How long the effect of a signal that no process can refuse may take. It is a matter of microseconds, unless the
/// process hangs in the system, on a slow disk for instance.
pub(super) const EFFECT_WITHIN: Duration = Duration::from_secs(5);

/// How often a process is looked at while its state is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A host, and the process that is meant: a host may get another one while somebody waits for the first.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) process: Pid,
}

impl Target {
    pub(super) fn of(host: &Host) -> Self {
        Self { name: host.name().to_owned(), process: host.process().id() }
    }

    /// Whether this is the host, and the process is still its newest. The process id alone would not tell: the system
    /// gives those of the dead to others.
    pub(super) fn means(&self, host: &Host) -> bool {
        self.process == host.process().id() && self.name == host.name()
    }
}

impl Fleet {
    /// Kills hosts with SIGKILL, all at once, and waits until they are gone; paused ones, too. One that has exited
    /// already is left as it is.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`] before any is killed; [`FleetError::NotInTime`] after 5 s.
    pub fn kill(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        let targets = self.signal(names, "kill", &[Signal::SIGKILL], |_| Ok(()))?;
        self.wait_for(&targets, EFFECT_WITHIN, "exit", Host::has_exited)?;
        self.lock().reports(names)
    }

    /// Asks hosts to end, with SIGTERM, all at once; resumes paused ones, so that they can. Those that have not ended
    /// within `limit` are killed. Waits until all are gone.
    ///
    /// # Errors
    ///
    /// As [`Self::kill`].
    pub fn terminate(&self, names: &[&str], limit: Duration) -> Result<Vec<HostProcess>, FleetError> {
        let targets = self.signal(names, "terminate", &[Signal::SIGTERM, Signal::SIGCONT], |_| Ok(()))?;
        match self.wait_for(&targets, limit, "exit", Host::has_exited) {
            Err(FleetError::NotInTime { .. }) => self.kill(names),
            done => done.and_then(|()| self.lock().reports(names)),
        }
    }

    /// Stops hosts with SIGSTOP, all at once, and waits until they stand still. A paused one stays so.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`], [`FleetError::NotRunning`] before any is paused; [`FleetError::NotInTime`] after 5 s.
    pub fn pause(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        let targets = self.signal(names, "pause", &[Signal::SIGSTOP], must_run)?;
        self.wait_for(&targets, EFFECT_WITHIN, "stop", |host| {
            matches!(host.status(), HostStatus::Paused | HostStatus::Exited(_))
        })?;
        self.lock().reports(names)
    }

    /// Lets paused hosts go on, with SIGCONT, all at once. One that is not paused just goes on.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub fn resume(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        let targets = self.signal(names, "resume", &[Signal::SIGCONT], must_run)?;
        self.wait_for(&targets, EFFECT_WITHIN, "go on", |host| host.status() != HostStatus::Paused)?;
        self.lock().reports(names)
    }

    /// Kills hosts, all at once, and empties their data folders. A restart brings them back with nothing.
    ///
    /// # Errors
    ///
    /// As [`Self::kill`]; [`FleetError::Starting`] for a host that somebody else has restarted meanwhile, and
    /// [`FleetError::File`] for a folder that cannot be emptied.
    pub fn wipe(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        self.kill_and(names, |host| folder::empty(&host.plan.data))
    }

    /// Kills hosts, all at once, and puts their disks back to what they had when they were last started: whatever they wrote
    /// since is gone. Only in a temporary folder, and for disks of at most 64 MiB, is that kept.
    ///
    /// # Errors
    ///
    /// [`FleetError::NoImage`] before any is killed; then as [`Self::wipe`].
    pub fn roll_back(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        self.lock().reports(names)?;
        if let Some(name) = names.iter().find(|name| !self.folder.has_image(name)) {
            return Err(FleetError::NoImage { name: (*name).to_owned() });
        }
        self.kill_and(names, |host| self.folder.put_back(host.name()))
    }

    /// Kills hosts, all at once, and then does something to the disk of each.
    fn kill_and(
        &self,
        names: &[&str],
        harm: impl Fn(&Host) -> Result<(), FleetError>,
    ) -> Result<Vec<HostProcess>, FleetError> {
        self.kill(names)?;
        let hosts = self.lock();
        for name in names {
            let host = &hosts.list[hosts.position(name)?];
            if !host.has_exited() {
                return Err(FleetError::Starting { name: (*name).to_owned() });
            }
            harm(host)?;
        }
        hosts.reports(names)
    }

    /// Kills all hosts, starting and paused ones included, waits until they are gone, and starts none any more. What
    /// can still be asked (statuses, logs) can be asked until the fleet is dropped, which calls this, too.
    pub fn shut_down(&self) {
        let mut targets = Vec::new();
        let mut hosts = self.lock();
        hosts.is_shut_down = true;
        for host in &mut hosts.list {
            targets.push(Target::of(host));
            // There is nobody to tell; what is not killed here is killed by the guard.
            let _ = host.signal(Signal::SIGKILL);
        }
        drop(hosts);
        let _ = self.wait_for(&targets, EFFECT_WITHIN, "exit", Host::has_exited);
    }

    /// Sends signals to hosts, after all of them have passed `check`; does not wait.
    fn signal(
        &self,
        names: &[&str],
        action: &'static str,
        signals: &[Signal],
        check: fn(&Host) -> Result<(), FleetError>,
    ) -> Result<Vec<Target>, FleetError> {
        let mut hosts = self.lock();
        let places = names.iter().map(|name| hosts.position(name)).collect::<Result<Vec<_>, _>>()?;
        places.iter().try_for_each(|place| check(&hosts.list[*place]))?;
        let mut targets = Vec::new();
        for place in places {
            let host = &mut hosts.list[place];
            for signal in signals {
                host.signal(*signal).map_err(|error| FleetError::signal(action, host.name(), error))?;
            }
            targets.push(Target::of(host));
        }
        Ok(targets)
    }

    /// Waits until `is_done` holds for the processes that are meant; those that are no more count as done.
    pub(super) fn wait_for(
        &self,
        targets: &[Target],
        limit: Duration,
        action: &'static str,
        is_done: fn(&Host) -> bool,
    ) -> Result<(), FleetError> {
        let started_at = Instant::now();
        loop {
            let mut hosts = self.lock();
            let undone = targets.iter().find(|target| hosts.find(target).is_some_and(|host| !is_done(host)));
            drop(hosts);
            match undone {
                None => return Ok(()),
                Some(target) if started_at.elapsed() >= limit => {
                    return Err(FleetError::NotInTime { action, name: target.name.clone(), waited: limit });
                }
                Some(_) => thread::sleep(LOOK_EVERY),
            }
        }
    }
}

fn must_run(host: &Host) -> Result<(), FleetError> {
    match host.status() {
        HostStatus::Exited(exit) => Err(FleetError::NotRunning { name: host.name().to_owned(), exit }),
        _ => Ok(()),
    }
}
