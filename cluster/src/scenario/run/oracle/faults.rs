//! The log of faults: what the harness itself did to which hosts, from when to when.

use std::fmt;
use std::time::Duration;

use super::super::stage::Moment;

/// For how long a fault that is over is still felt: hosts must first notice that a link works or that a peer is back (1.5 s),
/// and then synchronise.
pub const AFTERMATH: Duration = Duration::from_secs(3);

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Killed.
    Kill,
    /// Started again: from the call until it serves.
    Restart,
    /// Stopped.
    Pause,
    /// Killed, and its disk emptied.
    Wipe,
    /// Killed, and its disk put back in time.
    RollBack,
    /// Its disk was full.
    Fill,
    /// A copy on its disk was damaged.
    Corrupt,
    /// It leaves, or has left.
    Leave,
    /// It was removed.
    Remove,
    /// The link was cut.
    Cut,
    /// The link was slow.
    Delay,
    /// The link lost frames.
    Drop,
}

impl FaultKind {
    /// The words for it: "alpha was …".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kill => "killed",
            Self::Restart => "restarted",
            Self::Pause => "paused",
            Self::Wipe => "wiped",
            Self::RollBack => "rolled back",
            Self::Fill => "full",
            Self::Corrupt => "corrupted",
            Self::Leave => "leaving",
            Self::Remove => "removed",
            Self::Cut => "cut off",
            Self::Delay => "slowed down",
            Self::Drop => "losing frames",
        }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was done.
    pub kind: FaultKind,
    /// To whom: one host, or the two ends of a link.
    pub hosts: Vec<String>,
    /// Since when, at the earliest.
    pub from: Moment,
    /// Until when, at the latest; none while it is in force.
    pub until: Option<Moment>,
}

impl Fault {
    /// Whether it may have been felt at some time between two moments.
    fn overlaps(&self, from: Moment, to: Moment) -> bool {
        self.from <= to && self.until.is_none_or(|until| until + AFTERMATH >= from)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let was = if self.hosts.len() > 1 { "were" } else { "was" };
        write!(f, "{} {was} {}", self.hosts.join(" and "), self.kind.words())
    }
}

/// All faults of a run.
#[derive(Debug, Default)]
pub struct FaultLog {
    faults: Vec<Fault>,
}

impl FaultLog {
    /// A fault begins.
    pub fn begin(&mut self, kind: FaultKind, hosts: &[&str], from: Moment) {
        let mut hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        hosts.sort_unstable();
        self.faults.push(Fault { kind, hosts, from, until: None });
    }

    /// All faults of this kind that are in force on exactly these hosts are over.
    pub fn end(&mut self, kind: FaultKind, hosts: &[&str], until: Moment) {
        let mut hosts = hosts.to_vec();
        hosts.sort_unstable();
        let meant = |fault: &&mut Fault| fault.kind == kind && fault.until.is_none() && fault.hosts == hosts;
        self.faults.iter_mut().filter(meant).for_each(|fault| fault.until = Some(until));
    }

    /// A fault that touched this host and may have been felt between two moments, both included.
    #[must_use]
    pub fn touching(&self, host: &str, from: Moment, to: Moment) -> Option<&Fault> {
        let touches = |fault: &&Fault| fault.hosts.iter().any(|hit| hit == host) && fault.overlaps(from, to);
        self.faults.iter().find(touches)
    }

    /// All faults, in the order in which they began.
    #[must_use]
    pub fn all(&self) -> &[Fault] {
        &self.faults
    }
}
