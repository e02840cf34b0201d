//! What a store must be able to do for objects: four ordered tables of bytes.

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Objects and markers, by id.
    Objects,
    /// Events, by sequence, big-endian.
    Events,
    /// Index entries, see [`super::index`].
    Index,
    /// The state of the log, see [`super::log`].
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
    use super::{Table, Tables};
    use std::collections::BTreeMap;

    /// Tables in memory.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(crate) struct Memory(pub(crate) BTreeMap<(Table, Vec<u8>), Vec<u8>>);

    impl Tables for Memory {
        type Error = std::convert::Infallible;

        fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            Ok(self.0.get(&(table, key.to_vec())).cloned())
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
