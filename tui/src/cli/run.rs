//! `hydraq run`: scenarios without a screen, each on a fresh cluster: of real processes, or a simulated one.
//!
//! Everything is checked before anything is started. Standard output has the report and nothing else; what is for people who
//! look for a cause goes to standard error.

mod cards;
mod files;
mod ground;
mod interrupt;
mod junit;
mod progress;
mod record;
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
use self::ground::{Ground, Prepared};
pub(super) use self::interrupt::{Interrupt, Stop};
use self::junit::Suite;
pub(super) use self::record::writable;
use self::record::{Recorded, Recorder, path_for};
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
    /// Record the session, for `hydraq replay` and `hydraq export`; with several scenarios, one file each.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Have the same drawn by lot as in an earlier run.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Spawn so many hosts before the first step of each file: at most 255, or 1000 simulated ones.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
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
        .and_then(|scripts| files::check_counts(scripts, arguments))
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
    if let Some(record) = &arguments.record
        && let Err(problem) = writable(record)
    {
        eprintln!("hydraq run: --record: {} cannot be written: {problem}", record.display());
        return ExitCode::from(USAGE);
    }
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
    let mut status = runtime.block_on(run_all(&plan, &ground, &options, arguments, &mut suites));
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
    arguments: &RunArguments,
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
        let mut printer = Printer::new(arguments.format, keeps_logs, options.seed, &planned.script);
        let record = arguments.record.as_deref();
        let record = record.map(|record| path_for(record, &planned.script, plan.len() == 1, place));
        let ended = play(planned, ground, options, record, &mut printer, &mut interrupt).await;
        let stopped = match ended {
            Ok(status) => {
                worst = worst.max(status);
                None
            }
            Err(signal) => {
                printer.interrupted(&planned.script, signal.name(), plan.len() - place - 1);
                Some(signal.status())
            }
        };
        suites.push(printer.into_suite(&planned.script));
        if let Some(status) = stopped {
            let left = plan[place + 1..].iter().map(|planned| &planned.script);
            let suite =
                |script| Printer::new(arguments.format, false, options.seed, script).into_suite(script);
            suites.extend(left.map(suite));
            return status;
        }
    }
    worst
}

/// Runs one file on a fresh cluster, and records that, if there is a place for it. Its status, or the signal that stopped it.
async fn play(
    planned: &Planned,
    ground: &Ground,
    options: &RunOptions,
    record: Option<PathBuf>,
    printer: &mut Printer,
    interrupt: &mut Interrupt,
) -> Result<u8, Stop> {
    let script = &planned.script;
    // Whatever still runs in the background when the file is over ends with its task set.
    let tasks = LocalSet::new();
    let prepared = ground.prepare(planned.data.clone(), options.seed, &tasks);
    let prepared = prepared.map_err(|problem| problem.to_string()).and_then(|prepared| {
        let create = |path| Recorder::create(path, script, options.seed, prepared.began_ms);
        let recorder = record.map(create).transpose().map_err(|problem| format!("--record: {problem}"))?;
        Ok((recorder, prepared))
    });
    let (mut recorder, Prepared { stage, fleet, sight, .. }) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            not_begun(script, options.seed, printer, &problem);
            return Ok(BROKEN);
        }
    };
    printer.begin(&script.file);
    let ended = {
        let run = tasks.run_until(async {
            if let Some(recorder) = &mut recorder {
                recorder.look_at(sight);
            }
            let mut reporter = Recorded { printer: &mut *printer, recorder: recorder.as_mut() };
            run_script(script, stage, options, &mut reporter).await
        });
        tokio::select! {
            summary = run => Ok(summary),
            signal = interrupt.wait() => Err(signal),
        }
    };
    let recorded = match recorder {
        Some(recorder) => tasks.run_until(recorder.end(&ending(&ended))).await.map(Some),
        None => Ok(None),
    };
    // Blocking calls on other threads end when their hosts do.
    if let Some(fleet) = fleet {
        fleet.shut_down();
    }
    drop(tasks);
    let mut status = ended.as_ref().map_or(0, |summary| summary.status);
    if let Ok(summary) = &ended {
        printer.summary(summary);
    }
    match recorded {
        Ok(Some(path)) => Printer::again(&path),
        Ok(None) => {
            if ended.as_ref().is_ok_and(|summary| !summary.passed()) {
                Printer::once_more(&ground.command(script, options.seed));
            }
        }
        Err(problem) => {
            eprintln!("hydraq run: --record: {problem}");
            status = status.max(BROKEN);
        }
    }
    ended.map(|_| status)
}

/// Reports a file that could not be begun.
fn not_begun(script: &Script, seed: u64, printer: &mut Printer, problem: &str) {
    eprintln!("{}: {problem}", script.file);
    let (file, left_out) = (script.file.clone(), script.steps.len() as u32);
    printer.summary(&Summary { file, status: BROKEN, left_out, seed, ..Summary::default() });
    printer.broke(problem);
}

/// How a run has ended, in a few words.
fn ending(ended: &Result<Summary, Stop>) -> String {
    match ended {
        Ok(summary) if summary.passed() => "passed".to_owned(),
        Ok(_) => "not passed".to_owned(),
        Err(signal) => format!("stopped by {}", signal.name()),
    }
}
