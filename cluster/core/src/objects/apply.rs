//! Applying changes: each is decided by what the store has, and written with its event and its index entries, or refused.

use bytes::Bytes;

use super::change::{Applied, Change, ObjectError, Outcome};
use super::declared::Indexed;
use super::event::{ObjectEvent, What};
use super::id::ObjectId;
use super::index::{entries, entry_value};
use super::log::{LOG_KEY, Log, event_key};
use super::record::{Deleted, Object, Row, creation_mark};
use super::tables::{Table, Tables};
use super::value::Attributes;

/// The most attributes of one object.
pub const ATTRIBUTES_MAX: usize = 64;

/// How many old events one commit removes at most.
const REMOVED_MAX: u64 = 4096;

/// Applies changes in their order; says what came of each, and how the log stands then.
///
/// # Errors
/// A table could not be read or written: then nothing of it may be committed.
pub fn apply<T: Tables>(tables: &mut T, changes: &[Change]) -> Result<(Log, Vec<Outcome>), T::Error> {
    let stored = tables.get(Table::Meta, LOG_KEY)?;
    let Ok(log) = stored.as_deref().map_or(Ok(Log::empty()), Log::decode) else {
        let refused = changes.iter().map(|_| Err(ObjectError::LogCorrupt));
        return Ok((Log::empty(), refused.collect()));
    };
    let mut applying = Applying { tables, log };
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        outcomes.push(applying.apply(change)?);
    }
    let now = applying.log;
    if now != log {
        tables.put(Table::Meta, LOG_KEY, &now.encode())?;
    }
    Ok((now, outcomes))
}

/// A commit under way.
pub(super) struct Applying<'a, T> {
    pub(super) tables: &'a mut T,
    log: Log,
}

impl<T: Tables> Applying<'_, T> {
    fn apply(&mut self, change: &Change) -> Result<Outcome, T::Error> {
        match change {
            Change::Create { id, kind, attributes, body, at_ms } => {
                self.create(*id, kind, attributes, body, *at_ms)
            }
            Change::Update { id, expected, at_ms, .. } => match self.present(*id, *expected)? {
                Ok(before) => self.update(before, change, *at_ms),
                Err(error) => Ok(Err(error)),
            },
            Change::Delete { id, expected, at_ms } => match self.present(*id, *expected)? {
                Ok(before) => self.delete(before, *at_ms),
                Err(error) => Ok(Err(error)),
            },
            Change::Propagated(sequence) => {
                self.log.propagated = self.log.propagated.max((*sequence).min(self.log.head));
                Ok(Ok(None))
            }
            Change::Trim(keep_from) => self.trim(*keep_from),
            Change::Declare { kind, wanted } => self.declare(kind, wanted),
            Change::Build(kind) => self.build(kind),
            Change::Eventless(change) => {
                let head = self.log.head;
                let outcome = self.apply(change)?;
                if self.log.head > head {
                    self.tables.remove(Table::Events, &event_key(self.log.head))?;
                    self.log.head = head;
                }
                Ok(outcome)
            }
            Change::Event(event) => self.put_event(ObjectEvent::clone(event)).map(|_| Ok(None)),
        }
    }

    fn create(
        &mut self,
        id: ObjectId,
        kind: &str,
        attributes: &Attributes,
        body: &Bytes,
        at_ms: u64,
    ) -> Result<Outcome, T::Error> {
        let created = creation_mark(kind, attributes, body);
        match self.row(id)? {
            Ok(None) => {}
            Ok(Some(Row::Object(object))) if object.created == created => {
                return Ok(Ok(Some(Applied { object, sequence: 0 })));
            }
            Ok(Some(Row::Object(_))) => return Ok(Err(ObjectError::OtherContent(id))),
            Ok(Some(Row::Deleted(_))) => return Ok(Err(ObjectError::Deleted(id))),
            Err(error) => return Ok(Err(error)),
        }
        let object = Object {
            id,
            kind: kind.to_owned(),
            attributes: attributes.clone(),
            body: body.clone(),
            version: 1,
            created,
            created_at_ms: at_ms,
            changed_at_ms: at_ms,
        };
        self.write(None, object, What::Created)
    }

    fn update(&mut self, before: Object, change: &Change, at_ms: u64) -> Result<Outcome, T::Error> {
        let Change::Update { attributes, drop, replace, body, .. } = change else { return Ok(Ok(None)) };
        let mut after = before.clone();
        if *replace {
            after.attributes.clear();
        }
        after.attributes.retain(|name, _| !drop.contains(name));
        after.attributes.extend(attributes.clone());
        let count = after.attributes.len();
        if count > ATTRIBUTES_MAX {
            let (id, limit) = (before.id, ATTRIBUTES_MAX);
            return Ok(Err(ObjectError::TooManyAttributes { id, count, limit }));
        }
        after.body = body.clone().unwrap_or(after.body);
        after.version += 1;
        after.changed_at_ms = at_ms;
        self.write(Some(before), after, What::Updated)
    }

    fn delete(&mut self, before: Object, at_ms: u64) -> Result<Outcome, T::Error> {
        for key in entries(&before, &Indexed::All) {
            self.tables.remove(Table::Index, &key)?;
        }
        let version = before.version + 1;
        let marker = Row::Deleted(Deleted { id: before.id, kind: before.kind.clone(), version });
        self.tables.put(Table::Objects, &before.id.to_bytes(), &marker.encode())?;
        self.log.objects = self.log.objects.saturating_sub(1);
        let sequence = self.append(&before, What::Deleted, before.version, version, at_ms)?;
        Ok(Ok(Some(Applied { object: Object { version, ..before }, sequence })))
    }

    /// Writes an object as it is now, its event, and what has changed in the index.
    fn write(&mut self, before: Option<Object>, after: Object, what: What) -> Result<Outcome, T::Error> {
        let index = match self.index_of(&after.kind)? {
            Ok(index) => index,
            Err(error) => return Ok(Err(error)),
        };
        let old: Vec<Vec<u8>> = before.iter().flat_map(|before| entries(before, &Indexed::All)).collect();
        let new: Vec<Vec<u8>> = entries(&after, &index.wanted).collect();
        for key in old.iter().filter(|key| !new.contains(key)) {
            self.tables.remove(Table::Index, key)?;
        }
        // As long as a pass is under way, not all that are wanted need be there.
        for key in new.iter().filter(|key| index.pass.is_some() || !old.contains(key)) {
            self.tables.put(Table::Index, key, &entry_value(key))?;
        }
        self.log.objects += u64::from(before.is_none());
        self.tables.put(Table::Objects, &after.id.to_bytes(), &Row::Object(after.clone()).encode())?;
        let version = before.map_or(0, |before| before.version);
        let sequence = self.append(&after, what, version, after.version, after.changed_at_ms)?;
        Ok(Ok(Some(Applied { object: after, sequence })))
    }

    fn append(
        &mut self,
        object: &Object,
        what: What,
        before: u64,
        after: u64,
        at_ms: u64,
    ) -> Result<u64, T::Error> {
        self.put_event(ObjectEvent {
            sequence: 0,
            what,
            id: object.id,
            kind: object.kind.clone(),
            before,
            after,
            attributes: object.attributes.clone(),
            at_ms,
        })
    }

    /// Appends an event under the next number, and says which.
    fn put_event(&mut self, event: ObjectEvent) -> Result<u64, T::Error> {
        self.log.head += 1;
        let event = ObjectEvent { sequence: self.log.head, ..event };
        self.tables.put(Table::Events, &event_key(event.sequence), &event.encode())?;
        Ok(event.sequence)
    }

    /// Removes old events, as far as they are messages, and not too many at once.
    fn trim(&mut self, keep_from: u64) -> Result<Outcome, T::Error> {
        let until = keep_from.min(self.log.propagated + 1).min(self.log.tail + REMOVED_MAX);
        while self.log.tail < until {
            self.tables.remove(Table::Events, &event_key(self.log.tail))?;
            self.log.tail += 1;
        }
        Ok(Ok(None))
    }

    /// The object of an id, if it is there and has the version that is expected.
    fn present(
        &mut self,
        id: ObjectId,
        expected: Option<u64>,
    ) -> Result<Result<Object, ObjectError>, T::Error> {
        Ok(match self.row(id)? {
            Ok(Some(Row::Object(object))) => match expected.filter(|expected| *expected != object.version) {
                Some(expected) => Err(ObjectError::WrongVersion { id, expected, current: object.version }),
                None => Ok(object),
            },
            Ok(_) => Err(ObjectError::NotFound(id)),
            Err(error) => Err(error),
        })
    }

    fn row(&self, id: ObjectId) -> Result<Result<Option<Row>, ObjectError>, T::Error> {
        let stored = self.tables.get(Table::Objects, &id.to_bytes())?;
        Ok(stored.as_deref().map(Row::decode).transpose().map_err(|_| ObjectError::Corrupt(id)))
    }
}
