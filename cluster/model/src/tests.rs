//! Small configurations are explored to the end with every test run; larger ones on request, as far as they get.

use std::time::{Duration, Instant};

use hydraq_core::plant::Plant;
use stateright::{Checker, HasDiscoveries, Model};

use crate::{Exploration, Grain};

const SMALL: Exploration =
    Exploration { messages: 1, dequeues: 1, crashes: 0, cuts: 0, grain: Grain::Batch, plant: None };

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
        let broken = path.last_state().clients.broken;
        assert!(name.starts_with("a message is"), "{name}: {broken:?} {:?}", path.into_actions());
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
    assert_eq!(explore(Exploration { messages: 2, ..SMALL }, None), 1475);
}

#[test]
fn a_message_and_a_cut() {
    let exploration = Exploration { dequeues: 0, cuts: 1, grain: Grain::Rejoin, ..SMALL };
    assert_eq!(explore(exploration, None), 2458);
}

#[test]
fn a_message_and_a_crash() {
    let exploration = Exploration { dequeues: 0, crashes: 1, grain: Grain::Calm, ..SMALL };
    assert_eq!(explore(exploration, None), 904);
}

/// The checker is awake: what is wrong on purpose is found, by the property that it breaks.
#[test]
fn planted_bugs_are_found() {
    for (plant, property) in [
        (Plant::AckBeforeFsync, "acknowledged is on two disks"),
        (Plant::AckOneShort, "what clients are told is true"),
        (Plant::NoTombstone, "everything converges"),
        (Plant::ServeBeforeSync, "everything converges"),
        (Plant::TakeoverWithoutSuspicion, "everything converges"),
    ] {
        let exploration = Exploration { crashes: 1, grain: Grain::Calm, plant: Some(plant), ..SMALL };
        let wanted = HasDiscoveries::AllOf([property].into());
        let checker = exploration.checker().finish_when(wanted).spawn_dfs().join();
        let path = checker.assert_any_discovery(property);
        println!(
            "{plant:?}: {property}, after {} states: {:?}",
            checker.unique_state_count(),
            path.into_actions()
        );
    }
}

/// One configuration: `HYDRAQ_MODEL="messages dequeues crashes cuts grain"`; `HYDRAQ_MODEL_SECONDS` ends it early. Run with `--ignored --nocapture`.
#[test]
#[ignore = "takes as long as it is asked to"]
fn configuration() {
    let text = std::env::var("HYDRAQ_MODEL").expect("HYDRAQ_MODEL says what to explore");
    let words: Vec<&str> = text.split_whitespace().collect();
    let [messages, dequeues, crashes, cuts, grain] = words[..] else { panic!("five words, not {text:?}") };
    let number = |word: &str| word.parse().expect("a number");
    let [messages, dequeues, crashes, cuts] = [messages, dequeues, crashes, cuts].map(number);
    let grain = match grain {
        "batch" => Grain::Batch,
        "rejoin" => Grain::Rejoin,
        "host" => Grain::Host,
        "round" => Grain::Round,
        "calm" => Grain::Calm,
        _ => panic!("the grain is not {grain:?}"),
    };
    let seconds = std::env::var("HYDRAQ_MODEL_SECONDS").ok().map(|text| text.parse().expect("seconds"));
    let plant = std::env::var("HYDRAQ_MODEL_PLANT").ok().map(|name| Plant::of_name(&name).expect("a plant"));
    let exploration = Exploration { messages, dequeues, crashes, cuts, grain, plant };
    explore(exploration, seconds.map(Duration::from_secs));
}
