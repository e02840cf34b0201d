//! Reading a recording, with every line checked before anything of it is shown.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use thiserror::Error;

use super::entry::{Causal, End, Entry, Header, VERSION};
use crate::observe::{Change, HappeningBy, Update};

/// The longest line, in bytes: no recording has one, but any file can be given.
const LINE_MAX: u64 = 64 * 1024 * 1024;
/// The last moment that is believed: the end of the year 9999.
const AT_MS_MAX: u64 = 253_402_300_799_999;

/// Why a file cannot be replayed.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It cannot be opened or read.
    #[error("{file}: it cannot be read: {error}")]
    File {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// A line of it is wrong.
    #[error("{file}:{line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// A whole recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// What it is of.
    pub header: Header,
    /// What was to be seen: never empty.
    pub updates: Vec<Update>,
    /// What happened, in causal order.
    pub happenings: Vec<Causal<HappeningBy>>,
    /// How it ended; none if it was cut off.
    pub end: Option<End>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or one of its lines is wrong.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = path.display().to_string();
        let opened = File::open(path).map_err(|error| ReadError::File { file: file.clone(), error })?;
        Self::read(&file, BufReader::new(opened))
    }

    /// Reads lines; `file` is what they are called.
    ///
    /// # Errors
    /// They cannot be read, or one of them is wrong.
    pub fn read(file: &str, mut input: impl BufRead) -> Result<Self, ReadError> {
        let mut recording = Self::default();
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let read = input.by_ref().take(LINE_MAX + 1).read_until(b'\n', &mut bytes);
            let length = read.map_err(|error| ReadError::File { file: file.to_owned(), error })?;
            let wrong = |problem: String| ReadError::Line { file: file.to_owned(), line, problem };
            if length == 0 {
                return match recording.updates.is_empty() {
                    true if line == 1 => {
                        Err(wrong("the file is empty; a recording begins with a header".into()))
                    }
                    true => Err(wrong("the recording ends before anything was to be seen".into())),
                    false => Ok(recording),
                };
            }
            if length as u64 > LINE_MAX {
                return Err(wrong(format!(
                    "a line of more than {} MiB is none of a recording",
                    LINE_MAX >> 20
                )));
            }
            recording.line(line, &bytes).map_err(wrong)?;
        }
        Ok(recording)
    }

    fn line(&mut self, line: usize, bytes: &[u8]) -> Result<(), String> {
        let foreign = "this is no recording of hydraq: one begins with {\"hydraq_recording\":{\"version\":1,";
        let text = std::str::from_utf8(bytes).map_err(|error| match line {
            1 => foreign.to_owned(),
            _ => format!("it is not UTF-8 from byte {} on", error.valid_up_to() + 1),
        })?;
        if line == 1 {
            return self.header(text).map_err(|problem| problem.unwrap_or_else(|| foreign.to_owned()));
        }
        if self.end.is_some() {
            return Err("nothing comes after the end of a recording".to_owned());
        }
        let entry = serde_json::from_str(text).map_err(|error| in_words(&error, text))?;
        self.entry(entry)
    }

    /// Takes the first line; what is wrong with it, if it is the first line of a recording at all.
    fn header(&mut self, text: &str) -> Result<(), Option<String>> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|_| None)?;
        let header = value.get("hydraq_recording").ok_or(None)?;
        match header.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if (1..=u64::from(VERSION)).contains(&version) => {}
            Some(version) => {
                return Err(Some(format!(
                    "version {version} of the format is not known to this hydraq, which reads up to {VERSION}"
                )));
            }
            None => return Err(Some("the header has no version".to_owned())),
        }
        self.header = serde_json::from_value(header.clone())
            .map_err(|error| Some(format!("the header is damaged: {error}")))?;
        check_moment("at_ms", self.header.at_ms).map_err(Some)
    }

    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Header(_) => Err("a second header: two recordings stand in one file".to_owned()),
            Entry::Update(update) => self.update(update),
            Entry::Happening(happening) => self.happening(happening.map(HappeningBy::Host)),
            Entry::Command(command) => self.happening(command.map(HappeningBy::Command)),
            Entry::Result(result) => self.happening(result.map(HappeningBy::Result)),
            Entry::End(end) => {
                check_moment("at_ms", end.at_ms)?;
                self.end = Some(end);
                Ok(())
            }
        }
    }

    fn update(&mut self, update: Update) -> Result<(), String> {
        check_moment("at_ms", update.at_ms)?;
        if let Some(last) = self.updates.last().filter(|last| last.at_ms > update.at_ms) {
            return Err(format!(
                "at_ms is {}, which is before {} of the update before it",
                update.at_ms, last.at_ms
            ));
        }
        update.changes.iter().try_for_each(check)?;
        self.updates.push(update);
        Ok(())
    }

    fn happening(&mut self, happening: Causal<HappeningBy>) -> Result<(), String> {
        check_moment("at_ms", happening.at_ms)?;
        let last = self.happenings.last().map_or(0, |last| last.id);
        if happening.id <= last {
            return Err(format!("its id is {}, but ids grow, and the one before is {last}", happening.id));
        }
        if let Some(later) = happening.causes.iter().find(|cause| **cause >= happening.id) {
            return Err(format!("it is said to follow from {later}, which had not happened yet"));
        }
        self.happenings.push(happening);
        Ok(())
    }
}

/// What a parser says, with what to do about a file that was cut off.
fn in_words(error: &serde_json::Error, text: &str) -> String {
    if error.is_eof() || !text.ends_with('\n') && error.is_syntax() {
        return "it ends in the middle of an object: the file was cut off here; without this line the rest can be replayed"
            .to_owned();
    }
    let words = error.to_string();
    let what = words.split(" at line ").next().unwrap_or(&words);
    format!("{what}, at column {}", error.column())
}

fn check_moment(name: &str, at_ms: u64) -> Result<(), String> {
    if at_ms <= AT_MS_MAX {
        return Ok(());
    }
    Err(format!("{name} is {at_ms}, which is no moment: at most {AT_MS_MAX} milliseconds after 1970"))
}

/// What a screen relies on.
fn check(change: &Change) -> Result<(), String> {
    match change {
        Change::Window(window) if window.offset.checked_add(window.rows.len() as u64).is_none() => {
            Err(format!("the window's offset is {}, which is too large", window.offset))
        }
        Change::Biography(biography) => {
            let lanes = biography.lanes.len();
            let outside =
                |step: &&crate::observe::Step| step.from >= lanes || step.to.is_some_and(|to| to >= lanes);
            match biography.steps.iter().find(outside) {
                Some(_) => Err(format!("a step of the biography is on a lane that is none of its {lanes}")),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
