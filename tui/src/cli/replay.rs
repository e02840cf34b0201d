//! `hydraq replay`: a recorded session again: on a terminal in the console's screens, elsewhere in plain lines.

use std::io::{IsTerminal, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hydraq_cluster::recording::Recording;

use super::{USAGE, console};
use crate::model::Setup;
use crate::plain;
use crate::shell::{self, Console};
use crate::theme::Look;

/// What is replayed.
#[derive(Debug, Args)]
pub(super) struct ReplayArguments {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Lines of words, no screen; so it is, too, where the output is no terminal.
    #[arg(long)]
    plain: bool,
}

/// Shows the recording.
pub(super) fn run(arguments: &ReplayArguments) -> ExitCode {
    let recording = match Recording::open(&arguments.file) {
        Ok(recording) => recording,
        Err(problem) => {
            eprintln!("hydraq replay: {problem}");
            return ExitCode::from(USAGE);
        }
    };
    if recording.end.is_none() {
        eprintln!("hydraq replay: {} has no end: it was cut off", arguments.file.display());
    }
    let setup = Setup { ahead_of_utc_seconds: recording.header.ahead_of_utc_seconds, ..Setup::default() };
    if arguments.plain || !stdout().is_terminal() || !stdin().is_terminal() {
        // Whoever reads it may have stopped: then there is nobody to tell.
        let _ = plain::replay(setup, recording.updates, stdout());
        return ExitCode::SUCCESS;
    }
    let settings = match console::Settings::load(None) {
        Ok(settings) => settings,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(USAGE);
        }
    };
    let look = Look::from_environment(|name| std::env::var(name).ok());
    let look = Look { palette: settings.palette.unwrap_or_default(), ..look };
    let setup = Setup { keymap: settings.keymap, ..setup };
    let setup = Setup { look, recorded: recording.updates, happened: recording.happenings, ..setup };
    // Nobody tells anything, and nobody can be asked: the model has it all, and refuses the rest.
    let (_, feed) = shell::feed();
    let save_in = std::env::current_dir().unwrap_or_default();
    console::exit_code(shell::run(Console { setup, feed, requests: Box::new(|_| ()), save_in }))
}
