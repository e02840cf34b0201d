//! Recordings: a session as a file, so that it can be seen again, stepped through and exported.
//!
//! ```text
//!   observer ──Update──▶ Writer ──▶ FILE (JSON Lines) ──▶ Recording ──▶ replay, asciicast, SVG, HTML, ShiViz, text
//!                          │
//!                          └─ causes: which happening follows from which
//! ```
//!
//! The format is described in RECORDING.md at the top of the repository. It promises:
//! - One JSON object a line; the first one names the format and its version. What is written stays readable.
//! - Updates are the very ones that a console is told: a snapshot first, then what changed. So a replay shows what was seen.
//! - Happenings have an id, their host's own sequence, and the ids of those that they follow from, which are always smaller.
//!   A happening never follows from one that stands after it, so the file as a whole is a causal order.
//! - A file that is no recording, or a damaged one, is refused with its line and what is wrong ([`ReadError`]).
//!
//! It leaves out bodies beyond their beginnings, and messages outside of the rows that were shown.

mod causes;
mod entry;
mod read;
mod write;

pub use self::entry::{Causal, End, Entry, Header, VERSION};
pub use self::read::{ReadError, Recording};
pub use self::write::{WriteError, Writer};

#[cfg(test)]
mod tests;
