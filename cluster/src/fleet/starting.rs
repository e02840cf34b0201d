//! Starting hosts, and starting them again.
//!
//! Hosts that are named in one call start side by side: first all processes, then one wait for all ready lines, with
//! one deadline.

use std::time::{Duration, Instant};

use super::host::{Host, Plan};
use super::pending::Pending;
use super::report::{HostNumber, HostProcess, HostStatus};
use super::{Fleet, FleetError, names};

/// How often a restart tries: the port may be held for a moment by what is left of old connections.
const RESTART_ATTEMPTS: u32 = 5;

/// How long a restart waits before its second attempt; one more of it before each further one.
const RESTART_PAUSE: Duration = Duration::from_millis(50);

/// A host to be spawned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostRequest {
    /// Its name; none for the next free one of the NATO alphabet.
    pub name: Option<String>,
    /// Addresses of hosts that it shall join, URLs, at this start and at every restart.
    pub join: Vec<String>,
    /// More arguments for its command line, at this start and at every restart.
    pub extra_arguments: Vec<String>,
}

impl Fleet {
    /// Spawns one host on any free port and waits until it serves.
    ///
    /// # Errors
    ///
    /// As [`Self::spawn_many`].
    pub fn spawn(&self, request: HostRequest) -> Result<HostProcess, FleetError> {
        let mut hosts = self.spawn_many(vec![request])?;
        Ok(hosts.swap_remove(0))
    }

    /// Spawns several hosts side by side, each on any free port, and waits until all serve. They get numbers in the
    /// order of the requests. If one fails, those of this call are killed and forgotten; their logs stay.
    ///
    /// As addresses are known only afterwards, hosts that shall join each other are spawned in two calls: the first
    /// host, then all others with its address.
    ///
    /// # Errors
    ///
    /// [`FleetError::BadName`], [`FleetError::NameTaken`]; [`FleetError::Died`], [`FleetError::NotReady`],
    /// [`FleetError::BadReadyLine`] with what the host did instead of getting ready; [`FleetError::Guard`],
    /// [`FleetError::File`], [`FleetError::System`] when the process cannot be started; [`FleetError::ShutDown`].
    pub fn spawn_many(&self, requests: Vec<HostRequest>) -> Result<Vec<HostProcess>, FleetError> {
        let started_at = Instant::now();
        let mut pending = Vec::new();
        let launched = requests.into_iter().try_for_each(|request| {
            pending.push(self.launch_new(request)?);
            Ok(())
        });
        let ready =
            launched.and_then(|()| pending.iter().try_for_each(|new| self.await_ready(new, started_at)));
        if let Err(error) = ready {
            self.discard(&pending);
            return Err(error);
        }
        let names: Vec<&str> = pending.iter().map(|new| new.target.name.as_str()).collect();
        self.lock().reports(&names)
    }

    /// Starts hosts that have exited again, side by side, with their old data, on their old ports, and waits until all
    /// serve. One that runs is left alone. A host that dies before it is ready is tried again a few times.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`], [`FleetError::Paused`], [`FleetError::Starting`] before any is started; then as
    /// [`Self::spawn_many`], but the hosts stay known and the others go on.
    pub fn restart(&self, names: &[&str]) -> Result<Vec<HostProcess>, FleetError> {
        let started_at = Instant::now();
        let mut to_start = self.startable(names)?;
        for attempt in 1..=RESTART_ATTEMPTS {
            let mut died = Vec::new();
            for (name, outcome) in self.start_again(&to_start, started_at) {
                match outcome {
                    Err(FleetError::Died { .. }) if attempt < RESTART_ATTEMPTS && !self.was_killed(name) => {
                        died.push(name);
                    }
                    other => other?,
                }
            }
            if died.is_empty() {
                break;
            }
            to_start = died;
            std::thread::sleep(RESTART_PAUSE * attempt);
        }
        self.lock().reports(names)
    }

    /// Has a host join other hosts at its next starts: a wiped host that was the first of its cluster would otherwise
    /// come back alone.
    ///
    /// # Errors
    ///
    /// [`FleetError::UnknownHost`].
    pub fn set_join(&self, name: &str, join: Vec<String>) -> Result<(), FleetError> {
        let mut hosts = self.lock();
        let place = hosts.position(name)?;
        hosts.list[place].plan.join = join;
        Ok(())
    }

    /// Those of the hosts that have exited, each once.
    fn startable<'names>(&self, names: &[&'names str]) -> Result<Vec<&'names str>, FleetError> {
        let mut startable = Vec::new();
        for (name, host) in names.iter().zip(self.lock().reports(names)?) {
            match host.status {
                HostStatus::Running => {}
                HostStatus::Exited(_) if startable.contains(name) => {}
                HostStatus::Exited(_) => startable.push(*name),
                HostStatus::Paused => return Err(FleetError::Paused { name: host.name }),
                HostStatus::Starting => return Err(FleetError::Starting { name: host.name }),
            }
        }
        Ok(startable)
    }

    /// Starts hosts side by side; says for each what came of it.
    fn start_again<'names>(
        &self,
        names: &[&'names str],
        started_at: Instant,
    ) -> Vec<(&'names str, Result<(), FleetError>)> {
        let launched: Vec<_> = names.iter().map(|name| (*name, self.launch_again(name))).collect();
        let wait = |again| self.await_ready(&again, started_at);
        launched.into_iter().map(|(name, launched)| (name, launched.and_then(wait))).collect()
    }

    fn was_killed(&self, name: &str) -> bool {
        let hosts = self.lock();
        hosts.position(name).is_ok_and(|place| hosts.list[place].was_killed())
    }

    fn launch_new(&self, request: HostRequest) -> Result<Pending, FleetError> {
        let mut hosts = self.lock();
        let taken: Vec<&str> = hosts.list.iter().map(Host::name).collect();
        let name = request.name.unwrap_or_else(|| names::next_name(&taken));
        names::check(&name)?;
        if names::is_taken(&name, &taken) {
            return Err(FleetError::NameTaken { name });
        }
        if hosts.is_shut_down {
            return Err(FleetError::ShutDown);
        }
        let number = HostNumber(hosts.list.last().map_or(0, |host| host.number().get()) + 1);
        let data = self.folder.data_of(&name)?;
        let log = self.folder.log_of(&name);
        let extra_arguments = [self.options.extra_arguments.clone(), request.extra_arguments].concat();
        let plan = Plan { name, data, log, join: request.join, extra_arguments };
        let port = self.folder.port_before(&plan.name);
        let (process, pending) = self.launch(&plan, port)?;
        hosts.list.push(Host::new(number, plan, process));
        Ok(pending)
    }

    fn launch_again(&self, name: &str) -> Result<Pending, FleetError> {
        let mut hosts = self.lock();
        if hosts.is_shut_down {
            return Err(FleetError::ShutDown);
        }
        let place = hosts.position(name)?;
        let host = &mut hosts.list[place];
        if !host.has_exited() {
            return Err(FleetError::Starting { name: name.to_owned() });
        }
        self.folder.keep_image(name)?;
        let port = host.release_port();
        let (process, pending) = self.launch(&host.plan, port)?;
        host.replace_process(process);
        Ok(pending)
    }
}
