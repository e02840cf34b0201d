//! Events: what happened to objects, in the order in which a store's log keeps it.

use super::id::ObjectId;
use super::value::{Attributes, put_attributes, take_attributes};
use crate::codec::{CodecError, Put, Take, seal, unseal};

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It was created.
    Created,
    /// Its attributes or its body were changed.
    Updated,
    /// It was deleted.
    Deleted,
}

impl What {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            What::Created => "created",
            What::Updated => "updated",
            What::Deleted => "deleted",
        }
    }
}

/// One event of a store's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// Its place in the log, from 1, without a gap.
    pub sequence: u64,
    /// What happened.
    pub what: What,
    /// To which object.
    pub id: ObjectId,
    /// Of which kind.
    pub kind: String,
    /// The object's version before; 0 if there was none.
    pub before: u64,
    /// The object's version after.
    pub after: u64,
    /// Its attributes after; before, if it was deleted.
    pub attributes: Attributes,
    /// Milliseconds since 1970 by the clock of its host; for display only.
    pub at_ms: u64,
}

impl ObjectEvent {
    /// The record, sealed behind its length and a CRC-32.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&mut out, |out| {
            out.put_u8(match self.what {
                What::Created => 1,
                What::Updated => 2,
                What::Deleted => 3,
            });
            out.put_u128(self.id.0);
            out.put_bytes(self.kind.as_bytes());
            for number in [self.sequence, self.before, self.after, self.at_ms] {
                out.put_u64(number);
            }
            put_attributes(out, &self.attributes);
        });
        out
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// It does not match its checksum, or has no meaning.
    pub fn decode(sealed: &[u8]) -> Result<ObjectEvent, CodecError> {
        let mut take = Take(unseal(&mut Take(sealed))?);
        let what = match take.u8()? {
            1 => What::Created,
            2 => What::Updated,
            3 => What::Deleted,
            _ => return Err(CodecError::Meaningless("kind of event")),
        };
        let (id, kind) = (ObjectId(take.u128()?), take.text()?.to_owned());
        Ok(ObjectEvent {
            what,
            id,
            kind,
            sequence: take.u64()?,
            before: take.u64()?,
            after: take.u64()?,
            at_ms: take.u64()?,
            attributes: take_attributes(&mut take)?,
        })
    }
}
