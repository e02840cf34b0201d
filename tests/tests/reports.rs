//! What a run says: JSON of a fixed form on standard output and nothing else; text for people; JUnit for servers.

use std::fs;

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{hydraq, scenario};
use serde_json::Value;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn json_is_one_object_a_step_and_one_for_the_file() {
    let ran = scenario(
        "# first\nspawn 2\nenqueue 2 --body \"a {n}\"\ndequeue 2 --wait 5s\nrelease\ntry enqueue --replicas 9\nsay \"two\\nlines\"\n",
    );
    ran.assert_status(0);
    let lines = ran.lines();
    assert_eq!(lines.len(), 7);
    for (place, line) in lines[..6].iter().enumerate() {
        assert_eq!(keys(line), ["step", "line", "command", "ok", "elapsed_ms", "result"]);
        assert_eq!(line["step"], place + 1);
        assert_eq!(line["line"], place + 2);
        assert!(line["elapsed_ms"].is_u64());
        assert!(line["result"].is_object());
    }
    let told: Vec<(&str, bool)> = lines[..6]
        .iter()
        .map(|line| (line["command"].as_str().expect("a word"), line["ok"] == true))
        .collect();
    let expected = [
        ("spawn", true),
        ("enqueue", true),
        ("dequeue", true),
        ("release", true),
        ("enqueue", false),
        ("say", true),
    ];
    assert_eq!(told, expected);
    let summary = &lines[6]["summary"];
    assert_eq!(keys(&lines[6]), ["summary"]);
    let expected = [
        "file",
        "passed",
        "steps",
        "failed",
        "acknowledged",
        "delivered",
        "deleted",
        "duplicates",
        "unexplained_duplicates",
        "lost",
        "resurrected",
        "corrupt",
    ];
    assert_eq!(keys(summary), expected);
    assert_eq!((&summary["file"], &summary["passed"]), (&"scenario.hq".into(), &true.into()));
    let numbers: Vec<u64> =
        expected[2..].iter().map(|key| summary[key].as_u64().expect("a number")).collect();
    assert_eq!(numbers, [6, 0, 2, 2, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn text_tells_each_step_and_the_end() {
    let playground = Playground::new();
    playground.write("scenario.hq", "spawn 2\nenqueue --body hello\nexpect ready == 1\n");
    let ran = hydraq(&playground, &["run", "scenario.hq"]);
    ran.assert_status(0);
    for words in ["spawned: alpha and bravo", " on ", "ready is 1", "scenario.hq: passed (3 steps", "0 lost"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    playground.assert_clean();
}

#[test]
fn junit_has_each_step_with_what_became_of_it() {
    let playground = Playground::new();
    playground.write("scenario.hq", "spawn\nexpect ready == 1\nenqueue --body \"<&>\"\n");
    hydraq(&playground, &["run", "scenario.hq", "--junit", "report.xml"]).assert_status(1);
    let xml = fs::read_to_string(playground.path("report.xml")).expect("there is a report");
    for words in [
        "<testsuite name=\"scenario.hq\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"",
        "<property name=\"seed\" value=\"",
        "name=\"line 1: spawn\"",
        "<failure type=\"expectation\" message=\"expected ready == 1, but it is 0\">scenario.hq:2:1:",
        "name=\"line 3: enqueue --body &lt;&amp;&gt;\"",
        "<skipped/>",
    ] {
        assert!(xml.contains(words), "{words}: {xml}");
    }
    playground.assert_clean();
}
