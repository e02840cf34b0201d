//! The console on a pretended cluster.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use hydraq_cluster::observe::{Request, Update};
use thiserror::Error;

use super::staged;
use crate::model::Setup;
use crate::shell::{self, Console, ShellError};

/// How often the pretended cluster tells something.
const PERIOD: Duration = Duration::from_millis(100);

/// Why a demo could not be shown.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The terminal failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
}

/// Shows a demo until it is quit.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn run_demo(setup: Setup, seed: u64, hosts: u16) -> Result<(), DemoError> {
    let (sender, feed) = shell::feed();
    let (asked, asks) = mpsc::channel();
    std::thread::spawn(move || {
        let mut demo = staged(seed, hosts);
        let mut last = Instant::now();
        loop {
            let elapsed_ms = u64::try_from(last.elapsed().as_millis()).unwrap_or(0);
            last = Instant::now();
            let update: Update = demo.advance(elapsed_ms);
            if sender.send(update).is_err() {
                return;
            }
            let until = Instant::now() + PERIOD;
            loop {
                match asks.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(request) => demo.request(request),
                    Err(mpsc::RecvTimeoutError::Timeout) => break,
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    });
    let requests = Box::new(move |request: Request| {
        // A demo that ended needs no answer.
        let _ = asked.send(request);
    });
    shell::run(Console { setup, feed, requests, save_in: std::env::current_dir().unwrap_or_default() })?;
    Ok(())
}
