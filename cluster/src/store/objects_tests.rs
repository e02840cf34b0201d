use std::path::Path;

use bytes::Bytes;
use hydraq_core::event::Write;
use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::objects::query::{Comparison, Condition, Query};
use hydraq_core::objects::{Attributes, Change, Indexed, ObjectError, ObjectId, Row, StoreTag, Value};
use hydraq_core::random::Random;
use hydraq_core::time::Instant;

use super::check_objects::check_objects;
use super::model::Disk;
use super::objects::{read_events, read_indexes, read_log, read_page, read_row};
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

fn declare(names: &[&str]) -> Change {
    let wanted = Indexed::Only(names.iter().map(|name| (*name).to_owned()).collect());
    Change::Declare { kind: "order".into(), wanted }
}

/// What a query in the order of an attribute finds, or why it is refused.
fn find(store: &dyn Store, attribute: &str) -> Result<usize, String> {
    let order_by = Some(attribute.to_owned());
    let query = Query { kind: "order".into(), conditions: Vec::new(), order_by, after: None, limit: 9999 };
    let page = read_page(&*store.object_reader(), &query);
    page.map(|page| page.found.len()).map_err(|error| error.to_string())
}

#[test]
fn a_query_needs_an_index_of_which_nothing_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.redb");
    let build = || Change::Build("order".into());
    let check = |store: Opened| {
        drop(store);
        assert_eq!(check_objects(&path).expect("a store").problems, Vec::<String>::new());
        open_file(&path)
    };
    let mut opened = open_file(&path);
    commit(&mut *opened.store, &(1..=600).map(create).collect::<Vec<_>>());
    commit(&mut *opened.store, &[declare(&["state"])]);
    opened = check(opened);
    assert_eq!(find(&*opened.store, "state"), Ok(600), "it was there already");
    let refused = "attribute number of order is not indexed, but state".to_owned();
    assert_eq!(find(&*opened.store, "number"), Err(refused));
    commit(&mut *opened.store, &[build(), build()]);
    opened = check(opened);
    commit(&mut *opened.store, &[build()]);
    opened = check(opened);

    commit(&mut *opened.store, &[declare(&["state", "number"])]);
    commit(&mut *opened.store, &[build(), create(601)]);
    opened = check(opened);
    let refused = "attribute number of order is being indexed: 256 of 601 objects are done".to_owned();
    assert_eq!(find(&*opened.store, "number"), Err(refused));
    assert_eq!(find(&*opened.store, "state"), Ok(601));
    let states = read_indexes(&*opened.store.object_reader(), "order").expect("states");
    assert_eq!((states.len(), states[0].left), (1, 345));
    commit(&mut *opened.store, &[build(), build()]);
    opened = check(opened);
    assert_eq!(find(&*opened.store, "number"), Ok(601));
    commit(&mut *opened.store, &[declare(&[]), build(), build(), build()]);
    opened = check(opened);
    let refused = "attribute state of order is not indexed, and no other one is".to_owned();
    assert_eq!(find(&*opened.store, "state"), Err(refused));
    assert_eq!(find(&*opened.store, ""), Ok(601));
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

/// Removes the first row of a table behind the store's back.
fn remove_first(path: &Path, table: &'static str) {
    use ::redb::ReadableTable;
    let definition = ::redb::TableDefinition::<&[u8], &[u8]>::new(table);
    let database = ::redb::Database::open(path).expect("a file");
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut table = transaction.open_table(definition).expect("a table");
        let first = table.first().expect("a row").map(|(key, _)| key.value().to_vec()).expect("a row");
        table.remove(&first[..]).expect("it goes");
    }
    transaction.commit().expect("a commit");
}

#[test]
fn the_checker_finds_what_does_not_match() {
    for (table, problem) in
        [("objects", "has no object"), ("object_index", "is missing"), ("object_events", "where 1 must be")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.redb");
        let mut opened = open_file(&path);
        commit(&mut *opened.store, &[create(1), create(2)]);
        drop(opened);
        remove_first(&path, table);
        let checked = check_objects(&path).expect("a store");
        assert!(
            checked.problems.iter().any(|found| found.contains(problem)),
            "{table}: {:?}",
            checked.problems
        );
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
