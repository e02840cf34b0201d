use proptest::prelude::*;

use super::workload::{Action, Step};
use super::{Points, run, run_seed, run_steps};

/// How many crash points the tests look at. `HYDRAQ_CRASH_POINTS` asks for another number, `HYDRAQ_CRASH_SEED` for other lives.
const POINTS: u64 = 5_000;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn whatever_a_crash_leaves_nothing_acknowledged_is_lost_and_nothing_is_halved() {
    let (wanted, from) = (number("HYDRAQ_CRASH_POINTS", POINTS), number("HYDRAQ_CRASH_SEED", 0));
    let (points, violations) = run(from, wanted, &|_| {});
    println!("from seed {from}: {points:?}");
    assert!(violations.is_empty(), "{}", violations[0]);
    assert!(points.points >= wanted, "{points:?}");
    let enough = wanted / 100;
    for class in [points.everything_lost, points.nothing_lost, points.torn, points.unacknowledged] {
        assert!(class >= enough, "some kind of crash is too rare: {points:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_life() {
    let look = || {
        let mut points = Points::default();
        (run_seed(3, &mut points), points)
    };
    assert_eq!(look(), look());
}

#[test]
fn a_disk_that_loses_what_it_claims_to_have_synced_is_found() {
    let enqueue = || Step::Commit(vec![Action::Enqueue(3, 100)]);
    let stretches = [vec![enqueue(), enqueue()], vec![enqueue()]];
    let found = run_steps(1, stretches, true, &mut Points::default());
    assert!(found.is_err(), "commits that were acknowledged are lost, and nobody notices");
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0u8..20, 0u32..2000).prop_map(|(count, bytes)| Action::Enqueue(count, bytes)),
        1 => (0u32..2000).prop_map(Action::Flash),
        1 => any::<u16>().prop_map(Action::Lease),
        1 => any::<u16>().prop_map(Action::Delete),
        1 => any::<u16>().prop_map(Action::Forget),
        1 => (any::<u16>(), 0u8..40).prop_map(|(from, count)| Action::Trim(from, count)),
        1 => (0u8..4, 0u16..300).prop_map(|(name, length)| Action::Set(name, length)),
        2 => (any::<u8>(), 0u16..900).prop_map(|(object, bytes)| Action::Create(object, bytes)),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(object, replace)| Action::Update(object, replace)),
        1 => any::<u8>().prop_map(Action::DeleteObject),
        1 => (0u8..8).prop_map(Action::Propagate),
        1 => (0u8..9).prop_map(Action::TrimEvents),
        1 => any::<u8>().prop_map(Action::Declare),
        1 => Just(Action::Build),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec(action(), 0..6).prop_map(Step::Commit),
        1 => Just(Step::Tidy),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_workload_survives_any_crash(
        seed in any::<u64>(),
        stretches in prop::collection::vec(prop::collection::vec(step(), 0..5), 1..4),
    ) {
        let found = run_steps(seed, stretches, false, &mut Points::default());
        prop_assert_eq!(found, Ok(()));
    }
}
