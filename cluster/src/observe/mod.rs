//! What an observer tells about a cluster: plain pictures for the console, for recordings and for replays.
//!
//! ```text
//!   observer ──▶ Update { at_ms, changes } ──▶ console, recording      (a snapshot first, then deltas)
//!   observer ◀── Request ─────────────────── console                   (run a command, watch a window, explain, …)
//! ```
//!
//! Promises: a picture is data, cheap to clone, and true at the moment its [`Update`] names. All changes of one
//! update are of that one moment, so that what stands together on a screen belongs together. Nothing here grows with
//! the number of messages: of these only the [`MessageWindow`] that was asked for is told, and totals.
//!
//! Left out: how a picture is made (the observer), how it is drawn (the console), and the wire's types.

mod event;
mod explain;
mod filter;
mod happening;
mod host;
mod lesson;
mod link;
mod message;
mod prediction;
mod request;
mod store;
mod time;
mod ulid_text;
mod update;
pub mod words;

pub use event::{Badges, Behind, CommandOutcome, EventKind, EventPicture, EventSerial};
pub use explain::{Biography, Lane, Mark, Step};
pub use filter::{Filter, FilterError, MessageState, Sort};
pub use happening::{CommandBegun, CommandResult, Happening, HappeningBy, HostHappening};
pub use host::{HostNumber, HostPicture, HostState};
pub use hydraq_core::ids::MessageId;
pub use lesson::{LessonCard, LessonPicture, LessonProgress, LessonRequest, LessonStep, Reveal};
pub use link::{CONNECTING_TOLD_MAX, LinkPicture, LinkState};
pub use message::{
    CopyPicture, CopyState, HeatCell, HeatMap, HeatRow, MessagePicture, MessageWindow, Placement, TypePicture,
};
pub use prediction::{Aftermath, BlastRadius};
pub use request::{Pin, Request, WindowRequest};
pub use store::{DrawPicture, StorePicture};
pub use time::{TimeCommand, TimePicture};
pub use update::{Change, Update};

#[cfg(test)]
mod filter_tests;
#[cfg(test)]
mod update_tests;
#[cfg(test)]
mod words_tests;
