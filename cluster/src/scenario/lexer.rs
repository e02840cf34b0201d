//! A line of text becomes words, by the quoting rules of a shell.
//!
//! - White space parts words; `#` at the beginning of a word starts a comment.
//! - `'…'` is taken as it stands; in `"…"` a backslash makes `"`, `\`, `$` and `` ` `` plain and is itself a backslash
//!   before anything else; outside quotes a backslash makes any character plain.
//! - `$'…'` knows `\n`, `\t`, `\r`, `\\`, `\'`, `\"` and `\u` with four hexadecimal digits, for text that has no
//!   other way into one line.
//!
//! Nothing is expanded, and no other character is special. A word remembers whether it begins with a quote: such a
//! word is never an option, so `say "--- part two ---"` is what it looks like.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::diagnostic::Problem;

/// One word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word without its quotes.
    pub(super) text: String,
    /// The bytes of the line that it came from, quotes included.
    pub(super) span: Range<usize>,
    /// Whether its first character was quoted.
    pub(super) quoted: bool,
}

/// Splits a line into words. Where a quote is left open, the words so far are returned with the problem, the open
/// one last: completion needs it.
pub(super) fn lex(line: &str) -> (Vec<Token>, Option<Problem>) {
    let mut lexer = Lexer { line, characters: line.char_indices().peekable() };
    let mut tokens = Vec::new();
    loop {
        while lexer.characters.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        match lexer.characters.peek() {
            None | Some((_, '#')) => return (tokens, None),
            Some(&(at, _)) => {
                let (token, result) = lexer.token(at);
                tokens.push(token);
                if let Err(problem) = result {
                    return (tokens, Some(problem));
                }
            }
        }
    }
}

/// Writes a text so that it is read back as one word with exactly that text.
pub(super) fn quote(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.,:;=<>!/@+%{}()[]^*?&|~".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.into()
    } else {
        quoted(text)
    }
}

/// The same, with quotes in any case.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return format!("$'{}'", text.chars().map(escaped).collect::<String>());
    }
    if text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One character inside `$'…'`.
fn escaped(character: char) -> String {
    match character {
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\\' => "\\\\".into(),
        '\'' => "\\'".into(),
        control if control.is_control() => format!("\\u{:04x}", control as u32),
        other => other.into(),
    }
}

/// The characters still to come.
struct Lexer<'a> {
    line: &'a str,
    characters: Peekable<CharIndices<'a>>,
}

impl Lexer<'_> {
    /// Where the next character begins.
    fn place(&mut self) -> usize {
        self.characters.peek().map_or(self.line.len(), |(at, _)| *at)
    }

    /// The word that begins at `start`.
    fn token(&mut self, start: usize) -> (Token, Result<(), Problem>) {
        let first = self.line[start..].chars().next().unwrap_or_default();
        let quoted = matches!(first, '"' | '\'' | '\\') || self.line[start..].starts_with("$'");
        let mut text = String::new();
        let result = self.parts(&mut text);
        let span = start..self.place();
        let result = match first {
            '“' | '”' | '„' | '‘' | '’' | '«' => result.and(Err(Problem::new(
                start..start + first.len_utf8(),
                format!("{first} does not quote text here"),
            )
            .help("use straight quotes: \"…\" or '…'"))),
            _ => result,
        };
        (Token { text, span, quoted }, result)
    }

    /// All parts of a word, plain and quoted ones, up to white space.
    fn parts(&mut self, text: &mut String) -> Result<(), Problem> {
        while let Some((at, character)) = self.characters.next_if(|(_, c)| !c.is_whitespace()) {
            match character {
                '\'' => self.single_quoted(at, text)?,
                '"' => self.double_quoted(at, text)?,
                '$' if self.characters.next_if(|(_, c)| *c == '\'').is_some() => {
                    self.escape_quoted(at, text)?;
                }
                '\\' => match self.characters.next() {
                    Some((_, plain)) => text.push(plain),
                    None => {
                        return Err(Problem::new(at..at + 1, "a line cannot end with a backslash")
                            .help("a command is one line; write `\\\\` for a backslash"));
                    }
                },
                plain => text.push(plain),
            }
        }
        Ok(())
    }

    fn single_quoted(&mut self, start: usize, text: &mut String) -> Result<(), Problem> {
        for (_, character) in self.characters.by_ref() {
            match character {
                '\'' => return Ok(()),
                plain => text.push(plain),
            }
        }
        Err(self
            .unclosed(start, "'")
            .help("close it with '; a text with an apostrophe goes in double quotes: \"it's\""))
    }

    fn double_quoted(&mut self, start: usize, text: &mut String) -> Result<(), Problem> {
        while let Some((_, character)) = self.characters.next() {
            match character {
                '"' => return Ok(()),
                '\\' => match self.characters.next_if(|(_, c)| matches!(c, '"' | '\\' | '$' | '`')) {
                    Some((_, plain)) => text.push(plain),
                    None => text.push('\\'),
                },
                plain => text.push(plain),
            }
        }
        Err(self.unclosed(start, "\"").help("close it with \" on the same line"))
    }

    fn escape_quoted(&mut self, start: usize, text: &mut String) -> Result<(), Problem> {
        while let Some((at, character)) = self.characters.next() {
            match character {
                '\'' => return Ok(()),
                '\\' => text.push(self.escape(at)?),
                plain => text.push(plain),
            }
        }
        Err(self.unclosed(start, "$'").help("close it with ' on the same line"))
    }

    /// What follows the backslash at `start`, inside `$'…'`.
    fn escape(&mut self, start: usize) -> Result<char, Problem> {
        let known = match self.characters.next() {
            Some((_, 'n')) => Some('\n'),
            Some((_, 't')) => Some('\t'),
            Some((_, 'r')) => Some('\r'),
            Some((_, plain @ ('\\' | '\'' | '"'))) => Some(plain),
            Some((_, 'u')) => {
                let digits: Option<String> = (0..4)
                    .map(|_| self.characters.next_if(|(_, c)| c.is_ascii_hexdigit()).map(|(_, c)| c))
                    .collect();
                digits.and_then(|digits| u32::from_str_radix(&digits, 16).ok()).and_then(char::from_u32)
            }
            _ => None,
        };
        let end = self.place();
        known.ok_or_else(|| {
            Problem::new(start..end, "no such escape in $'…'")
                .help("there are \\n \\t \\r \\\\ \\' \\\" and \\uXXXX")
        })
    }

    fn unclosed(&self, start: usize, quote: &str) -> Problem {
        Problem::new(start..self.line.len(), format!("the quote {quote} is not closed"))
    }
}
