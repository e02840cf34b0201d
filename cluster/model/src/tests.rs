//! Small configurations are explored to the end with every test run; larger ones on request, as far as they get.

use std::time::{Duration, Instant};

use stateright::{Checker, Model};

use crate::{Exploration, Grain};

const SMALL: Exploration = Exploration { messages: 1, dequeues: 1, crashes: 0, cuts: 0, grain: Grain::Batch };

/// Explores everything, or as much as there is time for; says how many states there are.
fn explore(exploration: Exploration, limit: Option<Duration>) -> usize {
    let started = Instant::now();
    let mut builder = exploration.checker().threads(2);
    if let Some(limit) = limit {
        builder = builder.timeout(limit);
    }
    let checker = builder.spawn_dfs().join();
    let (states, took) = (checker.unique_state_count(), started.elapsed());
    let is_whole = limit.is_none_or(|limit| took < limit);
    let how = if is_whole { "all" } else { "a part" };
    println!("{exploration:?}: {states} states, {how} of them, {} deep, {took:?}", checker.max_depth());
    for (name, path) in checker.discoveries() {
        // What sometimes happens is found by an example, what always holds by a counterexample.
        assert!(name.starts_with("a message is"), "{name}: {:?}", path.into_actions());
    }
    if is_whole && exploration.dequeues > 0 {
        let _ = checker.assert_any_discovery("a message is acknowledged, delivered and deleted");
    }
    states
}

#[test]
fn one_message_in_any_order() {
    assert_eq!(explore(SMALL, None), 109);
}

#[test]
fn two_messages_in_any_order() {
    assert_eq!(explore(Exploration { messages: 2, ..SMALL }, None), 2431);
}

#[test]
fn a_message_and_a_cut() {
    explore(Exploration { dequeues: 0, cuts: 1, grain: Grain::Rejoin, ..SMALL }, None);
}

/// Run with `--ignored --nocapture`; `HYDRAQ_MODEL_SECONDS` is for each configuration.
#[test]
#[ignore = "takes minutes"]
fn larger_configurations() {
    let seconds = std::env::var("HYDRAQ_MODEL_SECONDS").ok().and_then(|text| text.parse().ok());
    let limit = Some(Duration::from_secs(seconds.unwrap_or(60)));
    for (messages, dequeues, crashes, cuts, grain) in [
        (2, 2, 0, 0, Grain::Batch),
        (1, 0, 1, 0, Grain::Rejoin),
        (1, 1, 0, 1, Grain::Rejoin),
        (1, 1, 1, 0, Grain::Rejoin),
        (2, 2, 2, 1, Grain::Rejoin),
    ] {
        explore(Exploration { messages, dequeues, crashes, cuts, grain }, limit);
    }
}
