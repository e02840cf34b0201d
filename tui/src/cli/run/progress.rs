//! The line at the foot of a terminal that says which step runs now. Where standard error is no terminal there is none.

use std::io::{IsTerminal, Write, stderr};

use hydraq_cluster::scenario::Script;

/// Goes to the beginning of the line, and empties it.
const CLEAR: &str = "\r\x1b[K";
/// The most characters of a step that are shown, so that the line is one line.
const STEP_CHARS_MAX: usize = 60;

/// The line.
pub(super) struct Progress {
    /// What is to be run; none where nobody watches.
    steps: Option<Vec<String>>,
}

impl Progress {
    pub(super) fn new(script: &Script) -> Self {
        let words = || {
            script.steps.iter().map(|step| {
                let text = format!("line {}: {step}", step.line);
                text.chars().filter(|each| !each.is_control()).take(STEP_CHARS_MAX).collect()
            })
        };
        Self { steps: stderr().is_terminal().then(|| words().collect()) }
    }

    /// Shows the step that runs once so many are done.
    pub(super) fn show(&self, done: usize) {
        if let Some((steps, step)) = self.steps.as_ref().and_then(|steps| Some((steps, steps.get(done)?))) {
            self.write(&format!("{CLEAR}[{} of {}] {step}", done + 1, steps.len()));
        }
    }

    /// Takes it away, so that something else can be printed.
    pub(super) fn clear(&self) {
        if self.steps.is_some() {
            self.write(CLEAR);
        }
    }

    fn write(&self, text: &str) {
        let mut err = stderr().lock();
        // A run goes on without it.
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}
