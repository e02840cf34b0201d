//! Opening a store file, and creating one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use ::redb::{Builder, Database, ReadableDatabase, ReadableTable};
use bytes::Bytes;
use hydraq_core::codec::{CodecError, Put, Take};
use hydraq_core::event::MetaKey;
use hydraq_core::host::Recovered;
use hydraq_core::ids::{Boot, Commit, HostId, Sequence, StoreId};
use hydraq_core::time::Instant;
use thiserror::Error;

use super::place::{FilePlace, Place};
use super::{DEAD, HEADS, META, RedbStore};
use crate::store::Opened;
use crate::store::row::{LAYOUT, RowView, Tail};
use crate::store::rows::{Row, Rows};

/// Whose a store becomes that was never used.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// The host's id, drawn at random.
    pub host: HostId,
    /// The store's id, drawn at random.
    pub store: StoreId,
}

/// Why a store did not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// It is not a store, or it is damaged. It is left as it is.
    #[error("{path} does not open: {why}; it is left as it is: move it away to start with an empty one")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The folder or the file cannot be read or written.
    #[error("{path}: {why}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: std::io::Error,
    },
}

/// Opens the store at `path` for a new boot; creates it as that of `fresh` if there is none.
///
/// # Errors
/// See [`OpenError`].
pub fn open(path: &Path, cache_bytes: usize, fresh: Fresh, nonce: u64) -> Result<Opened, OpenError> {
    open_at(Box::new(FilePlace(path.to_owned())), cache_bytes, fresh, nonce)
}

/// The same, at any place.
///
/// # Errors
/// See [`OpenError`].
pub fn open_at(
    place: Box<dyn Place>,
    cache_bytes: usize,
    fresh: Fresh,
    nonce: u64,
) -> Result<Opened, OpenError> {
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes);
    if !place.exists().map_err(|why| OpenError::Io { path: place.name(), why })? {
        create(&*place, &builder, fresh)?;
    }
    let database = place.open(&builder).map_err(|error| match error {
        ::redb::DatabaseError::DatabaseAlreadyOpen => OpenError::InUse(place.name()),
        error => OpenError::Damaged { path: place.name(), why: error.to_string() },
    })?;
    let path = place.name();
    let damaged = |error: ::redb::Error| OpenError::Damaged { path, why: error.to_string() };
    load(database, place, nonce).map_err(damaged)
}

/// Creates a store under another name, and gives it its name only when it is complete and durable.
fn create(place: &dyn Place, builder: &Builder, fresh: Fresh) -> Result<(), OpenError> {
    let filled = place.begin(builder).map_err(::redb::Error::from).and_then(|database| {
        let transaction = database.begin_write()?;
        {
            let mut meta = transaction.open_table(META)?;
            meta.insert("host", &fresh.host.to_bytes()[..])?;
            meta.insert("store", &fresh.store.to_bytes()[..])?;
            meta.insert("layout", &[LAYOUT][..])?;
            transaction.open_table(HEADS)?;
            transaction.open_table(super::BODIES)?;
            transaction.open_table(DEAD)?;
        }
        transaction.commit()?;
        Ok(())
    });
    let failed = |error: ::redb::Error| match error {
        ::redb::Error::Io(why) => OpenError::Io { path: place.name(), why },
        error => OpenError::Damaged { path: place.name(), why: error.to_string() },
    };
    filled.map_err(failed)?;
    place.finish().map_err(|why| OpenError::Io { path: place.name(), why })
}

/// Reads what it needs to know of every row, and begins a new boot.
fn load(database: Database, place: Box<dyn Place>, nonce: u64) -> Result<Opened, ::redb::Error> {
    let missing = || ::redb::Error::Corrupted("the store does not say whose it is".into());
    let (mut rows, mut meta) = (Rows::default(), Vec::new());
    let (mut host, mut store_id, mut layout) = (None, None, 0);
    let (mut tail, mut boot) = (Tail { next_sequence: 1, ..Tail::default() }, 0);
    // With the commit after which it stood so.
    let mut seen = (0, Bytes::new());
    {
        let transaction = database.begin_read()?;
        for entry in transaction.open_table(META)?.iter()? {
            let (name, value) = entry?;
            let value = value.value();
            match name.value() {
                "host" => host = HostId::from_bytes(value),
                "store" => store_id = StoreId::from_bytes(value),
                "tail" => (tail, boot) = decode_meta_tail(value).ok_or_else(missing)?,
                "seen" => seen.1 = Bytes::copy_from_slice(value),
                "layout" => layout = value.first().copied().unwrap_or(0),
                name => meta.extend(decode_key(name).map(|key| (key, value.to_vec()))),
            }
        }
        seen.0 = tail.commit;
        if layout != LAYOUT {
            let why =
                format!("another version of hydraq wrote it: layout {layout}, and this one reads {LAYOUT}");
            return Err(::redb::Error::Corrupted(why));
        }
        let dead = transaction.open_table(DEAD)?;
        for entry in transaction.open_table(HEADS)?.iter()? {
            let (first, heads) = entry?;
            let first = Sequence(first.value());
            let bitmap = dead.get(first.0)?.map(|bitmap| bitmap.value().to_vec());
            match load_row(first, heads.value(), bitmap, &mut tail, &mut seen) {
                Ok(row) => rows.insert(first, row),
                Err(error) => {
                    // Its place is not used again: what belongs to it may still be in other tables.
                    tail.next_sequence = tail.next_sequence.max(first.0 + 1);
                    tracing::error!(row = first.0, %error, "a row on the disk cannot be read");
                }
            }
        }
    }
    let (host, store_id) = (host.ok_or_else(missing)?, store_id.ok_or_else(missing)?);
    let before = Commit(tail.commit);
    let boot = Boot { counter: boot + 1, nonce };
    let database = Arc::new(RwLock::new(database));
    let Tail { commit, next_sequence, clock } = tail;
    let mut store = RedbStore {
        database,
        place,
        rows,
        commit,
        next_sequence,
        clock,
        boot: 0,
        seen: seen.1.clone(),
        other_bytes: 0,
        failed: None,
    };
    store.begin_boot(boot.counter)?;
    let next_sequence = Sequence(next_sequence);
    let seen = seen.1.to_vec();
    let recovered = Recovered { meta, seen, commit: before, next_sequence };
    let clock = Instant(clock);
    Ok(Opened { store: Box::new(store), host, store_id, boot, clock, recovered })
}

/// What is known of a row without reading its records, but for the last one, behind whose body nothing stands. `tail` becomes that of
/// the last commit, whether a row or a commit without one has it, and `seen` what was seen by the last one that says so.
fn load_row(
    first: Sequence,
    head: &[u8],
    bitmap: Option<Vec<u8>>,
    tail: &mut Tail,
    seen: &mut (u64, Bytes),
) -> Result<Row, CodecError> {
    let view = RowView::new(first, head)?;
    let next_sequence = view.tail.map_or(view.next_sequence(), |tail| tail.next_sequence);
    let next_sequence = tail.next_sequence.max(next_sequence);
    if let Some(newer) = view.tail.filter(|row| row.commit > tail.commit) {
        *tail = newer;
    }
    tail.next_sequence = next_sequence;
    if let (Some(row), Some(newer)) = (view.tail, view.seen)
        && row.commit > seen.0
    {
        *seen = (row.commit, Bytes::copy_from_slice(newer));
    }
    let last = view.count().checked_sub(1).and_then(|last| view.entry(last).ok());
    let body_bytes =
        last.filter(|_| view.has_bodies()).map_or(0, |last| last.body_offset + last.body_length());
    let mut row = Row::new(view.count() as u32, head.len() + body_bytes, view.has_bodies());
    if let Some(bitmap) = bitmap {
        row.set_dead(bitmap);
        row.was_marked = true;
    }
    Ok(row)
}

fn decode_meta_tail(value: &[u8]) -> Option<(Tail, u64)> {
    let mut take = Take(value);
    Some((Tail::decode(&mut take).ok()?, take.u64().ok()?))
}

/// Where the store stands, and which boot it is: for whenever the small things are written.
pub(super) fn encode_meta_tail(tail: Tail, boot: u64) -> Vec<u8> {
    let mut value = Vec::with_capacity(32);
    tail.encode(&mut value);
    value.put_u64(boot);
    value
}

/// The name under which a small thing is kept.
pub(super) fn encode_key(key: &MetaKey) -> String {
    match key {
        MetaKey::Member(index) => format!("member/{index:05}"),
        MetaKey::Setting(name) => format!("setting/{name}"),
        MetaKey::Seen => "seen".to_owned(),
    }
}

fn decode_key(name: &str) -> Option<MetaKey> {
    if let Some(index) = name.strip_prefix("member/") {
        return index.parse().ok().map(MetaKey::Member);
    }
    name.strip_prefix("setting/").map(|name| MetaKey::Setting(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::volatile::VolatileDisk;

    #[test]
    fn a_store_of_another_layout_is_refused_and_left_as_it_is() {
        let (disk, fresh) = (VolatileDisk::default(), Fresh { host: HostId(1), store: StoreId(2) });
        drop(open_at(disk.place(), 1 << 20, fresh, 7).expect("a store"));
        let mut builder = Database::builder();
        let database = disk.place().open(builder.set_cache_size(1 << 20)).expect("a file");
        let transaction = database.begin_write().expect("a transaction");
        transaction.open_table(META).expect("a table").insert("layout", &[2][..]).expect("an insert");
        transaction.commit().expect("a commit");
        drop(database);
        let error = open_at(disk.place(), 1 << 20, fresh, 8).err().expect("refused").to_string();
        assert!(error.contains("layout 2, and this one reads 4; it is left as it is"), "{error}");
    }
}
