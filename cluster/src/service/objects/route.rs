//! The way to a store: by the id alone, through the host that has it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::host::{NOT_SYNCHRONISED, StoreView};
use hydraq_core::objects::{Applied, Change, Object, ObjectId, StoreTag};
use hydraq_proto::v1;
use hydraq_proto::v1::objects_client::ObjectsClient;
use tonic::{Code, Response, Status};

use super::super::Context;
use super::super::members::PATIENCE;
use super::disturbed::Asking;
use crate::client::way::Way;
use crate::client::{ClientError, Kind};
use crate::host::stores::ChangeRefusal;
use crate::store::ReadError;
use crate::store::objects::ObjectReader;
use crate::wire::limits::{ENQUEUE_TIMEOUT_DEFAULT, GRPC_BYTES_MAX, WAIT_MS};
use crate::wire::objects::object_out;
use crate::wire::{in_range, status};

/// A client of a host's objects.
pub(super) type Client = ObjectsClient<Asking>;

/// How long a store may take at most, however long the request may.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// Connections to the hosts of stores, by address; each is opened when it is first used.
#[derive(Clone, Default)]
pub struct Ways(Arc<Mutex<BTreeMap<String, Way>>>);

/// Why a store gave no answer.
pub(super) enum Tried {
    /// It was not reached, for this reason: nothing was done.
    Unreached(String),
    /// It was asked, and has not answered.
    Lost,
    /// It refused.
    Said(Status),
}

impl Tried {
    /// What a change comes to.
    pub(super) fn into_status(self, id: ObjectId, store: &str) -> Status {
        match self {
            Tried::Unreached(why) => status::store_unavailable(store, &why),
            Tried::Lost => status::change_unknown(id, store),
            Tried::Said(status) => status,
        }
    }
}

/// How long a request may take; 0 stands for the default.
pub(super) fn patience(timeout_ms: u64) -> Result<Duration, Status> {
    match timeout_ms {
        0 => Ok(ENQUEUE_TIMEOUT_DEFAULT),
        ms => in_range("timeout_ms", ms, WAIT_MS)
            .map(Duration::from_millis)
            .map_err(|error| status::invalid(&error)),
    }
}

impl Context {
    /// The store that an id names, to have something changed there: one whose disk lost something takes no changes.
    pub(super) fn store_to_change(&self, id: ObjectId, here: bool) -> Result<StoreView, Status> {
        let store = self.store_of(id, here)?;
        match store.rolled_back {
            true => Err(status::store_rolled_back(&store.member.name, id.store())),
            false => Ok(store),
        }
    }

    /// The store that an id names. With `here`, it must be one of this host.
    pub(super) fn store_of(&self, id: ObjectId, here: bool) -> Result<StoreView, Status> {
        let views = self.handle.shared.stores.views();
        let is_it = |view: &&StoreView| StoreTag::of(view.store) == id.store();
        let found = views.iter().find(is_it).filter(|view| view.mine || !here);
        found.cloned().ok_or_else(|| status::unknown_store(id))
    }

    /// An object of a store, as answers have it.
    pub(super) fn object_of(&self, store: &StoreView, object: &Object) -> v1::Object {
        let shown = object_out(object, self.named(store.member.id));
        v1::Object { rolled_back: store.rolled_back, ..shown }
    }

    /// Asks the host of a store that is not this host's.
    pub(super) async fn at_store<T>(
        &self,
        store: &StoreView,
        limit: Duration,
        ask: impl AsyncFnOnce(Client) -> Result<Response<T>, Status>,
    ) -> Result<T, Tried> {
        let client = self.client_of(store)?;
        // One that is down for all that is known here may be back already, but gets no time to think.
        let limit = if store.absent == Some("down") { PATIENCE } else { limit.min(STORE_PATIENCE) };
        match tokio::time::timeout(limit, ask(client)).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(told(status)),
            Err(_) => Err(Tried::Lost),
        }
    }

    /// A client of the host of a store, unless it is known that none can be reached.
    pub(super) fn client_of(&self, store: &StoreView) -> Result<Client, Tried> {
        let fault = self.links.faults().get(store.member.id);
        if store.absent == Some("removed") {
            return Err(Tried::Unreached("removed".into()));
        }
        if fault.cut_in || fault.cut_out {
            return Err(Tried::Unreached("down".into()));
        }
        let mut ways = self.ways.0.lock().unwrap_or_else(PoisonError::into_inner);
        let way = match ways.get(&store.member.address) {
            Some(way) => way.clone(),
            None => {
                let way = self.way_to(&store.member).ok_or(Tried::Unreached("down".into()))?;
                ways.insert(store.member.address.clone(), way.clone());
                way
            }
        };
        let way = Asking::new(way, self.links.clone(), store.member.id);
        let client = ObjectsClient::new(way).max_decoding_message_size(GRPC_BYTES_MAX);
        Ok(client.max_encoding_message_size(GRPC_BYTES_MAX))
    }

    /// Has an object in this host's store changed.
    pub(super) async fn change_here(&self, store: &StoreView, change: Change) -> Result<Applied, Status> {
        let name = &store.member.name;
        let (id, bytes) = match &change {
            Change::Create { id, body, .. } => (*id, body.len()),
            Change::Update { id, body, .. } => (*id, body.as_ref().map_or(0, bytes::Bytes::len)),
            Change::Delete { id, .. } => (*id, 0),
            // Nobody asks for these.
            Change::Propagated(_)
            | Change::Trim(_)
            | Change::Declare { .. }
            | Change::Build(_)
            | Change::Eventless(_)
            | Change::Event(_) => (ObjectId::default(), 0),
        };
        let answer =
            self.handle.change(change, bytes + 1024).await.map_err(|error| status::refused(&error))?;
        answer.map_err(|refusal| match refusal {
            ChangeRefusal::Refused(error) => status::object_refused(&error, name),
            ChangeRefusal::Absent(why) => status::store_unavailable(name, why),
            ChangeRefusal::Unknown => status::change_unknown(id, name),
        })
    }

    /// Reads a store of this host, away from the threads that must not wait.
    pub(super) async fn read_here<T: Send + 'static>(
        &self,
        store: &StoreView,
        read: impl FnOnce(&dyn ObjectReader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, Status> {
        let shared = &self.handle.shared;
        let name = self.name_of(self.my_id());
        let reader = match store.rolled_back {
            true => shared.stores.set_aside(store.store).map(|(reader, _)| reader),
            false => shared.stores.reader(),
        };
        // Before it is synchronised a host does not know whether its disk has lost something.
        let serves = shared.serving.load(Ordering::SeqCst);
        let Some(reader) = reader.filter(|_| serves) else {
            return Err(status::store_unavailable(&name, NOT_SYNCHRONISED));
        };
        let answer = match self.dialler.is_inside() {
            // A simulated disk is memory, and virtual time stands still meanwhile.
            true => Ok(read(&*reader)),
            false => tokio::task::spawn_blocking(move || read(&*reader)).await,
        };
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(ReadError::Corrupt)) => {
                Err(Status::data_loss(format!("a record in the store of {name} is corrupt")))
            }
            Ok(Err(ReadError::NotIndexed(why))) => Err(status::not_indexed(&why, &name)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "an object could not be read");
                Err(status::store_unavailable(&name, "not able to read its store"))
            }
            Err(_) => Err(status::store_unavailable(&name, "ending")),
        }
    }
}

/// What a status of another host means: whether it said it itself, and whether it was asked at all.
pub(super) fn told(status: Status) -> Tried {
    match ClientError::from(status.clone()).kind {
        Kind::Unreachable => Tried::Unreached("down".into()),
        // A host says this only of an outcome that it does not know itself; everything else is a connection that was lost.
        Kind::Unknown if status.code() != Code::DeadlineExceeded && status.code() != Code::DataLoss => {
            Tried::Lost
        }
        _ => Tried::Said(status),
    }
}
