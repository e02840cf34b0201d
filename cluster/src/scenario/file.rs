//! Scenario files: found, read and checked, all of them before anything is started.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics, Problem};
use super::parse::{Script, parse_script};
use super::suggest::did_you_mean;

/// The greatest scenario file: 16 MiB.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Reads and checks scenario files, in their order.
///
/// # Errors
/// All that is wrong with any of them, up to 20 problems a file.
pub fn load_files(paths: &[PathBuf]) -> Result<Vec<Script>, Diagnostics> {
    let mut scripts = Vec::new();
    let mut diagnostics = Diagnostics::default();
    for path in paths {
        let name = path.display().to_string();
        let text = read(path).and_then(|bytes| decode(&name, bytes));
        match text.and_then(|text| parse_script(&name, &text)) {
            Ok(script) => scripts.push(script),
            Err(found) => diagnostics.append(found),
        }
    }
    if diagnostics.is_empty() { Ok(scripts) } else { Err(diagnostics) }
}

/// The bytes of a file.
fn read(path: &Path) -> Result<Vec<u8>, Diagnostics> {
    let name = path.display().to_string();
    let fail = |message: String, help| Err(Diagnostic::of_file(&name, message, help).into());
    if path.is_dir() {
        return fail("this is a folder, not a scenario file".into(), Some("name a file in it".into()));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return fail("there is no such file".into(), neighbour(path));
        }
        Err(error) => return fail(format!("this file cannot be opened: {error}"), None),
    };
    let mut bytes = Vec::new();
    if let Err(error) = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes) {
        return fail(format!("this file cannot be read: {error}"), None);
    }
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return fail(format!("a scenario file must be at most 16 MiB ({FILE_BYTES_MAX} bytes)"), None);
    }
    Ok(bytes)
}

/// "Did you mean" a file that is in the same folder?
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(10_000).collect();
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    did_you_mean(wanted, names.iter().map(String::as_str))
}

/// The text of a file, which must be UTF-8.
fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    let (bytes, error) = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => (error.as_bytes().to_vec(), error.utf8_error()),
    };
    let at = error.valid_up_to();
    let line_start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line_end =
        bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |newline| at + newline);
    let line_number = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let source = String::from_utf8_lossy(&bytes[line_start..line_end]);
    let span = at - line_start..at - line_start + '\u{fffd}'.len_utf8();
    let help = match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file looks like UTF-16; save it as UTF-8",
        _ => "save the file as UTF-8",
    };
    let problem = Problem::new(span, format!("byte 0x{:02x} is not UTF-8 text", bytes[at])).help(help);
    let line_number = u32::try_from(line_number).unwrap_or(u32::MAX);
    Err(Diagnostic::in_line(name, line_number, source.trim_end_matches('\r'), problem).into())
}
