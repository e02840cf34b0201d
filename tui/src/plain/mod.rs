//! Line mode: for no terminal, for screen readers, for `--plain`. The same model as the console's, told in words.
//!
//! ```text
//! 12:04:28.133 charlie takes over 12 messages that bravo served, 20 ms
//! cluster: 3 of 4 hosts up; 1,000 ready, 12 leased; 12 messages have fewer copies than asked
//! ```
//!
//! Events come one a line. A line about the cluster follows when it changed, at most once a second. Lines that are
//! typed are commands; at the end of the input the console waits for those that still run, then it ends.

mod lines;

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use hydraq_cluster::observe::{Request, TimeCommand, Update};

use self::lines::Lines;
use crate::model::{Input, Model, Session, Setup, TapeCommand, TapeTold, update};
use crate::shell::{Console, End, Ended, Incoming, ShellError, Tape, watch_signals};

/// The least time between two lines about the cluster.
const CLUSTER_LINE: Duration = Duration::from_secs(1);

/// Runs in lines until the input ends, `quit` is typed, or a signal asks for it. Blocks; give it a thread of its own.
///
/// # Errors
///
/// If the output cannot be written, or signals cannot be watched.
pub fn run(
    console: Console,
    input: impl BufRead + Send + 'static,
    mut output: impl Write,
) -> Result<Ended, ShellError> {
    let Console { setup, feed, mut requests, save_in } = console;
    let _signals = watch_signals(feed.sender.clone())?;
    let sender = feed.sender;
    thread::spawn(move || read(input, &sender));
    let mut model = Model::new(setup);
    let mut lines = Lines::default();
    let mut cluster_told = None::<Instant>;
    let mut session = Session::default();
    let mut no_more_input = false;
    let mut tape = Tape::default();
    loop {
        let wait = cluster_told.map_or(Duration::ZERO, |told| CLUSTER_LINE.saturating_sub(told.elapsed()));
        let incoming = match feed.receiver.recv_timeout(if lines.cluster_changed(&model) {
            wait
        } else {
            Duration::MAX
        }) {
            Ok(incoming) => Some(incoming),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(Ended::new(End::Disconnected, session)),
        };
        match incoming {
            Some(Incoming::Input(mut input)) => {
                if let Input::Update(update) = &mut input {
                    write(&mut output, tape.update(update).as_slice())?;
                }
                let told = lines.told_by(&input, &model);
                let ended = input == Input::Ended;
                update(&mut model, input);
                write(&mut output, &told)?;
                if ended {
                    return Ok(Ended::new(End::Disconnected, session));
                }
            }
            Some(Incoming::Line(line)) => match line.trim() {
                "" => {}
                "q" | "quit" | "exit" => return Ok(Ended::new(End::Quit, session)),
                command if TapeCommand::is_meant_by(command) => {
                    let (records, told) = record(&mut tape, command, &model, &save_in);
                    requests(Request::Record(records));
                    write(&mut output, &[told])?;
                }
                command => match model.completer.check(command) {
                    Ok(()) => {
                        if !TimeCommand::is_meant_by(command) {
                            session.push(model.now_ms, command);
                        }
                        lines.begun(command);
                        requests(Request::Run(command.to_owned()));
                    }
                    Err(words) => write(&mut output, &[format!("refused {command}: {words}")])?,
                },
            },
            Some(Incoming::Signal(signal)) => return Ok(Ended::new(End::Signal(signal), session)),
            Some(Incoming::NoMoreInput) => no_more_input = true,
            Some(Incoming::Redraw) => {}
            None => {
                write(&mut output, &[lines.cluster(&model)])?;
                cluster_told = Some(Instant::now());
            }
        }
        if no_more_input && lines.running() == 0 {
            return Ok(Ended::new(End::Quit, session));
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

/// Begins or ends a recording; whether there is one now, and what is said of it.
fn record(tape: &mut Tape, command: &str, model: &Model, folder: &Path) -> (bool, String) {
    match TapeCommand::parse(command).and_then(|wanted| tape.command(wanted, model, folder)) {
        Ok(TapeTold::Begun(name)) => (true, format!("done {command}: records into {name}")),
        Ok(TapeTold::Ended(name)) => (false, format!("done {command}: hydraq replay {name}")),
        Err(words) => (tape.is_running(), format!("refused {command}: {words}")),
    }
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
        let input = Input::Update(recorded);
        let told = lines.told_by(&input, &model);
        update(&mut model, input);
        write(&mut output, &told)?;
        if lines.cluster_changed(&model) && cluster_told_ms.is_none_or(|told_ms| told_ms + 1_000 <= at_ms) {
            write(&mut output, &[lines.cluster(&model)])?;
            cluster_told_ms = Some(at_ms);
        }
    }
    if lines.cluster_changed(&model) {
        write(&mut output, &[lines.cluster(&model)])?;
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
