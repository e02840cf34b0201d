//! `hydraq check`: the simulator with its invariants, on many seeds.
//!
//! Exit status: 0 if nothing was found, 1 if an invariant did not hold, 64 for wrong usage.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Args;
use hydraq_cluster::sim::check::campaign::{Campaign, Found, Totals};
use hydraq_cluster::sim::check::plan::Plan;
use hydraq_cluster::sim::check::run::run as run_plan;
use hydraq_core::plant::Plant;
use serde_json::{Value, json};

use super::USAGE;
use super::format::{Format, print_json, print_lines};

/// How long a schedule of faults is made shorter.
const SHRINK: Duration = Duration::from_secs(20);

/// How often progress is told to people who watch.
const PROGRESS: Duration = Duration::from_millis(200);

/// What is checked.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// How many seeds to run.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
    /// Run this seed only.
    #[arg(long, value_name = "S", conflicts_with_all = ["from", "seeds"])]
    seed: Option<u64>,
    /// Of the seed's faults, only these; their numbers, from 0, as a report of a violation gives them.
    #[arg(long, value_name = "N,…", value_delimiter = ',', requires = "seed", num_args = 0..)]
    faults: Option<Vec<usize>>,
    /// Print everything that happens, in words.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// How many hosts; the seed decides, if not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=16))]
    hosts: Option<u8>,
    /// Start no further seed after so many minutes.
    #[arg(long, value_name = "M")]
    minutes: Option<u64>,
    /// Instead of clusters: cut stores at so many operations on their disks, open them again, and compare.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
        conflicts_with_all = ["seeds", "seed", "hosts", "minutes", "plant"])]
    crash_points: Option<u64>,
    /// Plant a bug in every host, and stop where it is found.
    #[arg(long, value_name = "BUG", value_parser = plant)]
    plant: Option<Plant>,
    /// Run every seed a second time, by other wall clocks, and compare the traces; else one of 16 is.
    #[arg(long)]
    twice: bool,
    /// Print the bugs that can be planted.
    #[arg(long)]
    list_plants: bool,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn plant(name: &str) -> Result<Plant, String> {
    Plant::of_name(name)
        .ok_or_else(|| "there is no such bug; `hydraq check --list-plants` lists them".to_owned())
}

/// Runs the seeds, and says how that went.
pub(super) fn run(arguments: &CheckArguments) -> ExitCode {
    if arguments.list_plants {
        let lines = Plant::ALL.map(|plant| format!("{} {}", plant.name(), plant.description()));
        print_lines(&lines);
        return ExitCode::SUCCESS;
    }
    if let Some(wanted) = arguments.crash_points {
        return super::crash_points::run(wanted, arguments.from, arguments.format);
    }
    let campaign = Campaign {
        from: arguments.seed.unwrap_or(arguments.from),
        seeds: if arguments.seed.is_some() { 1 } else { arguments.seeds },
        hosts: arguments.hosts.map(usize::from),
        plant: arguments.plant,
        ends: arguments.minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes)),
        stops: arguments.plant.is_some(),
        twice: arguments.twice,
    };
    if campaign.from.checked_add(campaign.seeds).is_none() {
        eprintln!(
            "hydraq check: --from {} and --seeds {} go beyond the last seed",
            campaign.from, campaign.seeds
        );
        return ExitCode::from(USAGE);
    }
    if arguments.seed.is_some() && (arguments.trace || arguments.faults.is_some()) {
        return replay(arguments, &campaign);
    }
    let started = Instant::now();
    let shown = Mutex::new(None);
    let (totals, found) = campaign.run(&|totals| show_progress(&shown, totals, campaign.seeds));
    clear_progress();
    for (place, found) in found.iter().enumerate() {
        // To shrink takes time: the first one is the one that is looked at.
        let kept = (place == 0).then(|| campaign.shrink(found, SHRINK));
        report(arguments, found, kept.as_deref());
    }
    summarise(arguments.format, &totals, started.elapsed());
    if totals.violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One seed again, with all or some of its faults.
fn replay(arguments: &CheckArguments, campaign: &Campaign) -> ExitCode {
    let plan = Plan::of(campaign.from, campaign.hosts);
    let plan = arguments.faults.as_ref().map_or_else(|| plan.clone(), |kept| plan.with_only(kept));
    let outcome = run_plan(&plan, &campaign.config(), true);
    if arguments.trace {
        print_lines(&outcome.trace);
    }
    for (at, fault) in &plan.faults {
        eprintln!("{:>9.3} s  {}", at.as_secs_f64(), fault_in_words(fault));
    }
    for violation in &outcome.violations {
        eprintln!("{}: {}", violation.invariant, violation.what);
    }
    eprintln!("seed {}: hash {:016x}, {} messages", plan.seed, outcome.hash, outcome.messages);
    if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fault_in_words(fault: &hydraq_cluster::sim::check::plan::Fault) -> String {
    format!("{}: {fault:?}", fault.class())
}

fn replay_command(arguments: &CheckArguments, found: &Found, kept: Option<&[usize]>) -> String {
    let mut command = format!("hydraq check --seed {} --trace", found.plan.seed);
    if let Some(hosts) = arguments.hosts {
        command += &format!(" --hosts {hosts}");
    }
    if let Some(plant) = arguments.plant {
        command += &format!(" --plant {}", plant.name());
    }
    if let Some(kept) = kept.filter(|kept| kept.len() < found.plan.faults.len()) {
        let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
        command += &format!(" --faults {}", kept.join(","));
    }
    command
}

fn report(arguments: &CheckArguments, found: &Found, kept: Option<&[usize]>) {
    let plan = kept.map_or_else(|| found.plan.clone(), |kept| found.plan.with_only(kept));
    let replay = replay_command(arguments, found, kept);
    let faults: Vec<String> = plan
        .faults
        .iter()
        .map(|(at, fault)| format!("{:.3} s {}", at.as_secs_f64(), fault_in_words(fault)))
        .collect();
    match arguments.format {
        Format::Json => {
            let violations: Vec<Value> = found
                .violations
                .iter()
                .map(|violation| json!({"invariant": violation.invariant, "what": violation.what}))
                .collect();
            print_json(&json!({"violation": {
                "seed": plan.seed, "hosts": plan.hosts, "violations": violations, "faults": faults, "replay": replay,
            }}));
        }
        Format::Text => {
            let mut lines = vec![format!("seed {}, {} hosts:", plan.seed, plan.hosts)];
            lines.extend(
                found
                    .violations
                    .iter()
                    .map(|violation| format!("  {}: {}", violation.invariant, violation.what)),
            );
            lines.push(format!("  {} of {} faults are enough:", faults.len(), found.plan.faults.len()));
            lines.extend(faults.iter().map(|fault| format!("    {fault}")));
            lines.push(format!("  again: {replay}"));
            print_lines(&lines);
        }
    }
}

fn summarise(format: Format, totals: &Totals, took: Duration) {
    let hours = totals.simulated.as_secs_f64() / 3600.0;
    match format {
        Format::Json => print_json(&json!({"summary": {
            "seeds": totals.seeds,
            "simulated_hours": (hours * 1000.0).round() / 1000.0,
            "faults": totals.faults,
            "messages": totals.messages,
            "objects": totals.objects,
            "repeated": totals.repeated,
            "violations": totals.violations,
            "elapsed_ms": took.as_millis() as u64,
        }})),
        Format::Text => {
            let faults: Vec<String> =
                totals.faults.iter().map(|(class, count)| format!("{class} {count}")).collect();
            print_lines(&[
                format!(
                    "{} seeds, {hours:.1} simulated hours in {:.1} s, {} messages, {} objects, {} faults",
                    totals.seeds,
                    took.as_secs_f64(),
                    totals.messages,
                    totals.objects,
                    totals.faults.values().sum::<u64>(),
                ),
                format!("faults: {}", faults.join(", ")),
                format!("{} seeds were run twice, by other wall clocks", totals.repeated),
                match totals.violations {
                    0 => "no violation".to_owned(),
                    count => format!("{count} of the seeds violate an invariant"),
                },
            ]);
        }
    }
}

fn show_progress(shown: &Mutex<Option<Instant>>, totals: &Totals, seeds: u64) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    let mut shown = shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if shown.is_none_or(|shown| shown.elapsed() >= PROGRESS) {
        *shown = Some(Instant::now());
        let hours = totals.simulated.as_secs_f64() / 3600.0;
        // Nobody is left to tell if this cannot be written.
        let _ = write!(
            std::io::stderr(),
            "\r{} of {seeds} seeds, {hours:.1} simulated hours, {} violations ",
            totals.seeds,
            totals.violations
        );
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r\x1b[2K");
    }
}
