//! The one queue on which everything arrives.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use hydraq_cluster::observe::Update;
use thiserror::Error;

use crate::model::Input;

/// What arrives.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// For the model.
    Input(Input),
    /// A line was typed, in plain mode.
    Line(String),
    /// Nothing more can be typed.
    NoMoreInput,
    /// A signal asks for the end.
    Signal(i32),
    /// The screen was overwritten by something else.
    Redraw,
}

/// The receiving end, for [`super::Console`].
#[derive(Debug)]
pub struct Feed {
    pub(crate) receiver: Receiver<Incoming>,
    pub(crate) sender: Sender<Incoming>,
}

/// Takes updates from the observer, on any thread. When the last clone is gone, the console says that the cluster ended.
#[derive(Debug, Clone)]
pub struct UpdateSender(Arc<Sending>);

#[derive(Debug)]
struct Sending(Sender<Incoming>);

impl Drop for Sending {
    fn drop(&mut self) {
        // If the console is gone, nobody needs to know.
        let _ = self.0.send(Incoming::Input(Input::Ended));
    }
}

/// The console is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the console has ended")]
pub struct Closed;

impl UpdateSender {
    /// Tells the console something. Never blocks.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the console has ended.
    pub fn send(&self, update: Update) -> Result<(), Closed> {
        self.0.0.send(Incoming::Input(Input::Update(update))).map_err(|_| Closed)
    }
}

/// A queue for a console: one end for the observer, the other for [`super::Console`].
#[must_use]
pub fn feed() -> (UpdateSender, Feed) {
    let (sender, receiver) = channel();
    (UpdateSender(Arc::new(Sending(sender.clone()))), Feed { receiver, sender })
}
