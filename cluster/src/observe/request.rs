//! What a console asks of the observer.

use serde::{Deserialize, Serialize};

use super::{Filter, HostNumber, LessonRequest, MessageId, Sort, ulid_text};

/// Keeps a message at its place on the screen while others come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The message.
    #[serde(with = "ulid_text")]
    pub message: MessageId,
    /// How many rows of the window stand before it, if there are that many.
    pub row: u64,
}

/// Which rows to tell, from now on: the newest request replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRequest {
    /// Grows with each request; the window repeats it.
    pub serial: u64,
    /// Which messages.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The place of the first row, from 0.
    pub offset: u64,
    /// How many rows; at most 1,000.
    pub rows: u64,
    /// While this message fits the filter, the offset follows it.
    pub pin: Option<Pin>,
}

/// What a console asks of the observer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Carry out a line of the command language; answered by a [`super::CommandOutcome`].
    Run(String),
    /// Tell these rows from now on.
    Watch(WindowRequest),
    /// Tell the life of a message; answered by a [`super::Biography`], again whenever it changes, until another is asked for.
    Explain(#[serde(with = "ulid_text")] MessageId),
    /// Tell what a kill of these hosts would do; answered by a [`super::BlastRadius`].
    Predict(Vec<HostNumber>),
    /// Tell single happenings, too, from the beginning on as far as they are kept: a recording is made; or no more of them.
    Record(bool),
    /// To the player of lessons.
    Lesson(LessonRequest),
}
