//! The scenarios that teach must pass, whatever else the machine does.

use std::fs;
use std::path::PathBuf;

use hydraq_tests::playground::Playground;
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
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).expect("there are demos");
    let files = entries.map(|entry| entry.expect("a file").path());
    let mut files: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "hq"))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
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
