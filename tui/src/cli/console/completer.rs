//! The command language, as the console's line wants it.

use hydraq_cluster::observe::TimeCommand;
use hydraq_cluster::scenario::{CompletionContext, Problem, commands, complete, parse_line};

use crate::model::{CommandHelp, Completer, Known, LESSON_WORDS, Suggestion, TAPE_WORDS};

/// What can be said to virtual time.
const TIME_WORDS: [(&str, &str); 9] = [
    ("hold", "stand still"),
    ("on", "go on"),
    ("step", "stand still, but for this much: step 10ms"),
    ("faster", "the next higher speed"),
    ("slower", "the next lower speed"),
    ("0.1x", "ten times slower than real time"),
    ("1x", "as fast as real time"),
    ("10x", "ten times faster"),
    ("100x", "as fast as it may go"),
];
/// How far time can be stepped, for example.
const STEP_WORDS: [(&str, &str); 4] = [("1ms", ""), ("10ms", ""), ("100ms", ""), ("1s", "")];

/// The whole language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Language {
    /// Whether virtual time can be told something.
    pub(super) is_simulated: bool,
}

impl Completer for Language {
    fn complete(&self, line: &str, cursor: usize, known: &Known) -> Vec<Suggestion> {
        let context = CompletionContext {
            hosts: known.hosts.clone(),
            message_types: known.message_types.clone(),
            ..CompletionContext::default()
        };
        let found = complete(line, cursor, &context).into_iter();
        let found = found.map(|one| Suggestion { text: one.text, replaces: one.replaces, help: one.help });
        let mut found: Vec<Suggestion> = found.collect();
        found.extend(self.complete_own(line, cursor));
        found
    }

    fn check(&self, line: &str) -> Result<(), String> {
        if self.is_simulated && TimeCommand::is_meant_by(line) {
            return TimeCommand::parse(line).map(|_| ());
        }
        match parse_line(line, 1) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("this is no command".to_owned()),
            Err(problems) => Err(in_words(&problems)),
        }
    }

    fn commands(&self) -> Vec<CommandHelp> {
        let help = |command: &hydraq_cluster::scenario::CommandWord| CommandHelp {
            words: command.words.to_owned(),
            help: command.summary.to_owned(),
        };
        let own = self
            .own_words()
            .into_iter()
            .map(|(words, help)| CommandHelp { words: words.to_owned(), help: help.to_owned() });
        commands().map(help).chain(own).collect()
    }
}

impl Language {
    /// What only the console understands: the first words, with what they do.
    fn own_words(self) -> Vec<(&'static str, &'static str)> {
        let time = self.is_simulated.then_some(("time", "virtual time: hold it, let it go on, its speed"));
        let lesson = (!self.is_simulated).then_some(("lesson", "begin a lesson, go on in it, end it"));
        [("record", "record this session into a file")].into_iter().chain(lesson).chain(time).collect()
    }

    /// The same with what can follow them.
    fn complete_own(self, line: &str, cursor: usize) -> Vec<Suggestion> {
        let before = line.get(..cursor).unwrap_or(line);
        let typed = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let words: Vec<&str> = before[..before.len() - typed.len()].split_whitespace().collect();
        let ways = match words[..] {
            [] => self.own_words(),
            ["record"] => TAPE_WORDS.into_iter().filter(|(word, _)| *word != "FILE").collect(),
            ["lesson"] if !self.is_simulated => LESSON_WORDS.to_vec(),
            ["time"] if self.is_simulated => TIME_WORDS.to_vec(),
            ["time", "step"] if self.is_simulated => STEP_WORDS.to_vec(),
            _ => Vec::new(),
        };
        let fitting = ways.into_iter().filter(|(word, _)| word.starts_with(typed) && *word != typed);
        let replaces = cursor - typed.len()..cursor;
        let suggestion = |(text, help): (&str, &str)| Suggestion {
            text: text.to_owned(),
            replaces: replaces.clone(),
            help: help.to_owned(),
        };
        fitting.map(suggestion).collect()
    }
}

/// The first problem, with what to do about it.
pub(super) fn in_words(problems: &[Problem]) -> String {
    match problems.first() {
        Some(Problem { message, help: Some(help), .. }) => format!("{message}: {help}"),
        Some(Problem { message, .. }) => message.clone(),
        None => "this is no command".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Language;
    use crate::model::{Completer, Known};

    const LANGUAGE: Language = Language { is_simulated: false };

    #[test]
    fn mistakes_are_said_with_what_to_do_about_them() {
        assert_eq!(LANGUAGE.check("enqueue 5 --replicas 2"), Ok(()));
        assert!(LANGUAGE.check("enqeue 5").unwrap_err().contains("enqueue"));
        assert!(LANGUAGE.check("enqueue 5 --replicas 300").unwrap_err().contains("300"));
        assert!(LANGUAGE.check("# nothing").is_err());
    }

    #[test]
    fn hosts_are_completed() {
        let known = Known { hosts: vec!["alpha".into(), "bravo".into()], ..Known::default() };
        assert_eq!(found(LANGUAGE, "kill br", &known), ["bravo"]);
    }

    fn found(language: Language, line: &str, known: &Known) -> Vec<String> {
        language.complete(line, line.len(), known).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn what_only_the_console_understands_is_completed_too() {
        let (known, simulated) = (Known::default(), Language { is_simulated: true });
        assert_eq!(found(simulated, "ti", &known), ["time"]);
        assert_eq!(found(simulated, "time s", &known), ["step", "slower"]);
        assert_eq!(found(simulated, "time step 10", &known), ["10ms", "100ms"]);
        assert_eq!(found(LANGUAGE, "time ", &known), [""; 0], "real time takes no orders");
        assert_eq!(found(LANGUAGE, "rec", &known), ["record"]);
        assert_eq!(found(LANGUAGE, "record ", &known), ["stop"]);
        assert_eq!(found(LANGUAGE, "lesson ", &known), ["1", "next", "back", "end"]);
        for (word, _) in super::TIME_WORDS.iter().filter(|(word, _)| *word != "step") {
            assert_eq!(simulated.check(&format!("time {word}")), Ok(()));
        }
        let named = |language: Language, words| language.commands().iter().any(|one| one.words == words);
        assert!(named(simulated, "time") && !named(LANGUAGE, "time") && named(LANGUAGE, "record"));
    }
}
