//! Where a host keeps what it has promised: records in their order, and the small things beside them.
//!
//! A store knows sequences and records, not messages: what belongs together is the core's business. Two stores keep to the
//! same contract: [`redb`] on a disk, and [`model`] in memory, for the simulator. A commit is atomic and durable when it returns;
//! nothing else is promised, and nothing is promised before.

pub mod check_objects;
pub mod crashes;
pub mod model;
pub mod objects;
mod records;
pub mod redb;
mod row;
mod rows;
mod twin;
pub mod volatile;

#[cfg(test)]
mod objects_tests;
#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod twin_tests;

use std::sync::Arc;

use hydraq_core::event::Write;
use hydraq_core::host::Recovered;
use hydraq_core::ids::{Boot, Commit, HostId, Sequence, StoreId};
use hydraq_core::message::Message;
use hydraq_core::objects::{Change, Log, Outcome};
use hydraq_core::record::Record;
use hydraq_core::time::Instant;
use thiserror::Error;

use objects::ObjectReader;

pub use records::{Loading, Records};

/// Why a store did not do what it was asked to.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no room left; the commit may or may not have happened.
    #[error("the disk is full")]
    Full,
    /// Writing failed; the commit may or may not have happened, and the handle takes no more.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// What a commit has made durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Which commit it was.
    pub commit: Commit,
    /// What came of each change of objects.
    pub outcomes: Vec<Outcome>,
    /// The state of the event log, if there were changes.
    pub log: Option<Log>,
}

impl Committed {
    fn new(commit: Commit, objects: Option<(Log, Vec<Outcome>)>) -> Self {
        let (log, outcomes) = objects.map_or((None, Vec::new()), |(log, outcomes)| (Some(log), outcomes));
        Committed { commit, outcomes, log }
    }
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// There is no record at this place.
    #[error("there is no such record")]
    Gone,
    /// The record does not match its checksum.
    #[error("the record is corrupt")]
    Corrupt,
    /// The body does not match its checksum; this is what was read, which nobody may get.
    #[error("the body is corrupt")]
    Damaged(Arc<Message>),
    /// The attribute that orders a query is not in the index, or not of all objects yet; in words.
    #[error("{0}")]
    NotIndexed(String),
    /// The disk did not give it.
    #[error("reading failed: {0}")]
    Failed(String),
}

/// An open store.
pub trait Store: Send {
    /// Makes `writes` durable, all or none, together with the reading of the host's clock.
    ///
    /// # Errors
    /// After any error it is not known whether the commit happened, and the store must be opened anew.
    fn commit(&mut self, writes: &[Write], clock: Instant) -> Result<Commit, StoreError> {
        self.commit_with(writes, &[], clock).map(|committed| committed.commit)
    }

    /// The same, with changes of objects in the same transaction; each is decided in it. One that is refused writes nothing, and
    /// hinders nothing else.
    ///
    /// # Errors
    /// As with any commit.
    fn commit_with(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        clock: Instant,
    ) -> Result<Committed, StoreError>;

    /// A way to read objects from other threads, for as long as this store is open.
    fn object_reader(&self) -> Arc<dyn ObjectReader>;

    /// Reads the messages whose records are at `sequences`, in this order, checked against their checksums.
    fn read(&self, sequences: &[Sequence]) -> Vec<Result<Arc<Message>, ReadError>>;

    /// All records in their order, without bodies, read as they are asked for; nothing may be committed meanwhile.
    ///
    /// # Errors
    /// The disk does not give them; that may also come up on the way, see [`Records`].
    fn records(&self) -> Result<Records<'_>, ReadError>;

    /// The records from `from` on, or down from it, without bodies, with what was wrong with each that is unreadable; at most
    /// `count` of them.
    fn scan(
        &self,
        from: Sequence,
        newest_first: bool,
        count: usize,
    ) -> Vec<(Sequence, Result<Record, ReadError>)>;

    /// How much room the store takes on its disk, in bytes.
    fn disk_bytes(&self) -> u64;

    /// Takes a little time to give room back that records no longer need; whether there is more to do.
    ///
    /// # Errors
    /// As with a commit.
    fn tidy(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Gives back the room at the end of the file, if it is much larger than what lives in it. Nothing is served meanwhile, so this is
    /// for a time in which nobody asks; whether there is more to do later.
    ///
    /// # Errors
    /// As with a commit.
    fn compact(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Flips a byte of the message at `sequence`, as a bad disk might; for faults that are asked for.
    ///
    /// # Errors
    /// As with a commit.
    fn flip_byte(&mut self, sequence: Sequence) -> Result<(), StoreError>;
}

/// What opening a store gives.
pub struct Opened {
    /// The open store.
    pub store: Box<dyn Store>,
    /// Whose store it is.
    pub host: HostId,
    /// Which store it is.
    pub store_id: StoreId,
    /// The boot that began with this opening; durable already.
    pub boot: Boot,
    /// The reading of the host's clock at the last commit.
    pub clock: Instant,
    /// What it has kept besides its records.
    pub recovered: Recovered,
}
