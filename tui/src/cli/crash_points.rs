//! `hydraq check --crash-points N`: a store cut at every operation on its disk, and opened again.

use std::process::ExitCode;
use std::time::Instant;

use hydraq_cluster::store::crashes::{Points, run as run_points};
use serde_json::json;

use super::format::{Format, print_json, print_lines};

/// Looks at `wanted` crash points or some more, from seed `from` on.
pub(super) fn run(wanted: u64, from: u64, format: Format) -> ExitCode {
    let started = Instant::now();
    let (points, violations) = run_points(from, wanted, &|_| {});
    for violation in &violations {
        let replay = format!("hydraq check --crash-points 1 --from {}", violation.seed);
        match format {
            Format::Json => print_json(&json!({"violation": {
                "seed": violation.seed, "what": violation.to_string(), "replay": replay,
            }})),
            Format::Text => print_lines(&[violation.to_string(), format!("  again: {replay}")]),
        }
    }
    summarise(&points, violations.len(), started, format);
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn summarise(points: &Points, violations: usize, started: Instant, format: Format) {
    let Points { points: count, everything_lost, nothing_lost, torn, unacknowledged, .. } = points;
    match format {
        Format::Json => print_json(&json!({"summary": {
            "crash_points": count,
            "lost": {"everything": everything_lost, "nothing": nothing_lost, "torn": torn},
            "unacknowledged_kept": unacknowledged,
            "operations": points.operations,
            "crashes_in_a_row": points.stretches,
            "stores": points.lives,
            "violations": violations,
            "elapsed_ms": started.elapsed().as_millis() as u64,
        }})),
        Format::Text => print_lines(&[
            format!(
                "{count} crash points in {:.1} s, of {} stores",
                started.elapsed().as_secs_f64(),
                points.lives
            ),
            format!("unsynced: {everything_lost} times lost, {nothing_lost} times kept, {torn} times torn"),
            format!("{unacknowledged} commits that were not acknowledged were there, whole"),
            if violations == 0 { "no violation".to_owned() } else { format!("{violations} violations") },
        ]),
    }
}
