//! The names of objects and of the stores that they are in.
//!
//! ```text
//!   127          80 79          40 39    16 15           0
//!   ┌──────────────┬──────────────┬────────┬──────────────┐
//!   │ store: 48    │ time in ms   │ chance │ number drawn │
//!   └──────────────┴──────────────┴────────┴──────────────┘
//! ```
//!
//! The store's bits are the last ones of its random `StoreId`. Ids of one store sort by the time of their drawing, so new rows are
//! appended. The number that drew the store is kept in the id.

use std::fmt;
use std::str::FromStr;

use ulid::Ulid;

use crate::ids::{IdError, MessageId, StoreId};

const STORE_BITS: u32 = 48;
const TIME_BITS: u32 = 40;
const CHANCE_BITS: u32 = 24;
const NUMBER_BITS: u32 = 16;

/// The bits of a [`StoreId`] that the ids of its objects carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StoreTag(u64);

impl StoreTag {
    /// The tag of a store: the last 48 bits of its id, which were drawn at random.
    #[must_use]
    pub fn of(store: StoreId) -> Self {
        StoreTag(store.0 as u64 & ((1 << STORE_BITS) - 1))
    }
}

impl fmt::Display for StoreTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

/// Names an object: 128 bits, written as a ULID. It says in which store the object is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectId(pub u128);

impl ObjectId {
    /// Makes an id of what was drawn: milliseconds since 1970, chance, and the number that selected the store.
    #[must_use]
    pub fn new(store: StoreTag, time_ms: u64, chance: u64, number: u16) -> Self {
        let part = |value: u64, bits: u32| u128::from(value & ((1 << bits) - 1));
        let head = u128::from(store.0) << TIME_BITS | part(time_ms, TIME_BITS);
        ObjectId((head << CHANCE_BITS | part(chance, CHANCE_BITS)) << NUMBER_BITS | u128::from(number))
    }

    /// The tag of the store that it is in.
    #[must_use]
    pub fn store(self) -> StoreTag {
        StoreTag((self.0 >> (128 - STORE_BITS)) as u64)
    }

    /// The number that selected its store.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0 as u16
    }

    /// The 16 bytes, big-endian: their order is the order of the texts.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Takes back what [`Self::to_bytes`] gave; `None` if there are not exactly 16 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(ObjectId(u128::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Ulid(self.0).array_to_str(&mut [0; ulid::ULID_LEN]))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let not_ulid = |_| IdError::NotUlid { kind: "object id", text: text.to_owned() };
        text.parse::<MessageId>().map(|id| ObjectId(id.0)).map_err(not_ulid)
    }
}

/// The id of the message that an event becomes: made from its store and its sequence, so that it is one message however
/// often it is enqueued.
#[must_use]
pub fn event_message_id(store: StoreId, sequence: u64) -> MessageId {
    MessageId(u128::from(store.0 as u64) << 64 | u128::from(sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_its_store_and_the_number_drawn() {
        let store = StoreTag::of(StoreId(0xffff_0000_1234_5678_9abc));
        let id = ObjectId::new(store, u64::MAX, u64::MAX, 0xbeef);
        assert_eq!((id.store(), id.number()), (store, 0xbeef));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(ObjectId::from_bytes(&id.to_bytes()), Some(id));
        assert_eq!(store.to_string(), "123456789abc");
    }

    #[test]
    fn ids_of_one_store_sort_by_time() {
        let store = StoreTag::of(StoreId(7));
        assert!(ObjectId::new(store, 10, u64::MAX, u16::MAX) < ObjectId::new(store, 11, 0, 0));
    }

    #[test]
    fn messages_of_events_differ_by_store_and_by_sequence() {
        let id = |store, sequence| event_message_id(StoreId(store), sequence);
        assert_ne!(id(1, 1), id(1, 2));
        assert_ne!(id(1, 1), id(2, 1));
        assert_eq!(id(5, 9), id(5, 9));
    }
}
