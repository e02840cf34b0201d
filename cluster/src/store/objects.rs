//! Reading a store's objects: from any thread, in snapshots, never waiting for whoever writes.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use hydraq_core::objects::declared::{INDEX_KEYS, INDEX_KEYS_END};
use hydraq_core::objects::index::entry_id;
use hydraq_core::objects::log::{LOG_KEY, event_key};
use hydraq_core::objects::query::Query;
pub use hydraq_core::objects::tables::See;
use hydraq_core::objects::{Indexed, KindIndex, Log, Object, ObjectEvent, ObjectId, Row, Table};

use super::ReadError;

/// How many index entries one page of a query walks over at most, however few of them fit.
const WALKED_MAX: usize = 20_000;

/// How many bytes of bodies one page of a query has at most, unless a single one is longer.
const PAGE_BODY_BYTES: usize = 8 << 20;

/// How many events are read at once at most.
pub const EVENTS_MAX: usize = 256;

/// One moment of a store's tables. It is short-lived: as long as it is there, the pages that it sees cannot be used again.
pub trait Snapshot {
    /// What is there under a key.
    ///
    /// # Errors
    /// The disk did not give it.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError>;

    /// Shows keys and values from `start` on and before `end`, until it is told to stop.
    ///
    /// # Errors
    /// The disk did not give them.
    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), ReadError>;
}

/// A way to read a store's objects from any thread.
pub trait ObjectReader: Send + Sync {
    /// Shows one moment of the tables; there may be none yet.
    ///
    /// # Errors
    /// The store is closed, or the disk did not give it.
    fn look(&self, see: &mut dyn FnMut(&dyn Snapshot) -> Result<(), ReadError>) -> Result<(), ReadError>;
}

/// One object that a query found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands in the order of the query.
    pub place: Vec<u8>,
    /// The object.
    pub object: Object,
}

/// A part of what a query finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What fits, in order.
    pub found: Vec<Found>,
    /// Up to where the index was walked; none if that was all.
    pub walked_to: Option<Vec<u8>>,
}

/// The state of the log.
///
/// # Errors
/// It cannot be read.
pub fn read_log(reader: &dyn ObjectReader) -> Result<Log, ReadError> {
    let mut log = Log::empty();
    reader.look(&mut |snapshot| {
        if let Some(stored) = snapshot.get(Table::Meta, LOG_KEY)? {
            log = Log::decode(&stored).map_err(|_| ReadError::Corrupt)?;
        }
        Ok(())
    })?;
    Ok(log)
}

/// How far the index of a kind is what was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexState {
    /// The kind.
    pub kind: String,
    /// How it is indexed.
    pub index: KindIndex,
    /// How many objects are still to be gone over.
    pub left: u64,
}

/// The kinds for which attributes were declared.
///
/// # Errors
/// They cannot be read, or one does not match its checksum.
pub fn read_kinds(reader: &dyn ObjectReader) -> Result<BTreeMap<String, KindIndex>, ReadError> {
    let mut kinds = BTreeMap::new();
    reader.look(&mut |snapshot| {
        kinds = kinds_in(snapshot)?;
        Ok(())
    })?;
    Ok(kinds)
}

/// How the kinds are indexed for which attributes were declared, or the one that is named.
///
/// # Errors
/// It cannot be read, or does not match its checksum.
pub fn read_indexes(reader: &dyn ObjectReader, kind: &str) -> Result<Vec<IndexState>, ReadError> {
    let mut states = Vec::new();
    reader.look(&mut |snapshot| {
        let mut kinds = kinds_in(snapshot)?;
        if !kind.is_empty() {
            let index = kinds.remove(kind).unwrap_or_default();
            kinds = [(kind.to_owned(), index)].into();
        }
        for (kind, index) in std::mem::take(&mut kinds) {
            let left = index.pass.map_or(Ok(0), |pass| count_behind(snapshot, &kind, pass.after))?;
            states.push(IndexState { kind, index, left });
        }
        Ok(())
    })?;
    Ok(states)
}

/// What is there under an id.
///
/// # Errors
/// It cannot be read, or does not match its checksum.
pub fn read_row(reader: &dyn ObjectReader, id: ObjectId) -> Result<Option<Row>, ReadError> {
    let mut row = None;
    reader.look(&mut |snapshot| {
        row = row_in(snapshot, id)?;
        Ok(())
    })?;
    Ok(row)
}

/// Events from `from` on, at most [`EVENTS_MAX`].
///
/// # Errors
/// They cannot be read, or one does not match its checksum.
pub fn read_events(reader: &dyn ObjectReader, from: u64) -> Result<Vec<ObjectEvent>, ReadError> {
    let mut sealed = Vec::new();
    reader.look(&mut |snapshot| {
        snapshot.walk(Table::Events, &event_key(from), &event_key(u64::MAX), &mut |_, value| {
            sealed.push(value.to_vec());
            if sealed.len() < EVENTS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
    })?;
    sealed.iter().map(|event| ObjectEvent::decode(event).map_err(|_| ReadError::Corrupt)).collect()
}

/// A page of what a query finds.
///
/// # Errors
/// It cannot be read, something does not match its checksum, or the attribute that orders it is not indexed completely.
pub fn read_page(reader: &dyn ObjectReader, query: &Query) -> Result<Page, ReadError> {
    let mut page = Page::default();
    reader.look(&mut |snapshot| {
        page = page_in(snapshot, query)?;
        Ok(())
    })?;
    Ok(page)
}

pub(super) fn kinds_in(snapshot: &dyn Snapshot) -> Result<BTreeMap<String, KindIndex>, ReadError> {
    let (mut kinds, mut is_corrupt) = (BTreeMap::new(), false);
    snapshot.walk(Table::Meta, INDEX_KEYS, INDEX_KEYS_END, &mut |key, value| {
        match KindIndex::decode(value) {
            Ok(index) => {
                kinds.insert(String::from_utf8_lossy(&key[INDEX_KEYS.len()..]).into_owned(), index);
            }
            Err(_) => is_corrupt = true,
        }
        ControlFlow::Continue(())
    })?;
    if is_corrupt { Err(ReadError::Corrupt) } else { Ok(kinds) }
}

/// How many objects of a kind there are behind one of them.
fn count_behind(snapshot: &dyn Snapshot, kind: &str, after: Option<ObjectId>) -> Result<u64, ReadError> {
    let (range, mut count) = (Query::of_kind(kind, after).range(), 0);
    snapshot.walk(Table::Index, &range.start, &range.end, &mut |_, _| {
        count += 1;
        ControlFlow::Continue(())
    })?;
    Ok(count)
}

/// Refuses a query whose order is not that of an attribute of which all entries are there.
fn check_order(snapshot: &dyn Snapshot, query: &Query) -> Result<(), ReadError> {
    let (kind, attribute) = (&query.kind, query.order());
    if attribute.is_empty() {
        return Ok(());
    }
    let stored = snapshot.get(Table::Meta, &KindIndex::key(kind))?;
    let index = stored.as_deref().map_or(Ok(KindIndex::default()), KindIndex::decode);
    let index = index.map_err(|_| ReadError::Corrupt)?;
    if index.complete.contains(attribute) {
        return Ok(());
    }
    let why = match (&index.pass, &index.wanted) {
        (Some(pass), wanted) if wanted.contains(attribute) => {
            let left = count_behind(snapshot, kind, pass.after)?;
            format!("is being indexed: {} of {} objects are done", pass.done, pass.done + left)
        }
        (_, Indexed::Only(names)) if !names.is_empty() => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("is not indexed, but {}", names.join(", "))
        }
        _ => "is not indexed, and no other one is".to_owned(),
    };
    Err(ReadError::NotIndexed(format!("attribute {attribute} of {kind} {why}")))
}

fn row_in(snapshot: &dyn Snapshot, id: ObjectId) -> Result<Option<Row>, ReadError> {
    let stored = snapshot.get(Table::Objects, &id.to_bytes())?;
    stored.as_deref().map(Row::decode).transpose().map_err(|_| ReadError::Corrupt)
}

fn page_in(snapshot: &dyn Snapshot, query: &Query) -> Result<Page, ReadError> {
    check_order(snapshot, query)?;
    let range = query.range();
    let mut page = Page::default();
    if range.is_empty() {
        return Ok(page);
    }
    let (mut walked, mut bytes, mut problem) = (0, 0, None);
    snapshot.walk(Table::Index, &range.start, &range.end, &mut |key, value| {
        walked += 1;
        let place = key.get(range.skip..).unwrap_or_default().to_vec();
        let id = entry_id(key, value).ok_or(ReadError::Corrupt);
        let row = id.and_then(|id| row_in(snapshot, id)?.ok_or(ReadError::Corrupt));
        match row {
            Ok(Row::Object(object)) if query.fits(&object) => {
                bytes += object.body.len();
                page.found.push(Found { place: place.clone(), object });
            }
            Ok(_) => {}
            Err(error) => problem = Some(error),
        }
        let is_full = page.found.len() >= query.limit || walked >= WALKED_MAX || bytes >= PAGE_BODY_BYTES;
        if is_full {
            page.walked_to = Some(place);
        }
        if is_full || problem.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    problem.map_or(Ok(page), Err)
}
