//! Index entries: one for each attribute of each object, and one for the object itself, in the order of queries.
//!
//! ```text
//!   kind 0 attribute 0 value, ordered ─ id     → CRC-32 of the key
//! ```
//!
//! An entry has no content but its key; names have no zero bytes. The entry of the object itself has an empty attribute and no value.

use super::id::ObjectId;
use super::record::Object;
use super::value::Value;

/// What all entries of an attribute begin with.
#[must_use]
pub fn attribute_key(kind: &str, attribute: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(kind.len() + attribute.len() + 32);
    key.extend_from_slice(kind.as_bytes());
    key.push(0);
    key.extend_from_slice(attribute.as_bytes());
    key.push(0);
    key
}

/// Where an object stands among those that are ordered by one attribute: its value, then its id.
#[must_use]
pub fn place(value: Option<&Value>, id: ObjectId) -> Vec<u8> {
    let mut place = Vec::new();
    if let Some(value) = value {
        value.encode_ordered(&mut place);
    }
    place.extend_from_slice(&id.to_bytes());
    place
}

/// The keys of all entries of an object.
pub fn entries(object: &Object) -> impl Iterator<Item = Vec<u8>> + '_ {
    let entry = |attribute: &str, value: Option<&Value>| {
        let mut key = attribute_key(&object.kind, attribute);
        key.extend(place(value, object.id));
        key
    };
    let own = std::iter::once(entry("", None));
    own.chain(object.attributes.iter().map(move |(name, value)| entry(name, Some(value))))
}

/// The value that is kept with an entry.
#[must_use]
pub fn entry_value(key: &[u8]) -> [u8; 4] {
    crc32fast::hash(key).to_le_bytes()
}

/// The id in an entry's key, if the entry is whole.
#[must_use]
pub fn entry_id(key: &[u8], value: &[u8]) -> Option<ObjectId> {
    let whole = value == entry_value(key);
    ObjectId::from_bytes(key.get(key.len().checked_sub(16)?..)?).filter(|_| whole)
}
