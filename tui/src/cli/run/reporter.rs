//! Prints a run while it goes on.

use std::path::Path;

use hydraq_cluster::scenario::Script;
use hydraq_cluster::scenario::run::{FailureReport, HostTrace, Reporter, StepReport, Summary};
use time::OffsetDateTime;

use super::super::format::{Format, print_json, print_lines};
use super::junit::Suite;
use super::progress::Progress;

/// Prints the report of one file.
pub(super) struct Printer {
    format: Format,
    /// Whether logs can still be read when the run is over.
    keeps_logs: bool,
    steps: usize,
    done: usize,
    progress: Progress,
    /// The same report, for servers that build and test.
    suite: Suite,
}

impl Printer {
    pub(super) fn new(format: Format, keeps_logs: bool, seed: u64, script: &Script) -> Self {
        let suite = Suite::new(&script.file, OffsetDateTime::now_utc(), seed);
        let progress = Progress::new(script);
        Self { format, keeps_logs, steps: script.steps.len(), done: 0, progress, suite }
    }

    /// The report of the file, once it is over; what was not run is in it, too.
    pub(super) fn into_suite(mut self, script: &Script) -> Suite {
        for step in script.steps.iter().skip(self.done) {
            self.suite.left_out(step);
        }
        self.suite
    }

    /// The cluster could not be started.
    pub(super) fn broke(&mut self, problem: &str) {
        self.suite.broke("cluster", problem);
    }

    /// The run of a file begins.
    pub(super) fn begin(&self, file: &str) {
        if self.format == Format::Text {
            print_lines(&[file.to_owned()]);
        }
        self.progress.show(0);
    }

    /// The run of a file is over.
    pub(super) fn summary(&self, summary: &Summary) {
        self.progress.clear();
        match self.format {
            Format::Json => print_json(&summary.json()),
            Format::Text => print_lines(&summary.text()),
        }
    }

    /// How to look at a run again that was recorded.
    pub(super) fn again(recorded: &Path) {
        eprintln!("to see it again: hydraq replay {}", recorded.display());
    }

    /// What to do for a run to be there to be looked at again.
    pub(super) fn once_more(command: &str) {
        eprintln!(
            "to be able to see it again, record it: {command} --record run.jsonl, then hydraq replay run.jsonl"
        );
    }

    /// A signal has ended the run.
    pub(super) fn interrupted(&mut self, script: &Script, signal: &str, files_left: usize) {
        self.progress.clear();
        self.suite.broke("stopped", &format!("stopped by {signal}"));
        let steps = self.steps - self.done;
        let next = script.steps.get(self.done);
        let place = next.map_or_else(String::new, |step| format!(", from line {}: {step}", step.line));
        eprintln!(
            "{}: stopped by {signal}; {steps} of {} steps were not run{place}",
            script.file, self.steps
        );
        if files_left > 0 {
            let files = if files_left == 1 { "file was" } else { "files were" };
            eprintln!("{files_left} further {files} not run");
        }
    }
}

impl Reporter for Printer {
    fn step(&mut self, step: &StepReport<'_>) {
        self.done += 1;
        self.suite.step(step);
        self.progress.clear();
        match self.format {
            Format::Json => print_json(&step.json()),
            Format::Text => print_lines(&step.text()),
        }
        self.progress.show(self.done);
    }

    fn failure(&mut self, failure: &FailureReport) {
        self.progress.clear();
        eprintln!("{}", failure.diagnostic);
        failure.evidence.iter().for_each(|line| eprintln!("  {line}"));
        self.suite.failure(failure);
        for host in &failure.hosts {
            trace(host);
        }
        if !self.keeps_logs && !failure.hosts.is_empty() {
            eprintln!("  the logs go with the cluster; `--data DIR` keeps them, and the stores:");
            eprintln!("  `hydraq --data DIR` then opens the console on what is left");
        }
    }
}

/// What a host was doing.
fn trace(host: &HostTrace) {
    eprintln!("  {} is {}", host.host, host.condition);
    for event in &host.events {
        eprintln!("    {event}");
    }
    for line in &host.log_lines {
        eprintln!("    log: {line}");
    }
    if let Some(log) = &host.log {
        eprintln!("    its log is {log}");
    }
}
