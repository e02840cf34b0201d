//! What comes in and what goes out.

use hydraq_cluster::observe::{Request, Update};

use super::tape::{TapeCommand, TapeTold};
use crate::keymap::Key;

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button was pressed.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// The column, from 0.
    pub x: u16,
    /// The line, from 0.
    pub y: u16,
}

/// What changes the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The screen has another size: columns and lines.
    Resize(u16, u16),
    /// Time went by since the last update or tick.
    Tick {
        /// How much, in milliseconds.
        elapsed_ms: u64,
    },
    /// The observer tells something.
    Update(Update),
    /// No more updates come.
    Ended,
    /// A file was written, or not: its name or what went wrong.
    Saved(Result<String, String>),
    /// A recording began or ended, or could not.
    Tape(Result<TapeTold, String>),
}

/// What can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveKind {
    /// The commands of the session, as a scenario.
    Commands,
    /// The frame, as a picture.
    FrameSvg,
    /// The frame, as text.
    FrameText,
    /// The session, as a film of a terminal.
    Cast,
}

impl SaveKind {
    /// The end of the file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Commands => "hq",
            Self::FrameSvg => "svg",
            Self::FrameText => "txt",
            Self::Cast => "cast",
        }
    }
}

/// What the shell around the model is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Ask this of the observer: run a command, tell rows, explain a message, …
    Ask(Request),
    /// Write this to a file.
    Save(SaveKind),
    /// Begin or end a recording of the session.
    Tape(TapeCommand),
    /// End the console.
    Quit,
}
