//! A few seeds, and that they can be repeated.

use hydraq_core::config::Config;

use super::plan::Plan;
use super::run::run;

#[test]
fn seeds_hold() {
    let from: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let count: u64 = std::env::var("SEEDS").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20);
    let mut failed = 0;
    for seed in from..from + count {
        let mut plan = Plan::of(seed, None);
        if let Ok(except) = std::env::var("EXCEPT") {
            plan.faults.retain(|(_, fault)| !except.split(',').any(|class| class == fault.class()));
        }
        let outcome = run(&plan, &Config::default(), false);
        if !outcome.violations.is_empty() {
            failed += 1;
            let classes: std::collections::BTreeSet<_> =
                plan.faults.iter().map(|(_, fault)| fault.class()).collect();
            eprintln!("seed {seed}: {} hosts, {} faults {classes:?}", plan.hosts, plan.faults.len());
            for violation in &outcome.violations {
                eprintln!("  {}: {:.700}", violation.invariant, violation.what);
            }
            if let Ok(file) = std::env::var("TRACE") {
                std::fs::write(file, outcome.trace.join("\n")).expect("the trace can be written");
                eprintln!("{:#?}", plan.faults);
            }
        }
    }
    assert_eq!(failed, 0, "{failed} of {count} seeds");
}

#[test]
fn clients_of_data_stores_work_in_some_seeds() {
    let outcomes = (0..10).map(|seed| run(&Plan::of(seed, None), &Config::default(), false));
    let objects: Vec<u64> = outcomes.map(|outcome| outcome.objects).collect();
    assert!(objects.contains(&0) && objects.iter().any(|count| *count > 20), "{objects:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..3 {
        let plan = Plan::of(seed, None);
        assert_eq!(
            run(&plan, &Config::default(), false).hash,
            run(&plan, &Config::default(), false).hash,
            "seed {seed}"
        );
    }
}
