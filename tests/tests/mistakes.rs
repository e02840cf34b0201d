//! What is wrong before anything is started: exit status 64, with the place.

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Ran, hydraq};

/// Runs a file that is wrong; makes sure that nothing was started for it.
#[track_caller]
fn wrong(content: impl AsRef<[u8]>) -> Ran {
    let playground = Playground::new();
    playground.write("wrong.hq", content);
    let ran = hydraq(&playground, &["run", "wrong.hq", "--format", "json"]);
    ran.assert_status(64);
    assert_eq!(ran.out, "", "nothing was run");
    playground.assert_clean();
    ran
}

#[test]
fn a_typo_is_told_with_its_place_its_line_a_caret_and_a_suggestion() {
    let ran = wrong("spawn 3\n\n  enqeue --replicas 2\n");
    let expected = "wrong.hq:3:3: there is no command `enqeue`\n  enqeue --replicas 2\n  ^^^^^^\n  help: did you mean `enqueue`?\n";
    assert_eq!(ran.err, expected);
}

#[test]
fn each_mistake_is_told_with_its_place() {
    for (line, place, words) in [
        ("enqueue --replicas 0", "2:20", "from 1 to 255"),
        ("enqueue --replicas 256", "2:20", "from 1 to 255"),
        ("enqueue --repliacs 3", "2:9", "did you mean `--replicas`?"),
        ("expect redy == 3", "2:8", "did you mean `ready`?"),
        ("expect ready = 3", "2:14", "=="),
        ("enqueue --size 1048577", "2:16", "at most 1MiB"),
        ("wait soon", "2:6", "soon"),
        ("kill", "2:", "HOST"),
        ("enqueue \"open", "2:9", "quote"),
    ] {
        let ran = wrong(format!("spawn 1\n{line}\n"));
        assert!(ran.err.starts_with(&format!("wrong.hq:{place}")), "{line}: {}", ran.err);
        assert!(ran.err.contains(words), "{line}: {}", ran.err);
    }
}

#[test]
fn a_body_over_one_mebibyte_is_wrong_and_one_of_just_that_is_not() {
    let ran = wrong(format!("spawn\nenqueue --body {}\n", "x".repeat((1 << 20) + 1)));
    assert!(ran.err.starts_with("wrong.hq:2:16: --body must be at most 1 MiB"), "{:.300}", ran.err);
    let playground = Playground::new();
    playground.write("right.hq", format!("spawn\nenqueue --replicas 1 --body {}\n", "x".repeat(1 << 20)));
    hydraq(&playground, &["run", "right.hq"]).assert_status(0);
}

#[test]
fn what_is_no_text_is_wrong() {
    let ran = wrong(b"spawn\nsay \"caf\xe9\"\n");
    assert!(ran.err.starts_with("wrong.hq:2:9: byte 0xe9 is not UTF-8 text"), "{}", ran.err);
}

#[test]
fn all_files_are_checked_before_anything_is_started() {
    let playground = Playground::new();
    playground.write("good.hq", "spawn\n");
    playground.write("wrong.hq", "spwan\n");
    for files in [["good.hq", "wrong.hq"], ["good.hq", "missing.hq"]] {
        let ran = hydraq(&playground, &["run", files[0], files[1]]);
        ran.assert_status(64);
        assert_eq!(ran.out, "");
        assert!(ran.err.starts_with(&format!("{}:1:1: ", files[1])), "{}", ran.err);
    }
    playground.assert_clean();
}

#[test]
fn wrong_usage_is_64() {
    let playground = Playground::new();
    playground.write("good.hq", "spawn\n");
    let wrong: [&[&str]; 10] = [
        &["run"],
        &["run", "good.hq", "--hosts", "256"],
        &["run", "good.hq", "--seed", "x"],
        &["run", "good.hq", "--format", "xml"],
        &["run", "good.hq", "--junit", "no/such/folder/report.xml"],
        &["rnu", "good.hq"],
        &["hosts"],
        &["hosts", "--to", "nonsense"],
        &["enqueue", "body", "--replicas", "0", "--to", "http://127.0.0.1:1"],
        &["show", "no-id", "--to", "http://127.0.0.1:1"],
    ];
    for arguments in wrong {
        let ran = hydraq(&playground, arguments);
        assert_eq!((ran.status, ran.out.as_str()), (64, ""), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    playground.assert_clean();
}
