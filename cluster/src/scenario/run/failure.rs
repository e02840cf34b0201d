//! Why a command did not do what it says, and what that means for the run.

use std::fmt;

use super::stage::StageError;
use crate::client::{ClientError, Kind};

/// What kind of failure it is. The order is that of their weight: of several in one command, the heaviest is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// The outcome stayed unknown.
    Unknown,
    /// Nobody could do it: hosts are down, not reachable, or do not serve.
    Unavailable,
    /// It was refused.
    Refused,
    /// An expectation did not come true.
    Expectation,
    /// The oracle found something that must not be.
    Oracle,
    /// The run took too long.
    Timeout,
    /// The cluster could not be started, or broke.
    Cluster,
}

impl FailureKind {
    /// The word for it, as it stands in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Expectation => "expectation",
            Self::Oracle => "oracle",
            Self::Timeout => "timeout",
            Self::Cluster => "cluster",
        }
    }
}

/// A failure, said to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// What went wrong.
    pub message: String,
    /// What to do about it, if that is known.
    pub help: Option<String>,
    /// What is known of the messages that it is about, in lines.
    pub evidence: Vec<String>,
}

impl Failure {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, evidence: Vec::new() }
    }

    /// It was refused.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, message)
    }

    /// The same, with advice.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same, about something: "`what`: message".
    #[must_use]
    pub fn about(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The kind of failure that a client's error is.
#[must_use]
pub(super) fn kind_of(error: &ClientError) -> FailureKind {
    match error.kind {
        Kind::Unknown => FailureKind::Unknown,
        Kind::Unavailable | Kind::Unreachable => FailureKind::Unavailable,
        Kind::Invalid
        | Kind::Precondition
        | Kind::AlreadyExists
        | Kind::Exhausted
        | Kind::NotFound
        | Kind::Denied
        | Kind::Other => FailureKind::Refused,
    }
}

impl From<&ClientError> for Failure {
    fn from(error: &ClientError) -> Self {
        Self::new(kind_of(error), error.message.clone())
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::from(&error)
    }
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Refused(message) => Self::refused(message),
            StageError::Broken(message) => Self::new(FailureKind::Cluster, message),
        }
    }
}
