use bytes::Bytes;
use proptest::prelude::*;

use super::declared::Indexed;
use super::index::{attribute_key, entries, entry_id, entry_value, place};
use super::query::{Comparison, Condition, Query};
use super::value::Value;
use super::{Object, ObjectId};

fn object(id: u128, number: i64, name: &str) -> Object {
    let attributes =
        [("number".to_owned(), Value::Int(number)), ("name".to_owned(), Value::Text(name.to_owned()))];
    Object {
        id: ObjectId(id),
        kind: "order".into(),
        attributes: attributes.into_iter().collect(),
        body: Bytes::new(),
        version: 1,
        created: 0,
        created_at_ms: 0,
        changed_at_ms: 0,
    }
}

/// What a walk over the index finds.
fn walk(objects: &[Object], query: &Query) -> Vec<ObjectId> {
    let mut keys: Vec<Vec<u8>> = objects.iter().flat_map(|object| entries(object, &Indexed::All)).collect();
    keys.sort();
    let range = query.range();
    let inside = keys.iter().filter(|key| **key >= range.start && **key < range.end);
    let ids = inside.filter_map(|key| entry_id(key, &entry_value(key)));
    let fits = |id: &ObjectId| objects.iter().any(|object| object.id == *id && query.fits(object));
    ids.filter(fits).collect()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less, Prefix};
    prop::sample::select(vec![Equal, Less, AtMost, Greater, AtLeast, Prefix])
}

fn condition() -> impl Strategy<Value = Condition> {
    let number = (comparison(), -3i64..4).prop_map(|(comparison, number)| {
        let comparison = if comparison == Comparison::Prefix { Comparison::Equal } else { comparison };
        Condition { attribute: "number".into(), comparison, value: Value::Int(number) }
    });
    let name = (comparison(), "[ab]{0,2}").prop_map(|(comparison, name)| Condition {
        attribute: "name".into(),
        comparison,
        value: Value::Text(name),
    });
    prop_oneof![number, name]
}

proptest! {
    #[test]
    fn a_walk_finds_what_fits_in_order_and_nothing_else(
        rows in prop::collection::vec((-3i64..4, "[ab]{0,3}"), 0..12),
        conditions in prop::collection::vec(condition(), 0..4),
    ) {
        let objects: Vec<Object> =
            rows.iter().enumerate().map(|(id, (number, name))| object(id as u128, *number, name)).collect();
        let query = Query { kind: "order".into(), conditions, order_by: None, after: None, limit: 100 };
        let mut expected: Vec<&Object> = objects.iter().filter(|object| query.fits(object)).collect();
        expected.sort_by_key(|object| (object.attributes.get(query.order()), object.id));
        let expected: Vec<ObjectId> = expected.iter().map(|object| object.id).collect();
        prop_assert_eq!(&walk(&objects, &query), &expected);
        // From any place on, the rest is found.
        for (count, id) in expected.iter().enumerate() {
            let object = &objects[id.0 as usize];
            let after = Some(place(object.attributes.get(query.order()), *id));
            let rest = Query { after, ..query.clone() };
            prop_assert_eq!(walk(&objects, &rest), expected[count + 1..].to_vec());
        }
    }
}

#[test]
fn kinds_and_attributes_do_not_run_into_each_other() {
    let query = |kind: &str, order_by: &str| Query {
        kind: kind.into(),
        conditions: Vec::new(),
        order_by: Some(order_by.into()),
        after: None,
        limit: 1,
    };
    let range = query("order", "name").range();
    for (kind, attribute) in [("order", "nam"), ("order", "name2"), ("orders", "name"), ("orde", "name")] {
        let key = [&attribute_key(kind, attribute)[..], &[0xff; 40]].concat();
        assert!(key < range.start || key >= range.end, "{kind} {attribute}");
    }
}

#[test]
fn an_entry_that_was_changed_is_none() {
    let key = entries(&object(7, 1, "a"), &Indexed::All).next().expect("an entry");
    assert_eq!(entry_id(&key, &entry_value(&key)), Some(ObjectId(7)));
    assert_eq!(entry_id(&key, &[0; 4]), None);
    assert_eq!(entry_id(&[1, 2], &entry_value(&[1, 2])), None);
}
