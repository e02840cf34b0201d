//! Golden scripts: what the protocol does, step by step, in files that people read.
//!
//! Each file in `scripts/` is a test of its own. It consists of blocks: commands to a simulated cluster, a line `---`, and
//! what they led to. The simulated cluster is the real core on model disks, a virtual network and virtual time, so that a
//! trace never depends on the machine. A script that differs from its trace fails, with the lines that differ;
//! `HYDRAQ_RECORD=1 cargo test -p hydraq-cluster --test golden` records the traces anew, to be read before they are kept.

mod command;
mod difference;
mod faults;
mod frames;
mod looks;
mod replies;
mod requests;
mod script;
mod stage;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/scripts");
    let trials = scripts(&folder).into_iter().map(|path| {
        let name = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Trial::test(name, move || check(&path))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// All scripts, in order.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "golden"));
    paths.sort();
    paths
}

/// Runs a script and compares it with its trace, or records that.
fn check(path: &Path) -> Result<(), Failed> {
    let written = fs::read_to_string(path)?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let found = script::run(&written).map_err(|(line, what)| format!("{file}:{line}: {what}"))?;
    if std::env::var_os("HYDRAQ_RECORD").is_some() {
        return Ok(fs::write(path, found)?);
    }
    match difference::between(&written, &found) {
        None => Ok(()),
        Some((line, difference)) => Err(format!("{file}:{line}: the trace differs\n{difference}").into()),
    }
}
