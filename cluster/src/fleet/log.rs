//! The log file of one host: its standard error, appended across restarts.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How far back from its end a log is read, in bytes.
const TAIL_BYTES_MAX: u64 = 1 << 20;

/// Opens a log for a process to append to; answers with the length that it has now, in bytes, too.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// The last lines, oldest first, of what was written after the first `from` bytes. Looks back 1 MiB at the most; what
/// is not UTF-8 shows as `�`.
pub(super) fn tail(path: &Path, from: u64, lines: usize) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let start = from.max(length.saturating_sub(TAIL_BYTES_MAX));
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut newest_first: Vec<String> = text.lines().rev().take(lines).map(str::to_owned).collect();
    newest_first.reverse();
    Ok(newest_first)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
