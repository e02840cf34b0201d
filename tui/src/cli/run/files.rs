//! Which files are run, and where their hosts keep their data.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hydraq_cluster::fleet::DataFolder;
use hydraq_cluster::scenario::run::live::check_count;
use hydraq_cluster::scenario::{Command, Diagnostic, Script};

use super::{Planned, RunArguments};

/// The files that are meant: folders stand for the scenarios in them, in the order of their names.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let name = path.display().to_string();
        let failed = |error: std::io::Error| {
            Box::new(Diagnostic::of_file(&name, format!("this folder cannot be read: {error}"), None))
        };
        let entries = fs::read_dir(path).map_err(failed)?;
        let entries: Vec<PathBuf> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
        let is_scenario =
            |path: &PathBuf| path.extension().is_some_and(|extension| extension == "hq") && path.is_file();
        let mut found: Vec<PathBuf> = entries.into_iter().filter(is_scenario).collect();
        if found.is_empty() {
            let problem = "there is no scenario file (*.hq) in this folder";
            return Err(Box::new(Diagnostic::of_file(&name, problem, None)));
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

/// Refuses more real hosts than there may be, in the command line and in the files.
pub(super) fn check_counts(scripts: Vec<Script>, arguments: &RunArguments) -> Result<Vec<Script>, String> {
    if arguments.sim {
        return Ok(scripts);
    }
    check_count(arguments.hosts).map_err(|problem| format!("--hosts: {problem}"))?;
    for script in &scripts {
        for step in &script.steps {
            if let Command::Spawn(spawn) = &step.command
                && let Err(problem) = check_count(spawn.count)
            {
                return Err(script.diagnostic(step, problem.to_string(), None).to_string());
            }
        }
    }
    Ok(scripts)
}

/// Where the hosts of each file keep their data. With one file that is the folder itself, with several one in it for each.
/// What another run has left there is neither used nor removed.
pub(super) fn data_folders(scripts: Vec<Script>, data: Option<&Path>) -> Result<Vec<Planned>, String> {
    let is_alone = scripts.len() == 1;
    let mut taken = BTreeSet::new();
    let mut plan = Vec::new();
    for script in scripts {
        let Some(data) = data else {
            plan.push(Planned { script, data: DataFolder::Temporary });
            continue;
        };
        let folder = if is_alone { data.to_owned() } else { data.join(free_name(&script.file, &mut taken)) };
        if let Some(store) = store_in(&folder) {
            return Err(format!(
                "--data: {} is there from an earlier run; each run needs a fresh folder",
                store.display()
            ));
        }
        plan.push(Planned { script, data: DataFolder::Kept(folder) });
    }
    Ok(plan)
}

/// The name of a file without its folder and ending; numbered if it was taken already.
fn free_name(file: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = Path::new(file).file_stem().map_or_else(|| "scenario".into(), |stem| stem.to_string_lossy());
    let names = std::iter::once(stem.to_string()).chain((2..).map(|number| format!("{stem}-{number}")));
    let free = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// A host's store that is in a folder already.
fn store_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(|entry| Some(entry.ok()?.path().join("store.redb"))).find(|store| store.exists())
}

/// A seed that is easy to read and to type.
pub(in crate::cli) fn draw_seed() -> Result<u64, String> {
    getrandom::u32().map(u64::from).map_err(|error| error.to_string())
}
