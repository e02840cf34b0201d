//! Objects on the disk: four tables that are there once there was an object, and readers with snapshots of their own.

use std::sync::{Arc, RwLock, Weak};

use ::redb::{
    Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, StorageError, TableDefinition,
    TableError, WriteTransaction,
};
use hydraq_core::objects::{Table, Tables};

use super::{RedbStore, open_database};
use crate::store::ReadError;
use crate::store::objects::{ObjectReader, See, Snapshot};

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn definition(table: Table) -> Definition {
    TableDefinition::new(match table {
        Table::Objects => "objects",
        Table::Events => "object_events",
        Table::Index => "object_index",
        Table::Meta => "object_meta",
    })
}

type OpenToRead = ReadOnlyTable<&'static [u8], &'static [u8]>;
type Open<'a> = ::redb::Table<'a, &'static [u8], &'static [u8]>;

/// The tables within the transaction of a commit.
pub(super) struct Writing<'a> {
    objects: Open<'a>,
    events: Open<'a>,
    index: Open<'a>,
    meta: Open<'a>,
}

impl<'a> Writing<'a> {
    /// Opens the tables; makes those that are not there yet.
    pub(super) fn open(transaction: &'a WriteTransaction) -> Result<Self, TableError> {
        Ok(Writing {
            objects: transaction.open_table(definition(Table::Objects))?,
            events: transaction.open_table(definition(Table::Events))?,
            index: transaction.open_table(definition(Table::Index))?,
            meta: transaction.open_table(definition(Table::Meta))?,
        })
    }

    fn table(&self, table: Table) -> &Open<'a> {
        match table {
            Table::Objects => &self.objects,
            Table::Events => &self.events,
            Table::Index => &self.index,
            Table::Meta => &self.meta,
        }
    }

    fn table_mut(&mut self, table: Table) -> &mut Open<'a> {
        match table {
            Table::Objects => &mut self.objects,
            Table::Events => &mut self.events,
            Table::Index => &mut self.index,
            Table::Meta => &mut self.meta,
        }
    }
}

impl Tables for Writing<'_> {
    type Error = StorageError;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.table(table).get(key)?.map(|value| value.value().to_vec()))
    }

    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), StorageError> {
        for entry in self.table(table).range(start..end)? {
            let (key, value) = entry?;
            if see(key.value(), value.value()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.table_mut(table).insert(key, value).map(|_| ())
    }

    fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.table_mut(table).remove(key).map(|_| ())
    }
}

/// Reads a store for as long as it is open. It does not keep it open.
struct Reader(Weak<RwLock<Database>>);

impl RedbStore {
    pub(super) fn reader(&self) -> Arc<dyn ObjectReader> {
        Arc::new(Reader(Arc::downgrade(&self.database)))
    }
}

/// One moment of a store that is open.
pub(in crate::store) struct Moment(pub(in crate::store) ReadTransaction);

fn failed(error: impl Into<::redb::Error>) -> ReadError {
    ReadError::Failed(error.into().to_string())
}

impl Moment {
    /// A table, if there is one yet.
    fn table(&self, table: Table) -> Result<Option<OpenToRead>, ReadError> {
        match self.0.open_table(definition(table)) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Snapshot for Moment {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(table) = self.table(table)? else { return Ok(None) };
        Ok(table.get(key).map_err(failed)?.map(|value| value.value().to_vec()))
    }

    fn walk(&self, table: Table, start: &[u8], end: &[u8], see: &mut See<'_>) -> Result<(), ReadError> {
        let Some(table) = self.table(table)? else { return Ok(()) };
        for entry in table.range(start..end).map_err(failed)? {
            let (key, value) = entry.map_err(failed)?;
            if see(key.value(), value.value()).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl ObjectReader for Reader {
    fn look(&self, see: &mut dyn FnMut(&dyn Snapshot) -> Result<(), ReadError>) -> Result<(), ReadError> {
        let closed = || ReadError::Failed("the store is closed".into());
        let database = self.0.upgrade().ok_or_else(closed)?;
        let transaction = open_database(&database).begin_read().map_err(failed)?;
        see(&Moment(transaction))
    }
}
