//! A run may be interrupted at any moment: no process and no file is left, and what was not done is said.

use hydraq_tests::playground::{Playground, wait_for};
use hydraq_tests::run::Running;
use nix::sys::signal::Signal;

/// Something of everything: starting, killing, stopping, load, a lesson's question.
const SCENARIO: &str = "spawn 3\nenqueue 20 --replicas 2\nask \"How many?\" --answer 20 --metric ready\nreveal --within 5s\n\
    kill alpha\nproduce --rate 50\nrestart alpha\npause bravo\nwait 300ms\nresume bravo\nwipe charlie\nrestart charlie\nwait 5m\n";
/// How many moments are tried.
const MOMENTS: u64 = 10;
/// The steps that can have ended at a moment: from none to all but the last, which waits.
const STEPS: u64 = 12;

#[test]
fn a_run_that_is_interrupted_at_any_moment_leaves_nothing() {
    let seed = std::env::var("HYDRAQ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122_u64);
    println!("HYDRAQ_SEED={seed} draws the same moments again");
    let mut state = seed;
    for moment in 0..MOMENTS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let steps = (state >> 33) % (STEPS + 1);
        let signal = if moment % 2 == 0 { Signal::SIGINT } else { Signal::SIGTERM };
        interrupt(steps as usize, signal);
    }
}

/// Interrupts a run while the step after so many is under way.
fn interrupt(steps: usize, signal: Signal) {
    let playground = Playground::new();
    playground.write("first.hq", SCENARIO);
    playground.write("second.hq", "spawn\n");
    let mut command = playground.hydraq(&["run", "first.hq", "second.hq", "--format", "json"]);
    let running = Running::start(&playground, "run", &mut command);
    // Before it has said its seed it may not listen for signals yet, and just ends.
    running.wait_until_it_complains("seed ");
    wait_for("the steps before", || (running.out().lines().count() >= steps).then_some(()));
    running.signal(signal);
    let ran = running.end();
    playground.assert_clean();
    // A signal in the moment before it listens ends it in the system's way, with the same status.
    ran.assert_status(128 + signal as i32);
    assert!(ran.summaries().is_empty(), "after {steps} steps: {}", ran.out);
    if !ran.steps().is_empty() {
        let said = format!("first.hq: stopped by {}", signal.as_str());
        assert!(ran.err.contains(&said), "after {steps} steps: {}", ran.err);
        assert!(ran.err.contains("1 further file"), "after {steps} steps: {}", ran.err);
    }
}
