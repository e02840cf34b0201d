//! The command line: what `hydraq` can be asked to do, and the exit status of each.

mod check;
mod console;
mod crash_points;
mod export;
mod format;
mod help;
mod host;
mod load;
mod packaging;
mod replay;
mod requests;
mod run;
mod soak;
mod telling;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Wrong usage of the command line, as DESIGN.md has it for everything that is refused before it starts.
pub const USAGE: u8 = 64;

/// A replicated queue that people can see and kill.
///
/// Without a command it opens the console on a local cluster of real host processes.
#[derive(Debug, Parser)]
#[command(name = "hydraq", version, disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    console: console::ConsoleArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios without a screen.
    Run(run::RunArguments),
    /// Check the promises: simulated clusters under faults, judged by invariants.
    Check(check::CheckArguments),
    /// Check the same on real processes, for a long time.
    Soak(soak::SoakArguments),
    /// See a recorded session again: on a terminal in the console, elsewhere in plain lines.
    Replay(replay::ReplayArguments),
    /// Write a recorded session in a format that others read.
    Export(export::ExportArguments),
    /// Print completions for a shell.
    Completions(packaging::CompletionsArguments),
    /// Print the manual page.
    Man,
    /// Run one queue host.
    Host(host::HostArguments),
    /// Measure how fast messages go in, and out again.
    Load(load::LoadArguments),
    #[command(flatten)]
    Request(requests::Request),
    /// Explain the command language, or a command of this program.
    Help(help::HelpArguments),
    /// Kill what a console has left behind; used by consoles.
    #[command(hide = true)]
    Guard,
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    // The guard must come before anything else: no thread, no runtime, no signal handler.
    if std::env::args_os().nth(1).is_some_and(|first| first == "guard") {
        let done = hydraq_cluster::fleet::guard::run(std::io::stdin().lock(), std::io::stdout());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            // Nobody is left to tell if this cannot be printed.
            let _ = error.print();
            return if wrong { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match arguments.command {
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Soak(arguments)) => soak::run(&arguments),
        Some(Command::Replay(arguments)) => replay::run(&arguments),
        Some(Command::Export(arguments)) => export::run(&arguments),
        Some(Command::Completions(arguments)) => packaging::completions(&arguments),
        Some(Command::Man) => packaging::man(),
        Some(Command::Host(arguments)) => host::run(&arguments),
        Some(Command::Load(arguments)) => load::run(&arguments),
        Some(Command::Request(request)) => requests::run(&request),
        Some(Command::Help(arguments)) => help::run(&arguments),
        Some(Command::Guard) => ExitCode::SUCCESS,
        None => console::run(arguments.console),
    }
}

/// Logs go to standard error; `HYDRAQ_LOG` says what is logged.
pub(crate) fn start_log(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HYDRAQ_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    // A second start, in a test, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
