//! For packagers: completions for shells, and the manual page. Both are made from the command line's own definition.

use std::io::{self, Write, stdout};
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints completions.
pub(super) fn completions(arguments: &CompletionsArguments) -> ExitCode {
    let mut made = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "hydraq", &mut made);
    print(&made)
}

/// Prints the manual page: of the program, then of each command.
pub(super) fn man() -> ExitCode {
    let mut made = Vec::new();
    match pages(&mut made) {
        Ok(()) => print(&made),
        Err(problem) => {
            eprintln!("hydraq man: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn pages(out: &mut Vec<u8>) -> io::Result<()> {
    let mut command = Arguments::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        clap_mangen::Man::new(one.clone()).render(out)?;
    }
    Ok(())
}

/// Whoever reads it may have stopped: then there is nobody to tell.
fn print(made: &[u8]) -> ExitCode {
    let mut out = stdout().lock();
    let _ = out.write_all(made).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::pages;

    #[test]
    fn every_command_has_its_page() {
        let mut made = Vec::new();
        pages(&mut made).unwrap();
        let text = String::from_utf8(made).unwrap();
        for name in ["hydraq", "run", "replay", "check"] {
            assert!(text.contains(name), "{name}");
        }
    }
}
