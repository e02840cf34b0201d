//! Line mode: for no terminal, for screen readers, for `--plain`. The same model as the console's, told in words.
//!
//! ```text
//! 12:04:28.133 charlie takes over 12 messages that bravo served, 20 ms
//! cluster: 3 of 4 hosts up; 1,000 ready, 12 leased; 12 messages have fewer copies than asked
//! ```
//!
//! Events come one a line. A line about the cluster follows when it changed, at most once a second; while a lesson runs, with the
//! replica map. Lines that are typed are commands, or answers to the card of a lesson; at the end of the input the console waits for
//! those that still run, then it ends.

mod lesson;
mod lines;
mod map;
mod talk;

use std::io::{BufRead, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use hydraq_cluster::observe::Update;

use self::lines::Lines;
use self::talk::Talk;
use crate::model::{Input, Model, Setup, update};
use crate::shell::{Console, End, Ended, Incoming, ShellError, watch_signals};

/// Runs in lines until the input ends, `quit` is typed, or a signal asks for it. Blocks; give it a thread of its own.
///
/// # Errors
///
/// If the output cannot be written, or signals cannot be watched.
pub fn run(
    console: Console,
    input: impl BufRead + Send + 'static,
    output: impl Write,
) -> Result<Ended, ShellError> {
    let Console { setup, feed, requests, save_in } = console;
    let _signals = watch_signals(feed.sender.clone())?;
    let sender = feed.sender;
    thread::spawn(move || read(input, &sender));
    let mut talk = Talk::new(setup, requests, save_in, output);
    loop {
        let end = match feed.receiver.recv_timeout(talk.patience().unwrap_or(Duration::MAX)) {
            Ok(incoming) => talk.take(incoming)?,
            Err(RecvTimeoutError::Timeout) => {
                talk.tell_cluster()?;
                None
            }
            Err(RecvTimeoutError::Disconnected) => Some(End::Disconnected),
        };
        if let Some(end) = end {
            return Ok(talk.ended(end));
        }
    }
}

/// Passes on what is typed, line by line, until the input ends.
fn read(input: impl BufRead, sender: &Sender<Incoming>) {
    for line in input.lines() {
        let Ok(line) = line else { break };
        if sender.send(Incoming::Line(line)).is_err() {
            return;
        }
    }
    let _ = sender.send(Incoming::NoMoreInput);
}

/// Tells recorded updates as they were told then; the line about the cluster at most once a second of that time.
///
/// # Errors
///
/// If the output cannot be written.
pub fn replay(
    setup: Setup,
    updates: impl IntoIterator<Item = Update>,
    mut output: impl Write,
) -> Result<(), ShellError> {
    let (mut model, mut lines) = (Model::new(setup), Lines::default());
    let mut cluster_told_ms = None::<u64>;
    for recorded in updates {
        let at_ms = recorded.at_ms;
        update(&mut model, Input::Update(recorded.clone()));
        write(&mut output, &lines.told_by(&recorded, &model))?;
        if lines.cluster_changed(&model) && cluster_told_ms.is_none_or(|told_ms| told_ms + 1_000 <= at_ms) {
            write(&mut output, &lines.cluster(&model))?;
            cluster_told_ms = Some(at_ms);
        }
    }
    if lines.cluster_changed(&model) {
        write(&mut output, &lines.cluster(&model))?;
    }
    Ok(())
}

fn write(output: &mut impl Write, lines: &[String]) -> Result<(), ShellError> {
    let mut written = || {
        for line in lines {
            writeln!(output, "{line}")?;
        }
        output.flush()
    };
    written().map_err(ShellError::Terminal)
}

#[cfg(test)]
mod tests;
