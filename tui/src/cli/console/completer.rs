//! The command language, as the console's line wants it.

use hydraq_cluster::observe::TimeCommand;
use hydraq_cluster::scenario::{CompletionContext, Problem, commands, complete, parse_line};

use crate::model::{CommandHelp, Completer, Known, Suggestion};

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
        found.map(|one| Suggestion { text: one.text, replaces: one.replaces, help: one.help }).collect()
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
        commands().map(help).collect()
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
        let found = LANGUAGE.complete("kill br", 7, &known);
        assert_eq!(found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["bravo"]);
    }
}
