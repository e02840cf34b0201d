//! The terminal: taken over, and given back on every way out.

use std::io::{self, Stdout, Write, stdout};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute, queue};

use super::{Incoming, ShellError, keys};
use crate::model::{Input, Model};
use crate::view::view;

/// How long the reader waits for a key before it looks whether it should end.
const READER_WAIT: Duration = Duration::from_millis(250);

/// Whether the terminal is taken over now: it is given back once only.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is taken over.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    reader_ends: Arc<AtomicBool>,
}

impl Screen {
    /// Takes the terminal over, and begins to read keys.
    pub(super) fn take(sender: Sender<Incoming>) -> Result<Self, ShellError> {
        give_back_on_panic(sender.clone());
        enable_raw_mode().map_err(ShellError::Terminal)?;
        TAKEN.store(true, Ordering::SeqCst);
        let taken = execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste)
            .and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        let terminal = taken.map_err(|error| {
            give_back();
            ShellError::Terminal(error)
        })?;
        let reader_ends = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&reader_ends);
        thread::spawn(move || read(&sender, &ends));
        Ok(Self { terminal, reader_ends })
    }

    /// Columns and lines.
    pub(super) fn size(&self) -> Result<(u16, u16), ShellError> {
        let size = self.terminal.size().map_err(ShellError::Terminal)?;
        Ok((size.width, size.height))
    }

    /// Draws the model in one go.
    pub(super) fn draw(&mut self, model: &Model) -> Result<(), ShellError> {
        let mut drawn = || -> io::Result<()> {
            queue!(stdout(), BeginSynchronizedUpdate)?;
            self.terminal.draw(|frame| view(model, frame))?;
            execute!(stdout(), EndSynchronizedUpdate)
        };
        drawn().map_err(ShellError::Terminal)
    }

    /// Forgets what stands on the screen: the next frame is drawn as a whole.
    pub(super) fn forget(&mut self) -> Result<(), ShellError> {
        self.terminal.clear().map_err(ShellError::Terminal)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.reader_ends.store(true, Ordering::SeqCst);
        give_back();
    }
}

/// Reads the terminal's events until it is told to end, or the terminal is gone.
fn read(sender: &Sender<Incoming>, ends: &AtomicBool) {
    while !ends.load(Ordering::SeqCst) {
        let event = match event::poll(READER_WAIT) {
            Ok(true) => event::read(),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        let incoming = match event {
            Ok(event) => keys::input(event).map(Incoming::Input),
            Err(_) => Some(Incoming::NoMoreInput),
        };
        let ended = matches!(incoming, Some(Incoming::NoMoreInput));
        if incoming.is_some_and(|incoming| sender.send(incoming).is_err()) || ended {
            return;
        }
    }
}

/// Gives the terminal back. What cannot be written any more cannot be mended either.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// A panic of the console's thread gives the terminal back before it is told; one of another thread is told on the screen.
fn give_back_on_panic(sender: Sender<Incoming>) {
    let console = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !TAKEN.load(Ordering::SeqCst) {
            before(info);
        } else if thread::current().id() == console {
            give_back();
            before(info);
        } else {
            let words = format!("a part of hydraq failed: {info}");
            let _ = sender.send(Incoming::Input(Input::Saved(Err(words))));
        }
    }));
}
