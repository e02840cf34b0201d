//! The options of `hydraq run`.

use std::fs;

use hydraq_tests::playground::Playground;
use hydraq_tests::run::hydraq;

#[test]
fn hosts_are_spawned_first_with_hosts() {
    let playground = Playground::new();
    playground.write("scenario.hq", "expect hosts.up == 3\nspawn\nexpect hosts.up == 4\nkill delta\n");
    hydraq(&playground, &["run", "scenario.hq", "--hosts", "3"]).assert_status(0);
    playground.assert_clean();
}

#[test]
fn the_same_seed_draws_the_same_hosts() {
    let playground = Playground::new();
    playground.write("scenario.hq", "kill random random\n");
    let victims = |seed: &str| {
        let arguments = ["run", "scenario.hq", "--hosts", "4", "--seed", seed, "--format", "json"];
        let ran = hydraq(&playground, &arguments);
        ran.assert_status(0);
        assert!(ran.err.contains(&format!("seed {seed}")), "{}", ran.err);
        ran.steps()[0]["result"]["hosts"].to_string()
    };
    assert_eq!(victims("7"), victims("7"));
    let several: std::collections::BTreeSet<String> = ["1", "2", "3", "4", "5"].map(victims).into();
    assert!(several.len() > 1, "{several:?}");
    playground.assert_clean();
}

#[test]
fn data_stays_where_data_says_and_is_not_used_twice() {
    let playground = Playground::new();
    playground.write("scenario.hq", "spawn 2\nenqueue\n");
    let run = || hydraq(&playground, &["run", "scenario.hq", "--data", "kept"]);
    run().assert_status(0);
    for name in ["alpha/store.redb", "bravo/store.redb", "alpha.log"] {
        assert!(fs::exists(playground.path("kept").join(name)).expect("a folder"), "{name}");
    }
    playground.assert_clean();
    let again = run();
    again.assert_status(64);
    assert!(again.err.contains("each run needs a fresh folder"), "{}", again.err);
}
