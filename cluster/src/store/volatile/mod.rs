//! A disk in memory that forgets what was not synced, for redb to stand on.
//!
//! It is a [`Place`] for a store, so the very code that opens, creates and writes a store file runs on it. It counts and records what is done to
//! it, so that a checker can cut at each operation, and it can do what disks do wrong: crash, run full, fail to sync, and claim to have
//! synced. A handle from before a crash finds nothing but errors. What it does not do is flip bytes: a store has
//! [`flip_byte`](super::Store::flip_byte) for that.

pub mod files;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::redb::{Builder, Database, DatabaseError, StorageBackend};
use bytes::Bytes;

use super::redb::place::Place;
use files::{Durable, FileNumber, Files, Loss, Operation};

/// A disk in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct VolatileDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// What whoever reads now sees.
    current: Files,
    durable: Durable,
    recording: Option<Vec<Operation>>,
    /// Counts crashes: what was opened before one is of no use after it.
    crashes: u64,
    is_full: bool,
    fails_to_sync: bool,
    lies: bool,
}

impl VolatileDisk {
    /// A disk with these files on it, all durable.
    #[must_use]
    pub fn new(files: Files) -> Self {
        let disk = VolatileDisk::default();
        disk.restore(files);
        disk
    }

    /// A place for a store on it; of no use any more after the next crash.
    #[must_use]
    pub fn place(&self) -> Box<dyn Place> {
        let crashes = self.lock().crashes;
        Box::new(VolatilePlace { disk: self.clone(), crashes })
    }

    /// Cuts the power: what was not synced is lost, or not. Returns how many operations were not synced.
    pub fn crash(&self, loss: Loss) -> usize {
        let mut inner = self.lock();
        let (files, unsynced) = (inner.durable.after_crash(loss), inner.durable.unsynced());
        inner.replace(files);
        unsynced
    }

    /// Everything that is on it now, synced or not.
    #[must_use]
    pub fn files(&self) -> Files {
        self.lock().current.clone()
    }

    /// Puts other files in the place of everything, as a crash would: a disk that went back to an earlier state, or an empty one.
    pub fn restore(&self, files: Files) {
        self.lock().replace(files);
    }

    /// Lets no file grow any more, or does so again.
    pub fn set_full(&self, is_full: bool) {
        self.lock().is_full = is_full;
    }

    /// Lets every sync fail from now on, or not.
    pub fn set_fails_to_sync(&self, fails: bool) {
        self.lock().fails_to_sync = fails;
    }

    /// Lets it claim to have synced what it has not.
    pub fn set_lies(&self, lies: bool) {
        self.lock().lies = lies;
    }

    /// Begins to record what is done to it.
    pub fn record(&self) {
        self.lock().recording = Some(Vec::new());
    }

    /// How many operations were recorded so far.
    #[must_use]
    pub fn recorded(&self) -> usize {
        self.lock().recording.as_ref().map_or(0, Vec::len)
    }

    /// Ends the recording, and gives it.
    #[must_use]
    pub fn take_recording(&self) -> Vec<Operation> {
        self.lock().recording.take().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn replace(&mut self, files: Files) {
        self.crashes += 1;
        self.current = files.clone();
        self.durable = Durable::new(files);
    }

    fn apply(&mut self, operation: Operation) -> io::Result<()> {
        let syncs = matches!(operation, Operation::Sync(_) | Operation::SyncNames);
        if syncs && self.fails_to_sync {
            return Err(io::Error::other("the disk failed to sync"));
        }
        if let Operation::Resize(file, length) = &operation
            && self.is_full
            && *length > self.current.bytes(*file).len() as u64
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.current.apply(&operation);
        if syncs && self.lies {
            return Ok(());
        }
        self.durable.apply(operation.clone());
        if let Some(recording) = &mut self.recording {
            recording.push(operation);
        }
        Ok(())
    }
}

/// A place for a store on a disk in memory.
#[derive(Debug)]
struct VolatilePlace {
    disk: VolatileDisk,
    crashes: u64,
}

impl VolatilePlace {
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> io::Result<T>) -> io::Result<T> {
        let mut inner = self.disk.lock();
        if inner.crashes != self.crashes {
            return Err(io::Error::other("the power was cut"));
        }
        act(&mut inner)
    }

    fn backend(&self, file: Option<FileNumber>) -> io::Result<VolatileFile> {
        let file = file.ok_or(io::ErrorKind::NotFound)?;
        Ok(VolatileFile { place: VolatilePlace { disk: self.disk.clone(), crashes: self.crashes }, file })
    }
}

impl Place for VolatilePlace {
    fn name(&self) -> PathBuf {
        "memory".into()
    }

    fn exists(&self) -> io::Result<bool> {
        self.with(|inner| Ok(inner.current.store().is_some()))
    }

    fn open(&self, builder: &Builder) -> Result<Database, DatabaseError> {
        let file = self.with(|inner| Ok(inner.current.store()));
        let backend = file.and_then(|file| self.backend(file));
        builder.create_with_backend(backend.map_err(|error| DatabaseError::Storage(error.into()))?)
    }

    fn begin(&self, builder: &Builder) -> Result<Database, DatabaseError> {
        let begun = self.with(|inner| {
            let file = inner.current.unused();
            inner.apply(Operation::Begin(file))?;
            Ok(Some(file))
        });
        let backend = begun.and_then(|file| self.backend(file));
        builder.create_with_backend(backend.map_err(|error| DatabaseError::Storage(error.into()))?)
    }

    fn finish(&self) -> io::Result<()> {
        self.with(|inner| {
            inner.apply(Operation::Rename)?;
            inner.apply(Operation::SyncNames)
        })
    }

    fn bytes(&self) -> u64 {
        let length = |inner: &mut Inner| {
            Ok(inner.current.store().map_or(0, |file| inner.current.bytes(file).len() as u64))
        };
        self.with(length).unwrap_or(0)
    }
}

/// One file, as redb sees it.
#[derive(Debug)]
struct VolatileFile {
    place: VolatilePlace,
    file: FileNumber,
}

impl StorageBackend for VolatileFile {
    fn len(&self) -> io::Result<u64> {
        self.place.with(|inner| Ok(inner.current.bytes(self.file).len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.place.with(|inner| {
            let bytes = inner.current.bytes(self.file).get(offset as usize..);
            let bytes = bytes.and_then(|bytes| bytes.get(..out.len()));
            out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.place.with(|inner| inner.apply(Operation::Resize(self.file, length)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.place.with(|inner| inner.apply(Operation::Sync(self.file)))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let write = Operation::Write(self.file, offset, Bytes::copy_from_slice(data));
        self.place.with(|inner| inner.apply(write))
    }
}
