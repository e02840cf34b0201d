//! A checker of a store file's objects: it reads the file itself, and knows nothing of how they were written.
//!
//! It looks at a copy, so that a file that was left by a killed host stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ::redb::{Database, ReadableDatabase};
use hydraq_core::ids::StoreId;
use hydraq_core::objects::index::{attribute_entries, entry_value, own_entry};
use hydraq_core::objects::log::{LOG_KEY, event_key};
use hydraq_core::objects::{Log, ObjectEvent, ObjectId, Row, StoreTag, Table, What};

use super::ReadError;
use super::objects::{Snapshot, kinds_in};
use super::redb::META;
use super::redb::objects::Moment;

/// What was found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The ids of the objects that are there.
    pub objects: BTreeSet<ObjectId>,
    /// How many markers of deleted objects there are.
    pub deleted: u64,
    /// How many index entries there are.
    pub entries: u64,
    /// The state of the log.
    pub log: Log,
    /// What is not as it must be, in words.
    pub problems: Vec<String>,
}

/// Checks a store file: objects, events and index entries must match one to one, the event log must have no gap, and every id
/// must name this very store.
///
/// # Errors
/// Why the file could not be read, in words.
pub fn check_objects(path: &Path) -> Result<Checked, String> {
    static COPIES: AtomicU64 = AtomicU64::new(0);
    let copy = COPIES.fetch_add(1, Ordering::Relaxed);
    let copy = std::env::temp_dir().join(format!("hydraq-check-{}-{copy}.redb", std::process::id()));
    std::fs::copy(path, &copy).map_err(|error| format!("{}: {error}", path.display()))?;
    let checked = check_copy(&copy).map_err(|error| format!("{}: {error}", path.display()));
    // Nobody needs it any more; the system's folder for such files is emptied by others, too.
    let _ = std::fs::remove_file(&copy);
    checked
}

fn check_copy(path: &Path) -> Result<Checked, Box<dyn std::error::Error>> {
    let database = Database::open(path)?;
    let transaction = database.begin_read()?;
    let store = transaction.open_table(META)?.get("store")?.and_then(|id| StoreId::from_bytes(id.value()));
    let store = StoreTag::of(store.ok_or("the store does not say which one it is")?);
    Ok(check_snapshot(&Moment(transaction), store)?)
}

/// Checks what a store of this tag has at one moment.
///
/// # Errors
/// The tables cannot be read.
pub(crate) fn check_snapshot(snapshot: &dyn Snapshot, store: StoreTag) -> Result<Checked, ReadError> {
    let mut checked = Checked { log: Log::empty(), ..Checked::default() };
    if let Some(log) = snapshot.get(Table::Meta, LOG_KEY)? {
        match Log::decode(&log) {
            Ok(log) => checked.log = log,
            Err(error) => checked.problem(format!("the state of the log: {error}")),
        }
    }
    let rows = checked.rows(snapshot, store)?;
    checked.index(snapshot, &rows)?;
    checked.events(snapshot, &rows)?;
    Ok(checked)
}

/// Keys and values in order.
type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// Everything in a table.
fn all(snapshot: &dyn Snapshot, table: Table) -> Result<Entries, ReadError> {
    let mut rows = Vec::new();
    snapshot.walk(table, &[], &[0xff; 512], &mut |key, value| {
        rows.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

impl Checked {
    fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    fn rows(
        &mut self,
        snapshot: &dyn Snapshot,
        store: StoreTag,
    ) -> Result<BTreeMap<ObjectId, Row>, ReadError> {
        let mut rows = BTreeMap::new();
        for (key, value) in all(snapshot, Table::Objects)? {
            let Some(id) = ObjectId::from_bytes(&key) else {
                self.problem("an object has no id");
                continue;
            };
            if id.store() != store {
                self.problem(format!("object {id} belongs to store {}, not to {store}", id.store()));
            }
            match Row::decode(&value) {
                Ok(row) => {
                    let own = match &row {
                        Row::Object(object) => object.id,
                        Row::Deleted(deleted) => deleted.id,
                    };
                    if own != id {
                        self.problem(format!("object {own} is kept under {id}"));
                    }
                    if matches!(row, Row::Object(_)) {
                        self.objects.insert(id);
                    } else {
                        self.deleted += 1;
                    }
                    rows.insert(id, row);
                }
                Err(error) => self.problem(format!("object {id}: {error}")),
            }
        }
        if self.log.objects != self.objects.len() as u64 {
            let (said, found) = (self.log.objects, self.objects.len());
            self.problem(format!("the log counts {said} objects, but there are {found}"));
        }
        Ok(rows)
    }

    fn index(&mut self, snapshot: &dyn Snapshot, rows: &BTreeMap<ObjectId, Row>) -> Result<(), ReadError> {
        let kinds = kinds_in(snapshot)?;
        let (mut missing, mut allowed) = (BTreeSet::new(), BTreeSet::new());
        for row in rows.values() {
            let Row::Object(object) = row else { continue };
            let index = kinds.get(&object.kind).cloned().unwrap_or_default();
            // Where a pass has not been yet, anything that agrees with the object may be there still, or already.
            let is_passed = index.pass.is_none_or(|pass| Some(object.id) <= pass.after);
            missing.insert(own_entry(object));
            for (attribute, key) in attribute_entries(object) {
                if index.complete.contains(attribute) || (is_passed && index.wanted.contains(attribute)) {
                    missing.insert(key);
                } else if !is_passed {
                    allowed.insert(key);
                }
            }
        }
        for (key, value) in all(snapshot, Table::Index)? {
            self.entries += 1;
            if value != entry_value(&key) {
                self.problem(format!("index entry {:?} has a wrong checksum", String::from_utf8_lossy(&key)));
            }
            if !missing.remove(&key) && !allowed.contains(&key) {
                self.problem(format!("index entry {:?} has no object", String::from_utf8_lossy(&key)));
            }
        }
        for key in missing {
            self.problem(format!("index entry {:?} is missing", String::from_utf8_lossy(&key)));
        }
        Ok(())
    }

    fn events(&mut self, snapshot: &dyn Snapshot, rows: &BTreeMap<ObjectId, Row>) -> Result<(), ReadError> {
        let mut expected = self.log.tail;
        let mut last: BTreeMap<ObjectId, ObjectEvent> = BTreeMap::new();
        for (key, value) in all(snapshot, Table::Events)? {
            let event = match ObjectEvent::decode(&value) {
                Ok(event) => event,
                Err(error) => {
                    self.problem(format!("event {expected}: {error}"));
                    expected += 1;
                    continue;
                }
            };
            if key != event_key(expected) || event.sequence != expected {
                self.problem(format!("event {} is where {expected} must be", event.sequence));
            }
            expected = event.sequence + 1;
            let before = last.get(&event.id).map(|earlier| earlier.after);
            let known = before.is_some() || self.log.tail == 1;
            let is_sound = match event.what {
                What::Created => before.is_none() && (event.before, event.after) == (0, 1),
                _ => (!known || before == Some(event.before)) && event.after == event.before + 1,
            };
            if !is_sound {
                let (sequence, id, before) = (event.sequence, event.id, before.unwrap_or(0));
                self.problem(format!("event {sequence} of {id} does not follow version {before}"));
            }
            last.insert(event.id, event);
        }
        if expected != self.log.head + 1 {
            self.problem(format!("the log ends at {}, not at {}", expected - 1, self.log.head));
        }
        if self.log.propagated > self.log.head {
            self.problem("the position of the propagation is beyond the log");
        }
        self.last_events(rows, &last);
        Ok(())
    }

    /// The last event of each object tells its version, and nothing else has events.
    fn last_events(&mut self, rows: &BTreeMap<ObjectId, Row>, last: &BTreeMap<ObjectId, ObjectEvent>) {
        for (id, row) in rows {
            let (version, attributes) = match row {
                Row::Object(object) => (object.version, Some(&object.attributes)),
                Row::Deleted(deleted) => (deleted.version, None),
            };
            match last.get(id) {
                Some(event) if event.after != version => {
                    let told = event.after;
                    self.problem(format!("object {id} has version {version}, its last event tells {told}"));
                }
                Some(event) if attributes.is_some_and(|attributes| *attributes != event.attributes) => {
                    self.problem(format!("object {id} has other attributes than its last event tells"));
                }
                Some(event) if attributes.is_none() != (event.what == What::Deleted) => {
                    self.problem(format!("object {id} was deleted, or not, other than its last event tells"));
                }
                Some(_) => {}
                None if self.log.tail == 1 => self.problem(format!("object {id} has no event")),
                None => {}
            }
        }
        for id in last.keys().filter(|id| !rows.contains_key(id)) {
            self.problems.push(format!("event of {id}, but there is no such object"));
        }
    }
}
