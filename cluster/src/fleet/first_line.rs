//! The first line that a child process prints, waited for with a deadline.
//!
//! That line is how a host says that it serves and how the guard says that it guards. What a child prints after it is
//! read and thrown away, so that a child never blocks on a full pipe or dies of a closed one.

use std::io::{self, BufRead, BufReader, Read};
use std::process::ChildStdout;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

/// Longer lines are cut here, in bytes.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// A line that is still to come.
#[derive(Debug)]
pub(super) struct FirstLine {
    line: Receiver<String>,
}

/// What a child has said until the deadline.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// This line, without its end.
    Line(String),
    /// Nothing, and it never will: it closed its standard output, mostly by exiting.
    Nothing,
    /// Nothing so far.
    NothingYet,
}

impl FirstLine {
    /// Starts to read a child's standard output, on a thread that ends when the child does.
    pub(super) fn of(stdout: ChildStdout) -> io::Result<Self> {
        let (sender, line) = mpsc::sync_channel(1);
        thread::Builder::new().name("child-output".to_owned()).spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut bytes = Vec::new();
            let read = stdout.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
            if read.is_ok() && !bytes.is_empty() {
                let text = String::from_utf8_lossy(&bytes);
                // It is refused where nobody waits any more, which is no loss.
                let _ = sender.try_send(text.trim_end().to_owned());
            }
            drop(sender);
            let _ = io::copy(&mut stdout, &mut io::sink());
        })?;
        Ok(Self { line })
    }

    /// Waits for the line until the deadline.
    pub(super) fn wait(&self, deadline: Instant) -> Said {
        match self.line.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Said::Line(line),
            Err(RecvTimeoutError::Disconnected) => Said::Nothing,
            Err(RecvTimeoutError::Timeout) => Said::NothingYet,
        }
    }
}
