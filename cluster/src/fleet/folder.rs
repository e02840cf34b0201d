//! The fleet's folder: for each host a data folder `NAME`, and beside it a log `NAME.log`; in a folder that is kept, its port
//! in `NAME.port`; in a temporary one, what its disk had when it was last started in `NAME.image`.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::FleetError;
use super::guard_handle::GuardHandle;

/// How large a disk may be for its earlier state to be kept.
pub(super) const IMAGE_BYTES_MAX: u64 = 64 << 20;

/// Where the hosts of a fleet keep their data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataFolder {
    /// In a new folder in the system's place for temporary files, removed at the end, however the fleet ends.
    Temporary,
    /// In this folder, made if it does not exist, and kept. A host finds there what one of its name left.
    Kept(PathBuf),
}

/// The folder of one fleet. Dropping it removes it, if it is a temporary one.
#[derive(Debug)]
pub(super) struct Folder {
    /// An absolute path.
    root: PathBuf,
    is_temporary: bool,
}

impl Folder {
    /// Opens the folder. A temporary one is announced to the guard *before* it is made, so that there is no moment at
    /// which it could be left behind. Its name is drawn from so many that it cannot be somebody else's.
    pub(super) fn open(data: &DataFolder, guard: &GuardHandle) -> Result<Self, FleetError> {
        match data {
            DataFolder::Temporary => {
                let parent = std::env::temp_dir();
                let root = absolute(&parent)?.join(random_name().map_err(|source| failed(&parent, source))?);
                guard.remove_at_the_end(&root)?;
                // For the eyes of its owner alone, as it is usual for temporary folders.
                let made = DirBuilder::new().mode(0o700).create(&root);
                made.map_err(|source| failed(&root, source))?;
                Ok(Self { root, is_temporary: true })
            }
            DataFolder::Kept(path) => {
                fs::create_dir_all(path).map_err(|source| failed(path, source))?;
                Ok(Self { root: absolute(path)?, is_temporary: false })
            }
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn log_of(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.log"))
    }

    /// The port that a host of this name had in an earlier fleet with this folder, if it is free; 0, any, otherwise. Members
    /// look for each other where they were.
    pub(super) fn port_before(&self, name: &str) -> u16 {
        let noted = fs::read_to_string(self.port_file(name)).ok();
        let port = noted.and_then(|port| port.trim().parse().ok()).unwrap_or(0);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() { port } else { 0 }
    }

    /// Keeps the port of a host for the next fleet with this folder.
    pub(super) fn note_port(&self, name: &str, port: u16) {
        if !self.is_temporary {
            // Without it the next fleet takes any port.
            let _ = fs::write(self.port_file(name), port.to_string());
        }
    }

    /// Keeps what is on the disk of a host that is about to be started, if that is not too much.
    pub(super) fn keep_image(&self, name: &str) -> Result<(), FleetError> {
        let (data, image) = (self.root.join(name), self.image_of(name));
        remove(&image).map_err(|source| failed(&image, source))?;
        let bytes = size(&data).map_err(|source| failed(&data, source))?;
        if !self.is_temporary || !(1..=IMAGE_BYTES_MAX).contains(&bytes) {
            return Ok(());
        }
        copy(&data, &image).map_err(|source| failed(&image, source))
    }

    pub(super) fn has_image(&self, name: &str) -> bool {
        self.image_of(name).is_dir()
    }

    /// Puts the disk of a host that does not run back to what was kept.
    pub(super) fn put_back(&self, name: &str) -> Result<(), FleetError> {
        let data = self.root.join(name);
        let put_back = remove(&data).and_then(|()| copy(&self.image_of(name), &data));
        put_back.map_err(|source| failed(&data, source))
    }

    fn image_of(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.image"))
    }

    fn port_file(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.port"))
    }

    /// The data folder of a host, made if it does not exist.
    pub(super) fn data_of(&self, name: &str) -> Result<PathBuf, FleetError> {
        let path = self.root.join(name);
        fs::create_dir_all(&path).map_err(|source| failed(&path, source))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // What cannot be removed now is tried again by the guard.
            let _ = remove(&self.root);
        }
    }
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("hydraq-{:032x}", u128::from_be_bytes(bytes)))
}

fn absolute(path: &Path) -> Result<PathBuf, FleetError> {
    path.canonicalize().map_err(|source| failed(path, source))
}

/// An error of a file or folder.
pub(super) fn failed(path: &Path, source: io::Error) -> FleetError {
    FleetError::File { path: path.to_owned(), source }
}

/// Leaves a folder empty, and there.
pub(super) fn empty(path: &Path) -> Result<(), FleetError> {
    remove(path).and_then(|()| fs::create_dir_all(path)).map_err(|source| failed(path, source))
}

/// How many bytes the files in a folder have.
fn size(path: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

/// Copies a folder and all that is in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Removes a folder and all that is in it; one that does not exist is fine. A process that was killed a moment ago may
/// still finish making a file in it, so this tries more than once.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    const ATTEMPTS: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 1..ATTEMPTS {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => std::thread::sleep(PAUSE),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            done => return done,
        }
    }
    fs::remove_dir_all(path)
}
