//! The guard: a small process that outlives the one that owns the fleet, and cleans up behind it.
//!
//! A process that is killed cannot tidy up, so somebody else has to. The fleet starts `hydraq guard` before any host
//! and holds a pipe to its standard input. The pipe is the tie: whichever way the owner ends (return, panic, SIGTERM,
//! SIGKILL, a closed terminal), the system closes the owner's end, the guard reads end of file, kills every host that
//! it was told to watch, paused ones included, removes the folders that it was told to remove, and exits.
//!
//! ```text
//!             owner                        guard                       host
//!               │ ── starts ──────────────▶ │ own session, signals blocked
//!               │ ◀──── "guarding\n" ────── │
//!               │ ── "remove PATH\n" ─────▶ │
//!               │ ── forks ────────────────────────────────────────────▶ │
//!               │                           │ ◀──── "watch PID\n" ────── │ before it executes hydraq
//!               │ ── "forget PID\n" ──────▶ │   (once the host is reaped)
//!               ✗ ── end of file ─────────▶ │ ── SIGKILL ──────────────▶ ✗
//! ```
//!
//! A host reports itself, between fork and exec, when it still shares the owner's end of the pipe: so there is no
//! moment at which a host runs and the guard could miss it, wherever the owner is killed. After exec a host has no
//! such end (it is close-on-exec); otherwise end of file would never come while a host lives.
//!
//! The guard kills only a process that is still the one it was told of: it notes the start time of each, and compares.
//! It leaves out: watching over itself. If somebody kills the guard, the fleet starts no more hosts, and on Linux the
//! system itself still kills the hosts with their owner (see `launcher`); only a temporary folder would stay.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufRead, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Pid, setsid};

use super::folder;

/// What the guard says on standard output once nothing but the end of its input (or SIGKILL) ends it.
pub(super) const GREETING: &str = "guarding";

/// How long the guard waits for the killed processes to be gone before it removes folders.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// The whole life of the process `hydraq guard`: obeys `input`, line by line, to its end, then cleans up and returns.
///
/// Call it first thing in `main`, before any other thread exists: the signals that it shall survive are blocked for
/// the calling thread alone. It moves the process into a session of its own and to the root folder.
///
/// # Errors
///
/// When signals cannot be blocked, the root folder cannot be entered, or nobody reads `output`: then nothing has been
/// promised yet, and nothing is watched. What fails at the end (a folder that cannot be removed) is passed over.
pub fn run(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    // Fails only for a process that leads a group already, as when started by hand from a shell.
    let _ = setsid();
    [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGPIPE]
        .into_iter()
        .collect::<SigSet>()
        .thread_block()?;
    std::env::set_current_dir("/")?;
    writeln!(output, "{GREETING}")?;
    output.flush()?;

    let mut charge = Charge::default();
    // An error while reading is taken for the end, too: either way, no owner can be heard any more.
    input.split(b'\n').map_while(Result::ok).for_each(|line| charge.obey(&line));
    charge.clean_up();
    Ok(())
}

/// What the guard is in charge of.
#[derive(Debug, Default)]
struct Charge {
    /// The processes to kill, each with its start time where that is known.
    watched: HashMap<i32, Option<String>>,
    /// The folders to remove.
    folders: Vec<PathBuf>,
}

impl Charge {
    /// Takes one order. One that makes no sense is passed over: the others matter more than the complaint.
    fn obey(&mut self, line: &[u8]) {
        let Some(space) = line.iter().position(|byte| *byte == b' ') else { return };
        let (order, argument) = (&line[..space], &line[space + 1..]);
        match order {
            b"watch" => {
                self.watched.extend(process_id(argument).map(|process| (process, start_time(process))));
            }
            b"forget" => {
                process_id(argument).map(|process| self.watched.remove(&process));
            }
            b"remove" if argument.starts_with(b"/") => {
                self.folders.push(PathBuf::from(OsStr::from_bytes(argument)));
            }
            _ => {}
        }
    }

    fn clean_up(mut self) {
        self.watched.retain(|process, started| {
            start_time(*process) == *started && kill(Pid::from_raw(*process), Signal::SIGKILL).is_ok()
        });
        let deadline = Instant::now() + GONE_WITHIN;
        while self.watched.iter().any(|(process, started)| is_there(*process, started))
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        for path in &self.folders {
            let _ = folder::remove(path);
        }
    }
}

/// A number that names one process: 0 and -1 would name whole groups, and 1 is never ours.
fn process_id(text: &[u8]) -> Option<i32> {
    std::str::from_utf8(text).ok()?.parse().ok().filter(|process| *process > 1)
}

/// Whether a watched process is still there. One without a start time was dead already when the guard heard of it.
fn is_there(process: i32, started: &Option<String>) -> bool {
    started.is_some() && start_time(process) == *started
}

/// When a process started, in the system's own words; none if it is gone (a process that is dead but not reaped is).
#[cfg(target_os = "linux")]
fn start_time(process: i32) -> Option<String> {
    /// Where the start time stands among the fields that follow the command's name, the state being the first.
    const START_TIME: usize = 19;
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let is_dead = matches!(fields.first(), Some(&"Z" | &"X"));
    fields.get(START_TIME).filter(|_| !is_dead).map(|ticks| (*ticks).to_owned())
}

/// When a process started, in the system's own words; none if it is gone.
#[cfg(not(target_os = "linux"))]
fn start_time(process: i32) -> Option<String> {
    let mut ps = std::process::Command::new("ps");
    ps.args(["-o", "lstart=", "-p", &process.to_string()]).stdin(std::process::Stdio::null());
    let answer = ps.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
