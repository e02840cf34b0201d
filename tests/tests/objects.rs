//! Objects in independent data stores, on real processes: stores die and come back, and nothing that was acknowledged is missing.

use std::collections::{BTreeMap, BTreeSet};

use hydraq_tests::playground::{Playground, wait_for};
use hydraq_tests::run::{Running, scenario};
use hydraq_tests::stores::{NAMES, Stores, kind_of_error, text};
use serde_json::Value;

/// How many hosts there are.
const COUNT: usize = 4;

#[test]
fn stores_die_one_after_the_other_and_every_acknowledged_object_is_there() {
    let playground = Playground::new();
    let mut stores = Stores::start(&playground, COUNT);
    let mut created: BTreeMap<String, String> = stores.create(200).into_iter().collect();
    for (host, name) in NAMES[..COUNT].iter().enumerate() {
        let (here, elsewhere) = {
            let find = |here: bool| {
                created.iter().find(|(_, store)| (*store == name) == here).map(|(id, _)| id.clone())
            };
            (find(true).expect("one in each store"), find(false).expect("others"))
        };
        stores.kill(host);
        let drawn = stores.create(200);
        assert!(drawn.iter().all(|(_, store)| store != name), "a store that is down takes nothing");
        created.extend(drawn);

        let (kind, message) = kind_of_error(&stores.ask(&["object", "update", &here, "--attribute", "a=1"]));
        assert_eq!(kind, "unavailable");
        assert!(message.contains(&format!("store of {name}")), "{message}");
        let (kind, _) = kind_of_error(&stores.ask(&["object", "get", &here]));
        assert_eq!(kind, "unavailable", "nobody else says that there is no such object");
        assert_eq!(stores.ask(&["object", "update", &elsewhere, "--attribute", "a=1"])["ok"], true);
        let found = stores.ask(&["object", "query", "order", "--limit", "10000"]);
        assert_eq!(found["result"]["silent"], Value::from(vec![*name]));

        stores.start_host(host);
        stores.wait_until_available(host);
    }
    let found = stores.ask(&["object", "query", "order", "--limit", "10000", "--strict"]);
    let found = found["result"]["objects"].as_array().expect("objects").clone();
    let found: BTreeMap<String, String> =
        found.iter().map(|object| (text(&object["id"]), text(&object["store"]))).collect();
    assert_eq!(found, created, "each is there once, in the store that it was drawn for");
    let events = created.len() + COUNT;
    wait_for("the events of all", || {
        let types = stores.ask(&["types"]);
        (types["result"]["types"][0]["ready"] == events).then_some(())
    });
    (0..COUNT).for_each(|host| stores.kill(host));
    let mut on_disks = BTreeSet::new();
    for (host, name) in NAMES[..COUNT].iter().enumerate() {
        let checked = stores.check(host);
        assert_eq!(checked["propagated"], checked["events_head"], "{checked}");
        for id in checked["objects"].as_array().expect("objects") {
            assert_eq!(created[&text(id)], *name);
            assert!(on_disks.insert(text(id)), "each is on one disk only");
        }
    }
    assert_eq!(on_disks.len(), created.len());
}

#[test]
fn hosts_die_while_objects_are_created_and_each_that_was_acknowledged_is_there_once() {
    let playground = Playground::new();
    let mut stores = Stores::start(&playground, COUNT);
    let mut arguments = vec!["object", "create", "order", "--count", "1500", "--attribute", "number={n}"];
    let addresses = stores.addresses.clone();
    arguments.extend(addresses.iter().flat_map(|address| ["--to", address.as_str()]));
    arguments.extend(["--format", "json", "--timeout", "30s"]);
    let creating = Running::start(&playground, "create", &mut playground.hydraq(&arguments));
    for host in [1, 0, 3] {
        stores.kill(host);
        stores.start_host(host);
        stores.wait_until_available(host);
    }
    let created = creating.end();
    created.assert_status(0);
    let created = created.lines().remove(0)["result"]["objects"].as_array().expect("objects").clone();
    let created: BTreeSet<String> = created.iter().map(|object| text(&object["id"])).collect();
    assert_eq!(created.len(), 1500);
    let found = stores.ask(&["object", "query", "order", "--limit", "10000", "--strict"]);
    let found = found["result"]["objects"].as_array().expect("objects").clone();
    let numbers: BTreeSet<i64> =
        found.iter().filter_map(|object| object["attributes"]["number"].as_i64()).collect();
    let found: BTreeSet<String> = found.iter().map(|object| text(&object["id"])).collect();
    assert_eq!((found, numbers.len()), (created, 1500), "none is missing, none was made twice");
    (0..COUNT).for_each(|host| stores.kill(host));
    (0..COUNT).for_each(|host| drop(stores.check(host)));
}

#[test]
fn one_request_commands_create_find_change_and_delete() {
    let playground = Playground::new();
    let stores = Stores::start(&playground, COUNT);
    let id = stores.create(3)[1].0.clone();
    let retry = ["object", "create", "order", "--attribute", "number=2", "--id", &id];
    assert_eq!(stores.ask(&retry)["result"]["objects"][0]["sequence"], 0, "a retry makes no second one");
    let other = ["object", "create", "order", "--attribute", "number=5", "--id", &id];
    assert_eq!(stores.ask(&other)["result"]["objects"][0]["error"]["kind"], "already-exists");

    let paid = ["object", "update", &id, "--attribute", "state=paid", "--if-version", "1"];
    assert_eq!(stores.ask(&paid)["result"]["object"]["version"], 2);
    let (kind, message) = kind_of_error(&stores.ask(&paid));
    assert_eq!(kind, "precondition");
    assert!(message.contains("has version 2, not 1"), "{message}");
    let query = ["object", "query", "order", "--where", "number>1", "--where", "state^=pa"];
    let found = stores.ask(&query);
    assert_eq!(
        (&found["result"]["found"], &found["result"]["objects"][0]["id"]),
        (&1.into(), &id.clone().into())
    );

    // Page by page, in order.
    let first = stores.ask(&["object", "query", "order", "--order-by", "number", "--limit", "2"]);
    let cursor = text(&first["result"]["cursor"]);
    let rest = stores.ask(&["object", "query", "order", "--order-by", "number", "--cursor", &cursor]);
    assert_eq!(
        (&first["result"]["objects"][1]["attributes"]["number"], &rest["result"]["found"]),
        (&2.into(), &1.into())
    );

    assert_eq!(stores.ask(&["object", "delete", &id])["ok"], true);
    assert_eq!(kind_of_error(&stores.ask(&["object", "get", &id])).0, "not-found");
    assert_eq!(stores.ask(&retry)["result"]["objects"][0]["error"]["kind"], "already-exists");
    let store = text(&stores.ask(&["object", "stores"])["result"]["stores"][0]["host"]);
    let events = stores.ask(&["object", "events", "--store", &store]);
    let events = events["result"]["events"].as_array().expect("events").clone();
    assert!(events.iter().enumerate().all(|(place, event)| event["sequence"] == place + 1), "{events:?}");
    let one = ["object", "event-replicas", "1"];
    assert_eq!(stores.ask(&one)["result"]["value"], "1");
    stores.create(1);
    wait_for("an event with one replica", || {
        let listed = stores.ask(&["list", "--type", "events.order", "--limit", "1000"]);
        let messages = listed["result"]["messages"].as_array().cloned().unwrap_or_default();
        let single = messages.iter().filter(|message| message["replicas"] == 1).count();
        (single == 1 && messages.len() > 1).then_some(())
    });
    // A tail goes on live, from any position that is kept.
    let mut tail =
        playground.hydraq(&["object", "events", "--follow", "--from", "1", "--limit", "2", "--to"]);
    tail.args([&stores.addresses[0], "--format", "json", "--store", &store]);
    let tail = Running::start(&playground, "tail", &mut tail);
    while tail.out().lines().count() < 2 {
        stores.create(1);
    }
    tail.end().assert_status(0);
    let kept = ["object", "events-kept", "1"];
    assert_eq!(stores.ask(&kept)["result"]["value"], "1");
    wait_for("a refusal that tells what is kept", || {
        let answer = stores.ask(&["object", "events", "--store", &store, "--from", "1"]);
        (answer["ok"] == false)
            .then(|| kind_of_error(&answer).1)
            .filter(|message| message.contains("from must be"))
    });
    // Nobody knows this store.
    let (kind, _) = kind_of_error(&stores.ask(&["object", "get", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"]));
    assert_eq!(kind, "unavailable");
}

#[test]
fn a_scenario_creates_with_all_stores_but_one_down_and_is_refused_with_all_full() {
    let ran = scenario(
        "spawn 3\nkill alpha charlie\nobject create order 5\nexpect errors == 0\nfill bravo\n\
         wait 1500ms\ntry object create order\nexpect errors == 1\nfree bravo\n",
    );
    ran.assert_status(0);
    let refused = ran.steps().into_iter().find(|step| step["ok"] == false).expect("a refusal");
    let message = text(&refused["result"]["error"]["message"]);
    assert!(message.contains("bravo is full") && message.contains("alpha is down"), "{message}");
}

#[test]
fn slow_and_lossy_links_are_so_for_objects_too() {
    let ran = scenario(
        "spawn 3\nobject create order 12\nobject query order --on alpha\ndelay alpha bravo 250ms\n\
         object query order --on alpha\nobject query order --on charlie\nheal\ndrop alpha bravo 100\n\
         object query order --on alpha\nheal\nobject query order --strict --on alpha\n",
    );
    ran.assert_status(0);
    let queries: Vec<Value> =
        ran.steps().into_iter().filter(|step| step["command"] == "object query").collect();
    let took = |place: usize| queries[place]["elapsed_ms"].as_f64().expect("a number");
    let found = |place: usize| queries[place]["result"]["objects"].as_array().map(Vec::len);
    assert!(took(1) >= 500.0 && took(1) > took(2), "there and back: {queries:?}");
    assert_eq!((found(1), found(2)), (Some(12), Some(12)), "late is not lost");
    assert_eq!(queries[3]["result"]["silent"], Value::from(vec!["bravo"]), "what is lost is not answered");
    assert_eq!(found(4), Some(12));
}

#[test]
fn an_index_is_declared_later_and_built_while_objects_are_made() {
    let playground = Playground::new();
    let stores = Stores::start(&playground, COUNT);
    let create = ["object", "create", "order", "--count", "1500", "--attribute", "number={n}"];
    let with_state: Vec<&str> = create.into_iter().chain(["--attribute", "state=new"]).collect();
    assert_eq!(stores.ask(&with_state)["ok"], true);
    assert_eq!(stores.ask(&["object", "query", "order", "--where", "number=7"])["result"]["found"], 1);

    let index = |arguments: &[&str]| {
        let mut all = vec!["object", "index", "order"];
        all.extend(arguments);
        let answer = stores.ask(&all);
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].clone()
    };
    assert_eq!(index(&[])["kinds"][0]["all"], true, "all are, as long as nothing is declared");
    assert_eq!(index(&["--none", "--wait", "20s"])["complete"], true);
    let (kind, message) = kind_of_error(&stores.ask(&["object", "query", "order", "--where", "number=7"]));
    assert_eq!(kind, "precondition");
    assert!(message.contains("attribute number of order is not indexed"), "{message}");

    // Declared while objects are made: those that are there, and those that come, are found.
    let mut arguments = create.to_vec();
    arguments.extend(stores.addresses.iter().flat_map(|address| ["--to", address.as_str()]));
    let creating = Running::start(&playground, "create", &mut playground.hydraq(&arguments));
    let declared = index(&["--attribute", "number", "--attribute", "customer"]);
    assert_eq!(declared["kinds"][0]["attributes"], Value::from(vec!["customer", "number"]));
    let built = index(&["--wait", "20s"]);
    assert_eq!(
        (&built["complete"], &built["kinds"][0]["stores"][3]["complete"]),
        (&true.into(), &true.into())
    );
    creating.end().assert_status(0);
    let query = ["object", "query", "order", "--where", "number<=1500", "--limit", "9999", "--strict"];
    assert_eq!(stores.ask(&query)["result"]["found"], 3000);
    let both =
        ["object", "query", "order", "--order-by", "number", "--where", "state=new", "--limit", "9999"];
    assert_eq!(stores.ask(&both)["result"]["found"], 1500, "other conditions are checked on each object");
}
