use stateright::{Checker, Model};

use crate::{Exploration, Grain};

fn limit() -> std::num::NonZeroUsize {
    std::num::NonZeroUsize::new(3_000_000).unwrap()
}

/// Explores everything; says how many states there are.
fn explore(exploration: Exploration) -> usize {
    let started = std::time::Instant::now();
    let checker = exploration
        .checker()
        .threads(2)
        .target_state_count(limit().get())
        .timeout(std::time::Duration::from_secs(40))
        .spawn_dfs()
        .join();
    let states = checker.unique_state_count();
    println!("{exploration:?}: {states} states, {} deep, {:?}", checker.max_depth(), started.elapsed());
    for (name, path) in checker.discoveries() {
        if !name.starts_with("a message is") {
            panic!("{name}: {:?}", path.into_actions());
        }
    }
    states
}

const SMALL: Exploration = Exploration { messages: 1, dequeues: 1, crashes: 0, cuts: 0, grain: Grain::Batch };

#[test]
fn one_message_without_faults() {
    explore(SMALL);
}

#[test]
fn one_message_one_crash() {
    explore(Exploration { crashes: 1, grain: Grain::Rejoin, ..SMALL });
}

#[test]
fn one_message_one_cut() {
    explore(Exploration { cuts: 1, grain: Grain::Rejoin, ..SMALL });
}

#[test]
#[ignore]
fn probe() {
    for (messages, dequeues, crashes, cuts, grain) in [
        (2, 1, 0, 0, Grain::Batch),
        (2, 2, 0, 0, Grain::Batch),
        (1, 0, 1, 0, Grain::Rejoin),
        (1, 0, 0, 1, Grain::Rejoin),
    ] {
        explore(Exploration { messages, dequeues, crashes, cuts, grain });
    }
}
