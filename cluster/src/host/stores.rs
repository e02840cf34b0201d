//! What all threads of a host know of the data stores: which there are, how to read this host's own, and how far its log goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use hydraq_core::host::StoreView;
use hydraq_core::ids::StoreId;
use hydraq_core::objects::{Applied, Log, ObjectError, StoreTag};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, oneshot, watch};

use crate::store::objects::ObjectReader;

/// Why a change of an object was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The store refused it.
    Refused(ObjectError),
    /// This host takes no such change now, for this reason; nothing was written.
    Absent(&'static str),
    /// The host ended, or its store failed: it may have been made.
    Unknown,
}

/// What came of a change.
pub type ChangeAnswer = Result<Applied, ChangeRefusal>;

/// Where the answer to a change goes.
pub type ChangeAsker = oneshot::Sender<ChangeAnswer>;

/// What is left of a store that was set aside: a way to read it, and the state of its log.
pub type Leftover = (Arc<dyn ObjectReader>, Log);

/// What threads share about stores.
#[derive(Default)]
pub struct Stores {
    views: RwLock<Arc<Vec<StoreView>>>,
    /// Wakes who waits in the order in which they came, as a watch would not: simulated hosts must do the same again.
    changes: Notify,
    reader: RwLock<Option<Arc<dyn ObjectReader>>>,
    set_aside: RwLock<BTreeMap<StoreId, Leftover>>,
    log: watch::Sender<Log>,
    commits: Mutex<BTreeMap<StoreTag, Duration>>,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").field("views", &self.views).field("log", &self.log).finish_non_exhaustive()
    }
}

impl Stores {
    /// All stores that are known.
    #[must_use]
    pub fn views(&self) -> Arc<Vec<StoreView>> {
        self.views.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Word of the next change of these.
    pub fn changed(&self) -> Notified<'_> {
        self.changes.notified()
    }

    /// The state of this host's log after its last commit, and word of every change of it.
    #[must_use]
    pub fn log(&self) -> watch::Receiver<Log> {
        self.log.subscribe()
    }

    /// A way to read this host's objects; none before it has started.
    #[must_use]
    pub fn reader(&self) -> Option<Arc<dyn ObjectReader>> {
        self.reader.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is left of a store that was set aside on this host's disk, if that was read already.
    #[must_use]
    pub fn set_aside(&self, store: StoreId) -> Option<Leftover> {
        self.set_aside.read().unwrap_or_else(PoisonError::into_inner).get(&store).cloned()
    }

    /// How long a commit took in a store when it was last heard of.
    #[must_use]
    pub fn commit_of(&self, store: StoreTag) -> Option<Duration> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).get(&store).copied()
    }

    /// Notes how long a commit takes in a store.
    pub fn note_commit(&self, store: StoreTag, took: Duration) {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).insert(store, took);
    }

    pub(super) fn set_views(&self, views: Vec<StoreView>) {
        if *self.views() != views {
            *self.views.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(views);
            self.changes.notify_waiters();
        }
    }

    pub(super) fn set_reader(&self, reader: Arc<dyn ObjectReader>) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = Some(reader);
    }

    pub(super) fn show_set_aside(&self, store: StoreId, reader: Arc<dyn ObjectReader>, log: Log) {
        self.set_aside.write().unwrap_or_else(PoisonError::into_inner).insert(store, (reader, log));
    }

    pub(super) fn set_log(&self, log: Log) {
        self.log.send_if_modified(|known| std::mem::replace(known, log) != log);
    }
}
