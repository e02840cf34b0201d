//! Scenario files and what is said of them, side by side: `malformed/NAME.hq` with its diagnostics in
//! `malformed/NAME.txt`, `valid/NAME.hq` with its commands in canonical text in `valid/NAME.txt`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p hydraq-cluster golden` records the texts anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Diagnostics, Script, load_files, parse_line};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario").join(name)
}

/// The scenario files of a folder, in order.
fn scenarios(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(name)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hq"));
    paths.sort();
    paths
}

/// Compares what a scenario yields with the text beside it, or records it.
fn check(path: &Path, yields: &str) -> Result<(), String> {
    let golden = path.with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return fs::write(&golden, yields).map_err(|error| format!("{}: {error}", golden.display()));
    }
    let expected = fs::read_to_string(&golden).map_err(|error| format!("{}: {error}", golden.display()))?;
    if expected == yields {
        return Ok(());
    }
    Err(format!("{} differs. Expected:\n{expected}\nFound:\n{yields}", golden.display()))
}

fn load(path: &Path) -> Result<Script, Diagnostics> {
    load_files(&[path.to_path_buf()]).map(|mut scripts| scripts.remove(0))
}

fn all_pass(results: impl Iterator<Item = Result<(), String>>) {
    let failures: Vec<String> = results.filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn malformed_scenarios_are_refused_with_these_words() {
    let paths = scenarios("malformed");
    assert!(paths.len() >= 40, "only {} malformed scenarios", paths.len());
    all_pass(paths.iter().map(|path| {
        let diagnostics = load(path).err().ok_or_else(|| format!("{} is taken", path.display()))?;
        let parent = format!("{}/", folder("malformed").display());
        check(path, &format!("{}\n", diagnostics.to_string().replace(&parent, "")))
    }));
}

#[test]
fn valid_scenarios_are_these_commands() {
    all_pass(scenarios("valid").iter().map(|path| {
        let script = load(path).map_err(|diagnostics| diagnostics.to_string())?;
        let lines: Vec<String> = script.steps.iter().map(|step| format!("{}: {step}\n", step.line)).collect();
        for step in &script.steps {
            let again =
                parse_line(&step.to_string(), step.line).map_err(|problems| format!("{problems:?}"))?;
            let again = again.ok_or("a command became a blank line")?;
            assert_eq!((again.attempt, &again.command), (step.attempt, &step.command), "{step}");
        }
        check(path, &lines.concat())
    }));
}

#[test]
fn every_command_and_metric_is_in_a_valid_scenario() {
    let texts: Vec<String> =
        scenarios("valid").iter().map(|path| fs::read_to_string(path).expect("readable")).collect();
    let text = texts.concat();
    for command in super::commands() {
        assert!(text.contains(&format!("\n{}", command.words)), "{} is not tried", command.words);
        for option in command.options() {
            assert!(text.contains(option.name), "{} of {} is not tried", option.name, command.words);
        }
    }
    for metric in super::METRICS {
        assert!(text.contains(&format!("\nexpect {}", metric.word)), "{} is not tried", metric.word);
    }
}
