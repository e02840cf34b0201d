//! Keys from a configuration file.
//!
//! ```toml
//! [keys]
//! kill = "K"
//! quit = ["q", "ctrl-q"]
//! ```
//!
//! A row's keys are replaced as a whole. Names and keys that mean nothing, and a key that would do two things in one
//! place, are all reported, each with its line; then nothing is changed.

use std::fmt;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Key, Keymap, Scope};

/// One thing that is wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub words: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.words)
    }
}

/// Everything that is wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ConfigProblem::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<ConfigProblem>);

/// A reader of one file.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<ConfigProblem>,
}

impl Keymap {
    /// These keys, with the `[keys]` of a configuration in their place. Other sections are none of its business.
    ///
    /// # Errors
    ///
    /// All that is wrong, with its lines.
    pub fn with_config(&self, file: &str, text: &str) -> Result<Self, ConfigError> {
        let mut reader = Reader { file, text, problems: Vec::new() };
        let mut keymap = self.clone();
        match DeTable::parse(text) {
            Ok(table) => reader.apply(table.get_ref(), &mut keymap),
            Err(error) => {
                reader.report(error.span().map_or(0, |span| span.start), error.message().to_owned());
            }
        }
        if reader.problems.is_empty() { Ok(keymap) } else { Err(ConfigError(reader.problems)) }
    }

    /// Two rows that a key would both mean in one place, as (key, scope, names).
    fn conflict(&self) -> Option<(Key, Scope, [&'static str; 2])> {
        for scope in Scope::ALL {
            let rows: Vec<_> = self.in_scope(scope).collect();
            for (place, first) in rows.iter().enumerate() {
                for second in &rows[place + 1..] {
                    if let Some(key) = first.keys.iter().find(|key| second.keys.contains(key)) {
                        let known =
                            [first.row, second.row].map(|row| row.keys.contains(&key.to_string().as_str()));
                        if known != [true, true] {
                            return Some((*key, scope, [first.row.name, second.row.name]));
                        }
                    }
                }
            }
        }
        None
    }
}

impl Reader<'_> {
    fn report(&mut self, at: usize, words: String) {
        let line =
            self.text.get(..at.min(self.text.len())).map_or(1, |before| before.matches('\n').count() + 1);
        self.problems.push(ConfigProblem { file: self.file.to_owned(), line, words });
    }

    fn apply(&mut self, table: &DeTable<'_>, keymap: &mut Keymap) {
        let Some(section) = table.get("keys") else { return };
        let DeValue::Table(keys) = section.get_ref() else {
            return self.report(section.span().start, "keys is a section: [keys]".to_owned());
        };
        let mut last = section.span().start;
        for (name, value) in keys {
            last = last.max(name.span().start);
            let found = keymap.bound.iter().position(|bound| bound.row.name == name.get_ref().as_ref());
            match found {
                Some(place) => keymap.bound[place].keys = self.keys(value),
                None => self.report(name.span().start, unknown(name.get_ref(), keymap)),
            }
        }
        if self.problems.is_empty()
            && let Some((key, scope, [first, second])) = keymap.conflict()
        {
            let named = |name: &str| keys.iter().find(|(key, _)| key.get_ref().as_ref() == name);
            let at = named(second).or_else(|| named(first)).map_or(last, |(name, _)| name.span().start);
            self.report(at, format!("the key {key} would mean both {first} and {second} ({})", scope.word()));
        }
    }

    /// The keys of one value: a text, or a list of texts.
    fn keys(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Key> {
        match value.get_ref() {
            DeValue::Array(several) => several.iter().filter_map(|each| self.key(each)).collect(),
            _ => self.key(value).into_iter().collect(),
        }
    }

    fn key(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Key> {
        let DeValue::String(text) = value.get_ref() else {
            self.report(value.span().start, "a key is a text, such as \"k\", or a list of them".to_owned());
            return None;
        };
        text.parse().map_err(|error: super::KeyError| self.report(value.span().start, error.to_string())).ok()
    }
}

/// What is said of a name that no row has, with the nearest one that exists.
fn unknown(name: &str, keymap: &Keymap) -> String {
    let near = |known: &&str| {
        known.contains(name) || name.contains(*known) || known.chars().next() == name.chars().next()
    };
    let names: Vec<&str> = keymap.all().map(|bound| bound.row.name).filter(near).take(4).collect();
    if names.is_empty() {
        format!("no key is called {name:?}; help lists all names")
    } else {
        format!("no key is called {name:?}; did you mean {}?", names.join(", "))
    }
}
