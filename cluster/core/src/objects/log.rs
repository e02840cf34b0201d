//! The state of a store's event log: where it begins and ends, and how far it was propagated.

use crate::codec::{CodecError, Put, Take, seal, unseal};

/// The key under which it is kept in the table of small things.
pub const LOG_KEY: &[u8] = b"log";

/// How many events are kept that were propagated already.
pub const KEPT: u64 = 10_000;

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
