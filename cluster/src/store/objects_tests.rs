use std::path::Path;

use bytes::Bytes;
use hydraq_core::event::Write;
use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::objects::query::{Comparison, Condition, Query};
use hydraq_core::objects::{Attributes, Change, ObjectError, ObjectId, Row, StoreTag, Value};
use hydraq_core::random::Random;
use hydraq_core::time::Instant;

use super::check_objects::check_objects;
use super::model::Disk;
use super::objects::{read_events, read_log, read_page, read_row};
use super::redb::{Fresh, open};
use super::{Opened, Store};

const STORE: StoreId = StoreId(0x5717);

fn open_file(path: &Path) -> Opened {
    open(path, 1 << 20, Fresh { host: HostId(1), store: STORE }, 7).expect("a store")
}

fn id(number: u64) -> ObjectId {
    ObjectId::new(StoreTag::of(STORE), number, number, 0)
}

fn attributes(number: u64) -> Attributes {
    let state = if number.is_multiple_of(2) { "even" } else { "odd" };
    let pairs = [("number", Value::Int(number as i64)), ("state", Value::Text(state.into()))];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn create(number: u64) -> Change {
    let (kind, body) = ("order".to_owned(), Bytes::from(format!("body {number}")));
    Change::Create { id: id(number), kind, attributes: attributes(number), body, at_ms: 1 }
}

fn commit(store: &mut dyn Store, changes: &[Change]) -> super::Committed {
    let writes: [Write; 0] = [];
    store.commit_with(&writes, changes, Instant(1)).expect("a commit")
}

/// Everything that is promised of objects, on a store of any kind.
fn objects_events_and_index_go_together(store: &mut dyn Store) {
    let reader = store.object_reader();
    assert_eq!(read_log(&*reader).expect("no log yet").head, 0);
    assert_eq!(read_events(&*reader, 1), Ok(Vec::new()));
    let committed = commit(store, &(1..=40).map(create).collect::<Vec<_>>());
    assert!(committed.outcomes.iter().all(Result::is_ok));
    let refused = commit(store, &[Change::Delete { id: id(9), expected: Some(3), at_ms: 2 }, create(41)]);
    let wrong = ObjectError::WrongVersion { id: id(9), expected: 3, current: 1 };
    assert_eq!(refused.outcomes[0], Err(wrong));
    assert!(refused.outcomes[1].is_ok(), "one that is refused hinders no other");
    commit(store, &[Change::Delete { id: id(9), expected: Some(1), at_ms: 2 }]);
    assert!(matches!(read_row(&*reader, id(9)), Ok(Some(Row::Deleted(_)))));
    let events = read_events(&*reader, 40).expect("events");
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [40, 41, 42]);

    let condition =
        |attribute: &str, comparison, value| Condition { attribute: attribute.into(), comparison, value };
    let conditions = vec![
        condition("number", Comparison::AtLeast, Value::Int(5)),
        condition("state", Comparison::Prefix, Value::Text("od".into())),
    ];
    let mut query = Query { kind: "order".into(), conditions, order_by: None, after: None, limit: 7 };
    let mut found = Vec::new();
    loop {
        let page = read_page(&*reader, &query).expect("a page");
        found.extend(page.found.into_iter().map(|found| found.object.attributes["number"].clone()));
        let Some(walked_to) = page.walked_to else { break };
        query.after = Some(walked_to);
    }
    let expected: Vec<Value> =
        (5..=41).filter(|number| number % 2 == 1 && *number != 9).map(Value::Int).collect();
    assert_eq!(found, expected);
}

#[test]
fn both_stores_keep_objects_events_and_index_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.redb");
    let mut opened = open_file(&path);
    objects_events_and_index_go_together(&mut *opened.store);
    drop(opened);
    let checked = check_objects(&path).expect("a store");
    assert_eq!((checked.problems, checked.objects.len(), checked.deleted), (Vec::new(), 40, 1));
    let mut opened = Disk::default().open((HostId(1), STORE), 7);
    objects_events_and_index_go_together(&mut *opened.store);
}

#[test]
fn whatever_was_done_the_file_is_consistent_after_it_is_opened_again() {
    let seed = 11;
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.redb");
    for _ in 0..6 {
        let mut opened = open_file(&path);
        for _ in 0..8 {
            let changes: Vec<Change> = (0..random.below(6))
                .map(|_| {
                    let id = id(random.below(30) as u64);
                    let attributes = attributes(random.draw() % 100);
                    let (drop, replace) = (vec!["state".into()], random.below(2) == 0);
                    match random.below(3) {
                        0 => create(random.below(30) as u64),
                        1 => Change::Update {
                            id,
                            expected: None,
                            attributes,
                            drop,
                            replace,
                            body: None,
                            at_ms: 3,
                        },
                        _ => Change::Delete { id, expected: None, at_ms: 4 },
                    }
                })
                .collect();
            commit(&mut *opened.store, &changes);
        }
        drop(opened);
        let checked = check_objects(&path).expect("a store");
        assert_eq!(checked.problems, Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn a_store_without_objects_has_no_tables_for_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.redb");
    let mut opened = open_file(&path);
    commit(&mut *opened.store, &[]);
    drop(opened);
    let database = ::redb::Database::open(&path).expect("a file");
    let transaction = ::redb::ReadableDatabase::begin_read(&database).expect("a transaction");
    let tables = transaction.list_tables().expect("tables");
    let names: Vec<String> = tables.map(|table| ::redb::TableHandle::name(&table).to_owned()).collect();
    drop(transaction);
    assert!(!names.iter().any(|name| name.starts_with("object")), "{names:?}");
    drop(database);
    assert_eq!(check_objects(&path).map(|checked| checked.problems), Ok(Vec::new()));
}

#[test]
fn a_reader_of_a_store_that_is_closed_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = open_file(&folder.path().join("store.redb"));
    let reader = opened.store.object_reader();
    drop(opened);
    assert!(read_log(&*reader).is_err());
}
