//! A command as it is written: a verb, then names, flags and `option=value` in any order.

use std::collections::BTreeMap;
use std::time::Duration;

/// A command whose parts are taken out one by one; what is left in the end is a mistake.
#[derive(Debug)]
pub(crate) struct Command {
    /// What to do.
    pub(crate) verb: String,
    words: Vec<String>,
    options: BTreeMap<String, String>,
}

impl Command {
    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let mut words: Vec<String> = Vec::new();
        let mut options = BTreeMap::new();
        for word in line.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) => {
                    if options.insert(name.to_owned(), value.to_owned()).is_some() {
                        return Err(format!("{name} is given twice"));
                    }
                }
                None => words.push(word.to_owned()),
            }
        }
        if words.is_empty() {
            return Err("a command begins with a verb".into());
        }
        Ok(Command { verb: words.remove(0), words, options })
    }

    /// Takes a flag out; whether it stood there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes an option out.
    pub(crate) fn option(&mut self, name: &str) -> Option<String> {
        self.options.remove(name)
    }

    /// Takes an option out that is a number.
    pub(crate) fn number<N: std::str::FromStr>(&mut self, name: &str) -> Result<Option<N>, String> {
        let parse =
            |value: String| value.parse().map_err(|_| format!("{name} must be a number, not {value}"));
        self.option(name).map(parse).transpose()
    }

    /// Takes an option out that is a duration.
    pub(crate) fn duration(&mut self, name: &str) -> Result<Option<Duration>, String> {
        self.option(name).map(|value| duration(&value)).transpose()
    }

    /// Takes the next word out.
    pub(crate) fn word(&mut self, what: &str) -> Result<String, String> {
        if self.words.is_empty() {
            return Err(format!("{} needs {what}", self.verb));
        }
        Ok(self.words.remove(0))
    }

    /// Takes all words out that are left.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.words)
    }

    /// Refuses what nobody has taken.
    pub(crate) fn end(&self) -> Result<(), String> {
        let left: Vec<&String> = self.words.iter().chain(self.options.keys()).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{} does not take {left:?}", self.verb)) }
    }
}

/// Reads `50ms`, `2s`, `1m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number: Option<u64> = text.strip_suffix(unit).and_then(|number| number.parse().ok());
    match (number, unit) {
        (Some(number), "us") => Ok(Duration::from_micros(number)),
        (Some(number), "ms") => Ok(Duration::from_millis(number)),
        (Some(number), "s") => Ok(Duration::from_secs(number)),
        (Some(number), "m") => Ok(Duration::from_secs(60 * number)),
        _ => Err(format!("{text} is no duration such as 50ms, 2s or 1m")),
    }
}
