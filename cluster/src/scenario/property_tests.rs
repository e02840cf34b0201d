//! What holds for every command and for every text.

use std::time::SystemTime;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::generate::{any_command, nearly_a_line, text};
use super::*;

/// So many cases, or `PROPTEST_CASES` if that is more; the seed is `PROPTEST_RNG_SEED`, or new and printed.
fn config(cases: u32) -> ProptestConfig {
    let base = ProptestConfig::default();
    let rng_seed = match base.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => {
            SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| u64::from(elapsed.subsec_nanos()))
        }
    };
    eprintln!("PROPTEST_RNG_SEED={rng_seed}");
    let cases = cases.max(base.cases);
    ProptestConfig {
        cases,
        max_local_rejects: u32::MAX,
        rng_seed: RngSeed::Fixed(rng_seed),
        failure_persistence: None,
        ..base
    }
}

/// Reads a text and looks at everything that comes of it.
fn read(text: &str) {
    match parse_script("any.hq", text) {
        Ok(script) => {
            for step in script.steps {
                let printed = step.to_string();
                let again = parse_line(&printed, step.line)
                    .expect("canonical text is read")
                    .expect("it is a command");
                assert_eq!((again.attempt, &again.command), (step.attempt, &step.command), "{printed}");
                assert!(step.text.get(step.span.clone()).is_some(), "{:?} in {:?}", step.span, step.text);
                assert_eq!(again.to_string(), printed);
            }
        }
        Err(diagnostics) => {
            assert!(!diagnostics.shown.is_empty());
            for diagnostic in &diagnostics.shown {
                let source = diagnostic.source.as_deref().expect("a line");
                assert!(source.get(diagnostic.problem.span.clone()).is_some(), "{diagnostic:?}");
                let printed = diagnostic.to_string();
                assert!(printed.lines().count() >= 3 && printed.contains('^'), "{printed}");
                assert!(!printed.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{printed:?}");
            }
        }
    }
}

/// Completes at every place of a line.
fn complete_everywhere(line: &str) {
    let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let context = CompletionContext {
        hosts: known(&["alpha", "bravo"]),
        message_types: known(&["orders", "it's"]),
        ..CompletionContext::default()
    };
    for cursor in 0..=line.len() + 1 {
        for completion in complete(line, cursor, &context) {
            assert!(line.get(completion.replaces.clone()).is_some(), "{completion:?} in {line:?}");
            assert!(completion.replaces.end <= cursor && !completion.help.is_empty(), "{completion:?}");
        }
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_command_is_read_from_what_it_prints(command in any_command(), attempt: bool) {
        let attempt = attempt && command_word(command.words()).is_some_and(|words| words.may_fail);
        let text = format!("{}{command}", if attempt { "try " } else { "" });
        prop_assert!(!text.contains(['\n', '\r']), "{:?}", text);
        let step = parse_line(&text, 7).map_err(|problems| TestCaseError::fail(format!("{text}: {problems:?}")))?;
        let step = step.ok_or_else(|| TestCaseError::fail("a blank line"))?;
        prop_assert_eq!(&step.command, &command, "{}", text);
        prop_assert_eq!((step.line, step.attempt), (7, attempt));
        prop_assert_eq!(step.to_string(), text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_odd_text_is_read_or_refused(lines in proptest::collection::vec(text(), 0..5)) {
        read(&lines.join("\n"));
    }

    #[test]
    fn what_is_nearly_a_command_is_read_or_refused(line in nearly_a_line()) {
        read(&line);
        complete_everywhere(&line);
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_command_can_be_typed_with_completion(command in any_command()) {
        let text = command.to_string();
        let context = CompletionContext::default();
        for (at, _) in text.match_indices(" --").filter(|_| !text.contains(['"', '\'', '\\'])) {
            let option: String = text[at + 1..].chars().take_while(|c| *c != ' ').collect();
            let offered = complete(&text[..at + 3], at + 3, &context);
            prop_assert!(offered.iter().any(|completion| completion.text == option), "{} of {}", option, text);
        }
    }

    #[test]
    fn any_place_of_a_command_can_be_completed(command in any_command()) {
        complete_everywhere(&command.to_string());
    }
}
