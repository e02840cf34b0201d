//! What can be typed next: for the console's `:` line.
//!
//! The words before the cursor are placed as the parser places them; from the same table follows what fits there.

use std::ops::Range;

use super::arrange::{Arranged, arrange};
use super::lexer::{Token, lex, quote};
use super::value::Kind;
use super::words::metrics::METRICS;
use super::words::{CommandWord, Join, Parameter, TRY, commands, family};

/// The roles that are offered for a host.
const ROLES: [(&str, &str); 5] = [
    ("owner(last)", "the host that serves the last message"),
    ("holder(last,0)", "the host with its initial replica"),
    ("holder(last,1)", "the host with its second replica"),
    ("outsider(last)", "a live host that holds nothing of it"),
    ("random", "any live host, by lot"),
];

/// What is known of the cluster while a command is typed. What is not known is not offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletionContext {
    /// The names of the hosts.
    pub hosts: Vec<String>,
    /// The message types in use.
    pub message_types: Vec<String>,
    /// The kinds of objects in use.
    pub object_kinds: Vec<String>,
    /// The names of the bugs that can be planted.
    pub plants: Vec<String>,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What to put into the line, quoted where that is needed.
    pub text: String,
    /// The bytes of the line that it replaces; they end at the cursor.
    pub replaces: Range<usize>,
    /// What it means.
    pub help: String,
}

/// A word that would fit, and what it means.
type Candidate = (String, String);

/// What can stand at `cursor` (a byte of `line`; one inside a character counts as the character's beginning), in the
/// order of the manual.
pub fn complete(line: &str, cursor: usize, context: &CompletionContext) -> Vec<Completion> {
    let cursor = (0..=cursor.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    let before = &line[..cursor];
    let (mut tokens, _) = lex(before);
    let end = tokens.last().map_or(0, |last| last.span.end);
    if before[end..].trim_start().starts_with('#') {
        return Vec::new();
    }
    let partial = if end == cursor { tokens.pop() } else { None };
    let partial =
        partial.unwrap_or_else(|| Token { text: String::new(), span: cursor..cursor, quoted: false });
    let arranged = arrange(&tokens);
    if let Some((name, value)) = partial.text.split_once('=')
        && let Some(option) = open_options(&arranged).find(|option| option.name == name)
        && arranged.pending.is_none()
    {
        let start = (partial.span.start + name.len() + 1).min(cursor);
        return matching(values(option, &arranged, context), value, start..cursor);
    }
    matching(candidates(&tokens, &arranged, &partial, context), &partial.text, partial.span)
}

/// The candidates that go on as `typed` begins.
fn matching(candidates: Vec<Candidate>, typed: &str, replaces: Range<usize>) -> Vec<Completion> {
    let fitting = candidates.into_iter().filter(|(text, _)| text.starts_with(typed));
    fitting
        .map(|(text, help)| Completion { text: written(&text), replaces: replaces.clone(), help })
        .collect()
}

/// An option stays as it is: in quotes it would be a text.
fn written(text: &str) -> String {
    if text.starts_with("--") { text.into() } else { quote(text) }
}

fn candidates(
    tokens: &[Token],
    arranged: &Arranged,
    partial: &Token,
    context: &CompletionContext,
) -> Vec<Candidate> {
    if let Some((parameter, _)) = &arranged.pending {
        return values(parameter, arranged, context);
    }
    if arranged.command.is_none() {
        return match &tokens[usize::from(arranged.attempt)..] {
            [] => command_words(arranged.attempt),
            [first] => family(&first.text)
                .filter_map(|command| Some((command.words.split_once(' ')?.1.into(), command.summary.into())))
                .collect(),
            _ => Vec::new(),
        };
    }
    let mut found = Vec::new();
    if let Some(argument) = arranged.next_argument().filter(|_| !partial.text.starts_with('-')) {
        found.extend(values(argument, arranged, context));
    }
    if !arranged.options_ended && !partial.quoted {
        found.extend(open_options(arranged).map(|option| (option.name.into(), option.help.into())));
    }
    found
}

/// The first words of all commands, each once.
fn command_words(attempt: bool) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for command in commands().filter(|command| command.may_fail || !attempt) {
        match command.words.split_once(' ') {
            None => found.push((command.words.into(), command.summary.into())),
            Some((first, _)) if found.last().is_some_and(|(last, _)| last == first) => {}
            Some((first, _)) => {
                let seconds: Vec<&str> =
                    family(first).filter_map(|other| Some(other.words.split_once(' ')?.1)).collect();
                found.push((first.into(), seconds.join(", ")));
            }
        }
    }
    if !attempt {
        found.push((TRY.into(), "the command after it may fail".into()));
    }
    found
}

/// The options that can still be given.
fn open_options(arranged: &Arranged) -> impl Iterator<Item = &'static Parameter> {
    let excludes = |a: &Parameter, b: &Parameter| a.joins == Some((Join::Instead, b.name));
    arranged.command.into_iter().flat_map(CommandWord::options).filter(move |option| {
        let used = arranged.has(option) && !option.repeats();
        !used
            && !arranged
                .given
                .iter()
                .any(|given| excludes(option, given.parameter) || excludes(given.parameter, option))
    })
}

/// The values that a parameter can have, as far as they can be listed; else its default.
fn values(parameter: &Parameter, arranged: &Arranged, context: &CompletionContext) -> Vec<Candidate> {
    let mut found = kind_values(parameter.kind, context);
    let given = |text: &str| {
        arranged.given.iter().any(|given| given.parameter.kind == parameter.kind && given.text == text)
    };
    found.retain(|(text, _)| text == "random" || !given(text));
    match parameter.default {
        Some(default) if !found.iter().any(|(text, _)| text == default) => {
            found.push((default.into(), "the default".into()));
        }
        _ => {}
    }
    found
}

fn kind_values(kind: Kind, context: &CompletionContext) -> Vec<Candidate> {
    let fixed = |values: &[(&str, &str)]| -> Vec<Candidate> {
        values.iter().map(|(text, help)| ((*text).into(), (*help).into())).collect()
    };
    let known = |names: &[String], help: &str| -> Vec<Candidate> {
        names.iter().map(|name| (name.clone(), help.into())).collect()
    };
    match kind {
        Kind::OneOf(choices) => {
            choices.iter().map(|choice| (choice.word.into(), choice.help.into())).collect()
        }
        Kind::Host => [known(&context.hosts, "a host"), fixed(&ROLES)].concat(),
        Kind::MessageType => known(&context.message_types, "a message type"),
        Kind::ObjectKind => known(&context.object_kinds, "a kind of object"),
        Kind::Plant => known(&context.plants, "a bug to plant"),
        Kind::Message => fixed(&[("last", "the last message enqueued")]),
        Kind::Object => fixed(&[("last", "the last object created")]),
        Kind::Target => fixed(&[
            ("all", "everything dequeued whose receipt is still held"),
            ("last", "the last message enqueued, without receipt"),
        ]),
        Kind::Redrive => {
            [known(&context.message_types, "a message type"), fixed(&[("last", "the last message enqueued")])]
                .concat()
        }
        Kind::LengthLimit => fixed(&[("none", "no limit")]),
        Kind::Metric => metrics(context),
        _ => Vec::new(),
    }
}

/// Every metric; one with an argument for every value of it.
fn metrics(context: &CompletionContext) -> Vec<Candidate> {
    let mut found = Vec::new();
    for metric in METRICS {
        match metric.argument {
            None => found.push((metric.word.into(), metric.meaning.into())),
            Some((_, kind)) => found.extend(
                kind_values(kind, context)
                    .into_iter()
                    .map(|(value, _)| (format!("{}({value})", metric.word), metric.meaning.into())),
            ),
        }
    }
    found
}
