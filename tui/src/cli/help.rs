//! `hydraq help`: the manual of the command language, and the help of this program's commands.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use hydraq_cluster::scenario::{command_manual, manual};

use super::USAGE;
use super::format::print_lines;

/// What is to be explained.
#[derive(Debug, Args)]
pub(super) struct HelpArguments {
    /// `scenario` for the command language, `scenario COMMAND` for one of its commands, or a command of this program.
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// Explains it.
pub(super) fn run(arguments: &HelpArguments) -> ExitCode {
    let mut program = super::Arguments::command();
    let text = match arguments.topic.split_first() {
        None => Some(program.render_long_help().to_string()),
        Some((topic, [])) if topic == "scenario" => Some(manual()),
        Some((topic, words)) if topic == "scenario" => command_manual(&words.join(" ")),
        Some((topic, words)) => {
            let found = words.iter().try_fold(program.find_subcommand_mut(topic), |command, word| {
                command.map(|command| command.find_subcommand_mut(word))
            });
            found.flatten().map(|command| command.render_long_help().to_string())
        }
    };
    match text {
        Some(text) => {
            print_lines(&text.lines().map(str::to_owned).collect::<Vec<_>>());
            ExitCode::SUCCESS
        }
        None => {
            eprintln!(
                "hydraq help: nothing is known of `{}`; `hydraq help` and `hydraq help scenario` list what is",
                arguments.topic.join(" ")
            );
            ExitCode::from(USAGE)
        }
    }
}
