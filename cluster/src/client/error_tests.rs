//! What a client makes of connections that break.

use std::sync::Arc;

use tonic::{ConnectError, Status};

use super::{ClientError, Kind};

fn broken_by(source: impl std::error::Error + Send + Sync + 'static) -> Kind {
    let mut status = Status::unavailable("something broke");
    status.set_source(Arc::new(source));
    ClientError::from(status).kind
}

#[test]
fn only_what_was_never_sent_counts_as_unreachable() {
    let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    assert_eq!(broken_by(ConnectError(Box::new(refused()))), Kind::Unreachable);
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    assert_eq!(broken_by(reset), Kind::Unknown, "it may have been done before the connection broke");
}

#[test]
fn what_a_host_says_itself_is_no_broken_connection() {
    assert_eq!(ClientError::from(Status::unavailable("the store of alpha is down")).kind, Kind::Unavailable);
}
