//! What stands on a disk in memory, what is done to it, and what of that is left after a crash.
//!
//! A real disk keeps what was synced. Of what was not, it keeps everything, nothing, or whatever the moment left: some of the writes,
//! parts of some, files longer or shorter than they were going to be. Names are changed in their order, as a file system with a
//! journal does it.

use std::collections::BTreeMap;

use bytes::Bytes;
use hydraq_core::random::Random;

/// What a disk writes whole or not at all, as a rule; torn writes keep to it, but for one cut anywhere.
const SECTOR_BYTES: usize = 512;

/// A file, by a number that is never used again on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNumber(pub u64);

/// The files of a disk, and the two names that a store's place has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    contents: BTreeMap<FileNumber, Vec<u8>>,
    store: Option<FileNumber>,
    unfinished: Option<FileNumber>,
}

/// One thing that is done to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// A new, empty file gets the name of an unfinished store.
    Begin(FileNumber),
    /// A file becomes so many bytes long.
    Resize(FileNumber, u64),
    /// Bytes are written at a place of a file.
    Write(FileNumber, u64, Bytes),
    /// What was done to a file becomes durable.
    Sync(FileNumber),
    /// The unfinished store gets the name of the store.
    Rename,
    /// What was done to names becomes durable.
    SyncNames,
}

/// What a crash does to what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// All of it is lost.
    Everything,
    /// All of it is kept.
    Nothing,
    /// Chance decides for each write, and for its parts.
    Torn(u64),
}

impl Files {
    /// The file that has the store's name.
    #[must_use]
    pub fn store(&self) -> Option<FileNumber> {
        self.store
    }

    /// The bytes of a file; none if it was never written.
    #[must_use]
    pub fn bytes(&self, file: FileNumber) -> &[u8] {
        self.contents.get(&file).map_or(&[], Vec::as_slice)
    }

    /// A number that no file here has.
    pub(super) fn unused(&self) -> FileNumber {
        let names = [self.store, self.unfinished].into_iter().flatten();
        FileNumber(names.chain(self.contents.keys().copied()).map(|file| file.0 + 1).max().unwrap_or(0))
    }

    pub(super) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Begin(file) => self.unfinished = Some(*file),
            Operation::Rename => self.store = self.unfinished.take().or(self.store),
            Operation::Resize(file, length) => {
                self.contents.entry(*file).or_default().resize(*length as usize, 0);
            }
            Operation::Write(file, offset, bytes) => self.write(*file, *offset as usize, bytes),
            Operation::Sync(_) | Operation::SyncNames => {}
        }
    }

    fn write(&mut self, file: FileNumber, offset: usize, bytes: &[u8]) {
        let content = self.contents.entry(file).or_default();
        let end = offset + bytes.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[offset..end].copy_from_slice(bytes);
    }

    /// Some of the sectors of a write, or those before a place.
    fn tear(&mut self, file: FileNumber, offset: usize, bytes: &[u8], random: &mut Random) {
        if random.below(2) == 0 {
            let cut = random.below(bytes.len() + 1);
            self.write(file, offset, &bytes[..cut]);
            return;
        }
        for (number, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
            if random.below(2) == 0 {
                self.write(file, offset + number * SECTOR_BYTES, sector);
            }
        }
    }
}

/// What is durable, and what was done since.
#[derive(Debug, Clone, Default)]
pub struct Durable {
    files: Files,
    unsynced: Vec<Operation>,
}

impl Durable {
    /// A disk on which everything is durable.
    #[must_use]
    pub fn new(files: Files) -> Self {
        Durable { files, unsynced: Vec::new() }
    }

    /// Does one more thing.
    pub fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Sync(synced) => {
                self.settle(|operation| {
                    matches!(operation, Operation::Resize(file, _) | Operation::Write(file, ..) if *file == synced)
                });
            }
            Operation::SyncNames => {
                self.settle(|operation| matches!(operation, Operation::Begin(_) | Operation::Rename));
            }
            operation => self.unsynced.push(operation),
        }
    }

    fn settle(&mut self, is_durable: impl Fn(&Operation) -> bool) {
        let files = &mut self.files;
        self.unsynced.retain(|operation| {
            let settles = is_durable(operation);
            if settles {
                files.apply(operation);
            }
            !settles
        });
    }

    /// How many writes and other changes a crash could lose now.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// What is there after a crash at this moment.
    #[must_use]
    pub fn after_crash(&self, loss: Loss) -> Files {
        let mut files = self.files.clone();
        let mut random = match loss {
            Loss::Everything => return files,
            Loss::Nothing => {
                self.unsynced.iter().for_each(|operation| files.apply(operation));
                return files;
            }
            Loss::Torn(seed) => Random::new(seed),
        };
        let names = self.unsynced.iter().filter(|operation| is_name(operation)).count();
        let mut names_kept = random.below(names + 1);
        for operation in &self.unsynced {
            let chance = random.below(4);
            match operation {
                Operation::Begin(_) | Operation::Rename if names_kept > 0 => {
                    names_kept -= 1;
                    files.apply(operation);
                }
                Operation::Begin(_) | Operation::Rename => {}
                Operation::Write(file, offset, bytes) if chance == 0 => {
                    files.tear(*file, *offset as usize, bytes, &mut random);
                }
                _ if chance < 3 => files.apply(operation),
                _ => {}
            }
        }
        files
    }
}

fn is_name(operation: &Operation) -> bool {
    matches!(operation, Operation::Begin(_) | Operation::Rename)
}
