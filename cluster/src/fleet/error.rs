//! Why the fleet could not do what it was asked to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;

use super::folder::IMAGE_BYTES_MAX;
use super::names::NAME_LENGTH_MAX;
use super::report::Exit;

/// An order that the fleet refused or failed to carry out. Messages name the host, and say what to do where that helps.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// A file or folder could not be made, read, emptied or removed.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The guard, which cleans up when this process dies, could not be started or is gone; no host runs without it.
    #[error("the guard process {problem}")]
    Guard {
        /// What is wrong with it.
        problem: String,
    },
    /// The system refused to start the thread that forks.
    #[error("cannot start a thread: {source}")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to start a process, or to signal one.
    #[error("cannot {action} host {name}: {source}")]
    System {
        /// What was tried: `start`, `pause`, …
        action: &'static str,
        /// The host.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The text cannot be the name of a host.
    #[error("{name:?} cannot name a host: a name is a letter and at most {} letters, digits, `-` or `_`", NAME_LENGTH_MAX - 1)]
    BadName {
        /// The text.
        name: String,
    },
    /// Another host has the name, running or not.
    #[error("there is a host {name} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No host of the fleet has the name.
    #[error("there is no host {name}; the hosts are: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownHost {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A host that has exited can neither be paused nor resumed.
    #[error("host {name} does not run ({exit}): restart it first")]
    NotRunning {
        /// The host.
        name: String,
        /// How it ended.
        exit: Exit,
    },
    /// There is no earlier state of its disk to go back to.
    #[error("no earlier state of the disk of {name} is kept: there is one once it was restarted, while it has at most {} MiB", IMAGE_BYTES_MAX >> 20)]
    NoImage {
        /// The host.
        name: String,
    },
    /// A paused host runs; it cannot be restarted.
    #[error("host {name} is paused: resume it instead")]
    Paused {
        /// The host.
        name: String,
    },
    /// Somebody else restarts the host at this moment.
    #[error("host {name} is starting already")]
    Starting {
        /// The host.
        name: String,
    },
    /// The process ended before it said that it serves.
    #[error("host {name} ended before it was ready ({exit}); {log}")]
    Died {
        /// The host.
        name: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it logged since it was started.
        log: LogEnd,
    },
    /// The process did not say in time that it serves, and was killed.
    #[error("host {name} was not ready after {waited:?} and was killed; {log}")]
    NotReady {
        /// The host.
        name: String,
        /// How long the fleet waited.
        waited: Duration,
        /// The end of what it logged since it was started.
        log: LogEnd,
    },
    /// The first line on standard output was not the ready line; the process was killed.
    #[error("host {name} said {line:?} instead of its ready line: {problem}")]
    BadReadyLine {
        /// The host.
        name: String,
        /// The line.
        line: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A signal was sent, but its effect did not show in time: the process hangs in the system, on a disk for instance.
    #[error("host {name} did not {action} within {waited:?}")]
    NotInTime {
        /// What it should have done: `exit`, `stop`, …
        action: &'static str,
        /// The host.
        name: String,
        /// How long the fleet waited.
        waited: Duration,
    },
    /// The fleet was shut down and starts nothing any more.
    #[error("the fleet is shut down")]
    ShutDown,
}

impl FleetError {
    pub(super) fn signal(action: &'static str, name: &str, error: Errno) -> Self {
        Self::System { action, name: name.to_owned(), source: error.into() }
    }
}

/// The last lines of a log, for a message to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEnd(pub Vec<String>);

impl std::fmt::Display for LogEnd {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("it logged nothing");
        }
        formatter.write_str("the end of its log:")?;
        self.0.iter().try_for_each(|line| write!(formatter, "\n  {line}"))
    }
}
