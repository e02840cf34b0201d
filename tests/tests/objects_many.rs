//! Ten thousand objects on five hosts, while one store after the other is killed and started again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hydraq_tests::playground::{Playground, poll, wait_for};
use hydraq_tests::run::Running;
use hydraq_tests::stores::{NAMES, Stores, ids_and_stores, kind_of_error, text};
use serde_json::Value;

/// How many hosts there are; each store is killed once.
const HOSTS: usize = 5;

/// How many objects are made while each of them dies.
const OBJECTS: usize = 2000;

/// How many of these are there before it does.
const EARLY: usize = 40;

/// How many the others take while it is down.
const MEANWHILE: u64 = 300;

/// How long all events may take, on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// How many objects all stores have that answer.
fn count(stores: &Stores<'_>) -> u64 {
    let answer = stores.ask(&["object", "stores"]);
    let all = answer["result"]["stores"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(|store| store["objects"].as_u64()).sum()
}

/// Begins to create objects, each of which is tried until it is acknowledged.
fn begin<'a>(playground: &'a Playground, stores: &Stores<'_>) -> Running<'a> {
    let count = (OBJECTS - EARLY).to_string();
    let mut arguments = vec!["object", "create", "order", "--count", &count, "--attribute", "number={n}"];
    arguments.extend(stores.addresses.iter().flat_map(|address| ["--to", address.as_str()]));
    arguments.extend(["--format", "json", "--timeout", "120s"]);
    Running::start(playground, "create", &mut playground.hydraq(&arguments))
}

/// Updates one object in each store: only the one whose store is down cannot be, and its store is named.
fn update_one_in_each(stores: &Stores<'_>, early: &[(String, String)], down: &str) -> usize {
    let mut updated = 0;
    for name in NAMES {
        let (id, _) = early.iter().find(|(_, store)| store == name).expect("one in each store");
        let answer = stores.ask(&["object", "update", id, "--attribute", "state=paid"]);
        if name == down {
            let (kind, message) = kind_of_error(&answer);
            assert_eq!(kind, "unavailable");
            assert!(message.contains(&format!("store of {down}")), "{message}");
        } else {
            assert_eq!(answer["ok"], true, "{answer}");
            updated += 1;
        }
    }
    updated
}

/// Takes all events out of the queue: of which objects, and how many there were of each.
fn events(stores: &Stores<'_>, expected: usize) -> BTreeMap<(String, String), usize> {
    let ready = || stores.ask(&["types"])["result"]["types"][0]["ready"].as_u64();
    poll(LONG, || (ready() == Some(expected as u64)).then_some(()))
        .unwrap_or_else(|| panic!("{:?} of {expected} events are there", ready()));
    let mut counts = BTreeMap::new();
    while counts.values().sum::<usize>() < expected {
        let dequeue = ["dequeue", "1000", "--type", "events.order", "--lease", "10m", "--wait", "5s"];
        let answer = stores.ask(&dequeue);
        let messages = answer["result"]["messages"].as_array().cloned().unwrap_or_default();
        assert!(!messages.is_empty(), "{answer}");
        for message in messages {
            let body: Value = serde_json::from_str(message["body"].as_str().expect("a body")).expect("JSON");
            *counts.entry((text(&body["object"]), text(&body["event"]))).or_default() += 1;
        }
    }
    counts
}

#[test]
fn ten_thousand_objects_are_made_while_every_store_dies_once() {
    let playground = Playground::new();
    let mut stores = Stores::start(&playground, HOSTS);
    let mut created: BTreeMap<String, String> = BTreeMap::new();
    let mut updates = 0;
    for (host, name) in NAMES.iter().enumerate() {
        let early = stores.create(EARLY as u32);
        let creating = begin(&playground, &stores);
        wait_for("some objects", || (count(&stores) > (created.len() + EARLY + 50) as u64).then_some(()));
        stores.kill(host);
        let at = count(&stores);
        updates += update_one_in_each(&stores, &early, name);
        wait_for("objects in other stores", || (count(&stores) >= at + MEANWHILE).then_some(()));
        stores.start_host(host);
        let ran = creating.end();
        ran.assert_status(0);
        created.extend(early.into_iter().chain(ids_and_stores(&ran.lines()[0])));
        assert_eq!(created.len(), (host + 1) * OBJECTS, "each create is acknowledged, with an id of its own");
        stores.wait_until_available(host);
    }

    let found = stores.ask(&["object", "query", "order", "--limit", "100000", "--strict"]);
    let found: BTreeMap<String, String> = ids_and_stores(&found).into_iter().collect();
    let missing: Vec<_> = created.iter().filter(|(id, store)| found.get(*id) != Some(*store)).collect();
    assert!(missing.is_empty(), "each is there, in the store that it was acknowledged for: {missing:?}");
    let others: Vec<_> = found.iter().filter(|(id, _)| !created.contains_key(*id)).collect();
    assert!(others.is_empty(), "and nothing else is: {others:?}");

    let (created_events, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        events(&stores, created.len() + updates).into_iter().partition(|((_, event), _)| event == "created");
    let of: BTreeSet<&String> = created_events.keys().map(|(id, _)| id).collect();
    assert!(of.into_iter().eq(created.keys()), "each creation is told");
    assert!(created_events.values().all(|count| *count == 1), "by one event");
    assert_eq!(others.values().sum::<usize>(), updates);

    (0..HOSTS).for_each(|host| stores.kill(host));
    let (mut on_disks, mut events) = (BTreeMap::new(), 0);
    for (host, name) in NAMES.iter().enumerate() {
        let checked = stores.check(host);
        assert_eq!(checked["propagated"], checked["events_head"], "{name}");
        events += checked["events_head"].as_u64().expect("a number") as usize;
        let ids = checked["objects"].as_array().expect("objects");
        on_disks.extend(ids.iter().map(|id| (text(id), (*name).to_owned())));
    }
    assert!(on_disks == created, "each is on the disk that it was acknowledged for, and on no other one");
    assert_eq!(events, created.len() + updates, "each change has one event");
}
