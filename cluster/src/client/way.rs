//! The way to a host: over the network, or, where hosts are simulated, within this process.
//!
//! Clients and services speak to hosts through a [`Way`] and do not know which kind it is: the same requests, checks and
//! answers on both. What is left out within a process are connections: a host that is there is reached at once.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, Thread};
use std::time::Duration;

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tower::Service;

type Request = http::Request<Body>;
type Response = http::Response<Body>;
type Problem = tonic::codegen::StdError;

/// How hosts are reached.
#[derive(Debug, Clone, Default)]
pub enum Dialler {
    /// Over the network.
    #[default]
    Network,
    /// Within this process.
    Inside(Switchboard),
}

impl Dialler {
    /// The way to the host at this address; nothing is opened before it is used. None where the address is no URL.
    #[must_use]
    pub fn way(&self, address: &str, connect_timeout: Duration) -> Option<Way> {
        match self {
            Self::Network => {
                let endpoint = Endpoint::from_shared(address.to_owned()).ok()?;
                Some(Way::Network(endpoint.connect_timeout(connect_timeout).connect_lazy()))
            }
            Self::Inside(board) => Some(Way::Inside(board.clone(), address.to_owned())),
        }
    }

    /// Whether hosts are in this process.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        matches!(self, Self::Inside(_))
    }
}

/// The hosts of this process, by address; clones share it.
#[derive(Clone, Default)]
pub struct Switchboard(Arc<Lines>);

#[derive(Default)]
struct Lines {
    hosts: Mutex<BTreeMap<String, (u64, Routes)>>,
    /// How many requests have no answer yet.
    open: AtomicUsize,
    /// The thread on which hosts do what they are asked for, once it has rested.
    driver: OnceLock<Thread>,
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}

impl Switchboard {
    /// Connects a host, in the place of an earlier one at the same address. It can be reached until the line is dropped.
    #[must_use]
    pub fn connect(&self, address: &str, routes: Routes) -> Line {
        let mut lines = self.lock();
        let number = lines.get(address).map_or(0, |(number, _)| number + 1);
        lines.insert(address.to_owned(), (number, routes));
        Line { board: self.clone(), address: address.to_owned(), number }
    }

    /// Whether no request waits for an answer.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.0.open.load(Ordering::Relaxed) == 0
    }

    /// Sleeps for so long at the most, on the one thread on which hosts do something: a request to one of them ends it at once, and
    /// so does whoever unparks that thread.
    pub fn rest(&self, at_most: Duration) {
        self.0.driver.get_or_init(thread::current);
        thread::park_timeout(at_most);
    }

    fn routes(&self, address: &str) -> Option<Routes> {
        self.lock().get(address).map(|(_, routes)| routes.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (u64, Routes)>> {
        self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A host's place on a switchboard.
#[derive(Debug)]
pub struct Line {
    board: Switchboard,
    address: String,
    number: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut lines = self.board.lock();
        if lines.get(&self.address).is_some_and(|(number, _)| *number == self.number) {
            lines.remove(&self.address);
        }
    }
}

/// A request without an answer.
struct Open(Switchboard);

impl Open {
    fn new(board: &Switchboard) -> Self {
        board.0.open.fetch_add(1, Ordering::Relaxed);
        if let Some(driver) = board.0.driver.get() {
            driver.unpark();
        }
        Self(board.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The way to one host; clones share it.
#[derive(Debug, Clone)]
pub enum Way {
    /// A connection, opened when it is first used.
    Network(Channel),
    /// An address on a switchboard.
    Inside(Switchboard, String),
}

/// Nobody listens at an address.
#[derive(Debug, thiserror::Error)]
#[error("connection refused")]
pub(super) struct Refused;

fn refused() -> Problem {
    let mut status = Status::unavailable("connection refused");
    // What a host says itself has no source: this was not said by one.
    status.set_source(Arc::new(Refused));
    status.into()
}

impl Service<Request> for Way {
    type Response = Response;
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        match self {
            Self::Network(channel) => channel.poll_ready(context).map_err(Into::into),
            Self::Inside(..) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self {
            Self::Network(channel) => {
                let answer = channel.call(request);
                Box::pin(async move { answer.await.map_err(Into::into) })
            }
            Self::Inside(board, address) => match board.routes(address) {
                Some(mut routes) => {
                    let (answer, open) = (routes.call(request), Open::new(board));
                    Box::pin(async move {
                        let _open = open;
                        answer.await.map_err(Into::into)
                    })
                }
                None => Box::pin(async { Err(refused()) }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_request_ends_a_rest() {
        const LONG: Duration = Duration::from_secs(60);
        let (board, (answered, answer)) = (Switchboard::default(), channel::<()>());
        let asked = board.clone();
        let began = Instant::now();
        // From before the first rest on, until the rest has ended: whenever it begins, a request comes after it.
        let asker = thread::spawn(move || {
            while answer.recv_timeout(Duration::from_millis(1)).is_err() {
                drop(Open::new(&asked));
            }
        });
        board.rest(LONG);
        assert!(began.elapsed() < LONG);
        answered.send(()).unwrap();
        asker.join().unwrap();
        assert!(board.is_quiet());
    }
}
