//! From the start of a process to its ready line, or to its end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::error::LogEnd;
use super::first_line::{FirstLine, Said};
use super::host::{Host, Plan};
use super::process::Process;
use super::ready::{self, Place};
use super::report::Exit;
use super::stopping::{EFFECT_WITHIN, Target};
use super::{Fleet, FleetError, log};

/// How many lines of a log an error shows.
const LOG_END_LINES: usize = 12;

/// A process that has been started and has not been heard of yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) target: Target,
    first_line: FirstLine,
    log: PathBuf,
    /// How long the log was before, in bytes.
    log_length: u64,
}

/// Why a process did not get ready.
enum Unready {
    Ended,
    TooLate { waited: Duration },
    BadLine { line: String, problem: String },
}

impl Pending {
    fn place(&self, started_at: Instant, timeout: Duration) -> Result<Place, Unready> {
        match self.first_line.wait(started_at + timeout) {
            Said::Line(line) => {
                ready::parse(&line, &self.target.name).map_err(|problem| Unready::BadLine { line, problem })
            }
            Said::Nothing => Err(Unready::Ended),
            Said::NothingYet => Err(Unready::TooLate { waited: started_at.elapsed() }),
        }
    }

    fn error(&self, unready: Unready, exit: Exit) -> FleetError {
        let name = self.target.name.clone();
        // A log that cannot be read must not hide the error that it should explain.
        let log = LogEnd(log::tail(&self.log, self.log_length, LOG_END_LINES).unwrap_or_default());
        match unready {
            Unready::Ended => FleetError::Died { name, exit, log },
            Unready::TooLate { waited } => FleetError::NotReady { name, waited, log },
            Unready::BadLine { line, problem } => FleetError::BadReadyLine { name, line, problem },
        }
    }
}

impl Fleet {
    /// Starts a process for a host on a port, 0 for any; does not wait.
    pub(super) fn launch(&self, plan: &Plan, port: u16) -> Result<(Process, Pending), FleetError> {
        let failed = |source| FleetError::System { action: "start", name: plan.name.clone(), source };
        let (command, log_length) = plan.command(&self.options.binary, port)?;
        let mut child = self.launcher.launch(command, self.guard.pipe()?).map_err(failed)?;
        let stdout = child.stdout.take().ok_or_else(|| std::io::Error::other("it has no standard output"));
        let first_line = stdout.and_then(FirstLine::of).map_err(|error| {
            let _ = child.kill();
            let _ = child.wait();
            failed(error)
        })?;
        let process = Process::new(Pid::from_raw(child.id().cast_signed()));
        let target = Target { name: plan.name.clone(), process: process.id() };
        Ok((process, Pending { target, first_line, log: plan.log.clone(), log_length }))
    }

    /// Waits until a process has said that it serves. One that does not say so in time is killed.
    pub(super) fn await_ready(&self, pending: &Pending, started_at: Instant) -> Result<(), FleetError> {
        match pending.place(started_at, self.options.ready_timeout) {
            Ok(place) => {
                self.folder.note_port(&pending.target.name, place.port);
                if let Some(host) = self.lock().find(&pending.target) {
                    host.set_ready(place);
                }
                Ok(())
            }
            Err(unready) => {
                let exit = self.abandon(&pending.target)?;
                Err(pending.error(unready, exit))
            }
        }
    }

    /// Kills and forgets hosts that were never ready.
    pub(super) fn discard(&self, pending: &[Pending]) {
        for Pending { target, .. } in pending {
            // One that cannot be killed stays on the list: it is tried again when the fleet ends.
            if self.abandon(target).is_ok() {
                self.lock().list.retain(|host| !target.means(host));
            }
        }
    }

    /// Kills a process that is of no use, and says how it ended: it may have done so by itself.
    fn abandon(&self, target: &Target) -> Result<Exit, FleetError> {
        let name = &target.name;
        if let Some(host) = self.lock().find(target) {
            host.abandon().map_err(|error| FleetError::signal("kill", name, error))?;
        }
        self.wait_for(std::slice::from_ref(target), EFFECT_WITHIN, "exit", Host::has_exited)?;
        Ok(self.lock().find(target).and_then(|host| host.process().exit()).unwrap_or(Exit::Unknown))
    }
}
