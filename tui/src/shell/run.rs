//! The loop: wait, take everything that arrived, draw.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::terminal::Screen;
use super::{Console, End, Incoming, ShellError, Tape, save, watch_signals};
use crate::model::{Action, Input, Model, Session, update};

/// The most inputs that are taken in before a frame is drawn.
const INPUTS_MAX: usize = 4_096;

/// What is left when the console has ended.
#[derive(Debug)]
pub struct Ended {
    /// What ended it.
    pub end: End,
    /// The commands of the session.
    pub session: Session,
}

/// Shows the console on the terminal of this process until it is quit. Blocks; give it a thread of its own.
///
/// # Errors
///
/// If the terminal cannot be used, or signals cannot be watched.
pub fn run(console: Console) -> Result<Ended, ShellError> {
    let Console { setup, feed, requests, save_in } = console;
    let _signals = watch_signals(feed.sender.clone())?;
    let mut screen = Screen::take(feed.sender)?;
    let size = screen.size()?;
    let model = Model::new(crate::model::Setup { size, ..setup });
    let mut shell = Shell { model, requests, save_in, tape: Tape::default(), last: Instant::now() };
    shell.take(Input::Resize(size.0, size.1));
    let end = shell.turn(&feed.receiver, &mut screen)?;
    drop(screen);
    Ok(Ended::new(end, shell.model.session().clone()))
}

struct Shell {
    model: Model,
    requests: Box<dyn FnMut(hydraq_cluster::observe::Request)>,
    save_in: std::path::PathBuf,
    tape: Tape,
    /// When time was last told to the model.
    last: Instant,
}

impl Shell {
    fn turn(&mut self, receiver: &Receiver<Incoming>, screen: &mut Screen) -> Result<End, ShellError> {
        let mut pace = Pace::default();
        pace.change(true);
        loop {
            if pace.wait(Instant::now()) == Some(Duration::ZERO) {
                let began = Instant::now();
                screen.draw(&self.model)?;
                pace.drawn(began);
            }
            let tick = || self.model.next_tick_ms().map(Duration::from_millis);
            let first = match pace.wait(Instant::now()).or_else(tick) {
                Some(wait) => receiver.recv_timeout(wait),
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            self.tick();
            let first = match first {
                Ok(incoming) => Some(incoming),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(End::Disconnected),
            };
            pace.change(false);
            for incoming in first.into_iter().chain(receiver.try_iter()).take(INPUTS_MAX) {
                if let Incoming::Input(Input::Key(_) | Input::Paste(_) | Input::Mouse(_)) = incoming {
                    pace.change(true);
                }
                if let Some(end) = self.incoming(incoming, screen)? {
                    return Ok(end);
                }
            }
        }
    }

    fn incoming(&mut self, incoming: Incoming, screen: &mut Screen) -> Result<Option<End>, ShellError> {
        match incoming {
            Incoming::Input(input) => return Ok(self.take(input)),
            Incoming::Line(_) => {}
            Incoming::NoMoreInput => return Ok(Some(End::Disconnected)),
            Incoming::Signal(signal) => return Ok(Some(End::Signal(signal))),
            Incoming::Redraw => screen.forget()?,
        }
        Ok(None)
    }

    fn tick(&mut self) {
        let elapsed_ms = u64::try_from(self.last.elapsed().as_millis()).unwrap_or(u64::MAX);
        if elapsed_ms > 0 {
            self.last = Instant::now();
            self.take(Input::Tick { elapsed_ms });
        }
    }

    /// Gives the model an input, and does what comes of it.
    fn take(&mut self, input: Input) -> Option<End> {
        let mut end = None;
        let mut inputs = vec![input];
        while let Some(mut input) = inputs.pop() {
            if let Input::Update(update) = &mut input
                && let Some(problem) = self.tape.update(update)
            {
                inputs.push(Input::Tape(Err(problem)));
            }
            for action in update(&mut self.model, input) {
                match action {
                    Action::Ask(request) => (self.requests)(request),
                    Action::Save(kind) => inputs.push(Input::Saved(save(&self.model, kind, &self.save_in))),
                    Action::Tape(command) => {
                        let told = self.tape.command(command, &self.model, &self.save_in);
                        inputs.push(Input::Tape(told));
                    }
                    Action::Quit => end = Some(End::Quit),
                }
            }
        }
        end
    }
}
