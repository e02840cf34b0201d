//! What is printed, and in which form.

use std::io::Write;
use std::time::Duration;

use clap::ValueEnum;
use hydraq_cluster::scenario::{read_duration, read_term};
use serde_json::Value;

/// The form of a report on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Lines for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Prints lines on standard output.
pub(super) fn print_lines(lines: &[String]) {
    let mut out = std::io::stdout().lock();
    // Whoever reads it may have stopped; what is to be done is done all the same.
    let _ = lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
}

/// Prints an object on one line of standard output.
pub(super) fn print_json(value: &Value) {
    print_lines(&[value.to_string()]);
}

/// A length of time, as the command language has it; 0 included.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    read_duration(text).map_err(|refusal| with_help(&refusal.message, refusal.help))
}

/// A length of time of at least a millisecond.
pub(super) fn term(text: &str) -> Result<Duration, String> {
    read_term(text).map_err(|refusal| with_help(&refusal.message, refusal.help))
}

pub(super) fn with_help(message: &str, help: Option<String>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message} ({help})"))
}
