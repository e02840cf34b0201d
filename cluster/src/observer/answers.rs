//! What the harness was told of its own messages: that an enqueue or a delete of theirs was acknowledged, and when.
//!
//! Hosts do not tell who asked them, nor when their answer arrived. For messages of other clients there is nothing here.

use std::collections::{HashMap, VecDeque};

use crate::observe::{HappeningBy, MessageId};

/// How many answers are kept.
const KEPT_MAX: usize = 65_536;
/// How many messages of one command are kept.
const MESSAGES_MAX: usize = 4_096;

/// What was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Enqueue,
    Delete,
}

/// That something was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) asked: Asked,
    /// Wall time.
    pub(super) at_ms: u64,
    /// From the command to the answer.
    pub(super) took_us: u64,
}

/// The latest answers.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Commands that have begun, by number.
    begun: HashMap<u64, Asked>,
    kept: VecDeque<(MessageId, Answer)>,
}

impl Answers {
    /// Takes in that a command began or ended; the messages that it was about, if they were acknowledged.
    pub(super) fn take<'a>(&mut self, at_ms: u64, by: &'a HappeningBy) -> &'a [MessageId] {
        match by {
            HappeningBy::Command(command) => {
                let mut words = command.line.split_whitespace().filter(|word| *word != "try");
                let asked = match words.next() {
                    Some("enqueue") => Asked::Enqueue,
                    Some("delete") => Asked::Delete,
                    _ => return &[],
                };
                self.begun.insert(command.number, asked);
                &[]
            }
            HappeningBy::Result(result) => {
                let asked = self.begun.remove(&result.number).filter(|_| result.ok);
                let Some(asked) = asked else { return &[] };
                let answer = Answer { asked, at_ms, took_us: result.took_us };
                let messages = &result.messages[..result.messages.len().min(MESSAGES_MAX)];
                self.kept.extend(messages.iter().map(|message| (*message, answer)));
                self.kept.drain(..self.kept.len().saturating_sub(KEPT_MAX));
                messages
            }
            HappeningBy::Host(_) => &[],
        }
    }

    /// The first answer to this about a message.
    pub(super) fn about(&self, message: MessageId, asked: Asked) -> Option<Answer> {
        let mut answers = self.kept.iter();
        answers.find(|(of, answer)| *of == message && answer.asked == asked).map(|(_, answer)| *answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{CommandBegun, CommandResult};

    #[test]
    fn only_what_was_acknowledged_is_kept_and_no_more_than_fits() {
        let mut answers = Answers::default();
        let mut run = |number, line: &str, ok, messages: &[u128]| {
            let line = line.to_owned();
            let begun = CommandBegun { number, line, file_line: None };
            answers.take(100, &HappeningBy::Command(begun));
            let messages = messages.iter().map(|id| MessageId(*id)).collect();
            let (words, result) = (String::new(), serde_json::Value::Null);
            let ended = CommandResult { number, ok, words, took_us: 1_100, messages, result };
            answers.take(102, &HappeningBy::Result(ended)).len()
        };
        assert_eq!(run(1, "enqueue 2", true, &[1, 2]), 2);
        assert_eq!(run(2, "try enqueue", false, &[3]), 0);
        assert_eq!(run(3, "dequeue 2", true, &[1, 2]), 0);
        assert_eq!(run(4, "try delete", true, &[1]), 1);
        for number in 0..20 {
            run(5 + number, "enqueue 4000", true, &[9; 4_000]);
        }
        assert_eq!(answers.kept.len(), KEPT_MAX);
        assert_eq!(answers.about(MessageId(1), Asked::Enqueue), None, "the oldest go first");
        let about = answers.about(MessageId(9), Asked::Enqueue).unwrap();
        assert_eq!((about.at_ms, about.took_us), (102, 1_100));
        assert!(answers.begun.is_empty());
    }
}
