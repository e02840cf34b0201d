//! Drawing ids: ULIDs of time and chance.

use hydraq_core::ids::{HostId, MessageId, StoreId};
use hydraq_core::objects::{ObjectId, StoreTag};
use hydraq_core::random::Random;

use crate::host::clock::wall_ms;

/// A source of fresh ids: in the order in which they were drawn, as far as one source goes.
#[derive(Debug)]
pub struct IdSource {
    random: Random,
    last: u128,
}

impl IdSource {
    /// A source that no other one repeats.
    ///
    /// # Errors
    /// The operating system gives no random numbers.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        Ok(IdSource { random: Random::new(getrandom::u64()?), last: 0 })
    }

    /// A source that can be repeated.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        IdSource { random: Random::new(seed), last: 0 }
    }

    /// A fresh message id.
    pub fn draw(&mut self) -> MessageId {
        let chance = u128::from(self.random.draw()) << 16 ^ u128::from(self.random.draw());
        let id = u128::from(wall_ms()) << 80 | chance & ((1 << 80) - 1);
        // Within one millisecond ids go on from the last one, so that they sort as they were drawn.
        self.last = if id >> 80 <= self.last >> 80 {
            self.last + 1 + u128::from(self.random.below(1 << 20) as u32)
        } else {
            id
        };
        MessageId(self.last)
    }

    /// A fresh host id.
    pub fn host(&mut self) -> HostId {
        HostId(self.draw().0)
    }

    /// A fresh store id.
    pub fn store(&mut self) -> StoreId {
        StoreId(self.draw().0)
    }

    /// A number that selects a store.
    pub fn number(&mut self) -> u16 {
        self.random.draw() as u16
    }

    /// A fresh id for an object in a store that a number has selected.
    pub fn object(&mut self, store: StoreTag, number: u16) -> ObjectId {
        ObjectId::new(store, wall_ms(), self.random.draw(), number)
    }

    /// Sixty-four bits of chance, never zero.
    pub fn nonce(&mut self) -> u64 {
        self.random.draw() | 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_sort_as_they_were_drawn() {
        let mut source = IdSource::seeded(1);
        let ids: Vec<MessageId> = (0..10_000).map(|_| source.draw()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
