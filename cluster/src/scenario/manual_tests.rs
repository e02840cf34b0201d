//! The manual says everything, within its columns.

use super::{METRICS, command_manual, commands, manual, parse_script};

#[test]
fn it_has_every_command_option_example_and_metric() {
    let manual = manual();
    for command in commands() {
        assert!(manual.contains(&format!("\n  {}", command.words)), "{}", command.words);
        for option in command.options() {
            assert!(manual.contains(option.name), "{}", option.name);
        }
        for example in command.examples {
            assert!(manual.contains(&format!("Example: {example}\n")), "{example}");
        }
    }
    for metric in METRICS {
        assert!(manual.contains(&format!("\n      {} ", metric.usage())), "{}", metric.word);
    }
}

#[test]
fn it_has_at_most_a_hundred_columns() {
    for line in manual().lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
    }
}

#[test]
fn its_example_is_a_scenario() {
    let manual = manual();
    let example: Vec<&str> = manual.lines().filter_map(|line| line.strip_prefix("    ")).take(7).collect();
    let script = parse_script("manual", &example.join("\n")).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(script.steps.len(), 7);
}

#[test]
fn every_command_has_a_manual_of_its_own() {
    for command in commands() {
        let text = command_manual(command.words).expect("a manual");
        assert!(text.contains(command.examples[0]), "{text}");
    }
    assert!(command_manual("produce").is_some_and(|text| text.contains("--min-replicas")));
    assert_eq!(command_manual("explode"), None);
}
