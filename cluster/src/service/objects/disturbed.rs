//! Faults on the ways between hosts, for what they ask each other about objects: a link that is slow, lossy or cut is so here, too.
//!
//! ```text
//!   Asking: what goes out is late, or lost ──▶ Answering: what comes in is lost; what goes back is late, or lost
//! ```
//!
//! The host that asks says who it is, so that the one that answers knows which of its links that is. What is lost is not answered:
//! whoever asked waits as long as it would on such a network. Requests of clients are not touched.

use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hydraq_core::ids::HostId;
use tonic::body::Body;
use tonic::codegen::http::{HeaderValue, Request, Response};
use tonic::server::NamedService;
use tower::Service;

use crate::client::way::Way;
use crate::links::Links;

/// The header that says which host asks.
const ASKED_BY: &str = "hydraq-host";

type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

/// Waits as long as something takes on a link; for ever if it is lost there.
async fn travel(fate: Option<Duration>) {
    match fate {
        Some(Duration::ZERO) => {}
        Some(late) => tokio::time::sleep(late).await,
        None => pending().await,
    }
}

/// The way to a host, as far as the link to it allows.
#[derive(Clone)]
pub(super) struct Asking {
    way: Way,
    links: Links,
    peer: HostId,
}

impl Asking {
    /// The way to this peer.
    #[must_use]
    pub(super) fn new(way: Way, links: Links, peer: HostId) -> Self {
        Asking { way, links, peer }
    }
}

impl Service<Request<Body>> for Asking {
    type Response = Response<Body>;
    type Error = <Way as Service<Request<Body>>>::Error;
    type Future = Answer<Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.way.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let me = self.links.me().and_then(|me| HeaderValue::from_str(&me.id.to_string()).ok());
        if let Some(me) = me {
            request.headers_mut().insert(ASKED_BY, me);
        }
        let fate = self.links.faults().outward(Some(self.peer));
        // The one that was found to be ready is the one to be called.
        let next = self.way.clone();
        let mut ready = std::mem::replace(&mut self.way, next);
        Box::pin(async move {
            travel(fate).await;
            ready.call(request).await
        })
    }
}

/// A service that other hosts ask, as far as the links to them allow.
#[derive(Clone)]
pub struct Answering<S> {
    service: S,
    links: Links,
}

impl<S> Answering<S> {
    /// The service behind these links.
    #[must_use]
    pub fn new(service: S, links: Links) -> Self {
        Answering { service, links }
    }
}

impl<S: NamedService> NamedService for Answering<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Answering<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let peer = request.headers().get(ASKED_BY).and_then(|peer| peer.to_str().ok()?.parse().ok());
        if self.links.faults().loses_inward(peer) {
            return Box::pin(pending());
        }
        let (links, answer) = (self.links.clone(), self.service.call(request));
        Box::pin(async move {
            let answer = answer.await;
            travel(links.faults().outward(peer)).await;
            answer
        })
    }
}
