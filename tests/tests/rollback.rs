//! A disk that is put back to an earlier state: its host comes back as another one, and what the disk shows is not trusted.

use std::fs;

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::{Playground, wait_for};

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
