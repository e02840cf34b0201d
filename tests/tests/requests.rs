//! Requests from the command line, to hosts that were started by hand.

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Running, hydraq};
use serde_json::Value;

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The first message of a result.
fn first(result: &Value) -> Value {
    result["messages"][0].clone()
}

#[test]
fn a_message_goes_through_its_whole_life() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    let id = text(&first(&cluster.done(&["enqueue", "hello", "--replicas", "3"]))["id"]);
    let listed = cluster.done(&["list"]);
    assert_eq!((&first(&listed)["id"], &first(&listed)["body"]), (&id.clone().into(), &"hello".into()));
    assert_eq!(cluster.done(&["types"])["types"][0]["ready"], 1);

    let delivery = first(&cluster.done(&["dequeue", "--wait", "5s"]));
    assert_eq!((&delivery["id"], &delivery["body"]), (&id.clone().into(), &"hello".into()));
    let receipt = text(&delivery["receipt"]);
    cluster.done(&["extend", "60s", "--receipt", &receipt]);
    assert_eq!(cluster.done(&["dequeue"])["delivered"], 0, "fewer than asked for is an answer");
    cluster.done(&["release", "--receipt", &receipt]);

    let newer = text(&first(&cluster.done(&["dequeue", "--wait", "5s"]))["receipt"]);
    assert_eq!(
        cluster.refused(&["delete", "--receipt", &receipt]),
        (1, "precondition".into()),
        "it is stale"
    );
    cluster.done(&["delete", "--receipt", &newer]);
    let again = first(&cluster.done(&["delete", &id]));
    assert_eq!(again["gone_already"], true);
    for host in cluster.done(&["show", &id])["hosts"].as_array().expect("hosts") {
        assert!(host["copy"].is_null(), "{host}");
    }
    assert_eq!(cluster.refused(&["enqueue", "hello", "--id", &id]), (1, "already-exists".into()));
}

#[test]
fn a_body_comes_from_standard_input_too_byte_for_byte() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    let body: Vec<u8> = (0..=255).collect();
    playground.write("body", &body);
    let mut command = playground.hydraq(&["enqueue", "--to", &cluster.addresses[1]]);
    command.stdin(std::fs::File::open(playground.path("body")).expect("a file"));
    Running::start(&playground, "enqueue", &mut command).end().assert_status(0);
    let delivery = first(&cluster.done(&["dequeue", "--wait", "5s"]));
    assert_eq!(delivery["body_encoding"], "base64");
    let encoded = text(&delivery["body"]);
    assert!(encoded.starts_with("AAECAwQFBgcICQ") && encoded.len() == 344, "{encoded}");

    // A count is put into a body only where messages are counted.
    cluster.done(&["enqueue", "as it is: {n}"]);
    assert_eq!(first(&cluster.done(&["dequeue", "--wait", "5s"]))["body"], "as it is: {n}");
    cluster.done(&["enqueue", "counted: {n}", "--count", "3"]);
    let delivered = cluster.done(&["dequeue", "3", "--wait", "5s"]);
    let messages = delivered["messages"].as_array().expect("messages").clone();
    let mut bodies: Vec<String> = messages.iter().map(|message| text(&message["body"])).collect();
    bodies.sort();
    assert_eq!(bodies, ["counted: 1", "counted: 2", "counted: 3"]);

    playground.write("body", vec![b'x'; (1 << 20) + 1]);
    command = playground.hydraq(&["enqueue", "--to", &cluster.addresses[1]]);
    command.stdin(std::fs::File::open(playground.path("body")).expect("a file"));
    Running::start(&playground, "enqueue", &mut command).end().assert_status(64);
}

#[test]
fn operators_have_their_say() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    cluster.done(&["pause-type", "jobs"]);
    assert_eq!(cluster.refused(&["enqueue", "x", "--type", "jobs"]), (1, "unavailable".into()));
    cluster.done(&["resume-type", "jobs"]);
    cluster.done(&["limit-type", "jobs", "1"]);
    cluster.done(&["enqueue", "x", "--type", "jobs", "--max-deliveries", "1"]);
    assert_eq!(cluster.refused(&["enqueue", "x", "--type", "jobs"]), (1, "exhausted".into()));
    cluster.done(&["limit-type", "jobs", "none"]);

    let receipt = text(&first(&cluster.done(&["dequeue", "--type", "jobs", "--wait", "5s"]))["receipt"]);
    cluster.done(&["release", "--receipt", &receipt]);
    assert_eq!(first(&cluster.done(&["list", "--state", "dead"]))["type"], "jobs");
    assert_eq!(cluster.done(&["redrive", "jobs"])["redriven"], 1);
    cluster.done(&["balance", "least-loaded"]);
    cluster.done(&["repair", "auto"]);
    assert_eq!(cluster.done(&["repair"])["asked"].as_array().map(Vec::len), Some(3));
    assert_eq!(cluster.refused(&["remove", "nobody"]), (1, "invalid".into()));
}

#[test]
fn statuses_tell_refused_from_unknown_and_from_nobody_there() {
    let playground = Playground::new();
    let mut cluster = Cluster::start(&playground);
    assert_eq!(cluster.refused(&["enqueue", "x", "--replicas", "4"]), (1, "precondition".into()));
    assert_eq!(cluster.refused(&["show", "01M82B49JTMF2QGGZZJ2T6PSMD"]), (1, "not-found".into()));
    cluster.kill(2);
    let maybe = ["enqueue", "x", "--replicas", "3", "--timeout", "1s"];
    assert_eq!(cluster.refused(&maybe), (2, "unknown".into()));
    cluster.done(&["enqueue", "x", "--replicas", "3", "--min-replicas", "2", "--timeout", "1s"]);
    assert_eq!(cluster.done(&["hosts"])["silent"], Value::from(vec!["charlie"]));
    let dead = cluster.addresses[2].clone();
    let nobody = hydraq(&playground, &["hosts", "--to", &dead]);
    nobody.assert_status(3);
    assert!(nobody.err.contains(&dead), "{}", nobody.err);
    // Of several hosts one that can is enough.
    hydraq(&playground, &["hosts", "--to", &dead, "--to", &cluster.addresses[0]]).assert_status(0);
    cluster.done(&["remove", "charlie"]);
    assert_eq!(cluster.done(&["hosts"])["hosts"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_host_leaves_when_it_is_told_to() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    cluster.done(&["enqueue", "x {n}", "--count", "20"]);
    hydraq(&playground, &["leave", "--to", &cluster.addresses[2]]).assert_status(0);
    hydraq_tests::playground::wait_for("the end of leaving", || {
        let hosts = cluster.done(&["hosts"]);
        (hosts["hosts"].as_array().map(Vec::len) == Some(2)).then_some(())
    });
    let delivered = cluster.done(&["dequeue", "20", "--wait", "5s"]);
    assert_eq!(delivered["delivered"], 20);
}
