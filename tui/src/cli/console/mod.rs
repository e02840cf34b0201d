//! `hydraq` without a command: a cluster, and the console on it.
//!
//! ```text
//!   main thread                             thread of the cluster
//!   console ──── Request ──────────────────▶ commands ──▶ session ──▶ fleet, hosts
//!      ▲  ▲                                     │
//!      │  └────── Update ◀─────────────────── observer ◀── fleet, hosts
//!    terminal
//! ```
//!
//! It promises that the screen is there at once, and that no host process and no temporary folder is left, however this
//! process ends: in the usual case the cluster's thread ends them, in every other the fleet's guard does.

mod cluster;
mod commands;
mod completer;
mod lessons;
mod seat;
mod settings;
mod simulated;

use std::io::{BufReader, Cursor, IsTerminal, Read, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hydraq_cluster::fleet::DataFolder;
use hydraq_cluster::scenario::run::live::SPAWNED_MAX;

use self::cluster::{ClusterPlan, ClusterThread, Talk};
pub(super) use self::commands::keep_counting;
use self::completer::Language;
pub(super) use self::settings::Settings;
use crate::lessons::COUNT;
use crate::model::Setup;
use crate::plain;
use crate::shell::{self, Console, End, Ended, ShellError, ahead_of_utc_seconds};
use crate::theme::{Glyphs, Look, Palette};

/// The exit status if the cluster could not be started.
const BROKEN: u8 = 3;
/// How long the end of the cluster is waited for.
const WIND_UP: Duration = Duration::from_secs(10);

/// How the console is started.
#[derive(Debug, Args)]
pub(super) struct ConsoleArguments {
    /// How many hosts to start: at most 255, or 1000 simulated ones.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=1000))]
    hosts: u32,
    /// Keep the hosts' stores and logs in this folder; without it they go with the console.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Look at a cluster that runs already, through this host; may be given several times.
    #[arg(long, value_name = "URL", conflicts_with_all = ["hosts", "data", "sim"])]
    attach: Vec<String>,
    /// Simulate the hosts, on virtual time that can be slowed down, sped up and held.
    #[arg(long, conflicts_with = "data")]
    sim: bool,
    /// With --sim: have the same drawn by lot as in an earlier session.
    #[arg(long, value_name = "N", requires = "sim")]
    seed: Option<u64>,
    /// Lines of words, no screen; so it is, too, where input or output is no terminal. `help` tells what can be typed.
    #[arg(long)]
    plain: bool,
    /// Only ASCII characters.
    #[arg(long)]
    ascii: bool,
    /// Begin with this lesson, 1 to 12.
    #[arg(long, value_name = "N", conflicts_with = "sim", value_parser = clap::value_parser!(u32).range(1..=i64::from(COUNT)))]
    lesson: Option<u32>,
    /// Big type for a stage, with a timer; the key `P` turns it on and off.
    #[arg(long)]
    presenter: bool,
    /// Write what a presenter should know of each card of a lesson to this file, as it is shown; follow it with `tail -f`.
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// Nothing moves.
    #[arg(long)]
    calm: bool,
    /// Colours: okabe-ito, high-contrast or light; the key `T` changes them.
    #[arg(long, value_name = "THEME")]
    theme: Option<Palette>,
    /// Keys and colours from this file; without it from hydraq/hydraq.toml in the folder for configurations, if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the console until it is quit.
pub(super) fn run(arguments: ConsoleArguments) -> ExitCode {
    let is_plain = arguments.plain || !stdout().is_terminal() || !stdin().is_terminal();
    // On a screen nobody could read a log, and it would spoil the frame.
    super::start_log(if is_plain { "warn" } else { "off" });
    let settings = match Settings::load(arguments.config.as_deref()) {
        Ok(settings) => settings,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(super::USAGE);
        }
    };
    let setup = setup(&arguments, settings);
    if arguments.hosts > SPAWNED_MAX && !arguments.sim {
        eprintln!(
            "hydraq: --hosts: {} is more than {SPAWNED_MAX}; with --sim there may be up to 1000",
            arguments.hosts
        );
        return ExitCode::from(super::USAGE);
    }
    let seed = arguments.seed.map_or_else(super::run::draw_seed, Ok).unwrap_or_default();
    let plan = match arguments.attach.is_empty() {
        true if arguments.sim => ClusterPlan::Simulated { hosts: arguments.hosts, seed },
        true => ClusterPlan::Local {
            hosts: arguments.hosts,
            data: arguments.data.map_or(DataFolder::Temporary, DataFolder::Kept),
        },
        false => ClusterPlan::Attached { addresses: arguments.attach },
    };
    // In lines a lesson is begun as if somebody had typed that.
    let first_line = arguments.lesson.filter(|_| is_plain).map(|number| format!("lesson {number}\n"));
    let talk = Talk { lesson: arguments.lesson.filter(|_| !is_plain), notes: arguments.notes };
    let (updates, feed) = shell::feed();
    let cluster = match ClusterThread::start(plan, talk, updates) {
        Ok(cluster) => cluster,
        Err(problem) => {
            eprintln!("hydraq: {problem}");
            return ExitCode::from(BROKEN);
        }
    };
    let requests = cluster.asks();
    let save_in = std::env::current_dir().unwrap_or_default();
    let console = Console { setup, feed, requests, save_in };
    let ended = match is_plain {
        true => {
            let first = Cursor::new(first_line.unwrap_or_default());
            plain::run(console, first.chain(BufReader::new(stdin())), stdout())
        }
        false => shell::run(console),
    };
    cluster.end(WIND_UP);
    exit_code(ended)
}

fn setup(arguments: &ConsoleArguments, settings: Settings) -> Setup {
    let mut look = Look::from_environment(|name| std::env::var(name).ok());
    if arguments.ascii {
        look.glyphs = &Glyphs::ASCII;
    }
    look.motion &= !arguments.calm;
    look.palette = arguments.theme.or(settings.palette).unwrap_or_default();
    Setup {
        keymap: settings.keymap,
        look,
        completer: Arc::new(Language { is_simulated: arguments.sim }),
        ahead_of_utc_seconds: ahead_of_utc_seconds(),
        presenter: arguments.presenter,
        attached: !arguments.attach.is_empty(),
        hosts: if arguments.attach.is_empty() { arguments.hosts } else { 0 },
        ..Setup::default()
    }
}

pub(super) fn exit_code(ended: Result<Ended, ShellError>) -> ExitCode {
    match ended {
        Ok(Ended { end: End::Signal(signal), .. }) => {
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("hydraq: {problem}");
            ExitCode::FAILURE
        }
    }
}
