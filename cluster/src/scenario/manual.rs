//! The manual of the command language, in plain text of at most 100 columns.
//!
//! What it says of commands and metrics comes from the table; only what they have in common is written here.

use super::value::Kind;
use super::words::metrics::{METRICS, Scope};
use super::words::{CommandWord, GROUPS, Parameter, command_word, commands};

/// The most columns of a line.
const COLUMNS_MAX: usize = 100;
/// Where the help of parameters and metrics begins.
const HELP_COLUMN: usize = 32;

const INTRODUCTION: &str = "\
THE COMMAND LANGUAGE OF HYDRAQ

The same commands are typed in the console after `:`, and stand in scenario files (FILE.hq) that
`hydraq run FILE.hq` runs without a screen. What was typed in a session can be saved as a scenario.
For example:

    spawn 3
    enqueue --replicas 3 --body \"order 41\"
    kill owner(last)                            # its copies live on two other hosts
    dequeue --wait 5s
    delete
    expect delivered == 1
    expect lost == 0

HOW IT IS WRITTEN

One command stands on a line. `#` at the beginning of a word starts a comment. A text with spaces
stands in quotes: '...' as it is, or \"...\" with \\\" and \\\\ for a quote and a backslash; $'...' knows
\\n as well. Options stand anywhere after the command, as `--replicas 3` or `--replicas=3`; `--` ends
them, and a word that begins with a quote is none. Files are UTF-8.

A command that is refused, that fails or whose outcome stays unknown fails the run. `try` before it
says that it may: `try enqueue --replicas 9`. It is counted all the same.

HOSTS, MESSAGES AND OTHER VALUES

  HOST        a name (alpha, bravo, charlie, delta, ... in the order of spawning), a number from 1,
              or a role:
                owner(last)     the host that serves the message now
                holder(last,K)  its holder of rank K; rank 0 has the initial replica
                outsider(last)  a live host that holds nothing of it
                random          any live host, by lot; several in one command differ
              Instead of last, the id of a message can stand in the brackets.
  MESSAGE     `last`, the last message enqueued, or an id: 26 digits and letters
  OBJECT      `last`, the last object created, or an id
  TARGET      nothing: what the last dequeue returned; `all`: everything dequeued whose receipt is
              still held; `last` or an id: that message, without a receipt
  D           a duration: 250ms, 5s, 1.5s, 1m, 2h, 0
  BYTES       a size: 100, 4KiB, 1MiB; 1MiB is the most
  T           a message type: 1 to 128 bytes without spaces
  {n}         in a body or an attribute: the count, from 1
";

const DEFAULTS: &str = "\
DEFAULTS

At the start there is no host; `run --hosts N` spawns some first. N is 1, the type is `default` (for
dequeue, too), 2 replicas, a lease of 30s, no waiting, a timeout of 10s. Repair is manual; holders
count as gone after 10s. A silent link is suspected after 1.5s.

EXIT STATUS OF hydraq run

   0  passed
   1  an expectation failed, a command failed without `try`, or a message was found lost,
      resurrected, corrupt or delivered twice without a cause, which the file does not expect
   2  an outcome stayed unknown
   3  the cluster could not be started, or broke
  64  the command line or a scenario is wrong; all files are checked before anything is started
With several files, the worst one counts.
";

/// The whole manual.
pub fn manual() -> String {
    let mut text = format!("{INTRODUCTION}\nCOMMANDS\n");
    for group in GROUPS {
        text.push_str(&format!("\n{}\n", group.title));
        for command in group.commands {
            let first = commands().find(|other| !other.shared.is_empty() && other.shared == command.shared);
            text.push('\n');
            command_text(command, first.filter(|first| first.words != command.words), &mut text);
        }
    }
    text.push_str("\nWHAT expect MEASURES\n\nMessages count once, however many replicas they have.\n");
    for (scope, heading) in Scope::ALL {
        text.push_str(&format!("\n  {heading}\n"));
        for metric in METRICS.iter().filter(|metric| metric.scope == scope) {
            entry(&metric.usage(), metric.meaning, &mut text);
        }
    }
    text.push('\n');
    text.push_str(DEFAULTS);
    text
}

/// The manual of one command, by its word or words; `None` if there is no such command.
pub fn command_manual(words: &str) -> Option<String> {
    let mut text = String::new();
    command_text(command_word(words)?, None, &mut text);
    Some(text)
}

/// One command. Its shared options are left out where another command explains them.
fn command_text(command: &CommandWord, explained_by: Option<&CommandWord>, text: &mut String) {
    let usage = match explained_by {
        Some(other) => {
            format!("{} [options of {}]", CommandWord { shared: &[], ..*command }.usage(), other.words)
        }
        None => command.usage(),
    };
    wrapped("  ", "          ", &usage, text);
    let sentence = format!("{}.", capitalised(command.summary));
    wrapped("      ", "      ", format!("{sentence} {}", command.notes).trim_end(), text);
    for parameter in command.all_parameters() {
        let own = command.parameters.iter().any(|own| own.name == parameter.name);
        if own || explained_by.is_none() {
            parameter_text(parameter, text);
        }
    }
    for example in command.examples {
        text.push_str(&format!("      Example: {example}\n"));
    }
}

/// A parameter: what it is for, its limits and its default, and below it the words that it can be.
fn parameter_text(parameter: &Parameter, text: &mut String) {
    let mut limits = Vec::new();
    match parameter.kind {
        Kind::Number(from, to) if to < u64::MAX => limits.push(format!("{from} to {to}")),
        Kind::Percent => limits.push("0 to 100".into()),
        _ => {}
    }
    limits.extend(parameter.default.map(|default| format!("default: {default}")));
    if !parameter.without.is_empty() {
        limits.push(format!("without: {}", parameter.without));
    }
    let limits = if limits.is_empty() { String::new() } else { format!(" ({})", limits.join("; ")) };
    entry(&parameter.usage(), &format!("{}{limits}", parameter.help), text);
    if let Kind::OneOf(choices) = parameter.kind {
        for choice in choices {
            entry("", &format!("  {}: {}", choice.word, choice.help), text);
        }
    }
}

/// A word and its help, in two columns.
fn entry(word: &str, help: &str, text: &mut String) {
    let start = format!("      {word:width$} ", width = HELP_COLUMN - 7);
    wrapped(&start, &" ".repeat(HELP_COLUMN), help, text);
}

/// Adds a paragraph: its first line begins with `first`, the others with `next`. What stands in square brackets
/// stays together.
fn wrapped(first: &str, next: &str, paragraph: &str, text: &mut String) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in unbroken(paragraph) {
        if !empty && line.chars().count() + 1 + word.chars().count() > COLUMNS_MAX {
            text.push_str(&line);
            text.push('\n');
            line = next.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    text.push_str(&line);
    text.push('\n');
}

/// The words of a paragraph; `[--type T]` is one.
fn unbroken(paragraph: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in paragraph.split(' ') {
        match words.last_mut() {
            Some(open) if open.starts_with('[') && !open.contains(']') => {
                open.push(' ');
                open.push_str(word);
            }
            _ => words.push(word.into()),
        }
    }
    words
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
