//! The exit status of a run.

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Running, hydraq, scenario};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[test]
fn what_passes_is_0() {
    scenario("spawn 2\nenqueue 2\nexpect acknowledged == 2\n").assert_status(0);
    scenario("# nothing\n").assert_status(0);
}

#[test]
fn an_expectation_that_fails_is_1_and_ends_the_file() {
    let ran = scenario("spawn\nexpect ready == 5\nenqueue --replicas 1\n");
    ran.assert_status(1);
    assert_eq!(ran.steps().len(), 2);
    assert_eq!(ran.steps()[1]["ok"], false);
    let summary = &ran.summaries()[0];
    assert_eq!((&summary["passed"], &summary["failed"]), (&false.into(), &1.into()));
    assert!(ran.err.contains("scenario.hq:2:1: expected ready == 5, but it is 0"), "{}", ran.err);
}

#[test]
fn no_expectation_on_a_takeover_is_met_without_one() {
    scenario("spawn 2\nexpect takeover_ms >= 0\n").assert_status(1);
    scenario("spawn 2\nkill alpha\nexpect takeover_ms >= 0\n").assert_status(1);
}

#[test]
fn what_is_refused_is_1_unless_it_was_a_try() {
    scenario("spawn 2\nenqueue --replicas 3\n").assert_status(1);
    scenario("spawn 2\ntry enqueue --replicas 3\nexpect failed == 1\n").assert_status(0);
    scenario("enqueue\n").assert_status(1);
}

#[test]
fn what_stays_unknown_is_2_unless_it_was_a_try() {
    let text = "spawn 2\nkill bravo\nenqueue --replicas 2 --timeout 500ms\n";
    scenario(text).assert_status(2);
    scenario(&text.replace("enqueue", "try enqueue")).assert_status(0);
}

#[test]
fn a_cluster_that_breaks_is_3() {
    let playground = Playground::new();
    playground.write("scenario.hq", "spawn 2\nwait 1s\nexpect hosts.up == 2\nwait 30s\n");
    let mut command = playground.hydraq(&["run", "scenario.hq", "--format", "json"]);
    let running = Running::start(&playground, "run", &mut command);
    running.wait_until_it_says("\"command\":\"spawn\"");
    let host = playground.host_processes()[0];
    kill(Pid::from_raw(host), Signal::SIGKILL).expect("the host is there");
    let ran = running.end();
    ran.assert_status(3);
    assert_eq!(ran.summaries()[0]["passed"], false);
    playground.assert_clean();
}

#[test]
fn of_several_files_the_worst_counts_and_all_are_run() {
    let playground = Playground::new();
    playground.write("good.hq", "spawn\nenqueue --replicas 1\n");
    playground.write("bad.hq", "spawn\nexpect ready == 1\n");
    playground.write("unknown.hq", "spawn 2\nkill bravo\nenqueue --replicas 2 --timeout 300ms\n");
    let run = |files: &[&str]| {
        let mut arguments = vec!["run", "--format", "json"];
        arguments.extend(files);
        hydraq(&playground, &arguments)
    };
    let ran = run(&["bad.hq", "good.hq"]);
    ran.assert_status(1);
    let passed: Vec<_> = ran.summaries().iter().map(|summary| summary["passed"].clone()).collect();
    assert_eq!(passed, [false, true]);
    run(&["bad.hq", "unknown.hq", "good.hq"]).assert_status(2);
    playground.assert_clean();
}
