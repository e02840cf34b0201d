//! However the owner of a fleet ends, no process and no temporary folder is left.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use hydraq_cluster::fleet::{FleetError, HostRequest};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid, getsid};
use serde::Deserialize;

use super::support::{Bench, SOON, Test, host_requests, is_alive, wait_until};

/// How long hosts may outlive their owner.
const AT_ONCE: Duration = Duration::from_secs(2);

pub(crate) fn tests() -> Vec<Test> {
    let mut tests: Vec<Test> = vec![
        ("drop_leaves_nothing", drop_leaves_nothing),
        ("owner_returns", || owner_ends_by_itself("return")),
        ("owner_panics", || owner_ends_by_itself("panic")),
        ("owner_exits", || owner_ends_by_itself("exit")),
        ("owner_is_killed", || owner_is_ended_by(Signal::SIGKILL)),
        ("owner_is_terminated", || owner_is_ended_by(Signal::SIGTERM)),
        ("owner_loses_its_terminal", || owner_is_ended_by(Signal::SIGHUP)),
        ("owner_is_interrupted", || owner_is_ended_by(Signal::SIGINT)),
        ("owner_is_killed_while_it_spawns", owner_is_killed_while_it_spawns),
        (
            "hosts_and_guard_are_out_of_reach_of_the_terminal",
            hosts_and_guard_are_out_of_reach_of_the_terminal,
        ),
        ("without_a_guard_no_host_starts", without_a_guard_no_host_starts),
    ];
    if cfg!(target_os = "linux") {
        tests.push((
            "linux_kills_hosts_of_an_owner_without_guard",
            linux_kills_hosts_of_an_owner_without_guard,
        ));
        tests.push(("hosts_do_not_hold_the_pipe_of_the_guard", hosts_do_not_hold_the_pipe_of_the_guard));
    }
    tests
}

/// What an owner tells about its fleet.
#[derive(Deserialize)]
struct Told {
    hosts: Vec<u32>,
    guard: u32,
    folder: PathBuf,
}

fn start_owner(bench: &Bench, ending: &str) -> (Child, Told) {
    let mut command = bench.owner(ending);
    // A process group of its own, as a shell gives to each of its jobs.
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut owner = command.spawn().expect("an owner");
    let mut line = String::new();
    BufReader::new(owner.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    (owner, serde_json::from_str(&line).expect("what the owner tells"))
}

fn process(process: u32) -> Pid {
    Pid::from_raw(process.cast_signed())
}

fn drop_leaves_nothing() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let hosts = fleet.spawn_many(host_requests(3)).expect("three hosts");
    fleet.pause(&["bravo"]).expect("a host");
    fleet.kill(&["charlie"]).expect("a host");
    let folder = fleet.folder().to_owned();
    assert!(folder.is_absolute() && folder.exists());
    let guard = fleet.guard_pid();
    drop(fleet);
    assert!(!folder.exists());
    assert!(hosts.iter().map(|host| host.pid).chain([guard]).all(|process| !is_alive(process)));
    assert!(bench.processes().is_empty(), "{:?}", bench.processes());
}

fn owner_ends_by_itself(ending: &str) {
    let bench = Bench::new();
    let (mut owner, _) = start_owner(&bench, ending);
    owner.wait().expect("ours");
    bench.wait_until_nothing_is_left(AT_ONCE);
}

fn owner_is_ended_by(signal: Signal) {
    if is_ignored(signal) {
        return;
    }
    let bench = Bench::new();
    let (mut owner, told) = start_owner(&bench, "wait");
    assert!(told.hosts.iter().chain([&told.guard]).all(|process| is_alive(*process)));
    assert!(
        told.folder.starts_with(bench.temporary().canonicalize().expect("a folder")) && told.folder.exists()
    );
    // To the whole group, as a terminal does.
    killpg(process(owner.id()), signal).expect("it runs");
    owner.wait().expect("ours");
    bench.wait_until_nothing_is_left(AT_ONCE);
    assert!(told.hosts.iter().chain([&told.guard]).all(|process| !is_alive(*process)));
}

/// Whether whoever runs this has it ignored, as a shell does with interrupts of what it runs in the background: all that is
/// started from here ignores it, too.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (signal as i32 - 1)) != 0)
}

/// Killed at many moments of its life, the first before it has done anything.
fn owner_is_killed_while_it_spawns() {
    for round in 0..12 {
        let bench = Bench::new();
        let mut owner = bench.owner("spawn on").stderr(Stdio::null()).spawn().expect("an owner");
        std::thread::sleep(Duration::from_millis(6 * round));
        kill(process(owner.id()), Signal::SIGKILL).expect("ours");
        owner.wait().expect("ours");
        bench.wait_until_nothing_is_left(AT_ONCE);
    }
}

fn hosts_and_guard_are_out_of_reach_of_the_terminal() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let hosts = fleet.spawn_many(host_requests(2)).expect("two hosts");
    for host in &hosts {
        assert_eq!(getpgid(Some(process(host.pid))), Ok(process(host.pid)), "a process group of its own");
    }
    let guard = process(fleet.guard_pid());
    assert_eq!(getsid(Some(guard)), Ok(guard), "a session of its own");
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGPIPE] {
        kill(guard, signal).expect("it runs");
    }
    // The guard still takes note: it starts to watch a host after the signals.
    fleet.spawn(HostRequest::default()).expect("a host");
    assert!(is_alive(fleet.guard_pid()));
}

fn without_a_guard_no_host_starts() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    fleet.spawn(HostRequest::default()).expect("a host");
    kill(process(fleet.guard_pid()), Signal::SIGKILL).expect("it runs");
    wait_until("the guard is gone", SOON, || !is_alive(fleet.guard_pid()));
    let refused = fleet.spawn(HostRequest::default()).expect_err("no guard");
    assert!(matches!(refused, FleetError::Guard { .. }), "{refused:?}");
    fleet.kill(&["alpha"]).expect("killing goes on");
    let folder = fleet.folder().to_owned();
    drop(fleet);
    assert!(!folder.exists());
    assert!(bench.processes().is_empty(), "{:?}", bench.processes());
}

/// The second net alone: the guard is dead, so the folder stays (and goes with the bench).
fn linux_kills_hosts_of_an_owner_without_guard() {
    let bench = Bench::new();
    let (mut owner, told) = start_owner(&bench, "lose the guard");
    wait_until("the guard is gone", SOON, || !is_alive(told.guard));
    assert!(told.hosts.iter().all(|host| is_alive(*host)));
    owner.kill().expect("ours");
    owner.wait().expect("ours");
    wait_until("no process is left", AT_ONCE, || bench.processes().is_empty());
}

fn hosts_do_not_hold_the_pipe_of_the_guard() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn(HostRequest::default()).expect("a host");
    let pipe = std::fs::read_link(format!("/proc/{}/fd/0", fleet.guard_pid())).expect("its standard input");
    assert!(pipe.to_string_lossy().starts_with("pipe:"), "{pipe:?}");
    let open: Vec<PathBuf> = std::fs::read_dir(format!("/proc/{}/fd", host.pid))
        .expect("its files")
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
        .collect();
    assert!(!open.is_empty() && !open.contains(&pipe), "{open:?}");
}
