//! What the fleet tells about its hosts: plain values, true at the moment they were made.

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use nix::sys::signal::Signal;

/// A host's number, from 1, in the order in which hosts were spawned. It stays the same across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostNumber(pub(super) u32);

impl HostNumber {
    /// The number as an integer, from 1.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for HostNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It ended by itself, with this exit status.
    Code(i32),
    /// The signal of this number ended it.
    Signal(i32),
    /// It is gone, and the system did not say how.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "exit status {code}"),
            Self::Signal(number) => match Signal::try_from(*number) {
                Ok(signal) => formatter.write_str(signal.as_str()),
                Err(_) => write!(formatter, "signal {number}"),
            },
            Self::Unknown => formatter.write_str("unknown exit status"),
        }
    }
}

/// What a host's process does, as the system tells it: a host stopped or killed from outside shows here, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostStatus {
    /// Restarted; it runs, but has not said yet that it serves.
    Starting,
    /// It runs, and has said that it serves.
    Running,
    /// Stopped: it keeps its memory, its connections and its port, and does nothing.
    Paused,
    /// The process is gone.
    Exited(Exit),
}

impl fmt::Display for HostStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => formatter.write_str("starting"),
            Self::Running => formatter.write_str("running"),
            Self::Paused => formatter.write_str("paused"),
            Self::Exited(exit) => write!(formatter, "exited ({exit})"),
        }
    }
}

/// When what was last done to a host. Moments at which a signal is sent are taken just before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostTimes {
    /// When its newest process was started.
    pub started_at: Instant,
    /// When its newest process said that it serves; none as long as it has not.
    pub ready_at: Option<Instant>,
    /// The last SIGKILL that the fleet sent it; kept across restarts.
    pub killed_at: Option<Instant>,
    /// The last SIGSTOP that the fleet sent it; kept across restarts.
    pub paused_at: Option<Instant>,
    /// The last SIGCONT that the fleet sent it; kept across restarts.
    pub resumed_at: Option<Instant>,
}

/// One host of the fleet, as it is at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostProcess {
    /// Its name, unique in the fleet.
    pub name: String,
    /// Its number, from 1.
    pub number: HostNumber,
    /// Its gRPC address, a URL as `http://127.0.0.1:40123`; the same after a restart.
    pub address: String,
    /// The id of its newest process. Once that has exited, the system may give the id to another.
    pub pid: u32,
    /// What the process does.
    pub status: HostStatus,
    /// When what was last done to it.
    pub times: HostTimes,
    /// The folder that it was given with `--data`.
    pub data: PathBuf,
    /// The file that collects what it writes to standard error, across restarts.
    pub log: PathBuf,
}
