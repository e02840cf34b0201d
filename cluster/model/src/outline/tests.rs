//! The outline, explored to the end: a message with every test run, two on request.

use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use super::{Omission, Outline};

const ONE: Outline = Outline { messages: 1, crashes: 1, cuts: 1, calm: false, omits: None };

/// Explores everything; says how many states there are.
fn explore(outline: Outline) -> usize {
    let started = Instant::now();
    let checker = outline.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (states, depth) = (checker.unique_state_count(), checker.max_depth());
    println!("{outline:?}: {states} states, all of them, {depth} deep, {:?}", started.elapsed());
    for (name, path) in checker.discoveries() {
        let last = path.last_state().clone();
        assert!(name.starts_with("a message is"), "{name}: {last:?} {:?}", path.into_actions());
    }
    checker.assert_any_discovery("a message is acknowledged, delivered and deleted");
    states
}

#[test]
fn a_message_a_crash_and_a_cut() {
    explore(ONE);
}

#[test]
fn a_rule_that_is_left_out_is_missed() {
    for omits in [Omission::Commit, Omission::Confirmations, Omission::Comparison] {
        let outline = Outline { omits: Some(omits), ..ONE };
        let checker =
            outline.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found: Vec<&str> =
            checker.discoveries().into_keys().filter(|name| !name.starts_with("a message is")).collect();
        println!("{omits:?}: {found:?} after {} states", checker.unique_state_count());
        assert!(!found.is_empty(), "{omits:?}");
    }
}

/// Messages, crashes and cuts from the environment: `HYDRAQ_OUTLINE="2 2 1 calm"`.
#[test]
#[ignore = "takes minutes; in the release profile"]
fn as_the_environment_says() {
    let text = std::env::var("HYDRAQ_OUTLINE").unwrap_or_else(|_| "2 2 1 calm".into());
    let numbers: Vec<u8> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let calm = text.contains("calm");
    let [messages, crashes, cuts] = numbers[..] else { panic!("messages crashes cuts, not {text}") };
    explore(Outline { messages: messages.into(), crashes, cuts, calm, omits: None });
}
