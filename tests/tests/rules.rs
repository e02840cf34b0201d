//! What a message asks for holds on real hosts: how often, when, in which order, and how many copies.

use std::time::{Duration, Instant};

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::{Playground, wait_for};
use serde_json::Value;

/// The bodies that a dequeue returned, in order.
fn bodies(result: &Value) -> Vec<String> {
    let messages = result["messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| message["body"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_message_that_is_delivered_once_at_most_is_gone_with_its_delivery() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    cluster.done(&["enqueue", "once", "--at-most-once", "--replicas", "1"]);
    let delivered = cluster.done(&["dequeue", "--wait", "5s", "--lease", "500ms"]);
    assert_eq!(bodies(&delivered), ["once"]);
    // It outlasts the lease that any other message would have had.
    let waited = Instant::now();
    assert_eq!(cluster.done(&["dequeue", "--wait", "1s"])["delivered"], 0);
    assert!(waited.elapsed() >= Duration::from_secs(1), "it waits as long as it was told to");
}

#[test]
fn higher_priorities_come_first_and_looking_consumes_nothing() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    for priority in ["0", "9", "5"] {
        cluster.done(&["enqueue", priority, "--priority", priority, "--replicas", "3"]);
    }
    for _ in 0..2 {
        assert_eq!(bodies(&cluster.done(&["list"])).len(), 3);
    }
    assert_eq!(bodies(&cluster.done(&["dequeue", "3", "--wait", "5s"])), ["9", "5", "0"]);
}

#[test]
fn every_shape_and_every_balancer_places_as_many_copies_as_asked_for() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    for scheme in ["round-robin", "random", "least-loaded"] {
        cluster.done(&["balance", scheme]);
        for shape in ["star", "chain", "tree"] {
            let enqueued = cluster.done(&["enqueue", "x", "--replicas", "3", "--shape", shape]);
            let holders = enqueued["messages"][0]["hosts"].as_array().map(Vec::len);
            assert_eq!(holders, Some(3), "{scheme} {shape}: {enqueued}");
        }
    }
    let early = cluster.done(&["enqueue", "x", "--replicas", "3", "--async"]);
    assert_eq!(early["messages"][0]["hosts"].as_array().map(Vec::len), Some(1), "{early}");
    wait_for("the other copies", || {
        let hosts = cluster.done(&["hosts"])["hosts"].as_array().cloned().unwrap_or_default();
        hosts.iter().all(|host| host["copies"] == 10 && host["under_replicated"] == 0).then_some(())
    });
}

#[test]
fn a_consumer_that_waits_at_another_host_is_woken() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    let delivered = std::thread::scope(|scope| {
        let consumer = scope.spawn(|| cluster.done_at(1, &["dequeue", "--wait", "30s", "--type", "news"]));
        cluster.done_at(2, &["enqueue", "hello", "--type", "news", "--replicas", "1"]);
        consumer.join().expect("the consumer ends")
    });
    assert_eq!(bodies(&delivered), ["hello"]);
}

#[test]
fn delays_and_times_to_live_are_kept() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    let enqueued = Instant::now();
    cluster.done(&["enqueue", "later", "--delay", "1s"]);
    cluster.done(&["enqueue", "short-lived", "--ttl", "300ms", "--type", "short"]);
    assert_eq!(bodies(&cluster.done(&["dequeue", "--wait", "20s"])), ["later"]);
    assert!(enqueued.elapsed() >= Duration::from_secs(1), "not before its time");
    wait_for("the end of the other one", || {
        let types = cluster.done(&["types"]);
        let of = |name: &str| {
            types["types"]
                .as_array()?
                .iter()
                .find(|entry| entry["type"] == name)
                .map(|entry| entry["ready"].clone())
        };
        (of("short").is_none_or(|ready| ready == 0)).then_some(())
    });
    assert_eq!(cluster.done(&["dequeue", "--type", "short"])["delivered"], 0);
}
