//! `hydraq run`: scenarios without a screen, each on a fresh cluster: of real processes, or a simulated one.
//!
//! Everything is checked before anything is started. Standard output has the report and nothing else; what is for people who
//! look for a cause goes to standard error.

mod files;
mod ground;
mod interrupt;
mod junit;
mod progress;
mod reporter;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hydraq_cluster::fleet::DataFolder;
use hydraq_cluster::scenario::run::{RunOptions, Summary, run_script};
use hydraq_cluster::scenario::{Script, load_files};
use tokio::task::LocalSet;

pub(super) use self::files::draw_seed;
use self::ground::Ground;
pub(super) use self::interrupt::Interrupt;
use self::junit::Suite;
use self::reporter::Printer;
use super::format::{Format, term};
use super::{USAGE, start_log};

/// The exit status if the cluster could not be started, or broke.
pub(super) const BROKEN: u8 = 3;
/// How long threads that wait for processes may take to notice that these are gone.
pub(super) const WIND_UP: Duration = Duration::from_secs(10);

/// How scenarios are run.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Scenario files, or folders with some (*.hq).
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write a report in the form of JUnit, too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Have the same drawn by lot as in an earlier run.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Spawn so many hosts before the first step of each file.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=255))]
    hosts: u32,
    /// Simulate the hosts, on virtual time: seconds become milliseconds, and the same seed gives the same run.
    #[arg(long)]
    sim: bool,
    /// Keep the hosts' stores and logs in this folder, which must not have any yet.
    #[arg(long, value_name = "DIR", conflicts_with = "sim")]
    data: Option<PathBuf>,
    /// Go on with a file after a step of it has failed.
    #[arg(long)]
    keep_going: bool,
    /// How long each file may take, such as 90s or 5m.
    #[arg(long, value_name = "D", value_parser = term)]
    timeout: Option<Duration>,
    /// How long each step may take.
    #[arg(long, value_name = "D", value_parser = term)]
    step_timeout: Option<Duration>,
}

/// Runs the files, and says how that went.
pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    start_log("warn");
    let checked = files::expand(&arguments.files)
        .map_err(|problem| problem.to_string())
        .and_then(|paths| load_files(&paths).map_err(|problems| problems.to_string()))
        .and_then(|scripts| files::data_folders(scripts, arguments.data.as_deref()));
    let plan = match checked {
        Ok(plan) => plan,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(USAGE);
        }
    };
    // A report that cannot be written is better known before than after.
    if let Some(junit) = &arguments.junit
        && let Err(problem) = std::fs::write(junit, junit::report(&[]))
    {
        eprintln!("hydraq run: --junit: {} cannot be written: {problem}", junit.display());
        return ExitCode::from(USAGE);
    }
    let broken = |problem: &dyn std::fmt::Display| {
        eprintln!("hydraq run: {problem}");
        ExitCode::from(BROKEN)
    };
    let seed = match arguments.seed.map_or_else(draw_seed, Ok) {
        Ok(seed) => seed,
        Err(problem) => return broken(&problem),
    };
    eprintln!("seed {seed} (`--seed {seed}` draws the same again)");
    let ground = match Ground::new(arguments.sim) {
        Ok(ground) => ground,
        Err(problem) => return broken(&problem),
    };
    // The simulation advances the clock itself.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = match runtime.enable_all().start_paused(arguments.sim).build() {
        Ok(runtime) => runtime,
        Err(problem) => return broken(&problem),
    };
    let options = RunOptions {
        hosts: arguments.hosts,
        keep_going: arguments.keep_going,
        timeout: arguments.timeout,
        step_timeout: arguments.step_timeout,
        seed,
    };
    let mut suites = Vec::new();
    let mut status = runtime.block_on(run_all(&plan, &ground, &options, arguments.format, &mut suites));
    runtime.shutdown_timeout(WIND_UP);
    if let Some(junit) = &arguments.junit
        && let Err(problem) = std::fs::write(junit, junit::report(&suites))
    {
        eprintln!("hydraq run: {} could not be written: {problem}", junit.display());
        status = status.max(BROKEN);
    }
    ExitCode::from(status)
}

/// A file that is to be run, and where its hosts keep their data.
pub(super) struct Planned {
    script: Script,
    data: DataFolder,
}

/// Runs the files one after the other; the worst status, or that of the signal that came first.
async fn run_all(
    plan: &[Planned],
    ground: &Ground,
    options: &RunOptions,
    format: Format,
    suites: &mut Vec<Suite>,
) -> u8 {
    let mut worst = 0;
    let mut interrupt = match Interrupt::listen() {
        Ok(interrupt) => interrupt,
        Err(problem) => {
            eprintln!("hydraq run: {problem}");
            return BROKEN;
        }
    };
    for (place, planned) in plan.iter().enumerate() {
        let keeps_logs = planned.data != DataFolder::Temporary;
        let mut printer = Printer::new(format, keeps_logs, &planned.script);
        // Whatever still runs in the background when the file is over ends with its task set.
        let tasks = LocalSet::new();
        let (stage, fleet) = match ground.prepare(planned.data.clone(), options.seed, &tasks) {
            Ok(prepared) => prepared,
            Err(problem) => {
                eprintln!("{}: {problem}", planned.script.file);
                let (file, left_out) = (planned.script.file.clone(), planned.script.steps.len() as u32);
                printer.summary(&Summary {
                    file,
                    status: BROKEN,
                    left_out,
                    seed: options.seed,
                    ..Summary::default()
                });
                printer.broke(&problem.to_string());
                suites.push(printer.into_suite(&planned.script));
                worst = worst.max(BROKEN);
                continue;
            }
        };
        printer.begin(&planned.script.file);
        let ended = {
            let run = tasks.run_until(run_script(&planned.script, stage, options, &mut printer));
            tokio::select! {
                summary = run => Ok(summary),
                signal = interrupt.wait() => Err(signal),
            }
        };
        // Blocking calls on other threads end when their hosts do.
        if let Some(fleet) = fleet {
            fleet.shut_down();
        }
        drop(tasks);
        match ended {
            Ok(summary) => {
                printer.summary(&summary);
                worst = worst.max(summary.status);
            }
            Err(signal) => {
                let files_left = plan.len() - place - 1;
                printer.interrupted(&planned.script, signal.name(), files_left);
                suites.push(printer.into_suite(&planned.script));
                return signal.status();
            }
        }
        suites.push(printer.into_suite(&planned.script));
    }
    worst
}
