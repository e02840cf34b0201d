//! What the console wants of the command language.

use std::ops::Range;

/// What is known of the cluster while a command is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The names of the hosts.
    pub hosts: Vec<String>,
    /// The message types in use.
    pub message_types: Vec<String>,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to put into the line.
    pub text: String,
    /// The bytes of the line that it replaces; they end at the cursor.
    pub replaces: Range<usize>,
    /// What it means.
    pub help: String,
}

/// One command, for the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandHelp {
    /// Its words: `object create`.
    pub words: String,
    /// What it does, in one line.
    pub help: String,
}

/// Completes and checks command lines.
pub trait Completer: Send + Sync {
    /// What can stand at `cursor`, a byte of `line`.
    fn complete(&self, line: &str, cursor: usize, known: &Known) -> Vec<Suggestion>;

    /// Whether the line is a command.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one line.
    fn check(&self, line: &str) -> Result<(), String>;

    /// All commands.
    fn commands(&self) -> Vec<CommandHelp>;
}

/// Knows no command, and lets every line through.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCompleter;

impl Completer for NoCompleter {
    fn complete(&self, _line: &str, _cursor: usize, _known: &Known) -> Vec<Suggestion> {
        Vec::new()
    }

    fn check(&self, _line: &str) -> Result<(), String> {
        Ok(())
    }

    fn commands(&self) -> Vec<CommandHelp> {
        Vec::new()
    }
}
