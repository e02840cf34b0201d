//! Reading what is on a host's disk, from copies of its files: the files themselves are never opened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hydraq_core::ids::{HostId, MessageId, Sequence, StoreId};
use hydraq_core::record::Record;

use crate::scenario::run::digest::Digest;
use crate::store::redb::{Fresh, open};
use crate::store::{Loading, ReadError, Store};

/// How much memory reading may use to keep pages.
const CACHE_BYTES: usize = 16 << 20;
/// How many bodies are read at a time.
const CHUNK: usize = 256;

/// A copy of a file, removed when it is dropped.
struct Copied(PathBuf);

impl Copied {
    fn of(file: &Path, folder: &Path, number: usize) -> io::Result<Self> {
        let copy = folder.join(format!("reading-{}-{number}.redb", std::process::id()));
        let copied = Self(copy);
        fs::copy(file, &copied.0)?;
        Ok(copied)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        // Where it stays, it goes with the folder.
        let _ = fs::remove_file(&self.0);
    }
}

/// Every message that can be read from the stores in `data`: the host's own, and those that it has set aside. Copies are made
/// in `folder`. A store that does not open has nothing that can be read.
pub(super) fn read(data: &Path, folder: &Path) -> io::Result<Vec<(MessageId, Digest)>> {
    let mut found = Vec::new();
    let is_store = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "redb");
    let mut files: Vec<PathBuf> =
        fs::read_dir(data)?.filter_map(|entry| Some(entry.ok()?.path())).filter(is_store).collect();
    files.sort();
    for (number, file) in files.iter().enumerate() {
        let copied = Copied::of(file, folder, number)?;
        found.extend(messages(&copied.0));
    }
    Ok(found)
}

fn messages(path: &Path) -> Vec<(MessageId, Digest)> {
    // The copy is a store already: nobody becomes its owner.
    let nobody = Fresh { host: HostId(0), store: StoreId(0) };
    let opened = match open(path, CACHE_BYTES, nobody, 0) {
        Ok(opened) => opened,
        Err(error) => {
            tracing::warn!(%error, "a store cannot be read");
            return Vec::new();
        }
    };
    let sequences = sequences(&*opened.store)
        .inspect_err(|error| tracing::warn!(%error, "a store cannot be read"))
        .unwrap_or_default();
    let read = sequences.chunks(CHUNK).flat_map(|chunk| opened.store.read(chunk));
    read.filter_map(Result::ok).map(|message| (message.id, Digest::of(&message.body))).collect()
}

/// Where the messages are.
fn sequences(store: &dyn Store) -> Result<Vec<Sequence>, ReadError> {
    let is_message =
        |(sequence, record): (Sequence, Record)| matches!(record, Record::Message(_)).then_some(sequence);
    let mut records = Loading::new(store.records()?);
    let sequences = records.by_ref().filter_map(is_message).collect();
    records.finish().map(|()| sequences)
}
