//! The scenarios that teach must pass, whatever else the machine does.

use hydraq_tests::playground::{Playground, scenario_files};
use hydraq_tests::run::hydraq;

#[test]
fn all_demos_pass_together() {
    passes("../demo", 3);
}

#[test]
fn all_lessons_pass_with_the_right_answers() {
    passes("../demo/lessons", 12);
}

/// Runs all scenarios of a folder in one run; there must be so many of them at least.
fn passes(folder: &str, count_min: usize) {
    let files = scenario_files(folder);
    assert!(files.len() >= count_min, "{files:?}");
    let playground = Playground::new();
    let mut arguments = vec!["run", "--format", "json"];
    arguments.extend(files.iter().map(String::as_str));
    let ran = hydraq(&playground, &arguments);
    ran.assert_status(0);
    assert_eq!(ran.summaries().len(), files.len());
    assert!(ran.summaries().iter().all(|summary| summary["passed"] == true));
    playground.assert_clean();
}
