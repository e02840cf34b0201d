//! Index entries: one for each attribute of each object, and one for the object itself, in the order of queries.
//!
//! ```text
//!   kind 0 attribute 0 value, ordered ─ id     → CRC-32 of the key
//! ```
//!
//! An entry has no content but its key; names have no zero bytes. The entry of the object itself has an empty attribute and no value; it
//! is always there, those of attributes as far as they were declared, see [`super::declared`].

use super::declared::Indexed;
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

/// The attributes of an object, with the keys of their entries.
pub fn attribute_entries(object: &Object) -> impl Iterator<Item = (&str, Vec<u8>)> {
    object.attributes.iter().map(|(name, value)| (name.as_str(), entry(object, name, Some(value))))
}

/// The key of the entry that every object has.
#[must_use]
pub fn own_entry(object: &Object) -> Vec<u8> {
    entry(object, "", None)
}

/// The keys of the entries of an object if these attributes are in the index.
pub fn entries<'a>(object: &'a Object, indexed: &'a Indexed) -> impl Iterator<Item = Vec<u8>> + 'a {
    let wanted = attribute_entries(object).filter(|(name, _)| indexed.contains(name));
    std::iter::once(own_entry(object)).chain(wanted.map(|(_, key)| key))
}

fn entry(object: &Object, attribute: &str, value: Option<&Value>) -> Vec<u8> {
    let mut key = attribute_key(&object.kind, attribute);
    key.extend(place(value, object.id));
    key
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
