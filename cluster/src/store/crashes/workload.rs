//! What is done to a store between crashes: batches of everything that a host writes.
//!
//! A workload is plain data, drawn from a seed or by a property test, which can make it smaller. What it means is decided by what the store
//! has when it is done: "the third message" is the third of those that are there.

use std::sync::Arc;

use bytes::Bytes;
use hydraq_core::event::{MetaKey, Write};
use hydraq_core::holders::HolderList;
use hydraq_core::host_set::HostIndex;
use hydraq_core::ids::{LeaseNumber, MessageId, Sequence, StoreId};
use hydraq_core::message::{Message, Priority};
use hydraq_core::objects::id::event_message_id;
use hydraq_core::objects::log::LOG_KEY;
use hydraq_core::objects::{Attributes, Change, Indexed, Log, ObjectId, StoreTag, Table, Tables, Value};
use hydraq_core::random::Random;
use hydraq_core::record::{MessageRecord, Record, StateRecord, TombstoneRecord};
use hydraq_core::state::deliveries::{Deliveries, LeaseState, OwnerLine};
use hydraq_core::time::Instant;

use crate::store::model::Image;

/// How many different objects a workload knows.
const OBJECTS: u64 = 24;

/// One thing that is done to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// All of this in one commit.
    Commit(Vec<Action>),
    /// Rows of which little is alive are rewritten, and a file that is too large for what it has is compacted.
    Tidy,
    /// The store is closed in good order, and opened again.
    Reopen,
}

/// One thing in a commit. Numbers choose among what is there, and go round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// So many messages, with bodies of this length, are stored.
    Enqueue(u8, u32),
    /// A message is stored and deleted in the same commit.
    Flash(u32),
    /// A message is leased once more.
    Lease(u16),
    /// A message is deleted: its records go, a tombstone comes.
    Delete(u16),
    /// A tombstone goes.
    Forget(u16),
    /// Records that stand behind each other go.
    Trim(u16, u8),
    /// A setting is changed.
    Set(u8, u16),
    /// An object is made; refused if there was one with this id.
    Create(u8, u16),
    /// An object is changed.
    Update(u8, bool),
    /// An object is deleted.
    DeleteObject(u8),
    /// So many events become messages, and the position moves.
    Propagate(u8),
    /// Old events go, all but so many.
    TrimEvents(u8),
    /// Other attributes are in the index: the bits choose.
    Declare(u8),
    /// A slice of the index is built.
    Build,
}

/// Draws the steps of one stretch between two crashes. With `is_large` bodies, rows become worth rewriting.
#[must_use]
pub fn draw_steps(random: &mut Random, count: usize, is_large: bool) -> Vec<Step> {
    let step = |random: &mut Random| match random.below(12) {
        0 => Step::Tidy,
        1 => Step::Reopen,
        _ => Step::Commit((0..random.below(5)).map(|_| draw_action(random, is_large)).collect()),
    };
    (0..count).map(|_| step(random)).collect()
}

fn draw_action(random: &mut Random, is_large: bool) -> Action {
    let body_bytes_max = if is_large { 90_000 } else { 700 };
    let number = random.draw() as u16;
    match random.below(16) {
        0..3 => Action::Enqueue(random.below(12) as u8, random.below(body_bytes_max) as u32),
        3 => Action::Flash(random.below(body_bytes_max) as u32),
        4 => Action::Lease(number),
        5 => Action::Delete(number),
        6 => Action::Forget(number),
        7 => Action::Trim(number, random.below(24) as u8),
        8 => Action::Set(random.below(4) as u8, number % 300),
        9 => Action::Create(random.draw() as u8, number % 900),
        10 => Action::Update(random.draw() as u8, random.below(2) == 0),
        11 => Action::DeleteObject(random.draw() as u8),
        12 => Action::Propagate(random.below(6) as u8),
        13 => Action::TrimEvents(random.below(9) as u8),
        14 => Action::Declare(random.draw() as u8),
        _ => Action::Build,
    }
}

/// Makes a commit of actions on what a store has.
pub(super) struct Author<'a> {
    image: &'a Image,
    store: StoreId,
    next: Sequence,
    /// What the commit writes.
    pub(super) writes: Vec<Write>,
    /// What it changes of objects.
    pub(super) changes: Vec<Change>,
}

impl<'a> Author<'a> {
    pub(super) fn new(image: &'a Image, store: StoreId) -> Self {
        let next = Sequence(image.next_sequence.max(1));
        Author { image, store, next, writes: Vec::new(), changes: Vec::new() }
    }

    pub(super) fn act(&mut self, action: &Action) {
        match action {
            Action::Enqueue(count, bytes) => (0..*count).for_each(|_| {
                self.append_message(MessageId(u128::from(self.next.0)), *bytes as usize);
            }),
            Action::Flash(bytes) => {
                let id = MessageId(u128::from(self.next.0));
                let sequence = self.append_message(id, *bytes as usize);
                self.writes.push(Write::Erase(sequence));
                self.append(tombstone(id));
            }
            Action::Lease(number) => self.lease(*number),
            Action::Delete(number) => {
                let Some((_, id)) = self.choose(*number, is_message) else { return };
                self.erase(|record| record.id() == id);
                self.append(tombstone(id));
            }
            Action::Forget(number) => {
                let chosen = self.choose(*number, |record| matches!(record, Record::Tombstone(_)));
                self.writes.extend(chosen.map(|(sequence, _)| Write::Erase(sequence)));
            }
            Action::Trim(number, count) => {
                let Some((from, _)) = self.choose(*number, |_| true) else { return };
                let range = self.image.records.range(from..).take(usize::from(*count));
                self.writes.extend(range.map(|(sequence, _)| Write::Erase(*sequence)));
            }
            Action::Set(number, length) => {
                let value = content(u64::from(*length), usize::from(*length)).to_vec();
                if *number == 0 {
                    // Long enough, at times, that a row does not say it.
                    self.writes.push(Write::Meta(MetaKey::Seen, value.repeat(5)));
                }
                self.writes.push(Write::Meta(MetaKey::Setting(format!("setting-{number}")), value));
            }
            Action::Create(object, bytes) => self.create(*object, usize::from(*bytes)),
            Action::Update(object, replace) => self.changes.push(Change::Update {
                id: self.object(*object),
                expected: None,
                attributes: attributes(self.next.0 % 40),
                drop: vec!["state".into()],
                replace: *replace,
                body: replace.then(|| content(self.next.0, 30)),
                at_ms: 2,
            }),
            Action::DeleteObject(object) => {
                self.changes.push(Change::Delete { id: self.object(*object), expected: None, at_ms: 3 });
            }
            Action::Propagate(count) => self.propagate(u64::from(*count)),
            Action::TrimEvents(kept) => {
                let keep_from = (self.log().head + 1).saturating_sub(u64::from(*kept));
                self.changes.push(Change::Trim(keep_from));
            }
            Action::Declare(bits) => {
                let names = ["number", "state"].into_iter().zip([1, 2]).filter(|(_, bit)| bits & bit > 0);
                let only = Indexed::Only(names.map(|(name, _)| name.to_owned()).collect());
                let wanted = if bits & 4 > 0 { Indexed::All } else { only };
                self.changes.push(Change::Declare { kind: "order".into(), wanted });
            }
            Action::Build => self.changes.push(Change::Build("order".into())),
        }
    }

    fn append(&mut self, record: Record) -> Sequence {
        let sequence = self.next;
        self.next.0 += 1;
        self.writes.push(Write::Append(sequence, record));
        sequence
    }

    fn append_message(&mut self, id: MessageId, body_bytes: usize) -> Sequence {
        let message = Message {
            id,
            message_type: "default".into(),
            body: content(self.next.0, body_bytes),
            attributes: vec![("number".into(), self.next.0.to_string())],
            replicas: 2,
            priority: Priority::default(),
            delay: None,
            time_to_live: None,
            deliveries_max: None,
            at_most_once: false,
            enqueued_at_ms: self.next.0,
        };
        let fingerprint = message.fingerprint();
        self.append(Record::Message(MessageRecord {
            message: Arc::new(message),
            fingerprint,
            holders: holders(),
            not_before: None,
            expires: None,
        }))
    }

    fn erase(&mut self, goes: impl Fn(&Record) -> bool) {
        let gone = self.image.records.iter().filter(|(_, record)| goes(record));
        self.writes.extend(gone.map(|(sequence, _)| Write::Erase(*sequence)));
    }

    /// A new state of a message takes the place of the one before it.
    fn lease(&mut self, number: u16) {
        let Some((_, id)) = self.choose(number, is_message) else { return };
        self.erase(|record| matches!(record, Record::State(state) if state.id == id));
        let line = OwnerLine {
            owner: HostIndex(0),
            lease: LeaseNumber(self.next.0 as u32),
            boot: 1,
            extension: 0,
            count: 1,
            state: LeaseState::Until(Instant(self.next.0)),
        };
        self.append(Record::State(StateRecord {
            id,
            holders: holders(),
            deliveries: Deliveries { epoch: 0, lines: vec![line] },
            not_before: None,
            expires: None,
        }));
    }

    fn choose(&self, number: u16, fits: impl Fn(&Record) -> bool) -> Option<(Sequence, MessageId)> {
        let all: Vec<_> = self.image.records.iter().filter(|(_, record)| fits(record)).collect();
        let (sequence, record) = all.get(usize::from(number) % all.len().max(1))?;
        Some((**sequence, record.id()))
    }

    fn object(&self, number: u8) -> ObjectId {
        let number = u64::from(number) % OBJECTS;
        ObjectId::new(StoreTag::of(self.store), number, number, 0)
    }

    fn create(&mut self, object: u8, bytes: usize) {
        let (number, kind) = (u64::from(object), "order".to_owned());
        let (id, body) = (self.object(object), content(number, bytes));
        self.changes.push(Change::Create { id, kind, attributes: attributes(number), body, at_ms: 1 });
    }

    fn log(&self) -> Log {
        let Ok(stored) = self.image.objects.get(Table::Meta, LOG_KEY);
        stored.and_then(|log| Log::decode(&log).ok()).unwrap_or_default()
    }

    /// Messages of events and the position that has passed them go into one commit.
    fn propagate(&mut self, count: u64) {
        let log = self.log();
        let is_asked = self.changes.iter().any(|change| matches!(change, Change::Propagated(_)));
        let last = log.head.min(log.propagated + count);
        if is_asked || last == log.propagated {
            return;
        }
        for sequence in log.propagated + 1..=last {
            self.append_message(event_message_id(self.store, sequence), 40);
        }
        self.changes.push(Change::Propagated(last));
    }
}

fn is_message(record: &Record) -> bool {
    matches!(record, Record::Message(_))
}

fn holders() -> HolderList {
    HolderList::planned(&[HostIndex(0), HostIndex(1)])
}

fn tombstone(id: MessageId) -> Record {
    Record::Tombstone(TombstoneRecord { id, holders: holders(), replicas: 2, everyone: false })
}

fn content(seed: u64, length: usize) -> Bytes {
    let mut random = Random::new(seed);
    (0..length.div_ceil(8)).flat_map(|_| random.draw().to_le_bytes()).take(length).collect()
}

fn attributes(number: u64) -> Attributes {
    let state = if number.is_multiple_of(2) { "even" } else { "odd" };
    let pairs = [("number", Value::Int(number as i64)), ("state", Value::Text(state.into()))];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
