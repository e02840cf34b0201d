//! Writing a recording, line by line, while the session goes on.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use super::causes::Causes;
use super::entry::{End, Entry, Header};
use crate::observe::{Change, Happening, HappeningBy, Update};

/// For how long happenings are held back, in milliseconds: hosts tell theirs at different times, and a cause is to stand
/// before what follows from it.
const HELD_MS: u64 = 300;

/// A recording could not be written.
#[derive(Debug, Error)]
#[error("the recording could not be written: {0}")]
pub struct WriteError(#[from] io::Error);

/// Writes a recording.
pub struct Writer {
    out: Box<dyn Write>,
    causes: Causes,
    held: Vec<Happening>,
    last_ms: u64,
    /// After an error nothing is written any more: the file would have a gap.
    failed: Option<io::ErrorKind>,
}

/// An update without what has lines of its own.
#[derive(Serialize)]
struct UpdateLine<'a> {
    update: UpdateChanges<'a>,
}

#[derive(Serialize)]
struct UpdateChanges<'a> {
    at_ms: u64,
    changes: Vec<&'a Change>,
}

impl Writer {
    /// Begins a recording in a file. One that is there is replaced, unless it must be `new`.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub fn create(path: &Path, new: bool, header: &Header) -> Result<Self, WriteError> {
        let mut options = OpenOptions::new();
        options.write(true);
        let file =
            if new { options.create_new(true) } else { options.create(true).truncate(true) }.open(path)?;
        Self::start(Box::new(BufWriter::new(file)), header)
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// The header cannot be written.
    pub fn start(out: Box<dyn Write>, header: &Header) -> Result<Self, WriteError> {
        let mut writer =
            Self { out, causes: Causes::default(), held: Vec::new(), last_ms: header.at_ms, failed: None };
        writer.line(&Entry::Header(header.clone()))?;
        writer.flush()?;
        Ok(writer)
    }

    /// Writes an update, and the happenings that are complete by now.
    ///
    /// # Errors
    /// It cannot be written; nothing is, from then on.
    pub fn update(&mut self, update: &Update) -> Result<(), WriteError> {
        self.last_ms = self.last_ms.max(update.at_ms);
        let mut changes = Vec::with_capacity(update.changes.len());
        for change in &update.changes {
            match change {
                Change::Happened(happenings) => self.held.extend(happenings.iter().cloned()),
                change => changes.push(change),
            }
        }
        if !changes.is_empty() {
            self.line(&UpdateLine { update: UpdateChanges { at_ms: self.last_ms, changes } })?;
        }
        self.release(self.last_ms.saturating_sub(HELD_MS))?;
        self.flush()
    }

    /// Ends the recording: all that was held back is written, and how it ended.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(&mut self, words: &str) -> Result<(), WriteError> {
        self.release(u64::MAX)?;
        self.line(&Entry::End(End { at_ms: self.last_ms, words: words.to_owned() }))?;
        self.flush()
    }

    /// Writes what was held back and happened before some moment.
    fn release(&mut self, before_ms: u64) -> Result<(), WriteError> {
        if self.held.iter().all(|happening| happening.at_ms >= before_ms) {
            return Ok(());
        }
        self.held.sort_by_key(|happening| (happening.at_ms, rank(&happening.by)));
        let complete = self.held.partition_point(|happening| happening.at_ms < before_ms);
        let complete: Vec<Happening> = self.held.drain(..complete).collect();
        for happening in complete {
            let causal = self.causes.next(happening);
            self.line(&Entry::from(causal))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), WriteError> {
        if let Some(kind) = self.failed {
            return Err(io::Error::from(kind).into());
        }
        let written = serde_json::to_writer(&mut self.out, line)
            .map_err(io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| self.fails(error))
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.out.flush().map_err(|error| self.fails(error))
    }

    fn fails(&mut self, error: io::Error) -> WriteError {
        self.failed = Some(error.kind());
        error.into()
    }
}

/// What comes first within a millisecond: a command, then what a host stored for it, then what others stored, then results.
fn rank(by: &HappeningBy) -> u8 {
    match by {
        HappeningBy::Command(_) => 0,
        HappeningBy::Host(told) if told.what == "stored" && told.peer.is_none() => 1,
        HappeningBy::Host(told) if told.what == "finished" => 3,
        HappeningBy::Host(_) => 2,
        HappeningBy::Result(_) => 4,
    }
}
