//! `hydraq object check`: what a store file holds, read without its host.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hydraq_cluster::store::check_objects::check_objects;
use serde_json::json as shape;

use super::super::super::format::{Format, print_json, print_lines};

/// Which file is checked.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// The data folder of a host that is down, or its store file.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Checks, and prints what was found.
pub(super) fn run(arguments: &CheckArguments) -> ExitCode {
    let is_folder = arguments.path.is_dir();
    let path = if is_folder { arguments.path.join("store.redb") } else { arguments.path.clone() };
    let checked = match check_objects(&path) {
        Ok(checked) => checked,
        Err(problem) => {
            eprintln!("hydraq object check: {problem}");
            return ExitCode::from(3);
        }
    };
    let ids: Vec<String> = checked.objects.iter().map(ToString::to_string).collect();
    let log = checked.log;
    match arguments.format {
        Format::Json => print_json(&shape!({
            "objects": ids,
            "deleted": checked.deleted,
            "index_entries": checked.entries,
            "events_head": log.head,
            "propagated": log.propagated,
            "events_tail": log.tail,
            "problems": checked.problems,
        })),
        Format::Text => {
            let (objects, deleted, entries) = (ids.len(), checked.deleted, checked.entries);
            let mut lines = vec![
                format!("{objects} objects, {deleted} deleted, {entries} index entries"),
                format!("events {} to {}, propagated to {}", log.tail, log.head, log.propagated),
            ];
            lines.extend(checked.problems.iter().map(|problem| format!("WRONG: {problem}")));
            print_lines(&lines);
        }
    }
    if checked.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
