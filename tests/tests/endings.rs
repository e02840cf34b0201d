//! However a run ends, no host and no folder is left behind.

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Ran, Running};
use nix::sys::signal::Signal;

/// Ends a run in the middle, while one of its hosts is stopped and another one dead.
fn end_with(signal: Signal) -> Ran {
    let playground = Playground::new();
    playground
        .write("scenario.hq", "spawn 4\nenqueue 10\nkill delta\npause alpha\nproduce --rate 50\nwait 5m\n");
    let mut command = playground.hydraq(&["run", "scenario.hq", "--format", "json"]);
    let running = Running::start(&playground, "run", &mut command);
    running.wait_until_it_says("\"command\":\"produce\"");
    assert_eq!(playground.host_processes().len(), 3);
    running.signal(signal);
    let ran = running.end();
    playground.assert_clean();
    assert_eq!(ran.steps().len(), 5, "whole lines only");
    ran
}

#[test]
fn an_interrupt_ends_everything() {
    let ran = end_with(Signal::SIGINT);
    ran.assert_status(130);
    assert!(ran.err.contains("stopped by SIGINT; 1 of 6 steps were not run"), "{}", ran.err);
}

#[test]
fn a_polite_end_ends_everything() {
    end_with(Signal::SIGTERM).assert_status(143);
}

#[test]
fn a_runner_that_is_killed_takes_its_hosts_along() {
    end_with(Signal::SIGKILL).assert_status(128 + 9);
}
