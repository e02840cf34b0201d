//! One child process: what the system says about it, and the signals sent to it.
//!
//! The system is asked each time, so that a process stopped, continued or killed from outside is known to be so. Only
//! [`Process::refresh`] reaps, and nothing is signalled that has been reaped: a process id is never used after the
//! system may have given it to another process.

use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::report::{Exit, HostStatus};

/// A child process of this one. Dropping it neither kills nor reaps it.
#[derive(Debug)]
pub(super) struct Process {
    id: Pid,
    started_at: Instant,
    ready_at: Option<Instant>,
    is_stopped: bool,
    exit: Option<Exit>,
}

impl Process {
    /// Takes over a child that nobody else waits for.
    pub(super) fn new(id: Pid) -> Self {
        Self { id, started_at: Instant::now(), ready_at: None, is_stopped: false, exit: None }
    }

    pub(super) fn id(&self) -> Pid {
        self.id
    }

    pub(super) fn started_at(&self) -> Instant {
        self.started_at
    }

    pub(super) fn ready_at(&self) -> Option<Instant> {
        self.ready_at
    }

    /// Notes that the process has said that it serves.
    pub(super) fn set_ready(&mut self) {
        self.ready_at = Some(Instant::now());
    }

    /// How it ended, as far as known since the last [`Self::refresh`].
    pub(super) fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// What it does, as far as known since the last [`Self::refresh`].
    pub(super) fn status(&self) -> HostStatus {
        match self.exit {
            Some(exit) => HostStatus::Exited(exit),
            None if self.is_stopped => HostStatus::Paused,
            None if self.ready_at.is_none() => HostStatus::Starting,
            None => HostStatus::Running,
        }
    }

    /// Asks the system what has happened to it, and reaps it if it is dead. Does not wait.
    pub(super) fn refresh(&mut self) {
        let news = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED | WaitPidFlag::WCONTINUED;
        while self.exit.is_none() {
            match waitpid(self.id, Some(news)) {
                Ok(WaitStatus::StillAlive) => return,
                Ok(WaitStatus::Stopped(..)) => self.is_stopped = true,
                Ok(WaitStatus::Continued(_)) => self.is_stopped = false,
                Ok(WaitStatus::Exited(_, code)) => self.exit = Some(Exit::Code(code)),
                Ok(WaitStatus::Signaled(_, signal, _)) => self.exit = Some(Exit::Signal(signal as i32)),
                Ok(_) | Err(Errno::EINTR) => {}
                // No child of that id: somebody has reaped it behind our back.
                Err(_) => self.exit = Some(Exit::Unknown),
            }
        }
    }

    /// Sends a signal; a process that has exited gets none, and that is fine.
    pub(super) fn signal(&self, signal: Signal) -> nix::Result<()> {
        if self.exit.is_some() { Ok(()) } else { kill(self.id, signal) }
    }
}
