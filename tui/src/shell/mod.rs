//! The shell around the model: the terminal, the threads, the files.
//!
//! ```text
//!   terminal ──(thread: reads keys)──┐
//!   signals ───(thread: waits)───────┼──▶ one queue ──▶ update ──▶ actions ──▶ observer (a call), files
//!   observer ──(UpdateSender)────────┘        │
//!                                             ▼ at most 60 times a second, only after a change
//!                                           draw
//! ```
//!
//! Promises: the terminal is given back on every way out, a panic included; nothing is drawn when nothing changed;
//! while nothing happens the loop waits, and uses no processor.

mod clock;
mod feed;
mod keys;
mod pace;
mod run;
mod save;
mod signals;
mod tape;
mod terminal;

use std::path::PathBuf;

use hydraq_cluster::observe::Request;
use thiserror::Error;

pub use self::clock::ahead_of_utc_seconds;
pub(crate) use self::feed::Incoming;
pub use self::feed::{Closed, Feed, UpdateSender, feed};
pub use self::run::{Ended, run};
pub(crate) use self::save::save;
pub(crate) use self::signals::watch_signals;
pub(crate) use self::tape::Tape;
use crate::model::{Session, Setup};

/// Everything the console needs.
pub struct Console {
    /// Keys, looks, completion.
    pub setup: Setup,
    /// Where updates come from; made by [`feed`].
    pub feed: Feed,
    /// Takes what the console asks. Must not block: it is called between two frames.
    pub requests: Box<dyn FnMut(Request)>,
    /// The folder into which frames, sessions and scenarios are saved.
    pub save_in: PathBuf,
}

/// What ended the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Somebody quit.
    Quit,
    /// A signal asked for it, by number.
    Signal(i32),
    /// There is no terminal, or no input, any more.
    Disconnected,
}

/// Why the console could not go on.
#[derive(Debug, Error)]
pub enum ShellError {
    /// The terminal could not be set up, read or written.
    #[error("the terminal failed: {0}")]
    Terminal(#[source] std::io::Error),
    /// Signals could not be watched.
    #[error("signals cannot be watched: {0}")]
    Signals(#[source] std::io::Error),
}

impl Ended {
    pub(crate) fn new(end: End, session: Session) -> Self {
        Self { end, session }
    }
}
