use std::collections::BTreeSet;

use bytes::Bytes;

use super::event::{ObjectEvent, What};
use super::index::entries;
use super::log::{LOG_KEY, event_key};
use super::tables::memory::Memory;
use super::value::Value;
use super::{Attributes, Change, Indexed, KindIndex, Log, ObjectError, ObjectId, Row, Table, Tables, apply};
use crate::random::Random;

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::read(value))).collect()
}

fn create(id: u128, state: &str) -> Change {
    let attributes = attributes(&[("state", state), ("number", "1")]);
    Change::Create { id: ObjectId(id), kind: "order".into(), attributes, body: Bytes::from("b"), at_ms: 1 }
}

fn update(id: u128, expected: Option<u64>, replace: bool) -> Change {
    let attributes = attributes(&[("state", "paid")]);
    let (id, drop) = (ObjectId(id), Vec::new());
    Change::Update { id, expected, attributes, drop, replace, body: None, at_ms: 2 }
}

fn delete(id: u128, expected: Option<u64>) -> Change {
    Change::Delete { id: ObjectId(id), expected, at_ms: 3 }
}

fn one(tables: &mut Memory, change: Change) -> super::Outcome {
    let Ok((_, mut outcomes)) = apply(tables, &[change]);
    outcomes.pop().expect("one outcome")
}

fn log(tables: &Memory) -> Log {
    let Ok(stored) = tables.get(Table::Meta, LOG_KEY);
    stored.map_or(Log::empty(), |stored| Log::decode(&stored).expect("a log"))
}

fn index(tables: &Memory) -> KindIndex {
    let Ok(stored) = tables.get(Table::Meta, &KindIndex::key("order"));
    stored.map_or(KindIndex::default(), |stored| KindIndex::decode(&stored).expect("a record"))
}

fn declare(names: &[&str]) -> Change {
    let wanted = Indexed::Only(names.iter().map(|name| (*name).to_owned()).collect());
    Change::Declare { kind: "order".into(), wanted }
}

/// What the index must have follows from the objects; events are there without a gap.
fn assert_consistent(tables: &Memory) {
    let mut expected = BTreeSet::new();
    let mut objects = 0;
    for ((table, _), value) in &tables.0 {
        if *table == Table::Objects
            && let Ok(Row::Object(object)) = Row::decode(value)
        {
            objects += 1;
            expected.extend(entries(&object, &index(tables).wanted));
        }
    }
    let of = |wanted: Table| tables.0.keys().filter(move |(table, _)| *table == wanted);
    let actual: BTreeSet<Vec<u8>> = of(Table::Index).map(|(_, key)| key.clone()).collect();
    assert_eq!(actual, expected);
    let log = log(tables);
    let events: Vec<Vec<u8>> = of(Table::Events).map(|(_, key)| key.clone()).collect();
    assert_eq!(events, (log.tail..=log.head).map(|at| event_key(at).to_vec()).collect::<Vec<_>>());
    assert_eq!(log.objects, objects);
}

#[test]
fn an_object_its_event_and_its_entries_are_written_together() {
    let mut tables = Memory::default();
    let applied = one(&mut tables, create(7, "new")).expect("it is new").expect("an object");
    assert_eq!((applied.object.version, applied.sequence), (1, 1));
    let applied = one(&mut tables, update(7, Some(1), false)).expect("it is there").expect("an object");
    assert_eq!((applied.object.version, applied.object.attributes.len()), (2, 2));
    let applied = one(&mut tables, update(7, None, true)).expect("it is there").expect("an object");
    assert_eq!(applied.object.attributes, attributes(&[("state", "paid")]));
    assert_consistent(&tables);
    one(&mut tables, delete(7, Some(3))).expect("it is there");
    assert_consistent(&tables);
    let Ok(Some(event)) = tables.get(Table::Events, &event_key(4)) else { panic!("no event") };
    let event = ObjectEvent::decode(&event).expect("an event");
    assert_eq!((event.what, event.before, event.after), (What::Deleted, 3, 4));
}

#[test]
fn a_retry_makes_no_second_object_and_a_used_id_stays_used() {
    let mut tables = Memory::default();
    one(&mut tables, create(7, "new")).expect("it is new");
    let before = tables.clone();
    let again = one(&mut tables, create(7, "new")).expect("a retry").expect("an object");
    assert_eq!((again.sequence, &tables), (0, &before));
    assert_eq!(one(&mut tables, create(7, "other")), Err(ObjectError::OtherContent(ObjectId(7))));
    one(&mut tables, update(7, None, false)).expect("it is there");
    assert!(one(&mut tables, create(7, "new")).is_ok(), "a retry that comes after an update is one still");
    one(&mut tables, delete(7, None)).expect("it is there");
    assert_eq!(one(&mut tables, create(7, "new")), Err(ObjectError::Deleted(ObjectId(7))));
    assert_eq!(one(&mut tables, update(7, None, false)), Err(ObjectError::NotFound(ObjectId(7))));
}

#[test]
fn a_change_that_is_refused_writes_nothing() {
    let mut tables = Memory::default();
    one(&mut tables, create(7, "new")).expect("it is new");
    let before = tables.clone();
    let wrong = ObjectError::WrongVersion { id: ObjectId(7), expected: 9, current: 1 };
    assert_eq!(one(&mut tables, update(7, Some(9), false)), Err(wrong.clone()));
    assert_eq!(one(&mut tables, delete(7, Some(9))), Err(wrong));
    assert_eq!(one(&mut tables, delete(8, None)), Err(ObjectError::NotFound(ObjectId(8))));
    let many = (0..70).map(|number| (format!("a{number}"), Value::Int(number))).collect();
    let change = Change::Update {
        id: ObjectId(7),
        expected: None,
        attributes: many,
        drop: Vec::new(),
        replace: false,
        body: None,
        at_ms: 0,
    };
    assert!(matches!(one(&mut tables, change), Err(ObjectError::TooManyAttributes { count: 72, .. })));
    assert_eq!(tables, before);
}

#[test]
fn whatever_is_done_tables_stay_consistent() {
    let mut random = Random::new(5);
    let mut tables = Memory::default();
    for _ in 0..300 {
        let id = random.below(12) as u128;
        let changes: Vec<Change> = (0..random.below(4))
            .map(|_| match random.below(4) {
                0 | 1 => create(id, "new"),
                2 => update(id, None, random.below(2) == 0),
                _ => delete(id, None),
            })
            .collect();
        let Ok(_) = apply(&mut tables, &changes);
        assert_consistent(&tables);
    }
}

#[test]
fn events_are_removed_as_asked_but_never_before_they_are_messages() {
    let mut tables = Memory::default();
    let changes: Vec<Change> = (0..60).map(|id| create(id, "new")).collect();
    let Ok(_) = apply(&mut tables, &changes);
    assert_eq!(log(&tables), Log { head: 60, propagated: 0, tail: 1, objects: 60 });
    one(&mut tables, Change::Trim(50)).expect("always");
    assert_eq!(log(&tables).tail, 1, "none is a message");
    one(&mut tables, Change::Propagated(40)).expect("always");
    one(&mut tables, Change::Trim(11)).expect("always");
    assert_eq!((log(&tables).tail, log(&tables).propagated), (11, 40));
    one(&mut tables, Change::Trim(50)).expect("always");
    one(&mut tables, Change::Propagated(5)).expect("always");
    assert_eq!((log(&tables).tail, log(&tables).propagated), (41, 40), "it never goes back");
    assert_consistent(&tables);
}

#[test]
fn an_index_that_is_declared_later_is_built_in_slices_while_objects_change() {
    let mut random = Random::new(11);
    let mut tables = Memory::default();
    let changes: Vec<Change> = (0..1000).map(|id| create(id, "new")).collect();
    let Ok(_) = apply(&mut tables, &changes);
    for declared in [&["state"][..], &[], &["number", "state"], &["number"]] {
        let before = index(&tables);
        one(&mut tables, declare(declared)).expect("always");
        let usable = index(&tables).complete;
        assert_eq!(usable, before.complete.and(&index(&tables).wanted));
        let mut slices = 0;
        while index(&tables).pass.is_some() {
            let id = |random: &mut Random| random.below(1200) as u128;
            let changes = [
                create(1000 + id(&mut random), "new"),
                Change::Build("order".into()),
                update(id(&mut random), None, random.below(2) == 0),
                delete(id(&mut random), None),
            ];
            let Ok(_) = apply(&mut tables, &changes);
            slices += 1;
        }
        assert!(slices >= 4, "not all at once: {slices}");
        assert_consistent(&tables);
    }
}

#[test]
fn a_corrupt_record_is_refused_not_served() {
    let mut tables = Memory::default();
    one(&mut tables, create(7, "new")).expect("it is new");
    let record = tables.0.get_mut(&(Table::Objects, ObjectId(7).to_bytes().to_vec())).expect("a record");
    record[20] ^= 1;
    assert_eq!(one(&mut tables, update(7, None, false)), Err(ObjectError::Corrupt(ObjectId(7))));
}
