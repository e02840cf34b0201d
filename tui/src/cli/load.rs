//! `hydraq load`: messages in, then out and deleted, and how fast that went.
//!
//! Exit status: 0 if every message was acknowledged, delivered and deleted, 1 if one was refused or is missing, 2 if only the outcome
//! of some is unknown, 3 if there is no cluster to put load on, 64 for wrong usage.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::{ArgGroup, Args};
use hydraq_cluster::client::HostClient;
use hydraq_cluster::load::{self, LoadOptions, LoadReport, LocalCluster, Phase, Progress, Way};
use hydraq_cluster::observe::words::count;
use serde_json::{Value, json};

use super::format::{Format, print_json, print_lines};
use super::run::writable;
use super::{USAGE, start_log};
use crate::export::{Panel, histogram};

/// The exit status if the outcome of some messages is unknown, and nothing worse has happened.
const UNKNOWN: u8 = 2;
/// The exit status if there is no cluster to put load on.
const BROKEN: u8 = 3;
/// How often progress is told to people who watch.
const PROGRESS: Duration = Duration::from_millis(200);
/// How long a host may take to answer before anything is sent to it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What load there is to be, and on what.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cluster").args(["to", "hosts"]).required(true)))]
pub(super) struct LoadArguments {
    /// A host, as a URL such as http://127.0.0.1:7001; the load is spread over all that are named.
    #[arg(long, value_name = "URL")]
    to: Vec<String>,
    /// Start so many hosts on this machine, in a temporary folder, and end them afterwards.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=255))]
    hosts: Option<u32>,
    /// How many replicas each message gets.
    #[arg(long, value_name = "R", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    replicas: u8,
    /// How many messages.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    messages: u32,
    /// How long each body is, in bytes.
    #[arg(long, value_name = "B", default_value_t = 256, value_parser = clap::value_parser!(u32).range(0..=1_048_576))]
    size: u32,
    /// How many messages may be in flight, over all hosts.
    #[arg(long, value_name = "K", default_value_t = 6144, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    in_flight: u32,
    /// One call a message, instead of streams.
    #[arg(long)]
    unary: bool,
    /// Calls of so many messages each, instead of streams.
    #[arg(long, value_name = "B", conflicts_with = "unary", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: Option<u32>,
    /// Leave the messages there: nothing is dequeued.
    #[arg(long)]
    keep: bool,
    /// Draw how long messages took, enqueued and dequeued, into this file, as an SVG picture.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl LoadArguments {
    fn options(&self) -> LoadOptions {
        let way = match (self.unary, self.batch) {
            (true, _) => Way::Unary(1),
            (false, Some(batch)) => Way::Unary(batch),
            (false, None) => Way::Streamed,
        };
        LoadOptions {
            replicas: self.replicas,
            messages: self.messages,
            body_bytes: self.size as usize,
            in_flight: self.in_flight,
            way,
            keep: self.keep,
        }
    }

    /// What is wrong with it that clap cannot see.
    fn problem(&self) -> Option<String> {
        let hosts = self.hosts?;
        (u32::from(self.replicas) > hosts)
            .then(|| format!("--replicas {} must be at most the number of hosts, {hosts}", self.replicas))
    }
}

/// Puts the load on, and says how that went.
pub(super) fn run(arguments: &LoadArguments) -> ExitCode {
    start_log("warn");
    if let Some(problem) = arguments.problem() {
        return wrong(&problem);
    }
    // A picture that cannot be written is better known before than after.
    if let Some(svg) = &arguments.svg
        && let Err(problem) = writable(svg)
    {
        return wrong(&format!("--svg: {} cannot be written: {problem}", svg.display()));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(problem) => return broken(&problem),
    };
    // Clients belong to the runtime in which they are made.
    let clients: Result<Vec<HostClient>, _> = {
        let _entered = runtime.enter();
        arguments.to.iter().map(|url| HostClient::new(url)).collect()
    };
    let clients = match clients {
        Ok(clients) => clients,
        Err(error) => return wrong(&error),
    };
    runtime.block_on(run_on(arguments, clients))
}

async fn run_on(arguments: &LoadArguments, clients: Vec<HostClient>) -> ExitCode {
    let local = match arguments.hosts {
        None => None,
        Some(hosts) => {
            let binary = match std::env::current_exe() {
                Ok(binary) => binary,
                Err(problem) => return broken(&problem),
            };
            match LocalCluster::start(binary, hosts).await {
                Ok(cluster) => Some(cluster),
                Err(problem) => return broken(&problem),
            }
        }
    };
    let hosts = local.as_ref().map_or(&clients[..], LocalCluster::hosts);
    for host in hosts {
        if let Err(error) = host.state(PATIENCE).await {
            return broken(&format!("{}: {error}", host.address()));
        }
    }
    let progress = Progress::default();
    let options = arguments.options();
    let report = tokio::select! {
        report = load::run(hosts, &options, &progress) => report,
        () = show_progress(&progress, options.messages) => return ExitCode::SUCCESS,
    };
    match report {
        Ok(report) => {
            say(arguments.format, &report);
            let drawn = arguments.svg.as_deref().map_or(Ok(()), |svg| draw(svg, &options, &report));
            match drawn {
                Ok(()) => judge(&report, options.messages),
                Err(problem) => broken(&problem),
            }
        }
        Err(error) => broken(&error),
    }
}

fn wrong(problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("hydraq load: {problem}");
    ExitCode::from(USAGE)
}

fn broken(problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("hydraq load: {problem}");
    ExitCode::from(BROKEN)
}

fn say(format: Format, report: &LoadReport) {
    match format {
        Format::Json => {
            print_json(
                &json!({"summary": {"enqueue": shape(&report.enqueue), "dequeue": shape(&report.dequeue)}}),
            );
        }
        Format::Text => print_lines(&[line("enqueue", &report.enqueue), line("dequeue", &report.dequeue)]),
    }
}

/// Draws how long messages took.
fn draw(svg: &Path, options: &LoadOptions, report: &LoadReport) -> Result<(), String> {
    let way = match options.way {
        Way::Streamed => "streamed".to_owned(),
        Way::Unary(1) => "one call each".to_owned(),
        Way::Unary(batch) => format!("calls of {batch}"),
    };
    let title = format!(
        "hydraq load: {} messages of {} bytes, {} replicas, {} in flight, {way}",
        count(options.messages.into()),
        count(options.body_bytes as u64),
        options.replicas,
        count(options.in_flight.into())
    );
    let mut panels = vec![panel("enqueue", &report.enqueue)];
    if !options.keep {
        panels.push(panel("dequeue and delete", &report.dequeue));
    }
    std::fs::write(svg, histogram(&title, &panels))
        .map_err(|problem| format!("--svg: {} could not be written: {problem}", svg.display()))
}

fn panel(name: &str, phase: &Phase) -> Panel {
    let rate = count(phase.per_second().round() as u64);
    let mark = |(name, percent): (&str, f64)| (phase.percentile_us(percent), name.to_owned());
    Panel {
        title: format!("{name}: {} messages, {rate} a second", count(phase.messages.into())),
        bars: phase.shares().iter().map(|share| (share.from_us..share.below_us, share.messages)).collect(),
        marks: [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9)].map(mark).into(),
    }
}

fn shape(phase: &Phase) -> Value {
    json!({
        "messages": phase.messages,
        "per_second": phase.per_second().round() as u64,
        "p50_us": phase.percentile_us(50.0),
        "p99_us": phase.percentile_us(99.0),
    })
}

fn line(name: &str, phase: &Phase) -> String {
    format!(
        "{name}  {:>9} messages in {:>7.3} s  {:>9.0} a second  p50 {:>7} µs  p99 {:>7} µs  p99.9 {:>7} µs",
        phase.messages,
        phase.elapsed().as_secs_f64(),
        phase.per_second(),
        phase.percentile_us(50.0),
        phase.percentile_us(99.0),
        phase.percentile_us(99.9),
    )
}

/// Says what is not as it should be, and finds the exit status for it.
fn judge(report: &LoadReport, messages: u32) -> ExitCode {
    let (enqueue, dequeue) = (&report.enqueue, &report.dequeue);
    let counts = [
        (enqueue.failed, "were refused", ExitCode::FAILURE),
        (enqueue.unsent, "were not sent: no host took them", ExitCode::FAILURE),
        (report.missing, "were acknowledged, but not delivered and deleted", ExitCode::FAILURE),
        (report.corrupt, "were delivered with another body", ExitCode::FAILURE),
        (dequeue.failed, "could not be deleted", ExitCode::FAILURE),
        (enqueue.unknown, "have an unknown outcome", ExitCode::from(UNKNOWN)),
        (dequeue.unknown, "were deleted with an unknown outcome", ExitCode::from(UNKNOWN)),
        (report.duplicates, "were delivered more than once", ExitCode::SUCCESS),
    ];
    let mut status = None;
    for (count, what, worst) in counts.into_iter().filter(|(count, _, _)| *count > 0) {
        eprintln!("hydraq load: {count} of {messages} messages {what}");
        status = status.or(Some(worst));
    }
    for trouble in [&enqueue.trouble, &dequeue.trouble].into_iter().flatten() {
        eprintln!("hydraq load: {trouble}");
    }
    status.unwrap_or(ExitCode::SUCCESS)
}

/// Shows how far it has come to people who watch, for ever.
async fn show_progress(progress: &Progress, messages: u32) {
    let _clear = ClearLine;
    loop {
        tokio::time::sleep(PROGRESS).await;
        if std::io::stderr().is_terminal() {
            let (enqueued, deleted) = (&progress.enqueued, &progress.deleted);
            // Nobody is left to tell if this cannot be written.
            let _ = write!(
                std::io::stderr(),
                "\r\x1b[Kenqueued {}  deleted {}",
                bar(enqueued.load(Ordering::Relaxed), messages),
                bar(deleted.load(Ordering::Relaxed), messages)
            );
        }
    }
}

/// `[########............]  40% of 100,000`.
fn bar(done: u32, of: u32) -> String {
    const WIDTH: u64 = 20;
    let filled = u64::from(done) * WIDTH / u64::from(of.max(1));
    let bar: String = (0..WIDTH).map(|place| if place < filled { '#' } else { '.' }).collect();
    format!("[{bar}] {:>3}% of {}", u64::from(done) * 100 / u64::from(of.max(1)), count(of.into()))
}

/// Clears the line of progress when there is no more of it.
struct ClearLine;

impl Drop for ClearLine {
    fn drop(&mut self) {
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
