//! The store on a disk: one redb file.
//!
//! | table | key | value |
//! |---|---|---|
//! | `heads` | sequence of a row's first record | the row's records, see [`super::row`] |
//! | `bodies` | the same | the bodies of its messages, if they are not few |
//! | `dead` | the same | which of its records are dead, once some are |
//! | `meta` | a name | the small things: whose store it is, members, settings, and where it stood when one of them was last written, or nothing was appended |
//! | `objects`, `object_…` | see [`objects`] | objects, their events and index entries; there once there was an object |
//!
//! A file is created under another name, filled, synced and renamed, because creation is not crash-safe; a file that does not
//! open is never created anew. redb's cache is limited, and no read transaction outlives a call.

mod commit;
mod compact;
pub(super) mod objects;
mod open;
pub mod place;
mod read;
mod tidy;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use ::redb::{Database, Table, TableDefinition};
use bytes::Bytes;

use super::StoreError;
use super::row::Tail;
use super::rows::Rows;
use place::Place;

pub use open::{Fresh, OpenError, open, open_at};

const HEADS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("heads");
const BODIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bodies");
const DEAD: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("dead");
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// An open store file.
pub struct RedbStore {
    /// Readers of objects share it; written to only while it is compacted.
    database: Arc<RwLock<Database>>,
    place: Box<dyn Place>,
    rows: Rows,
    /// The last commit, and the place above all records that were ever written.
    commit: u64,
    next_sequence: u64,
    clock: u64,
    boot: u64,
    /// What was seen of peers by the last commit, as the host wrote it.
    seen: Bytes,
    /// What the last compaction has left besides live rows, in bytes: objects, mostly.
    other_bytes: u64,
    /// An error after which the handle takes no more writes.
    failed: Option<String>,
}

impl RedbStore {
    /// Where it stands.
    fn tail(&self) -> Tail {
        Tail { commit: self.commit, clock: self.clock, next_sequence: self.next_sequence }
    }

    /// Writes among the small things where it stands, and what was seen of peers: one page for both.
    fn write_stand(&self, meta: &mut Table<'_, &str, &[u8]>, tail: Tail) -> Result<(), ::redb::Error> {
        meta.insert("tail", &open::encode_meta_tail(tail, self.boot)[..])?;
        meta.insert("seen", &self.seen[..])?;
        Ok(())
    }
}

/// The database, to begin a transaction with.
fn open_database(database: &RwLock<Database>) -> RwLockReadGuard<'_, Database> {
    database.read().unwrap_or_else(PoisonError::into_inner)
}

fn storage_error(error: impl Into<::redb::Error>) -> StoreError {
    match error.into() {
        ::redb::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => StoreError::Full,
        error => StoreError::Failed(error.to_string()),
    }
}
