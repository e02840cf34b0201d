//! Objects as they are stored: whole, or the marker that stays of one that was deleted.

use bytes::Bytes;

use super::id::ObjectId;
use super::value::{Attributes, put_attributes, take_attributes};
use crate::codec::{CodecError, Put, Take, seal, unseal};

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub id: ObjectId,
    /// What kind of thing it is.
    pub kind: String,
    /// Names and values, all of them in the index.
    pub attributes: Attributes,
    /// Its content; opaque.
    pub body: Bytes,
    /// Counts its changes, from 1.
    pub version: u64,
    /// What its creation is known by, so that a retry of it is told from another one.
    pub created: u64,
    /// Milliseconds since 1970 by the clock of its host; for display only.
    pub created_at_ms: u64,
    /// The same, of its last change.
    pub changed_at_ms: u64,
}

/// What stays of an object that was deleted: its id is never used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its name.
    pub id: ObjectId,
    /// What kind of thing it was.
    pub kind: String,
    /// The version that its deletion made.
    pub version: u64,
}

/// What a store has under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An object.
    Object(Object),
    /// The marker of one that was deleted.
    Deleted(Deleted),
}

const OBJECT: u8 = 1;
const DELETED: u8 = 2;

/// What a creation is known by: two with the same mark are taken to be the same.
#[must_use]
pub fn creation_mark(kind: &str, attributes: &Attributes, body: &[u8]) -> u64 {
    let mut rest = Vec::new();
    rest.put_bytes(kind.as_bytes());
    put_attributes(&mut rest, attributes);
    u64::from(crc32fast::hash(&rest)) << 32 | u64::from(crc32fast::hash(body))
}

impl Row {
    /// The record, sealed behind its length and a CRC-32.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&mut out, |out| match self {
            Row::Object(object) => {
                out.put_u8(OBJECT);
                out.put_u128(object.id.0);
                out.put_bytes(object.kind.as_bytes());
                for number in [object.version, object.created, object.created_at_ms, object.changed_at_ms] {
                    out.put_u64(number);
                }
                put_attributes(out, &object.attributes);
                out.put_bytes(&object.body);
            }
            Row::Deleted(deleted) => {
                out.put_u8(DELETED);
                out.put_u128(deleted.id.0);
                out.put_bytes(deleted.kind.as_bytes());
                out.put_u64(deleted.version);
            }
        });
        out
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// It does not match its checksum, or has no meaning.
    pub fn decode(sealed: &[u8]) -> Result<Row, CodecError> {
        let mut take = Take(unseal(&mut Take(sealed))?);
        match take.u8()? {
            OBJECT => Ok(Row::Object(Object {
                id: ObjectId(take.u128()?),
                kind: take.text()?.to_owned(),
                version: take.u64()?,
                created: take.u64()?,
                created_at_ms: take.u64()?,
                changed_at_ms: take.u64()?,
                attributes: take_attributes(&mut take)?,
                body: Bytes::copy_from_slice(take.bytes()?),
            })),
            DELETED => Ok(Row::Deleted(Deleted {
                id: ObjectId(take.u128()?),
                kind: take.text()?.to_owned(),
                version: take.u64()?,
            })),
            _ => Err(CodecError::Meaningless("kind of object record")),
        }
    }
}
