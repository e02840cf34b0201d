//! Recording the session into a file while it goes on: what is typed for it, and what the screen knows of it.
//!
//! The file itself is the shell's business. Single happenings are wanted from the observer only while there is one.

use hydraq_cluster::observe::Request;

use super::Model;
use super::input::Action;

/// What is wanted of the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeCommand {
    /// Begin one, into a file of this name, or into one that is named after the time.
    Begin(Option<String>),
    /// End it.
    End,
}

/// What became of the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeTold {
    /// It goes into this file from now on.
    Begun(String),
    /// It is complete in this file.
    Ended(String),
}

/// The ways in which a line can go on after `record`, with what they mean.
pub(crate) const TAPE_WORDS: [(&str, &str); 2] =
    [("FILE", "record into this file from now on, for `hydraq replay`"), ("stop", "end the recording")];

impl TapeCommand {
    /// Whether a line is meant for the recording.
    #[must_use]
    pub fn is_meant_by(line: &str) -> bool {
        line.split_whitespace().next() == Some("record")
    }

    /// Reads `record`, `record FILE` or `record stop`.
    ///
    /// # Errors
    ///
    /// What can be typed instead.
    pub fn parse(line: &str) -> Result<Self, String> {
        let rest = line.trim().strip_prefix("record").unwrap_or_default().trim();
        match rest {
            "" => Ok(Self::Begin(None)),
            "stop" => Ok(Self::End),
            _ if rest.starts_with('-') => {
                Err(format!("{rest:?} is no file: `record FILE` begins a recording, `record stop` ends it"))
            }
            _ => Ok(Self::Begin(Some(rest.trim_matches('"').to_owned()))),
        }
    }
}

impl Model {
    /// Begins a recording, or ends the one that is made.
    pub(super) fn toggle_tape(&mut self) -> Vec<Action> {
        let command = if self.tape.is_some() { TapeCommand::End } else { TapeCommand::Begin(None) };
        self.tell_tape(command)
    }

    /// Begins or ends a recording, if that can be done now.
    pub(super) fn tell_tape(&mut self, command: TapeCommand) -> Vec<Action> {
        let refused = match (&command, &self.tape) {
            _ if self.replays => Some("this is a recording already".to_owned()),
            (TapeCommand::Begin(_), Some(name)) => Some(format!("{name} is recorded into: end it first")),
            (TapeCommand::End, None) => Some("nothing is recorded: `record FILE` begins".to_owned()),
            _ => None,
        };
        match refused {
            None => vec![Action::Tape(command)],
            Some(words) => {
                self.toasts.push(self.now_ms, false, words);
                Vec::new()
            }
        }
    }

    /// Takes in what became of the recording.
    pub(super) fn tape_told(&mut self, told: Result<TapeTold, String>) -> Vec<Action> {
        let (good, words) = match &told {
            Ok(TapeTold::Begun(name)) => (true, format!("records into {name}")),
            Ok(TapeTold::Ended(name)) => (true, format!("recorded: hydraq replay {name}")),
            Err(words) => (false, words.clone()),
        };
        self.toasts.push(self.now_ms, good, words);
        self.tape = match told {
            Ok(TapeTold::Begun(name)) => Some(name),
            _ => None,
        };
        vec![Action::Ask(Request::Record(self.tape.is_some()))]
    }
}

#[cfg(test)]
mod tests {
    use hydraq_cluster::observe::Request;

    use super::*;
    use crate::demo::{Stage, staged};
    use crate::model::{Input, Setup};

    #[test]
    fn what_is_typed_for_a_recording_is_understood() {
        let begin = |name: &str| Ok(TapeCommand::Begin(Some(name.to_owned())));
        assert_eq!(TapeCommand::parse("record"), Ok(TapeCommand::Begin(None)));
        assert_eq!(TapeCommand::parse(" record  my run.jsonl "), begin("my run.jsonl"));
        assert_eq!(TapeCommand::parse("record \"a b\""), begin("a b"));
        assert_eq!(TapeCommand::parse("record stop"), Ok(TapeCommand::End));
        assert!(TapeCommand::parse("record --help").is_err());
        assert!(!TapeCommand::is_meant_by("recorder"));
    }

    #[test]
    fn a_recording_begins_once_is_seen_and_ends_once() {
        let mut stage = Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 4));
        let taped = |stage: &Stage| match stage.actions.last() {
            Some(Action::Tape(command)) => Some(command.clone()),
            _ => None,
        };
        stage.keys("R");
        assert_eq!(taped(&stage), Some(TapeCommand::Begin(None)));
        stage.input(Input::Tape(Ok(TapeTold::Begun("run.jsonl".to_owned()))));
        assert_eq!(stage.actions.last(), Some(&Action::Ask(Request::Record(true))));
        assert!(crate::export::text(&stage.draw()).contains("records into run.jsonl"));
        stage.command("record other.jsonl");
        assert!(stage.model.toasts.bad().any(|toast| toast.words.contains("run.jsonl")));
        stage.keys("R");
        assert_eq!(taped(&stage), Some(TapeCommand::End));
        stage.input(Input::Tape(Ok(TapeTold::Ended("run.jsonl".to_owned()))));
        assert_eq!(stage.actions.last(), Some(&Action::Ask(Request::Record(false))));
        assert_eq!(
            stage.model.session().scenario(u64::MAX),
            "# a session of the console\n",
            "it is no command"
        );
    }
}
