//! `hydraq export`: a recording in formats that others read.

use std::fs;
use std::io::{self, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hydraq_cluster::recording::Recording;

use self::moment::Moment;
use super::USAGE;
use crate::export::{Still, cast_of, frame_at, html, shiviz, svg, text};
use crate::keymap::Key;
use crate::model::Setup;
use crate::theme::{Look, Palette};

mod moment;

/// What is exported.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The format.
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Format,
    /// Where it is written to; without this, to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For text and SVG: the moment, as a time of day (12:04:28) or from the beginning (2500ms, 3s); without this, the last one.
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    at: Option<Moment>,
    /// For text and SVG: keys to press at that moment, divided by blanks: "4" for the fourth screen, "down down enter" for the life of a message.
    #[arg(long, value_name = "KEYS", value_parser = keys)]
    keys: Option<Keys>,
    /// Columns and lines of the screen: 40x12 to 400x120. ShiViz has no screen.
    #[arg(long, value_name = "COLUMNSxLINES", default_value = "120x36", value_parser = size)]
    size: (u16, u16),
    /// Colours: okabe-ito (on a dark ground), high-contrast or light.
    #[arg(long, value_name = "THEME")]
    theme: Option<Palette>,
}

/// Keys that are pressed one after the other.
#[derive(Debug, Clone)]
struct Keys(Vec<Key>);

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The screen at one moment, as text.
    Text,
    /// The same as a picture.
    Svg,
    /// The session as a film of a terminal, for asciinema.
    Asciicast,
    /// The session as a page that plays by itself in a browser.
    Html,
    /// What happened, with vector clocks, for ShiViz.
    Shiviz,
}

/// Writes the recording in another format.
pub(super) fn run(arguments: &ExportArguments) -> ExitCode {
    let recording = match Recording::open(&arguments.file) {
        Ok(recording) => recording,
        Err(problem) => return refused(&problem),
    };
    if recording.end.is_none() {
        eprintln!("hydraq export: {} has no end: it was cut off", arguments.file.display());
    }
    let made = match made(arguments, recording) {
        Ok(made) => made,
        Err(problem) => return refused(&problem),
    };
    let Some(output) = &arguments.output else {
        // Whoever reads it may have stopped: then there is nobody to tell.
        let mut out = stdout().lock();
        let _ = out.write_all(made.as_bytes()).and_then(|()| out.flush());
        return ExitCode::SUCCESS;
    };
    if is_same(&arguments.file, output) {
        return refused(&format!("--output: {} is the recording itself", output.display()));
    }
    match fs::write(output, made) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("hydraq export: --output: {} cannot be written: {problem}", output.display());
            ExitCode::FAILURE
        }
    }
}

fn refused(problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("hydraq export: {problem}");
    ExitCode::from(USAGE)
}

fn made(arguments: &ExportArguments, recording: Recording) -> Result<String, String> {
    if arguments.theme.is_some() && matches!(arguments.to, Format::Text | Format::Shiviz) {
        return Err("--theme: text and shiviz have no colours".to_owned());
    }
    let palette = arguments.theme.unwrap_or_default();
    let setup = Setup {
        look: Look { palette, ..Look::default() },
        ahead_of_utc_seconds: recording.header.ahead_of_utc_seconds,
        size: arguments.size,
        ..Setup::default()
    };
    let is_frame = matches!(arguments.to, Format::Text | Format::Svg);
    let only_frames = [("--at", arguments.at.is_some()), ("--keys", arguments.keys.is_some())];
    if let Some((option, _)) = only_frames.iter().find(|(_, given)| *given && !is_frame) {
        return Err(format!("{option}: only text and svg show one moment; the other formats have them all"));
    }
    Ok(match arguments.to {
        Format::Text | Format::Svg => {
            let at_ms = match &arguments.at {
                Some(moment) => moment.within(&recording).map_err(|problem| format!("--at: {problem}"))?,
                None => u64::MAX,
            };
            let setup = Setup { happened: recording.happenings, ..setup };
            let keys = arguments.keys.as_ref().map_or(&[][..], |keys| &keys.0);
            let Still { buffer, look } = frame_at(setup, recording.updates, at_ms, keys);
            if arguments.to == Format::Text { text(&buffer) } else { svg(&buffer, &look) }
        }
        Format::Asciicast => cast_of(setup, recording.updates),
        Format::Html => html(setup, &recording.header.title, recording.updates),
        Format::Shiviz => shiviz(&recording),
    })
}

/// Whether both are one file that is there.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| -> io::Result<PathBuf> { fs::canonicalize(path) };
    matches!((real(one), real(other)), (Ok(one), Ok(other)) if one == other)
}

fn keys(text: &str) -> Result<Keys, String> {
    let keys = text.split_whitespace().map(str::parse);
    keys.collect::<Result<_, _>>().map(Keys).map_err(|error: crate::keymap::KeyError| error.to_string())
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(columns, lines)| {
        let size: (u16, u16) = (columns.parse().ok()?, lines.parse().ok()?);
        ((40..=400).contains(&size.0) && (12..=120).contains(&size.1)).then_some(size)
    });
    parsed.ok_or_else(|| "columns and lines are wanted, such as 120x36: from 40x12 to 400x120".to_owned())
}
