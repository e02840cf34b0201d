//! The table is complete and agrees with the commands: every row can be typed, read and printed.

use super::*;
use crate::scenario::{Command, METRICS, parse_line};

#[test]
fn every_example_is_an_example_of_its_command() {
    for command in commands() {
        assert!(!command.examples.is_empty(), "{} has no example", command.words);
        for example in command.examples {
            let step = parse_line(example, 1).unwrap_or_else(|problems| panic!("{example}: {problems:?}"));
            assert_eq!(step.expect("a command").command.words(), command.words, "{example}");
        }
    }
}

#[test]
fn every_default_is_a_value_of_its_kind() {
    for command in commands() {
        for parameter in command.all_parameters() {
            if let Some(default) = parameter.default {
                let read = parameter.kind.read(default);
                assert!(read.is_ok(), "{} of {}: {read:?}", parameter.name, command.words);
                assert_eq!(parameter.without, "", "{} of {}", parameter.name, command.words);
            }
        }
    }
}

#[test]
fn names_are_unique_in_a_command_and_words_in_the_language() {
    let mut words: Vec<&str> = commands().map(|command| command.words).collect();
    words.sort_unstable();
    let mut known = Command::ALL_WORDS.to_vec();
    known.sort_unstable();
    assert_eq!(words, known);
    words.dedup();
    assert_eq!(words, known);
    for command in commands() {
        let mut names: Vec<&str> = command.all_parameters().map(|parameter| parameter.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{}", command.words);
    }
}

#[test]
fn arguments_come_before_options_and_needed_ones_before_others() {
    for command in commands() {
        let all: Vec<&Parameter> = command.all_parameters().collect();
        let in_order = all.is_sorted_by_key(|parameter| parameter.is_option());
        assert!(in_order, "{}: options come last", command.words);
        let arguments: Vec<&Parameter> = command.arguments().collect();
        let optional = |argument: &Parameter| matches!(argument.occurs, Occurs::Optional | Occurs::Any);
        assert!(arguments.is_sorted_by_key(|argument| optional(argument)), "{}", command.words);
        let before_last = &arguments[..arguments.len().saturating_sub(1)];
        assert!(!before_last.iter().any(|argument| argument.repeats()), "{}", command.words);
    }
}

#[test]
fn what_is_joined_is_in_the_same_command() {
    for command in commands() {
        for (_, other) in command.all_parameters().filter_map(|parameter| parameter.joins) {
            assert!(command.all_parameters().any(|parameter| parameter.name == other), "{}", command.words);
        }
    }
}

#[test]
fn words_for_suggestions_are_no_words_of_the_language() {
    for command in commands().filter(|command| !command.words.contains(' ')) {
        for akin in command.akin {
            assert!(commands().all(|other| other.words != *akin), "{akin} is a command itself");
        }
        for option in command.options() {
            for akin in option.akin {
                assert!(command.options().all(|other| other.name != format!("--{akin}")), "{akin}");
            }
        }
    }
}

#[test]
fn every_metric_can_be_expected() {
    for metric in METRICS {
        let step = parse_line(&format!("expect {} == 0", metric.example), 1);
        let step = step.unwrap_or_else(|problems| panic!("{}: {problems:?}", metric.example));
        let command = step.expect("a command").command;
        assert!(matches!(&command, Command::Expect(expectation) if expectation.metric.word() == metric.word));
    }
}

#[test]
fn usage_shows_what_belongs_together() {
    let usage = |words| command_word(words).map(CommandWord::usage).unwrap_or_default();
    assert_eq!(usage("kill"), "kill HOST...");
    assert_eq!(usage("heal"), "heal [A B]");
    assert_eq!(usage("stop"), "stop produce|consume");
    assert_eq!(usage("dequeue"), "dequeue [N] [--type T]... [--on HOST] [--lease D] [--wait D]");
    assert!(usage("enqueue").contains(" [--body B | --size BYTES] "));
}
