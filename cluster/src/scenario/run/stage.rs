//! What a scenario plays on: a cluster whose hosts can be started, hit and asked.
//!
//! The runner knows nothing else of the world: no process, no file, no clock. Whoever has hosts (real processes, the
//! simulator) gives it a [`Stage`]; time, waiting and background tasks come from there, too, so that the same runner works in
//! real and in virtual time. Hosts are known by their names.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::objects::ObjectId;

use super::digest::Digest;
use crate::client::ClientError;
use crate::client::objects::{
    CreatedObject, NewObject, NotCreated, ObjectPage, ObjectQuery, ObjectUpdate, StoreState, StoredObject,
};
use crate::client::types::{
    DeleteTarget, Deleted, Delivery, DequeueOptions, EnqueueOptions, Enqueued, Fault, HostState, Knowledge,
    ListOptions, NewMessage, Page, TypeDepth,
};

pub use hydraq_core::time::Instant as Moment;

/// One host of the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageHost {
    /// Its name.
    pub name: String,
    /// How it is.
    pub condition: Condition,
}

/// How a host is, as far as its stage knows. Whether it serves is for the host to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It runs.
    Up,
    /// It was stopped, and keeps its memory and its connections.
    Paused,
    /// It was killed; its disk is as it was.
    Down,
    /// It was killed, and its disk emptied.
    Wiped,
    /// It has left the cluster, or was removed from it, for ever.
    Removed,
    /// It ended though nobody had asked for that; how it ended.
    Died(String),
}

impl Condition {
    /// The words for it: "alpha is …".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Up => "up".into(),
            Self::Paused => "paused".into(),
            Self::Down => "down".into(),
            Self::Wiped => "down, and its disk is empty".into(),
            Self::Removed => "removed from the cluster".into(),
            Self::Died(how) => format!("down: it ended by itself ({how})"),
        }
    }
}

/// Why a stage did not do what it was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// It cannot be done with these hosts.
    #[error("{0}")]
    Refused(String),
    /// The cluster could not be started, or broke.
    #[error("{0}")]
    Broken(String),
}

/// What is known of a host's last doings, for a report of a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The file with its log, if there is one.
    pub log: Option<String>,
    /// The last lines of the log, oldest first.
    pub lines: Vec<String>,
}

/// A cluster on which a scenario plays.
#[async_trait(?Send)]
pub trait Stage {
    /// All hosts that were ever spawned, in this order.
    fn hosts(&self) -> Vec<StageHost>;

    /// Whether its hosts may only be looked at.
    fn is_read_only(&self) -> bool {
        false
    }

    /// Starts hosts: one of this name, or `count` that are named in order. Each joins those that are up. Says their names.
    async fn spawn(&self, count: u32, name: Option<&str>) -> Result<Vec<String>, StageError>;

    /// The same with a bug planted in each of these hosts; it stays across restarts.
    async fn spawn_planted(
        &self,
        count: u32,
        name: Option<&str>,
        plant: &str,
    ) -> Result<Vec<String>, StageError> {
        let _ = (count, name);
        Err(StageError::Refused(format!("`{plant}` cannot be planted in hosts that are not ours")))
    }

    /// Kills hosts at one moment, and says when that was. One that is down already stays so.
    async fn kill(&self, hosts: &[String]) -> Result<Moment, StageError>;

    /// Starts hosts that are down, and waits until they serve. One that is up is left alone.
    async fn restart(&self, hosts: &[String]) -> Result<(), StageError>;

    /// Stops hosts at one moment.
    async fn pause(&self, hosts: &[String]) -> Result<(), StageError>;

    /// Lets stopped hosts go on.
    async fn resume(&self, hosts: &[String]) -> Result<(), StageError>;

    /// Kills hosts at one moment, empties their disks, and says when they were killed.
    async fn wipe(&self, hosts: &[String]) -> Result<Moment, StageError>;

    /// Kills hosts at one moment, puts their disks back to what they had when they were last started, and says when they were killed.
    async fn roll_back(&self, hosts: &[String]) -> Result<Moment, StageError>;

    /// Takes note that a host has left the cluster, or was removed from it: that it ends is as it should be.
    fn note_removed(&self, host: &str);

    /// The way to a host; none if there is no such host.
    fn port(&self, host: &str) -> Option<Rc<dyn Port>>;

    /// Reads what is on the disk of a host that does not run, without changing it: each message that can be read, whatever
    /// its state. Of a host that runs, what it has set aside.
    async fn read_disk(&self, host: &str) -> Result<Vec<(MessageId, Digest)>, StageError>;

    /// The end of a host's log, at most so many lines.
    async fn trace(&self, host: &str, lines: usize) -> Trace;

    /// How long the stage has been there.
    fn now(&self) -> Moment;

    /// Waits.
    async fn sleep(&self, duration: Duration);

    /// Runs a task in the background. What is returned ends when the task does, and need not be waited for.
    fn start(&self, task: LocalBoxFuture<'static, ()>) -> LocalBoxFuture<'static, ()> {
        let task = tokio::task::spawn_local(task);
        Box::pin(async move {
            // A task that panicked has ended, too.
            let _ = task.await;
        })
    }

    /// A fresh message id.
    fn draw_id(&self) -> MessageId;
}

/// The way to one host: the requests that it takes, each said once. See [`crate::client::HostClient`] for what they mean.
#[async_trait(?Send)]
#[allow(missing_docs, reason = "they are those of the client")]
pub trait Port {
    async fn enqueue(
        &self,
        messages: Vec<NewMessage>,
        options: &EnqueueOptions,
    ) -> Result<Vec<Enqueued>, ClientError>;
    async fn dequeue(&self, options: &DequeueOptions) -> Result<Vec<Delivery>, ClientError>;
    async fn delete(&self, targets: &[DeleteTarget], timeout: Duration) -> Result<Vec<Deleted>, ClientError>;
    async fn release(&self, receipts: &[Receipt]) -> Result<Vec<Result<(), ClientError>>, ClientError>;
    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Result<(), ClientError>>, ClientError>;
    /// What this very host knows of a message.
    async fn show(&self, id: MessageId, patience: Duration) -> Result<Knowledge, ClientError>;
    async fn list(&self, options: &ListOptions) -> Result<Page, ClientError>;
    async fn redrive(&self, message_type: Option<&str>, id: Option<MessageId>) -> Result<u32, ClientError>;
    /// The message types, as far as this very host owns messages of them.
    async fn types(&self) -> Result<Vec<TypeDepth>, ClientError>;
    /// How this very host stands.
    async fn state(&self, patience: Duration) -> Result<HostState, ClientError>;
    async fn leave(&self) -> Result<(), ClientError>;
    async fn remove(&self, host: &str) -> Result<(), ClientError>;
    async fn repair(&self, mode: Option<&str>, now: bool) -> Result<(), ClientError>;
    async fn configure(&self, name: &str, value: &str) -> Result<(), ClientError>;
    async fn inject(&self, fault: &Fault) -> Result<Option<MessageId>, ClientError>;
    async fn create_object(&self, new: &NewObject, timeout: Duration) -> Result<CreatedObject, NotCreated>;
    async fn object(&self, id: ObjectId) -> Result<StoredObject, ClientError>;
    async fn own_stores(&self) -> Result<Vec<StoreState>, ClientError>;
    async fn update_object(
        &self,
        id: ObjectId,
        update: &ObjectUpdate,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError>;
    async fn delete_object(
        &self,
        id: ObjectId,
        expected: Option<u64>,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError>;
    async fn query_objects(&self, query: &ObjectQuery) -> Result<ObjectPage, ClientError>;
    /// The last things that have happened there, in words, oldest first.
    async fn events(&self, count: u32) -> Result<Vec<String>, ClientError>;
}
