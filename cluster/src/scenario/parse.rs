//! Text becomes commands: one line a [`Step`], a file's text a [`Script`].
//!
//! A line is split into words (`lexer`), the words find their places (`arrange`),
//! each value is read by its kind (`value`), defaults are filled in, and what must fit together is
//! checked (`rules`). Everything that is wrong is reported, as far as it can be told apart.

use std::fmt;
use std::ops::Range;

use super::arrange::{Arranged, arrange, missing_value};
use super::command::Command;
use super::diagnostic::{Diagnostic, Diagnostics, Problem};
use super::fields::Bag;
use super::lexer::lex;
use super::questions;
use super::rules;
use super::value::Kind;
use super::words::{CommandWord, Join, Occurs, Parameter};

/// The most words of a line.
const WORDS_MAX: usize = 1000;

/// One line of a scenario that does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line in its file, from 1.
    pub line: u32,
    /// The line as it was written, without its end.
    pub text: String,
    /// The bytes of `text` that are the command's words, for diagnostics while it runs.
    pub span: Range<usize>,
    /// Whether `try` stands before it: it may be refused, or stay unknown, without failing the run.
    pub attempt: bool,
    /// What it does.
    pub command: Command,
}

impl fmt::Display for Step {
    /// The canonical text: `try` and the command.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempt {
            f.write_str("try ")?;
        }
        self.command.fmt(f)
    }
}

/// A scenario, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The file, as it was named by the user.
    pub file: String,
    /// What it does, in order.
    pub steps: Vec<Step>,
}

impl Script {
    /// What went wrong in a step while it ran, in the form of what is wrong before a run.
    pub fn diagnostic(&self, step: &Step, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        let problem = Problem::new(step.span.clone(), message).help_if(help);
        Diagnostic::in_line(&self.file, step.line, &step.text, problem)
    }
}

/// Reads the text of a scenario; `file` is its name in diagnostics.
///
/// # Errors
/// All that is wrong with it, up to 20 problems.
pub fn parse_script(file: &str, text: &str) -> Result<Script, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut steps = Vec::new();
    let mut diagnostics = Diagnostics::default();
    for (source, line) in text.split('\n').zip(1..) {
        let source = source.strip_suffix('\r').unwrap_or(source);
        match parse_line(source, line) {
            Ok(step) => steps.extend(step),
            Err(problems) => diagnostics.add_line(file, line, source, problems),
        }
    }
    if diagnostics.is_empty() {
        for (step, problem) in questions::check(&steps) {
            diagnostics.add_line(file, step.line, &step.text, vec![problem]);
        }
    }
    if diagnostics.is_empty() { Ok(Script { file: file.into(), steps }) } else { Err(diagnostics) }
}

/// Reads one line, which has the number `line`; `None` if it is blank or a comment.
///
/// # Errors
/// All that is wrong with it, in the order of the line; never empty.
pub fn parse_line(text: &str, line: u32) -> Result<Option<Step>, Vec<Problem>> {
    let (tokens, problem) = lex(text);
    if let Some(problem) = problem {
        return Err(vec![problem]);
    }
    if tokens.is_empty() {
        return Ok(None);
    }
    if let Some(beyond) = tokens.get(WORDS_MAX) {
        let message = format!("a line must have at most {WORDS_MAX} words, not {}", tokens.len());
        return Err(vec![Problem::new(beyond.span.clone(), message)]);
    }
    let mut arranged = arrange(&tokens);
    let mut problems = std::mem::take(&mut arranged.problems);
    if let Some((parameter, span)) = arranged.pending.take()
        && problems.is_empty()
    {
        problems.push(missing_value(parameter, span));
    }
    let command = arranged.command.and_then(|words| read_command(words, &arranged, &mut problems));
    match command {
        Some(command) if problems.is_empty() => {
            let (span, attempt) = (arranged.command_span, arranged.attempt);
            Ok(Some(Step { line, text: text.into(), span, attempt, command }))
        }
        _ => {
            problems.sort_by_key(|problem| problem.span.start);
            Err(problems)
        }
    }
}

/// Reads the values and makes the command of them. Adds what is wrong to `problems`.
fn read_command(words: &CommandWord, arranged: &Arranged, problems: &mut Vec<Problem>) -> Option<Command> {
    if arranged.attempt && !words.may_fail {
        let message = format!("`try` cannot stand before `{}`: the cluster cannot refuse it", words.words);
        problems.push(Problem::new(arranged.command_span.clone(), message).help("leave `try` out"));
    }
    let mut bag = Bag::default();
    for given in &arranged.given {
        match given.parameter.kind.read(&given.text) {
            Ok(value) => bag.add(given.parameter.name, value),
            Err(refusal) => {
                let message = format!("{} {}", given.parameter.name, refusal.message);
                let problem = Problem::new(given.span.clone(), message).help_if(refusal.help);
                problems.push(match given.parameter.kind {
                    _ if given.text.ends_with(';') => {
                        problem.help("one command stands on a line, without `;`")
                    }
                    Kind::Number(..)
                        if !given.parameter.is_option() && given.text.parse::<i128>().is_err() =>
                    {
                        problem.help(format!("{} is {}", given.parameter.name, given.parameter.help))
                    }
                    _ => problem,
                });
            }
        }
    }
    for parameter in words.all_parameters() {
        problems.extend(wrongly_joined(words, parameter, arranged));
        if problems.is_empty() {
            problems.extend(missing(words, parameter, arranged));
        }
        let default = parameter.default.filter(|_| !arranged.has(parameter));
        if let Some(Ok(value)) = default.map(|default| parameter.kind.read(default)) {
            bag.add(parameter.name, value);
        }
    }
    if !problems.is_empty() {
        return None;
    }
    let span_of = |name: &str| {
        let given = arranged.given.iter().rev().find(|given| given.parameter.name == name);
        given.map_or_else(|| arranged.command_span.clone(), |given| given.span.clone())
    };
    let command = Command::read(words.words, &bag);
    match &command {
        Some(command) => problems.extend(rules::check(command, &span_of)),
        None => {
            problems
                .push(Problem::new(arranged.command_span.clone(), "hydraq does not know its own command"));
        }
    }
    command
}

/// Says that a parameter is missing, if it must be there.
fn missing(words: &CommandWord, parameter: &Parameter, arranged: &Arranged) -> Option<Problem> {
    let needed = matches!(parameter.occurs, Occurs::Required | Occurs::Some) && !arranged.has(parameter);
    needed.then(|| {
        let name = if parameter.is_option() { parameter.usage() } else { parameter.name.into() };
        let message = format!("`{}` needs {name}: {}", words.words, parameter.kind.description());
        let example = words.examples.first().map(|example| format!("for example `{example}`"));
        Problem::new(arranged.command_span.clone(), message).help_if(example)
    })
}

/// Says that two parameters stand together and must not, or that one of two is missing.
fn wrongly_joined(words: &CommandWord, parameter: &Parameter, arranged: &Arranged) -> Option<Problem> {
    let (join, other) = parameter.joins?;
    let given = |name: &str| arranged.given.iter().find(|given| given.parameter.name == name);
    match (join, given(other), given(parameter.name)) {
        (Join::Instead, Some(one), Some(another)) => {
            let message = format!("{other} and {} exclude each other", parameter.name);
            let later = if one.span.start > another.span.start { one } else { another };
            Some(Problem::new(later.span.clone(), message).help("leave one of them out"))
        }
        (Join::Together, Some(one), None) => {
            let message = format!("`{}` needs {}, too, if {other} is given", words.words, parameter.name);
            Some(Problem::new(one.span.clone(), message).help(format!("write `{}`", words.usage())))
        }
        _ => None,
    }
}
