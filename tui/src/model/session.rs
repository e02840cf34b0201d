//! What was done in this session: the commands, so that they can be recalled, and run again as a scenario.

use std::fmt::Write;

/// The most commands that are kept.
const COMMANDS_MAX: usize = 10_000;
/// Pauses shorter than this are not written to a scenario, in milliseconds.
const PAUSE_MS_MIN: u64 = 1_000;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Done {
    at_ms: u64,
    line: String,
    /// How it ended; `None` while it runs.
    ok: Option<bool>,
}

/// The commands of a session.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// How many hosts were there before the first command.
    hosts: u32,
    done: Vec<Done>,
    history: Vec<String>,
}

impl Session {
    /// A session that begins with so many hosts, which no command of it has started.
    pub(crate) fn new(hosts: u32) -> Self {
        Self { hosts, ..Self::default() }
    }

    /// Keeps a command that is about to run.
    pub(crate) fn push(&mut self, at_ms: u64, line: &str) {
        if self.done.len() >= COMMANDS_MAX {
            self.done.remove(0);
        }
        self.done.push(Done { at_ms, line: line.to_owned(), ok: None });
    }

    /// Keeps a line for the history: what was typed last comes first.
    pub(crate) fn remember(&mut self, line: &str) {
        self.history.retain(|known| known != line);
        self.history.push(line.to_owned());
    }

    /// Notes how a command ended.
    pub(crate) fn ended(&mut self, line: &str, ok: bool) {
        if let Some(done) = self.done.iter_mut().find(|done| done.ok.is_none() && done.line == line) {
            done.ok = Some(ok);
        }
    }

    /// Typed lines, oldest first, each once.
    pub(crate) fn history(&self) -> &[String] {
        &self.history
    }

    /// The commands, with when they were given, oldest first.
    pub fn commands(&self) -> impl Iterator<Item = (u64, &str)> {
        self.done.iter().map(|done| (done.at_ms, done.line.as_str()))
    }

    /// The session as a scenario: the commands up to a moment, in milliseconds of the Unix epoch, with the pauses between them.
    /// What failed is tried again. It runs as it is: the hosts that the session began with are spawned first.
    #[must_use]
    pub fn scenario(&self, until_ms: u64) -> String {
        let mut written = String::from("# a session of the console\n");
        if self.hosts > 0 {
            // A scenario begins without hosts.
            let _ = writeln!(written, "spawn {}", self.hosts);
        }
        let mut last_ms = None;
        for done in self.done.iter().filter(|done| done.at_ms <= until_ms) {
            let pause_ms = last_ms.map_or(0, |last_ms| done.at_ms.saturating_sub(last_ms));
            if pause_ms >= PAUSE_MS_MIN {
                let _ = writeln!(written, "wait {}s", pause_ms.div_ceil(1_000));
            }
            let attempt = if done.ok == Some(false) && !done.line.starts_with("try ") { "try " } else { "" };
            let _ = writeln!(written, "{attempt}{}", done.line);
            last_ms = Some(done.at_ms);
        }
        written
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
