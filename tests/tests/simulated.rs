//! Scenarios on simulated hosts: the same results as on real ones, and the same again with the same seed.

use hydraq_tests::playground::{Playground, scenario_files};
use hydraq_tests::run::{Ran, hydraq};

fn simulate(files: &[String], seed: &str, format: &str) -> Ran {
    let playground = Playground::new();
    let mut arguments = vec!["run", "--sim", "--seed", seed, "--format", format];
    arguments.extend(files.iter().map(String::as_str));
    let ran = hydraq(&playground, &arguments);
    playground.assert_clean();
    ran
}

#[test]
fn all_demos_and_lessons_pass_on_simulated_hosts() {
    let mut files = scenario_files("../demo");
    files.extend(scenario_files("../demo/lessons"));
    assert!(files.len() >= 15, "{files:?}");
    for seed in ["1", "2", "3"] {
        let ran = simulate(&files, seed, "json");
        ran.assert_status(0);
        assert_eq!(ran.summaries().len(), files.len());
        assert!(ran.summaries().iter().all(|summary| summary["passed"] == true));
    }
}

#[test]
fn all_hard_scenarios_pass_on_simulated_hosts() {
    let files = scenario_files("scenarios");
    assert!(files.len() >= 20, "{files:?}");
    simulate(&files, "1", "json").assert_status(0);
}

#[test]
fn the_same_seed_gives_the_same_output_to_the_last_byte() {
    let mut all = scenario_files("../demo");
    all.extend(scenario_files("scenarios"));
    for format in ["json", "text"] {
        let (one, two) = (simulate(&all, "7", format), simulate(&all, "7", format));
        assert_eq!(one.out, two.out);
    }
    assert_ne!(simulate(&all, "7", "json").out, simulate(&all, "8", "json").out);
}

#[test]
fn a_loss_and_a_failed_expectation_have_the_status_that_they_have_on_real_hosts() {
    let playground = Playground::new();
    playground.write("loss.hq", "spawn 2\nenqueue 3 --replicas 1 --on alpha\nwipe alpha\n");
    playground.write("wrong.hq", "spawn 2\nexpect hosts.up == 3\n");
    playground.write("unknown.hq", "spawn 2\nkill bravo\nenqueue --replicas 2 --timeout 500ms\n");
    playground.write("alone.hq", "spawn\nkill alpha\nspawn\n");
    let run = |file| hydraq(&playground, &["run", file, "--sim", "--format", "json"]);
    let loss = run("loss.hq");
    loss.assert_status(1);
    assert_eq!(loss.summaries()[0]["lost"], 3);
    run("wrong.hq").assert_status(1);
    run("unknown.hq").assert_status(2);
    run("alone.hq").assert_status(1);
}

#[test]
fn an_hour_takes_no_hour() {
    let playground = Playground::new();
    playground
        .write("long.hq", "spawn 3\nenqueue --delay 50m\nwait 1h\ndequeue\nexpect delivered == 1\ndelete\n");
    hydraq(&playground, &["run", "long.hq", "--sim"]).assert_status(0);
    playground.assert_clean();
}

#[test]
fn what_needs_files_is_refused_before_anything_starts() {
    let playground = Playground::new();
    playground.write("scenario.hq", "spawn\n");
    let ran = hydraq(&playground, &["run", "scenario.hq", "--sim", "--data", "kept"]);
    ran.assert_status(64);
    assert!(ran.err.contains("--sim") && ran.err.contains("--data"), "{}", ran.err);
    assert!(!playground.path("kept").exists());
}
