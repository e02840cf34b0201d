//! What is wrong with a scenario, said so that a beginner can mend it.
//!
//! A [`Problem`] belongs to one line of text. With the file and the line it becomes a [`Diagnostic`], which prints as
//!
//! ```text
//! demo/first.hq:3:11: there is no option `--replica` of `enqueue`
//! enqueue 1 --replica 3
//!           ^^^^^^^^^
//!   help: did you mean `--replicas`?
//! ```
//!
//! The carets stand under the words meant, also after tabs and after characters that take two columns. What could
//! disturb a terminal (control characters, marks that reverse text) is shown as a harmless sign, and of a very
//! long line only the part around the carets is printed.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// A line that takes more columns than this is printed in part.
const COLUMNS_SHOWN_MAX: usize = 160;
/// Columns kept before the carets when a line is printed in part.
const COLUMNS_BEFORE: usize = 60;
/// A quoted value in a message is cut after this many characters.
const VALUE_SHOWN_MAX: usize = 40;
/// Problems printed of one file; the others are counted.
const SHOWN_PER_FILE_MAX: usize = 20;

/// Something wrong in one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the line that it is about.
    pub span: Range<usize>,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// What to do about it, if that is known.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// Why a value is refused. The message has no subject ("must be from 1 to 255, not 300"): whoever knows the field's
/// name puts it in front.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What the value must be, and what it is.
    pub message: String,
    /// What to do about it, if that is known.
    pub help: Option<String>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// "must be `what`, not `text`".
    pub(super) fn must_be(what: impl fmt::Display, text: &str) -> Self {
        Self::new(format!("must be {what}, not {}", shown(text)))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// A problem with its place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as it was named by the user.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text of the line; `None` where the file could not be read.
    pub source: Option<String>,
    /// What is wrong, and where in the line.
    pub problem: Problem,
}

impl Diagnostic {
    /// A problem in line `line` (from 1) of `file`, the text of that line being `source`.
    pub fn in_line(file: &str, line: u32, source: &str, problem: Problem) -> Self {
        let before = source.char_indices().take_while(|(at, _)| *at < problem.span.start).count();
        Self { file: file.into(), line, column: before + 1, source: Some(source.into()), problem }
    }

    /// A problem with a whole file, such as that there is none.
    pub fn of_file(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        let problem = Problem::new(0..0, message).help_if(help);
        Self { file: file.into(), line: 1, column: 1, source: None, problem }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem.message)?;
        if let Some(source) = &self.source {
            let (text, carets) = excerpt(source, &self.problem.span);
            write!(f, "\n{text}\n{carets}")?;
        }
        match &self.problem.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// All that is wrong with some files; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    /// What is shown, in the order of the files and their lines: at most 20 of a file.
    pub shown: Vec<Diagnostic>,
    /// The files with more than that, and how many more.
    pub omitted: Vec<(String, usize)>,
}

impl Diagnostics {
    /// Adds what is wrong with a line of `file`, the only file so far; beyond the limit it is only counted.
    pub(super) fn add_line(&mut self, file: &str, line: u32, source: &str, problems: Vec<Problem>) {
        let room = SHOWN_PER_FILE_MAX.saturating_sub(self.shown.len());
        let more = problems.len().saturating_sub(room);
        let shown = problems.into_iter().take(room);
        self.shown.extend(shown.map(|problem| Diagnostic::in_line(file, line, source, problem)));
        match self.omitted.first_mut() {
            Some((_, count)) => *count += more,
            None if more > 0 => self.omitted.push((file.into(), more)),
            None => {}
        }
    }

    /// Adds what was found in other files.
    pub(super) fn append(&mut self, mut others: Self) {
        self.shown.append(&mut others.shown);
        self.omitted.append(&mut others.omitted);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { shown: vec![diagnostic], omitted: Vec::new() }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut blocks: Vec<String> = self.shown.iter().map(Diagnostic::to_string).collect();
        for (file, count) in &self.omitted {
            blocks.push(format!("{file}: {count} more problems are not shown"));
        }
        f.write_str(&blocks.join("\n\n"))
    }
}

impl std::error::Error for Diagnostics {}

/// A value as it stands in a message: numbers as they are, other text in backticks, harmless and not too long.
pub(super) fn shown(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty()
        && digits.len() <= VALUE_SHOWN_MAX
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return text.into();
    }
    if text.is_empty() {
        return "empty".into();
    }
    let mut shown: String = text.chars().take(VALUE_SHOWN_MAX).map(|c| harmless(c, ' ')).collect();
    if text.chars().nth(VALUE_SHOWN_MAX).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The source line and the line of carets under it.
fn excerpt(source: &str, span: &Range<usize>) -> (String, String) {
    let (from, to) = window(source, span.start);
    let cut = |cut: bool| if cut { "…" } else { "" };
    let mut text = cut(from > 0).to_owned();
    let mut carets = if from > 0 { " " } else { "" }.to_owned();
    let mut caret_count = 0;
    for (at, character) in source.char_indices().filter(|(at, _)| (from..to).contains(at)) {
        text.push(harmless(character, '\t'));
        let width = width(character);
        if at < span.start {
            carets.push_str(&if character == '\t' { "\t".into() } else { " ".repeat(width) });
        } else if at < span.end {
            caret_count += width;
        }
    }
    text.push_str(cut(to < source.len()));
    carets.push_str(&"^".repeat(caret_count.max(1)));
    (text, carets)
}

/// The bytes of a line that are printed: all of a short one, else those around `start`.
fn window(source: &str, start: usize) -> (usize, usize) {
    if source.chars().map(width).sum::<usize>() <= COLUMNS_SHOWN_MAX {
        return (0, source.len());
    }
    let mut from = start.min(source.len());
    let mut columns = 0;
    for (at, character) in source.char_indices().rev().skip_while(|(at, _)| *at >= start) {
        columns += width(character);
        if columns > COLUMNS_BEFORE {
            break;
        }
        from = at;
    }
    columns = 0;
    for (at, character) in source.char_indices().skip_while(|(at, _)| *at < from) {
        columns += width(character);
        if columns > COLUMNS_SHOWN_MAX {
            return (from, at);
        }
    }
    (from, source.len())
}

/// The columns that a character takes.
fn width(character: char) -> usize {
    harmless(character, ' ').width().unwrap_or(1)
}

/// The character itself, or a sign for one that a terminal would obey instead of printing it.
fn harmless(character: char, tab: char) -> char {
    match character {
        '\t' => tab,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}
