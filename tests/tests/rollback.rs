//! A disk that is put back to an earlier state: its host comes back as another one, and what the disk shows is not trusted.

use std::fs;

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::{Playground, wait_for};
use hydraq_tests::stores::{Stores, kind_of_error, text};
use serde_json::Value;

#[test]
fn a_rolled_back_disk_gives_back_its_last_copies_and_nothing_that_was_deleted() {
    let playground = Playground::new();
    let mut cluster = Cluster::start(&playground);
    cluster.done(&["enqueue", "the only copy", "--replicas", "1"]);
    let deleted = cluster.done(&["enqueue", "deleted later", "--replicas", "3"]);
    let id = deleted["messages"][0]["id"].as_str().expect("an id").to_owned();

    cluster.kill(0);
    let (store, copy) = (playground.path("alpha/store.redb"), playground.path("copy"));
    fs::copy(&store, &copy).expect("the store can be copied");
    cluster.restart(0);
    cluster.done(&["delete", &id]);
    cluster.done(&["enqueue", "on others, too", "--replicas", "3"]);

    cluster.kill(0);
    fs::copy(&copy, &store).expect("the store can be put back");
    cluster.restart(0);
    wait_for("the only copy", || (cluster.done(&["types"])["types"][0]["ready"] == 2).then_some(()));
    let delivered = cluster.done(&["dequeue", "5", "--wait", "1s"]);
    let messages = delivered["messages"].as_array().expect("messages");
    let mut bodies: Vec<&str> = messages.iter().filter_map(|message| message["body"].as_str()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, ["on others, too", "the only copy"]);

    // What was decided stays decided when the host starts again.
    cluster.kill(0);
    cluster.restart(0);
    for host in cluster.done(&["show", &id])["hosts"].as_array().expect("hosts") {
        assert!(host["copy"].is_null(), "{host}");
    }
}

/// What a host says of the stores of alpha.
fn of_alpha(stores: &Stores<'_>, asked: usize) -> Vec<Value> {
    let answer = stores.ask_at(asked, &["object", "stores"]);
    let all = answer["result"]["stores"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|store| store["host"] == "alpha").collect()
}

/// Waits until all events of alpha are messages.
fn wait_for_events(stores: &Stores<'_>) {
    let is_done =
        |store: &Value| store["events_head"].is_u64() && store["propagated"] == store["events_head"];
    wait_for("the events", || of_alpha(stores, 0).iter().all(is_done).then_some(()));
}

#[test]
fn a_rolled_back_store_serves_what_it_has_marked_so_and_new_objects_go_to_another_store() {
    let playground = Playground::new();
    let mut stores = Stores::start(&playground, 3);
    let created = stores.create(60);
    let mine: Vec<&String> = created.iter().filter(|(_, store)| store == "alpha").map(|(id, _)| id).collect();
    let (changed, kept) = (mine[0], mine[1]);
    let old = text(&of_alpha(&stores, 0)[0]["store"]);
    wait_for_events(&stores);

    stores.kill(0);
    let (store, copy) = (playground.path("alpha/store.redb"), playground.path("copy"));
    fs::copy(&store, &copy).expect("the store can be copied");
    stores.start_host(0);
    stores.wait_until_available(0);
    assert_eq!(stores.ask(&["object", "update", changed, "--attribute", "state=lost"])["ok"], true);
    wait_for_events(&stores);
    stores.kill(0);
    fs::copy(&copy, &store).expect("the store can be put back");
    stores.start_host(0);

    // Everybody knows of both: the new store, and what is left of the old one.
    for asked in 0..3 {
        wait_for("both stores", || {
            let both = of_alpha(&stores, asked);
            let is_left = |store: &Value| store["store"] == *old && store["absent"] == "rolled back";
            (both.len() == 2
                && both.iter().any(is_left)
                && both.iter().any(|store| store["available"] == true))
            .then_some(())
        });
        for id in [changed, kept] {
            let object = stores.ask_at(asked, &["object", "get", id])["result"]["object"].clone();
            assert_eq!((&object["rolled_back"], &object["version"]), (&true.into(), &1.into()), "{object}");
        }
    }
    let found = stores.ask(&["object", "query", "order", "--strict"])["result"]["objects"].clone();
    let found = found.as_array().expect("objects");
    assert_eq!(found.len(), created.len());
    let marked = |object: &&Value| object["rolled_back"] == true;
    assert_eq!(found.iter().filter(marked).count(), mine.len());

    // Nothing is written there any more, and everybody says why.
    for change in [&["object", "update", changed, "--attribute", "a=1"][..], &["object", "delete", kept]] {
        let (kind, message) = kind_of_error(&stores.ask(change));
        assert_eq!(kind, "unavailable", "{message}");
        assert!(message.contains(&format!("store {old} of alpha was rolled back")), "{message}");
    }
    let retry = ["object", "create", "order", "--id", kept, "--attribute", "number=1", "--timeout", "1s"];
    assert_eq!(stores.ask(&retry)["ok"], false);
    stores.create(60);
    let now = of_alpha(&stores, 1).into_iter().find(|store| store["store"] != *old).expect("a new store");
    assert!(now["objects"].as_u64() > Some(0), "{now}");
    let log = stores.ask(&["object", "events", "--store", &old]);
    assert_eq!(log["result"]["count"], mine.len(), "the log of the old store can still be read");
}
