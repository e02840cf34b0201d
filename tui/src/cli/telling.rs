//! Telling the observer of commands: that one begins, and what came of it. Console and recorded runs tell it alike.

use std::cell::Cell;
use std::rc::Rc;

use hydraq_cluster::observe::{Change, CommandBegun, CommandOutcome, CommandResult, EventKind, MessageId};
use hydraq_cluster::observer::{Notice, Observer};
use hydraq_cluster::scenario::Command;
use hydraq_cluster::scenario::run::{Failure, Outcome, outcome_json, outcome_line};

/// Tells an observer of commands, and counts them.
#[derive(Clone)]
pub(super) struct Telling {
    observer: Observer,
    begun: Rc<Cell<u64>>,
}

impl Telling {
    pub(super) fn new(observer: Observer) -> Self {
        Self { observer, begun: Rc::default() }
    }

    /// A command begins; its number.
    pub(super) fn begun(&self, line: &str, file_line: Option<u32>) -> u64 {
        self.begun.set(self.begun.get() + 1);
        let number = self.begun.get();
        self.observer.notice(Notice::Begun(CommandBegun { number, line: line.to_owned(), file_line }));
        number
    }

    /// A command has ended.
    pub(super) fn ended(
        &self,
        number: u64,
        line: &str,
        outcome: Option<&Outcome>,
        failure: Option<&Failure>,
        took_us: u64,
    ) {
        self.observer.notice(Notice::Ended(CommandResult {
            number,
            ok: failure.is_none(),
            words: words(line, outcome, failure),
            took_us,
            messages: outcome.map(Outcome::messages).unwrap_or_default(),
            result: outcome.map(outcome_json).unwrap_or_default(),
        }));
    }

    /// What came of a command, for the screen: as an event, if hosts do not tell of it themselves, and as an outcome.
    pub(super) fn told(
        &self,
        line: &str,
        command: &Command,
        outcome: Option<&Outcome>,
        failure: Option<&Failure>,
        took_us: u64,
    ) {
        let words = words(line, outcome, failure);
        if let Some(kind) = kind(command, failure.is_some()) {
            let words = if words.is_empty() { line.to_owned() } else { format!("{line}: {words}") };
            let message = outcome.and_then(single_message);
            self.observer.notice(Notice::Done { kind, message, words, took_us: Some(took_us) });
        }
        let outcome = CommandOutcome { line: line.to_owned(), ok: failure.is_none(), words };
        self.observer.notice(Notice::Tell(Change::Outcome(outcome)));
    }
}

/// What came of a command, in one line that may be empty.
fn words(line: &str, outcome: Option<&Outcome>, failure: Option<&Failure>) -> String {
    let done = outcome.map(outcome_line).unwrap_or_default();
    // What the line says already need not be said again.
    let is_said = done.split([',', ' ']).all(|word| word == "and" || line.contains(word));
    let done = if is_said { String::new() } else { done };
    match (failure, done.is_empty()) {
        (None, _) => done,
        (Some(failure), true) => said(failure),
        (Some(failure), false) => format!("{done}; {}", said(failure)),
    }
}

fn said(failure: &Failure) -> String {
    match &failure.help {
        Some(help) => format!("{}: {help}", failure.message),
        None => failure.message.clone(),
    }
}

/// What kind of event a command is; none if the hosts tell of it themselves, or there is nothing to tell.
fn kind(command: &Command, failed: bool) -> Option<EventKind> {
    if failed {
        return Some(EventKind::Refused);
    }
    Some(match command {
        Command::Enqueue(_) => EventKind::Enqueued,
        Command::Dequeue(_) | Command::Release(_) | Command::Extend(_) => EventKind::Leased,
        Command::Delete(_) => EventKind::Deleted,
        Command::Cut(_) | Command::Delay(_) | Command::Drop(_) => EventKind::Link,
        Command::Heal(_) => EventKind::Healed,
        Command::Fill(_) | Command::Free(_) | Command::Corrupt(_) => EventKind::Disk,
        Command::Leave(_) | Command::Remove(_) => EventKind::Membership,
        Command::Spawn(_)
        | Command::Kill(_)
        | Command::Restart(_)
        | Command::Pause(_)
        | Command::Resume(_)
        | Command::Wipe(_)
        | Command::RollBack(_)
        | Command::Wait(_)
        | Command::Show(_)
        | Command::Explain(_) => return None,
        _ => EventKind::Note,
    })
}

/// The message that a command was about, if it was one.
fn single_message(outcome: &Outcome) -> Option<MessageId> {
    match outcome {
        Outcome::Enqueued(sent) if sent.len() == 1 => Some(sent[0].id),
        Outcome::Dequeued(deliveries) if deliveries.len() == 1 => Some(deliveries[0].id),
        Outcome::Deleted(messages) if messages.len() == 1 => Some(messages[0].id),
        Outcome::Corrupted { message, .. } => *message,
        _ => None,
    }
}
