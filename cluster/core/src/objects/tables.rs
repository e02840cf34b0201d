//! What a store must be able to do for objects: four ordered tables of bytes.

use std::ops::ControlFlow;

/// Is shown keys and values, and says whether it wants more.
pub type See<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Objects and markers, by id.
    Objects,
    /// Events, by sequence, big-endian.
    Events,
    /// Index entries, see [`super::index`].
    Index,
    /// The state of the log, see [`super::log`], and which attributes are indexed, see [`super::declared`].
    Meta,
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 4] = [Table::Objects, Table::Events, Table::Index, Table::Meta];
}

/// Tables that can be changed. All changes of one commit become durable together, or none does.
pub trait Tables {
    /// Why a table could not be read or written.
    type Error;

    /// What is there under a key.
    ///
    /// # Errors
    /// Reading failed.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Shows keys and values from `start` on and before `end`, in order, until it is told to stop.
    ///
    /// # Errors
    /// Reading failed.
    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), Self::Error>;

    /// Puts a value under a key, in the place of what was there.
    ///
    /// # Errors
    /// Writing failed.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Self::Error>;

    /// Removes what is there under a key, if anything is.
    ///
    /// # Errors
    /// Writing failed.
    fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), Self::Error>;
}

#[cfg(test)]
pub(super) mod memory {
    use super::{See, Table, Tables};
    use std::collections::BTreeMap;

    /// Tables in memory.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(crate) struct Memory(pub(crate) BTreeMap<(Table, Vec<u8>), Vec<u8>>);

    impl Tables for Memory {
        type Error = std::convert::Infallible;

        fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            Ok(self.0.get(&(table, key.to_vec())).cloned())
        }

        fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), Self::Error> {
            let mut range = self.0.range((table, start.to_vec())..(table, end.to_vec()));
            let _ = range.try_for_each(|((_, key), value)| see(key, value));
            Ok(())
        }

        fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Self::Error> {
            self.0.insert((table, key.to_vec()), value.to_vec());
            Ok(())
        }

        fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), Self::Error> {
            self.0.remove(&(table, key.to_vec()));
            Ok(())
        }
    }
}
