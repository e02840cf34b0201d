//! What was recorded is told again, and written in every format; a damaged file is refused with its line.

use std::fs;

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Ran, hydraq};
use serde_json::Value;

const SCENARIO: &str = "spawn 3\nenqueue --replicas 3 --body \"order <{n}>\"\ndequeue --wait 5s\ndelete\n\
                        enqueue --replicas 2\nkill owner(last)\nexpect hosts.up == 2\n";

/// A session that was recorded to `run.jsonl`.
fn recorded() -> Playground {
    let playground = Playground::new();
    playground.write("scenario.hq", SCENARIO);
    let ran = hydraq(&playground, &["run", "scenario.hq", "--record", "run.jsonl"]);
    ran.assert_status(0);
    assert!(ran.err.contains("hydraq replay run.jsonl"), "{}", ran.err);
    playground.assert_clean();
    playground
}

fn export(playground: &Playground, more: &[&str]) -> Ran {
    hydraq(playground, &[&["export", "run.jsonl", "--to"], more].concat())
}

#[test]
fn a_run_is_recorded_and_told_again() {
    let playground = recorded();
    let recording = fs::read_to_string(playground.path("run.jsonl")).expect("the recording");
    let lines: Vec<Value> =
        recording.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    assert_eq!(lines[0]["hydraq_recording"]["version"], 1);
    assert_eq!(lines.last().expect("a last line")["end"]["words"], "passed");
    let of = |kind: &str| lines.iter().filter_map(|line| line.get(kind)).cloned().collect::<Vec<_>>();
    assert_eq!((of("command").len(), of("result").len()), (7, 7));
    let on_hosts = |what: &str| of("happening").iter().filter(|one| one["what"] == what).count();
    // A host that is killed has not told of its last moments; the two others have told everything.
    assert!(on_hosts("stored") >= 3 && on_hosts("delivered") <= 1, "{recording}");
    assert_eq!(on_hosts("gone"), 1);

    let told = hydraq(&playground, &["replay", "run.jsonl"]);
    told.assert_status(0);
    for words in ["alpha is up", "you enqueue", "1 message deleted", "2 of 3 hosts up"] {
        assert!(told.out.contains(words), "{words} is not in\n{}", told.out);
    }
}

#[test]
fn a_recording_is_written_in_every_format() {
    let playground = recorded();
    for (format, begins, has) in [
        ("text", "", "2 of 3"),
        ("svg", "<svg ", "</svg>"),
        ("asciicast", "{\"version\":2,", "\"o\""),
        ("html", "<!doctype html>", "\"frames\":[[0,"),
        ("shiviz", "(?<host>", "{\"alpha\":1"),
    ] {
        let shown = export(&playground, &[format]);
        shown.assert_status(0);
        assert!(shown.out.starts_with(begins) && shown.out.contains(has), "{format}: {}", shown.out);
        let output = format!("made.{format}");
        export(&playground, &[format, "--output", &output]).assert_status(0);
        assert_eq!(fs::read_to_string(playground.path(&output)).expect("a file"), shown.out, "{format}");
    }
    // The first moment is before the first host was up.
    let first = export(&playground, &["text", "--at", "0s", "--size", "80x24"]);
    first.assert_status(0);
    assert_eq!(first.out.lines().count(), 24);
    assert!(!first.out.contains("2 of 3"), "{}", first.out);
}

#[test]
fn what_cannot_be_exported_or_told_again_is_refused() {
    let playground = recorded();
    let refused = |more: &[&str], words: &str| {
        let ran = export(&playground, more);
        ran.assert_status(64);
        assert!(ran.out.is_empty() && ran.err.contains(words), "{words} is not in\n{}", ran.err);
    };
    refused(&["svg", "--at", "10h"], "after the end of the recording");
    refused(&["html", "--at", "1s"], "only text and svg show one moment");
    refused(&["text", "--size", "10x10"], "from 40x12 to 400x120");
    refused(&["gif"], "asciicast");
    refused(&["text", "--output", "run.jsonl"], "is the recording itself");

    let recording = fs::read_to_string(playground.path("run.jsonl")).expect("the recording");
    let (cut, _) = recording.trim_end().rsplit_once('\n').expect("many lines");
    let many = cut.lines().count();
    for (content, words) in [
        (cut[..cut.len() - 10].to_owned(), format!("damaged.jsonl:{many}: it ends in the middle")),
        (format!("{cut}\nsomething else\n{cut}"), format!("damaged.jsonl:{}: ", many + 1)),
        (SCENARIO.to_owned(), "damaged.jsonl:1: this is no recording".to_owned()),
        (recording.replace("\"version\":1", "\"version\":7"), "version 7".to_owned()),
        (String::new(), "damaged.jsonl:1: the file is empty".to_owned()),
    ] {
        playground.write("damaged.jsonl", content);
        for command in [&["replay", "damaged.jsonl"][..], &["export", "damaged.jsonl", "--to", "html"]] {
            let ran = hydraq(&playground, command);
            ran.assert_status(64);
            assert!(ran.out.is_empty() && ran.err.contains(&words), "{words} is not in\n{}", ran.err);
        }
    }
    // What was cut off between two lines is told as far as it goes.
    playground.write("cut.jsonl", format!("{cut}\n"));
    let told = hydraq(&playground, &["replay", "cut.jsonl"]);
    told.assert_status(0);
    assert!(told.err.contains("it was cut off"), "{}", told.err);
}

#[test]
fn a_simulated_run_is_recorded_and_the_same_seed_gives_the_same_recording() {
    let playground = Playground::new();
    playground.write("scenario.hq", SCENARIO);
    let record = |file: &str| {
        let run = ["run", "scenario.hq", "--sim", "--seed", "7", "--record", file];
        hydraq(&playground, &run).assert_status(0);
        fs::read_to_string(playground.path(file)).expect("the recording")
    };
    let (one, two) = (record("one.jsonl"), record("two.jsonl"));
    assert_eq!(one, two);
    let text = hydraq(&playground, &["export", "one.jsonl", "--to", "text"]);
    text.assert_status(0);
    assert!(text.out.contains("alpha"), "{}", text.out);
}

#[test]
fn a_lesson_is_recorded_with_its_cards() {
    let playground = Playground::new();
    let lesson = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/lessons/04-the-zombie.hq");
    hydraq(&playground, &["run", lesson, "--sim", "--seed", "7", "--record", "run.jsonl"]).assert_status(0);
    let told = hydraq(&playground, &["replay", "run.jsonl"]);
    told.assert_status(0);
    for words in [
        "lesson 4 of 12, the zombie: All three hosts have this message.",
        "3 of 3 copies; alpha serving, ",
        "lesson 4 of 12, the zombie asks: How many tombstones are kept from now on?\n  a: 2, for ever",
        "lesson 4 of 12, the zombie: The answer is c, 0, all holders know. A tombstone goes",
        "3. A host that comes back listens first",
    ] {
        assert!(told.out.contains(words), "{words} is not in\n{}", told.out);
    }
    let page = export(&playground, &["html", "--theme", "light"]);
    page.assert_status(0);
    assert!(page.out.contains("the zombie") && page.out.contains("color-scheme:light"), "{}", page.out);
    let refused = export(&playground, &["text", "--theme", "light"]);
    refused.assert_status(64);
}

#[test]
fn a_recording_that_cannot_be_written_is_refused_before_anything_is_started() {
    let playground = Playground::new();
    playground.write("scenario.hq", SCENARIO);
    let ran = hydraq(&playground, &["run", "scenario.hq", "--record", "missing/run.jsonl"]);
    ran.assert_status(64);
    assert!(ran.err.contains("--record: missing/run.jsonl cannot be written"), "{}", ran.err);
    playground.assert_clean();
}
