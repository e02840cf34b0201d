//! Room on the disk: a watermark below which enqueues are refused, and a ballast file that is given up then.
//!
//! Leases, releases and deletes write, too. So that they can go on when nothing else may, a file of some size lies beside
//! the store, and is removed when the disk runs full.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Below this many free bytes nothing new is taken.
const LOW_BYTES: u64 = 64 << 20;

/// Above this many free bytes it is taken again.
const HIGH_BYTES: u64 = 128 << 20;

/// The size of the ballast.
const BALLAST_BYTES: usize = 8 << 20;

/// Watches the room on a store's disk.
#[derive(Debug)]
pub struct Space {
    folder: PathBuf,
    full: bool,
    /// Whether it is to behave as if the disk were full.
    pretended: bool,
}

impl Space {
    /// Watches the disk of this folder.
    #[must_use]
    pub fn watch(folder: &Path) -> Self {
        Space { folder: folder.to_owned(), full: false, pretended: false }
    }

    /// Behaves as if the disk were full, or not any more.
    pub fn pretend(&mut self, full: bool) {
        self.pretended = full;
    }

    /// Looks again; says whether the disk counts as full, if that has changed.
    pub fn look(&mut self) -> Option<bool> {
        let free = free_bytes(&self.folder);
        let limit = if self.full { HIGH_BYTES } else { LOW_BYTES };
        let full = self.pretended || free.is_some_and(|free| free < limit);
        if full && !self.pretended {
            self.drop_ballast();
        } else if free.is_some_and(|free| free > HIGH_BYTES + BALLAST_BYTES as u64) {
            self.take_ballast();
        }
        let changed = full != self.full;
        self.full = full;
        changed.then_some(full)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    fn take_ballast(&self) {
        let path = self.ballast();
        let present = fs::metadata(&path).is_ok_and(|metadata| metadata.len() == BALLAST_BYTES as u64);
        if !present {
            // Zeros might be kept as a hole by some file systems.
            let filled = File::create(&path).and_then(|mut file| file.write_all(&vec![0xb5; BALLAST_BYTES]));
            if filled.is_err() {
                self.drop_ballast();
            }
        }
    }

    fn drop_ballast(&self) {
        // It may be gone already.
        let _ = fs::remove_file(self.ballast());
    }
}

fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = nix::sys::statvfs::statvfs(folder).ok()?;
    Some(stat.blocks_available() * stat.fragment_size())
}
