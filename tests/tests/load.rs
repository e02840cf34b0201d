//! `hydraq load`: every message goes in and out again, is counted once, and nothing is left.

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Ran, hydraq};
use serde_json::Value;

const MESSAGES: u64 = 3000;

/// Makes sure that all messages went both ways, and that the last line has the agreed shape.
#[track_caller]
fn assert_all_done(ran: &Ran) {
    ran.assert_status(0);
    let lines = ran.lines();
    let last = lines.last().expect("a summary");
    assert_eq!(keys(last), ["summary"]);
    assert_eq!(keys(&last["summary"]), ["enqueue", "dequeue"]);
    for phase in ["enqueue", "dequeue"] {
        let phase = &last["summary"][phase];
        assert_eq!(keys(phase), ["messages", "per_second", "p50_us", "p99_us"]);
        assert_eq!(phase["messages"], MESSAGES);
        assert!(phase["per_second"].as_f64() > Some(0.0), "{phase}");
        assert!(phase["p50_us"].as_u64() <= phase["p99_us"].as_u64(), "{phase}");
    }
}

fn keys(value: &Value) -> Vec<&String> {
    value.as_object().expect("an object").keys().collect()
}

#[test]
fn latencies_are_drawn() {
    let playground = Playground::new();
    let arguments = "load --hosts 2 --messages 500 --in-flight 50 --svg latency.svg".split(' ');
    hydraq(&playground, &arguments.collect::<Vec<_>>()).assert_status(0);
    let drawn = std::fs::read_to_string(playground.path("latency.svg")).expect("a picture");
    for words in [
        "500 messages of 256 bytes",
        "enqueue: 500 messages",
        "dequeue and delete: 500",
        "p99.9",
        "class=\"bar\"",
    ] {
        assert!(drawn.contains(words), "{words} is missing in {drawn}");
    }
    let ran =
        hydraq(&playground, &["load", "--hosts", "1", "--replicas", "1", "--svg", "no/such/folder.svg"]);
    ran.assert_status(64);
    assert!(ran.err.contains("--svg: no/such/folder.svg cannot be written"), "{}", ran.err);
    playground.assert_clean();
}

#[test]
fn a_local_cluster_takes_and_gives_everything_and_is_gone() {
    let playground = Playground::new();
    let arguments =
        "load --hosts 3 --replicas 3 --messages 3000 --size 256 --in-flight 600 --format json".split(' ');
    let ran = hydraq(&playground, &arguments.collect::<Vec<_>>());
    assert_all_done(&ran);
    playground.assert_clean();
}

#[test]
fn a_running_cluster_is_loaded_call_by_call_and_keeps_nothing() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    for way in [&["--unary"][..], &["--batch", "10"]] {
        let mut arguments = vec!["load", "--messages", "3000", "--in-flight", "90", "--format", "json"];
        arguments.extend(cluster.addresses.iter().flat_map(|address| ["--to", address.as_str()]));
        arguments.extend(way);
        assert_all_done(&hydraq(&playground, &arguments));
    }
    let types = cluster.done(&["types"]);
    let left = |depth: &Value| depth["ready"] != 0 || depth["leased"] != 0;
    assert!(!types["types"].as_array().is_some_and(|types| types.iter().any(left)), "{types}");
}

#[test]
fn what_is_out_of_range_is_named_with_its_limit() {
    let playground = Playground::new();
    for (arguments, said) in [
        ("load --hosts 3 --replicas 0", ["--replicas", "1..="]),
        ("load --hosts 3 --replicas 4", ["--replicas 4", "3"]),
        ("load --hosts 3 --size 1048577", ["--size", "1048576"]),
        ("load --hosts 0", ["--hosts", "1..="]),
        ("load --hosts 3 --in-flight 0", ["--in-flight", "1..="]),
        ("load --hosts 3 --batch 10001", ["--batch", "10000"]),
        ("load", ["--to", "--hosts"]),
        ("load --to nowhere", ["--to", "nowhere"]),
    ] {
        let ran = hydraq(&playground, &arguments.split(' ').collect::<Vec<_>>());
        ran.assert_status(64);
        assert!(said.iter().all(|word| ran.err.contains(word)), "{arguments}: {}", ran.err);
    }
    hydraq(&playground, &["load", "--to", "http://127.0.0.1:1"]).assert_status(3);
}
