//! `hydraq replay`: a recorded session again, in plain lines.

use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hydraq_cluster::recording::Recording;

use super::USAGE;
use crate::model::Setup;
use crate::plain;

/// What is replayed.
#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Tells the recording, line by line.
pub(super) fn run(arguments: &ReplayArguments) -> ExitCode {
    let recording = match Recording::open(&arguments.file) {
        Ok(recording) => recording,
        Err(problem) => {
            eprintln!("hydraq replay: {problem}");
            return ExitCode::from(USAGE);
        }
    };
    let setup = Setup { ahead_of_utc_seconds: recording.header.ahead_of_utc_seconds, ..Setup::default() };
    // Whoever reads it may have stopped: then there is nobody to tell.
    let _ = plain::replay(setup, recording.updates, stdout());
    ExitCode::SUCCESS
}
