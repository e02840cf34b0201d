//! The gRPC services of a host: what comes in is checked by [`crate::wire`], passed on, and answered.

pub mod cluster;
pub mod copies;
pub mod list;
pub mod members;
pub mod objects;
pub mod peer;
pub mod queue;
pub mod states;
pub mod streams;
pub mod watch;

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::request::{Reply, RequestError};
use tokio_stream::Stream;
use tonic::Status;

use crate::client::way::Dialler;
use crate::host::handle::Handle;
use crate::host::space::Space;
use crate::ids::IdSource;
use crate::links::Links;
use crate::wire::status;

/// What all services of a host share.
#[derive(Clone)]
pub struct Context {
    /// The way to the commit thread.
    pub handle: Handle,
    /// The links to the peers.
    pub links: Links,
    /// Whether faults may be asked for.
    pub faults_allowed: bool,
    /// The room on the disk.
    pub space: Arc<Mutex<Space>>,
    /// Draws ids.
    pub ids: Arc<Mutex<IdSource>>,
    /// How other hosts are reached.
    pub dialler: Dialler,
    /// The ways to the stores of others.
    pub ways: objects::Ways,
}

/// A stream of answers.
pub type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Context {
    /// The name of a host.
    #[must_use]
    pub fn name_of(&self, host: HostId) -> String {
        self.handle.shared.name_of(host)
    }

    /// A fresh message id.
    #[must_use]
    pub fn draw_id(&self) -> MessageId {
        self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner).draw()
    }

    /// This host's id, once it is known.
    #[must_use]
    pub fn my_id(&self) -> HostId {
        self.links.me().map_or(HostId(0), |me| me.id)
    }
}

/// The status of an answer that does not fit its question, or that refuses it.
fn unexpected(reply: Reply) -> Status {
    match reply {
        Reply::Refused(error) => status::refused(&error),
        other => Status::internal(format!("an answer of another kind: {other:?}")),
    }
}

/// Nothing is there to look at: the host has ended.
fn ended() -> Status {
    status::refused(&RequestError::Timeout("the host has ended".into()))
}
