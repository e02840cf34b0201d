//! The state of a store's event log: where it begins and ends, and how far it was propagated.

use std::fmt;
use std::time::Duration;

use crate::codec::{CodecError, Put, Take, seal, unseal};

/// The key under which it is kept in the table of small things.
pub const LOG_KEY: &[u8] = b"log";

/// For how long events are kept that are messages of the queue already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many of them.
    Events(u64),
    /// Those that became messages within such a time.
    Time(Duration),
}

/// What is kept if nothing else is set.
pub const KEEP_DEFAULT: Keep = Keep::Events(10_000);

impl Keep {
    /// Reads a number of events, or a time in milliseconds with `ms` behind it; `None` if it is neither.
    #[must_use]
    pub fn read(text: &str) -> Option<Keep> {
        match text.strip_suffix("ms") {
            Some(ms) => ms.parse().ok().map(Duration::from_millis).map(Keep::Time),
            None => text.parse().ok().map(Keep::Events),
        }
    }
}

/// `10000`, or `3600000ms`
impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Events(count) => count.fmt(f),
            Keep::Time(time) => write!(f, "{}ms", time.as_millis()),
        }
    }
}

/// The state of a log. Events from `tail` to `head` are there, without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Log {
    /// The newest event; 0 if there never was one.
    pub head: u64,
    /// The newest event that is a message of the queue.
    pub propagated: u64,
    /// The oldest event that is kept; `head` + 1 if there is none.
    pub tail: u64,
    /// How many objects there are; markers do not count.
    pub objects: u64,
}

impl Log {
    /// The log of a store that never had an object.
    #[must_use]
    pub fn empty() -> Self {
        Log { tail: 1, ..Log::default() }
    }

    /// The record, sealed behind its length and a CRC-32.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&mut out, |out| {
            for number in [self.head, self.propagated, self.tail, self.objects] {
                out.put_u64(number);
            }
        });
        out
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// It does not match its checksum.
    pub fn decode(sealed: &[u8]) -> Result<Log, CodecError> {
        let mut take = Take(unseal(&mut Take(sealed))?);
        Ok(Log { head: take.u64()?, propagated: take.u64()?, tail: take.u64()?, objects: take.u64()? })
    }
}

/// The key of an event.
#[must_use]
pub fn event_key(sequence: u64) -> [u8; 8] {
    sequence.to_be_bytes()
}
