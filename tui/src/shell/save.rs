//! Files that the console writes: never over another.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use hydraq_cluster::observe::words::clock;
use ratatui::buffer::Buffer;

use crate::export::{cast, svg, text};
use crate::model::{Model, SaveKind};
use crate::view::draw;

/// How many names are tried.
const NAMES_MAX: u32 = 1_000;

/// Writes what is wanted into a new file of a folder; its name, or what went wrong.
pub(crate) fn save(model: &Model, kind: SaveKind, folder: &Path) -> Result<String, String> {
    let frame = || {
        let mut buffer = Buffer::empty(model.size);
        draw(model, &mut buffer);
        buffer
    };
    let content = match kind {
        SaveKind::Commands => model.session().scenario(model.shown_ms()),
        SaveKind::FrameText => text(&frame()),
        SaveKind::FrameSvg => svg(&frame(), &model.look),
        SaveKind::Cast => cast(model),
    };
    for name in names(model, kind.extension()) {
        let path = folder.join(&name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                let written = file.write_all(content.as_bytes());
                return written
                    .map(|()| name)
                    .map_err(|error| format!("cannot write {}: {error}", path.display()));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("cannot write {}: {error}", path.display())),
        }
    }
    Err(format!("too many files of this name in {}", folder.display()))
}

/// Names for a new file, after the time; others if the first one is taken.
pub(super) fn names(model: &Model, extension: &str) -> impl Iterator<Item = String> {
    let time = clock(model.now_ms, model.ahead_of_utc_seconds);
    let time: String = time.chars().take(8).filter(char::is_ascii_digit).collect();
    (1..=NAMES_MAX).map(move |number| match number {
        1 => format!("hydraq-{time}.{extension}"),
        _ => format!("hydraq-{time}-{number}.{extension}"),
    })
}

#[cfg(test)]
#[path = "save_tests.rs"]
mod tests;
