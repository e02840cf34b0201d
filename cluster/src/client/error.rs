//! Why a request failed, as the client tells it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use hydraq_proto::v1;
use tonic::{Code, ConnectError, Status};
use tonic_types::StatusExt;

use super::way::Refused;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A field is out of range or missing.
    Invalid,
    /// The cluster, or the receipt, is not as it would have to be.
    Precondition,
    /// The outcome is not known.
    Unknown,
    /// The id was deleted before, or belongs to another message.
    AlreadyExists,
    /// Full, too long a queue, too much in flight.
    Exhausted,
    /// Not synchronised yet, leaving, down.
    Unavailable,
    /// Nobody answers there.
    Unreachable,
    /// There is no such thing.
    NotFound,
    /// It is not allowed there.
    Denied,
    /// Anything else.
    Other,
}

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientError {
    /// What kind of failure.
    pub kind: Kind,
    /// What went wrong, in words.
    pub message: String,
    /// After how long it may be worth trying again.
    pub retry_after: Option<Duration>,
    /// For an unknown outcome: the hosts that confirmed, by name.
    pub confirmed: Vec<String>,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ClientError {}

impl ClientError {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        ClientError { kind, message: message.into(), retry_after: None, confirmed: Vec::new() }
    }

    /// Whether the same request may succeed a little later, or on another host.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, Kind::Unavailable | Kind::Unreachable | Kind::Exhausted)
    }

    pub(super) fn of_problem(problem: &v1::Problem) -> Self {
        let retry_after = (problem.retry_after_ms > 0).then(|| Duration::from_millis(problem.retry_after_ms));
        let kind = kind_of(Code::from(problem.code));
        ClientError { kind, message: problem.message.clone(), retry_after, confirmed: Vec::new() }
    }
}

impl From<Status> for ClientError {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let confirmed =
            details.precondition_failure().map(|failure| &failure.violations[..]).unwrap_or_default();
        let confirmed = confirmed.iter().filter(|violation| violation.r#type == "CONFIRMED");
        let confirmed = confirmed.map(|violation| violation.subject.clone()).collect();
        // What a host says itself has no source in this process.
        let lost = status.code() == Code::Unavailable && status.source().is_some();
        let (kind, message) = match status.message() {
            words if lost && was_not_sent(&status) => {
                (Kind::Unreachable, format!("the host cannot be reached: {words}"))
            }
            words if lost => (Kind::Unknown, format!("the connection was lost: {words}")),
            words => (kind_of(status.code()), words.to_owned()),
        };
        let retry_after = details.retry_info().and_then(|info| info.retry_delay);
        ClientError { kind, message, retry_after, confirmed }
    }
}

/// Whether a request certainly never left: there was no connection. Others may break with the request on them.
fn was_not_sent(status: &Status) -> bool {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<ConnectError>() || error.is::<Refused>() {
            return true;
        }
        source = error.source();
    }
    false
}

fn kind_of(code: Code) -> Kind {
    match code {
        Code::InvalidArgument | Code::OutOfRange => Kind::Invalid,
        Code::FailedPrecondition => Kind::Precondition,
        // A connection that is lost with a request on it leaves its outcome open; it is told in many ways.
        Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Unknown
        | Code::Internal
        | Code::Aborted
        | Code::DataLoss => Kind::Unknown,
        Code::AlreadyExists => Kind::AlreadyExists,
        Code::ResourceExhausted => Kind::Exhausted,
        Code::Unavailable => Kind::Unavailable,
        Code::NotFound => Kind::NotFound,
        Code::PermissionDenied | Code::Unauthenticated => Kind::Denied,
        _ => Kind::Other,
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
