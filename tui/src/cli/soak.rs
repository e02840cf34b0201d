//! `hydraq soak`: real processes under faults for a long time, judged by the same oracle as every scenario.
//!
//! Exit status: that of the scenario that it draws, see `hydraq run`.

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use hydraq_cluster::fleet::DataFolder;
use hydraq_cluster::scenario::parse_script;
use hydraq_cluster::scenario::run::live::LiveStage;
use hydraq_cluster::scenario::run::{FailureReport, Reporter, RunOptions, StepReport, Summary, run_script};
use hydraq_cluster::scenario::soak::{Soak, SoakPlan, draw};
use serde_json::{Map, Value, json};
use tokio::task::LocalSet;

use super::format::{Format, print_json, print_lines};
use super::run::{BROKEN, Interrupt, WIND_UP, draw_seed};
use super::start_log;

/// What is soaked.
#[derive(Debug, Args)]
pub(super) struct SoakArguments {
    /// For how many minutes faults follow each other; the drain comes on top.
    #[arg(long, value_name = "M", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=10_080))]
    minutes: u64,
    /// How many hosts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(4..=26))]
    hosts: u32,
    /// Draw the same faults as in an earlier soak.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Print the scenario instead of playing it.
    #[arg(long)]
    print: bool,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Draws a scenario and plays it.
pub(super) fn run(arguments: &SoakArguments) -> ExitCode {
    start_log("warn");
    let broken = |problem: &dyn std::fmt::Display| {
        eprintln!("hydraq soak: {problem}");
        ExitCode::from(BROKEN)
    };
    let seed = match arguments.seed.map_or_else(draw_seed, Ok) {
        Ok(seed) => seed,
        Err(problem) => return broken(&problem),
    };
    let plan = SoakPlan { seed, hosts: arguments.hosts, lasts: Duration::from_secs(60 * arguments.minutes) };
    let soak = draw(&plan);
    if arguments.print {
        print_lines(&soak.text.lines().map(str::to_owned).collect::<Vec<_>>());
        return ExitCode::SUCCESS;
    }
    eprintln!("seed {seed} (`--seed {seed}` draws the same faults again)");
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(problem) => return broken(&problem),
    };
    let played = runtime.block_on(play(&soak, seed, arguments.format));
    runtime.shutdown_timeout(WIND_UP);
    match played {
        Ok(Some(summary)) => {
            summarise(arguments, &soak, &summary);
            ExitCode::from(summary.status)
        }
        Ok(None) => ExitCode::from(130),
        Err(problem) => broken(&problem),
    }
}

/// Plays it to its end; nothing if a signal came first.
async fn play(soak: &Soak, seed: u64, format: Format) -> Result<Option<Summary>, String> {
    let script = parse_script("soak", &soak.text).map_err(|problems| problems.to_string())?;
    let binary = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut interrupt = Interrupt::listen().map_err(|error| error.to_string())?;
    let stage = Rc::new(LiveStage::start(binary, DataFolder::Temporary).map_err(|error| error.to_string())?);
    let fleet = stage.fleet();
    let options = RunOptions { hosts: 0, keep_going: false, timeout: None, step_timeout: None, seed };
    let mut narrator = Narrator { format, steps: script.steps.len(), done: 0 };
    let tasks = LocalSet::new();
    let ended = {
        let run = tasks.run_until(run_script(&script, stage, &options, &mut narrator));
        tokio::select! {
            summary = run => Some(summary),
            signal = interrupt.wait() => {
                eprintln!("hydraq soak: stopped by {}", signal.name());
                None
            }
        }
    };
    fleet.shut_down();
    drop(tasks);
    Ok(ended)
}

/// Tells people how far it is; programs get the summary only.
struct Narrator {
    format: Format,
    steps: usize,
    done: usize,
}

impl Reporter for Narrator {
    fn step(&mut self, step: &StepReport<'_>) {
        self.done += 1;
        if self.format == Format::Text {
            let lines = step.text();
            let first = lines.first().map_or("", |line| line.trim());
            print_lines(&[format!("{:5} of {}  {first}", self.done, self.steps)]);
        }
    }

    fn failure(&mut self, failure: &FailureReport) {
        eprintln!("{}", failure.diagnostic);
        failure.evidence.iter().for_each(|line| eprintln!("  {line}"));
        for host in &failure.hosts {
            eprintln!("  {} is {}", host.host, host.condition);
            for event in &host.events {
                eprintln!("    {event}");
            }
        }
    }
}

fn summarise(arguments: &SoakArguments, soak: &Soak, summary: &Summary) {
    let counts = &summary.counts;
    let violations = summary.lost + summary.resurrected + counts.corrupt + summary.unexplained_duplicates;
    let violations = violations.max(u64::from(summary.status == 1));
    match arguments.format {
        Format::Json => {
            let faults: Map<String, Value> =
                soak.faults.iter().map(|(class, count)| ((*class).to_owned(), json!(count))).collect();
            print_json(&json!({"summary": {
                "seeds": 1,
                "simulated_hours": 0,
                "hours": (summary.elapsed.as_secs_f64() / 3.6).round() / 1000.0,
                "seed": summary.seed,
                "hosts": arguments.hosts,
                "faults": faults,
                "messages": counts.acknowledged,
                "delivered": counts.delivered,
                "duplicates": counts.duplicates(),
                "unexplained_duplicates": summary.unexplained_duplicates,
                "lost": summary.lost,
                "resurrected": summary.resurrected,
                "corrupt": counts.corrupt,
                "violations": violations,
                "passed": summary.passed(),
            }}));
        }
        Format::Text => {
            let faults: Vec<String> =
                soak.faults.iter().map(|(class, count)| format!("{class} {count}")).collect();
            print_lines(&[
                format!("{:.1} minutes, faults: {}", summary.elapsed.as_secs_f64() / 60.0, faults.join(", ")),
                format!(
                    "{} acknowledged, {} delivered; {} lost, {} resurrected, {} corrupt, {} unexplained duplicates",
                    counts.acknowledged,
                    counts.delivered,
                    summary.lost,
                    summary.resurrected,
                    counts.corrupt,
                    summary.unexplained_duplicates
                ),
                if summary.passed() { "passed".to_owned() } else { "failed".to_owned() },
            ]);
        }
    }
}
