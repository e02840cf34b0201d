//! Where a store stands: in a folder of the file system, or in memory.
//!
//! A place has room for two things: the store, and one that is being created and is not a store yet. Only a creation that was finished
//! gives the one its name.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ::redb::{Builder, Database, DatabaseError};

/// Where a store stands.
pub trait Place: Debug + Send {
    /// What people call it: a path, or what stands for one.
    fn name(&self) -> PathBuf;

    /// Whether there is a store.
    ///
    /// # Errors
    /// It cannot be told.
    fn exists(&self) -> io::Result<bool>;

    /// Opens the store.
    ///
    /// # Errors
    /// It is in use, or not a store.
    fn open(&self, builder: &Builder) -> Result<Database, DatabaseError>;

    /// Begins another store under another name, in the place of whatever a crash during an earlier creation has left.
    ///
    /// # Errors
    /// There is no room, or it may not be written.
    fn begin(&self, builder: &Builder) -> Result<Database, DatabaseError>;

    /// Gives a complete store, which is closed, its name, and makes the name durable.
    ///
    /// # Errors
    /// It is not known whether the store has its name.
    fn finish(&self) -> io::Result<()>;

    /// How much room the store takes, in bytes; 0 if that cannot be told.
    fn bytes(&self) -> u64;
}

/// A path in the file system.
#[derive(Debug)]
pub struct FilePlace(pub PathBuf);

impl FilePlace {
    fn folder(&self) -> &Path {
        self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn unfinished(&self) -> PathBuf {
        self.0.with_extension("unfinished")
    }
}

impl Place for FilePlace {
    fn name(&self) -> PathBuf {
        self.0.clone()
    }

    fn exists(&self) -> io::Result<bool> {
        self.0.try_exists()
    }

    fn open(&self, builder: &Builder) -> Result<Database, DatabaseError> {
        builder.open(&self.0)
    }

    fn begin(&self, builder: &Builder) -> Result<Database, DatabaseError> {
        let prepare = || {
            std::fs::create_dir_all(self.folder())?;
            if self.unfinished().try_exists()? {
                // What a crash during an earlier creation has left was never a store.
                std::fs::remove_file(self.unfinished())?;
            }
            Ok::<(), io::Error>(())
        };
        prepare().map_err(|error| DatabaseError::Storage(error.into()))?;
        builder.create(self.unfinished())
    }

    fn finish(&self) -> io::Result<()> {
        std::fs::rename(self.unfinished(), &self.0)?;
        File::open(self.folder()).and_then(|folder| folder.sync_all())
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(&self.0).map_or(0, |metadata| metadata.len())
    }
}
