//! `hydraq host`: one queue host.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hydraq_cluster::host::process::{self, HostOptions};
use hydraq_core::plant::Plant;

/// How a host is started.
#[derive(Debug, Args)]
pub(super) struct HostArguments {
    /// Where to listen; port 0 stands for any free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// The folder of its store; made if it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Its name in the cluster.
    #[arg(long, value_name = "NAME", default_value = "host", value_parser = host_name)]
    name: String,
    /// A member of the cluster to join, as a URL; any one will do.
    #[arg(long, value_name = "URL")]
    join: Vec<String>,
    /// What others are to call it by, as a URL, if that is not where it listens.
    #[arg(long, value_name = "URL")]
    advertise: Option<String>,
    /// Let clients ask for faults: cuts, full disks, flipped bytes.
    #[arg(long)]
    faults: bool,
    /// Plant a bug in it, for lessons: it then breaks a promise on purpose. `hydraq check --list-plants` lists them.
    #[arg(long, value_name = "BUG", requires = "faults", value_parser = super::check::plant)]
    plant: Option<Plant>,
}

fn host_name(name: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=63).contains(&name.len()) && name.chars().all(good) {
        Ok(name.to_owned())
    } else {
        Err("must be 1 to 63 letters, digits, - or _".into())
    }
}

pub(super) fn run(arguments: &HostArguments) -> ExitCode {
    super::start_log("warn");
    let options = HostOptions {
        listen: arguments.listen,
        advertise: arguments.advertise.clone(),
        data: arguments.data.clone(),
        name: arguments.name.clone(),
        join: arguments.join.clone(),
        faults: arguments.faults,
        plant: arguments.plant,
    };
    let ready = |name: &str, address: &str| {
        let line = serde_json::json!({ "ready": { "name": name, "address": address } });
        let mut out = std::io::stdout().lock();
        // Whoever started it may have stopped listening; it serves all the same.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    match process::run(&options, ready, stopped()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hydraq host: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Comes true when the process is asked to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        // Without signals it runs until it is killed.
        _ => std::future::pending().await,
    }
}
