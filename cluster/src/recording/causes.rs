//! Which happening follows from which, from what hosts and harness tell.
//!
//! Happenings are taken in the order of their times. A cause is named only where one thing must have come before the other:
//! a copy follows from the copy (or the command) that it was sent for, the end of a delete from every tombstone, a result
//! from what it tells of. What nobody can tell is left out.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::entry::Causal;
use crate::observe::{Happening, HappeningBy, HostHappening, MessageId};

/// How many messages are remembered.
const MESSAGES_MAX: usize = 200_000;

/// What was said of each message on each host last.
#[derive(Debug, Default)]
struct Traces {
    /// By message, by host: what, and its id.
    last: HashMap<MessageId, BTreeMap<String, Trace>>,
    /// The command that a message came with.
    commands: HashMap<MessageId, u64>,
    order: VecDeque<MessageId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Trace {
    id: u64,
    is_tombstone: bool,
}

/// Gives happenings their ids and causes.
#[derive(Debug, Default)]
pub(super) struct Causes {
    last_id: u64,
    sequences: BTreeMap<String, u64>,
    traces: Traces,
    /// Hosts that are gone, and the happening that says so.
    gone: BTreeMap<String, u64>,
    /// Commands that run, the newest last: number, id, verb.
    running: Vec<(u64, u64, String)>,
}

impl Causes {
    /// The next happening.
    pub(super) fn next(&mut self, happening: Happening) -> Causal<HappeningBy> {
        let Happening { at_ms, by: what } = happening;
        self.last_id += 1;
        let id = self.last_id;
        let (host, causes) = match &what {
            HappeningBy::Host(told) => (told.host.clone(), self.of_host(id, told)),
            HappeningBy::Command(command) => {
                self.running.push((command.number, id, verb(&command.line).to_owned()));
                ("you".to_owned(), Vec::new())
            }
            HappeningBy::Result(result) => {
                self.ended(result.number);
                ("you".to_owned(), self.traces.newest_by_host(&result.messages))
            }
        };
        let sequence = self.sequences.entry(host).or_default();
        *sequence += 1;
        Causal { id, at_ms, sequence: *sequence, causes, what }
    }

    /// A command has ended. What goes on in the background is the cause of what happens until it is stopped.
    fn ended(&mut self, number: u64) {
        let is_stop = |verb: &str| self.running.iter().any(|(one, _, word)| *one == number && word == verb);
        if is_stop("stop") {
            self.running.retain(|(_, _, verb)| !matches!(&**verb, "produce" | "consume"));
        }
        self.running.retain(|(one, _, verb)| *one != number || matches!(&**verb, "produce" | "consume"));
    }

    /// The newest command that runs and is one of these.
    fn command(&self, verbs: &[&str]) -> Option<u64> {
        let fits = |(_, _, verb): &&(u64, u64, String)| verbs.contains(&&**verb);
        self.running.iter().rev().find(fits).map(|(_, id, _)| *id)
    }

    fn of_host(&mut self, id: u64, told: &HostHappening) -> Vec<u64> {
        let causes = match (told.message, &*told.what) {
            (Some(message), _) => self.of_message(id, told, message),
            (None, "suspects") => {
                told.peer.as_ref().and_then(|peer| self.gone.get(peer).copied()).into_iter().collect()
            }
            (None, "gone") => {
                self.command(&["kill", "wipe", "rollback", "leave", "remove"]).into_iter().collect()
            }
            (None, "paused") => self.command(&["pause"]).into_iter().collect(),
            (None, "back" | "serves") => self.command(&["restart", "resume", "spawn"]).into_iter().collect(),
            (None, "leaving") => self.command(&["leave"]).into_iter().collect(),
            (None, "removed") => self.command(&["remove", "leave"]).into_iter().collect(),
            _ => Vec::new(),
        };
        match &*told.what {
            "gone" | "paused" => {
                self.gone.insert(told.host.clone(), id);
            }
            "back" | "serves" => {
                self.gone.remove(&told.host);
            }
            _ => {}
        }
        causes
    }

    fn of_message(&mut self, id: u64, told: &HostHappening, message: MessageId) -> Vec<u64> {
        let causes: Vec<u64> = match (&*told.what, &told.peer) {
            ("stored", None) => {
                let command = self.command(&["enqueue", "produce", "object"]);
                if let Some(command) = command {
                    self.traces.commands.entry(message).or_insert(command);
                }
                command.into_iter().collect()
            }
            ("stored", Some(peer)) => {
                let sent = self.traces.on(message, peer);
                let running = || self.command(&["enqueue", "produce", "object"]);
                sent.or_else(|| self.traces.commands.get(&message).copied())
                    .or_else(running)
                    .into_iter()
                    .collect()
            }
            ("delivered", _) => self.command(&["dequeue", "consume"]).into_iter().collect(),
            ("corrupt", _) => self.command(&["corrupt"]).into_iter().collect(),
            ("deleted", _) => {
                let command = self.command(&["delete", "consume", "dequeue"]);
                command.or_else(|| self.traces.first_tombstone(message)).into_iter().collect()
            }
            ("finished", _) => self.traces.tombstones_elsewhere(message, &told.host),
            _ => Vec::new(),
        };
        self.traces.note(message, &told.host, Trace { id, is_tombstone: told.what == "deleted" });
        causes
    }
}

impl Traces {
    fn note(&mut self, message: MessageId, host: &str, trace: Trace) {
        if !self.last.contains_key(&message) {
            self.order.push_back(message);
            if self.order.len() > MESSAGES_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.last.remove(&oldest);
                self.commands.remove(&oldest);
            }
        }
        self.last.entry(message).or_default().insert(host.to_owned(), trace);
    }

    fn on(&self, message: MessageId, host: &str) -> Option<u64> {
        self.last.get(&message)?.get(host).map(|trace| trace.id)
    }

    fn first_tombstone(&self, message: MessageId) -> Option<u64> {
        let traces = self.last.get(&message)?.values();
        traces.filter(|trace| trace.is_tombstone).map(|trace| trace.id).min()
    }

    fn tombstones_elsewhere(&self, message: MessageId, host: &str) -> Vec<u64> {
        let traces = self.last.get(&message).into_iter().flatten();
        let elsewhere = traces.filter(|(name, trace)| *name != host && trace.is_tombstone);
        elsewhere.map(|(_, trace)| trace.id).collect()
    }

    /// The newest happening of each host about any of these messages.
    fn newest_by_host(&self, messages: &[MessageId]) -> Vec<u64> {
        let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
        for (host, trace) in messages.iter().filter_map(|message| self.last.get(message)).flatten() {
            let known = newest.entry(host).or_default();
            *known = (*known).max(trace.id);
        }
        newest.into_values().collect()
    }
}

/// The first word of a command line that says what is done.
fn verb(line: &str) -> &str {
    let mut words = line.split_whitespace();
    match words.next() {
        Some("try") => words.next().unwrap_or_default(),
        word => word.unwrap_or_default(),
    }
}
