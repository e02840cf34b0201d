//! Hosts are killed, restarted, paused, resumed, wiped and terminated.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use hydraq_cluster::fleet::{Exit, FleetError, HostProcess, HostStatus};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::stand_in::{FAIL_FILE, STARTS_FILE, STUBBORN};
use super::support::{Bench, SOON, Test, host_request, host_requests, is_alive, wait_until};

const SIGKILLED: HostStatus = HostStatus::Exited(Exit::Signal(Signal::SIGKILL as i32));
const SIGTERMED: HostStatus = HostStatus::Exited(Exit::Signal(Signal::SIGTERM as i32));

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("killed_hosts_come_back_where_they_were", killed_hosts_come_back_where_they_were),
        ("restart_leaves_running_hosts_alone_and_refuses_paused_ones", restart_leaves_running_hosts_alone),
        #[cfg(target_os = "linux")]
        ("restart_waits_for_a_port_that_is_taken_for_a_moment", restart_waits_for_a_port),
        ("restart_of_a_host_that_fails_tells_why", restart_of_a_host_that_fails_tells_why),
        ("pause_and_resume", pause_and_resume),
        ("paused_hosts_can_be_killed", paused_hosts_can_be_killed),
        ("what_is_done_from_outside_is_seen", what_is_done_from_outside_is_seen),
        ("wipe_empties_the_data_folder", wipe_empties_the_data_folder),
        ("roll_back_puts_the_data_folder_back", roll_back_puts_the_data_folder_back),
        ("terminate_asks_first", terminate_asks_first),
        ("a_host_can_be_killed_while_another_starts", a_host_can_be_killed_while_another_starts),
        ("a_fleet_that_is_shut_down_starts_nothing", a_fleet_that_is_shut_down_starts_nothing),
    ]
}

fn starts(host: &HostProcess) -> usize {
    std::fs::read_to_string(host.data.join(STARTS_FILE)).map_or(0, |text| text.lines().count())
}

fn socket_address(host: &HostProcess) -> SocketAddr {
    host.address.strip_prefix("http://").and_then(|rest| rest.parse().ok()).expect("a URL")
}

fn signal_from_outside(host: &HostProcess, signal: Signal) {
    kill(Pid::from_raw(host.pid.cast_signed()), signal).expect("it runs");
}

fn killed_hosts_come_back_where_they_were() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let before = fleet.spawn_many(host_requests(3)).expect("three hosts");
    let ordered_at = Instant::now();
    let killed = fleet.kill(&["alpha", "charlie"]).expect("two hosts");
    for host in &killed {
        assert_eq!(host.status, SIGKILLED);
        assert!(!is_alive(host.pid));
        assert!(host.times.killed_at.expect("killed") >= ordered_at);
        let refused = std::net::TcpStream::connect(socket_address(host)).expect_err("nobody listens");
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
    assert_eq!(fleet.host("bravo").expect("a host"), before[1]);
    assert_eq!(fleet.kill(&["alpha"]).expect("again"), killed[..1], "a dead host is left as it is");

    let back = fleet.restart(&["alpha", "charlie", "alpha"]).expect("two hosts, one of them named twice");
    for (host, earlier) in back.iter().zip([&before[0], &before[2]]) {
        assert_eq!(host.status, HostStatus::Running);
        assert_ne!(host.pid, earlier.pid);
        assert_eq!(
            (&host.address, host.number, &host.data),
            (&earlier.address, earlier.number, &earlier.data)
        );
        assert!(host.times.killed_at.is_some(), "kept");
        assert_eq!(starts(host), 2, "the data is kept");
    }
    assert_eq!(fleet.log_tail("alpha", 10).expect("a log").len(), 2, "the log goes on");
    assert_eq!(fleet.log_tail("alpha", 1).expect("a log").len(), 1);
}

fn restart_leaves_running_hosts_alone() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    fleet.spawn_many(host_requests(2)).expect("two hosts");
    let before = fleet.host("alpha").expect("a host");
    assert_eq!(fleet.restart(&["alpha"]).expect("it runs"), [before]);
    fleet.pause(&["bravo"]).expect("a host");
    fleet.kill(&["alpha"]).expect("a host");
    let refused = fleet.restart(&["alpha", "bravo"]).expect_err("bravo is paused");
    assert_eq!(refused.to_string(), "host bravo is paused: resume it instead");
    assert_eq!(fleet.status("alpha").expect("a host"), SIGKILLED, "nothing was touched");
}

/// Where a port that the fleet keeps cannot be taken at all, this cannot happen.
#[cfg(target_os = "linux")]
fn restart_waits_for_a_port() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn(host_request("alpha", &[])).expect("a host");
    fleet.kill(&["alpha"]).expect("a host");
    let taken = TcpListener::bind(socket_address(&host)).expect("the port can be taken");
    let back = thread::scope(|scope| {
        let restart = scope.spawn(|| fleet.restart(&["alpha"]));
        wait_until("the host has failed once", SOON, || {
            fleet.log_tail("alpha", 1).expect("a log").iter().any(|line| line.contains("cannot listen"))
        });
        drop(taken);
        restart.join().expect("no panic").expect("it comes back")
    });
    assert_eq!(back[0].address, host.address);
}

fn restart_of_a_host_that_fails_tells_why() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn(host_request("alpha", &[])).expect("a host");
    fleet.kill(&["alpha"]).expect("a host");
    std::fs::write(host.data.join(FAIL_FILE), "").expect("room");
    let error = fleet.restart(&["alpha"]).expect_err("it fails");
    let FleetError::Died { log, exit: Exit::Code(3), .. } = &error else { panic!("{error:?}") };
    assert_eq!(log.0.len(), 2, "the log of the last start alone: {log}");
    assert_eq!(fleet.status("alpha").expect("still known"), HostStatus::Exited(Exit::Code(3)));
    fleet.wipe(&["alpha"]).expect("a host");
    assert_eq!(fleet.restart(&["alpha"]).expect("it is cured")[0].address, host.address);
}

fn pause_and_resume() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    fleet.spawn_many(host_requests(2)).expect("two hosts");
    let paused = fleet.pause(&["alpha", "bravo"]).expect("two hosts");
    assert!(paused.iter().all(|host| host.status == HostStatus::Paused && is_alive(host.pid)));
    assert_eq!(fleet.pause(&["alpha"]).expect("again"), paused[..1]);
    let resumed = fleet.resume(&["alpha"]).expect("a host").swap_remove(0);
    assert_eq!((resumed.status, resumed.pid), (HostStatus::Running, paused[0].pid));
    assert!(resumed.times.resumed_at > resumed.times.paused_at);
    assert_eq!(fleet.status("bravo").expect("a host"), HostStatus::Paused);
    fleet.resume(&["alpha"]).expect("a running host just goes on");

    fleet.kill(&["alpha"]).expect("a host");
    for refused in [fleet.pause(&["bravo", "alpha"]), fleet.resume(&["bravo", "alpha"])] {
        assert!(
            matches!(&refused, Err(FleetError::NotRunning { name, .. }) if name == "alpha"),
            "{refused:?}"
        );
    }
    assert_eq!(fleet.status("bravo").expect("a host"), HostStatus::Paused, "nothing was touched");
}

fn paused_hosts_can_be_killed() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    fleet.spawn_many(host_requests(2)).expect("two hosts");
    fleet.pause(&["alpha", "bravo"]).expect("two hosts");
    assert_eq!(fleet.kill(&["alpha"]).expect("a host")[0].status, SIGKILLED);
    assert_eq!(fleet.restart(&["alpha"]).expect("a host")[0].status, HostStatus::Running, "no longer paused");
}

fn what_is_done_from_outside_is_seen() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn(host_request("alpha", &[])).expect("a host");
    let becomes =
        |status| wait_until("the change is seen", SOON, || fleet.status("alpha").expect("a host") == status);
    signal_from_outside(&host, Signal::SIGSTOP);
    becomes(HostStatus::Paused);
    signal_from_outside(&host, Signal::SIGCONT);
    becomes(HostStatus::Running);
    signal_from_outside(&host, Signal::SIGKILL);
    becomes(SIGKILLED);
    assert_eq!(fleet.host("alpha").expect("a host").times.killed_at, None, "the fleet did not do it");
    assert_eq!(fleet.restart(&["alpha"]).expect("a host")[0].address, host.address);
}

fn wipe_empties_the_data_folder() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let hosts = fleet.spawn_many(host_requests(2)).expect("two hosts");
    std::fs::create_dir_all(hosts[0].data.join("deep/down")).expect("room");
    fleet.pause(&["bravo"]).expect("a host");
    fleet.wipe(&["alpha", "bravo"]).expect("two hosts");
    let is_empty = |folder: &Path| std::fs::read_dir(folder).expect("it is there").next().is_none();
    for host in &hosts {
        assert_eq!(fleet.status(&host.name).expect("a host"), SIGKILLED);
        assert!(is_empty(&host.data));
        assert!(host.log.exists(), "the log is kept");
    }
    fleet.set_join("alpha", vec!["http://127.0.0.1:7".to_owned()]).expect("a host");
    let back = fleet.restart(&["alpha", "bravo"]).expect("two hosts");
    assert_eq!((starts(&back[0]), starts(&back[1])), (1, 1));
    assert_eq!(back[0].address, hosts[0].address);
    assert!(fleet.log_tail("alpha", 1).expect("a log")[0].contains("--join http://127.0.0.1:7"));
}

fn roll_back_puts_the_data_folder_back() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn_many(host_requests(2)).expect("two hosts").swap_remove(0);
    let early = host.data.join("deep/early");
    std::fs::create_dir_all(early.parent().expect("a folder")).expect("room");
    std::fs::write(&early, "early").expect("room");
    let refused = fleet.roll_back(&["bravo", "alpha"]).expect_err("no disk was kept");
    assert!(matches!(&refused, FleetError::NoImage { name } if name == "bravo"), "{refused}");
    assert_eq!(fleet.status("alpha").expect("a host"), HostStatus::Running, "none was touched");

    fleet.kill(&["alpha"]).expect("a host");
    fleet.restart(&["alpha"]).expect("a host");
    std::fs::write(&early, "later").expect("room");
    std::fs::write(host.data.join("late"), "").expect("room");
    for _ in 0..2 {
        fleet.roll_back(&["alpha"]).expect("a host");
        assert_eq!(fleet.status("alpha").expect("a host"), SIGKILLED);
        assert_eq!(std::fs::read_to_string(&early).expect("it is there"), "early");
        assert!(!host.data.join("late").exists());
    }
    assert_eq!(fleet.restart(&["alpha"]).expect("a host")[0].address, host.address);
}

fn terminate_asks_first() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let requests = [("alpha", [].as_slice()), ("bravo", &[]), ("charlie", &[STUBBORN])];
    fleet.spawn_many(requests.map(|(name, extra)| host_request(name, extra)).into()).expect("three hosts");
    fleet.pause(&["bravo"]).expect("a host");
    let ended = fleet.terminate(&["alpha", "bravo"], SOON).expect("two hosts");
    assert!(ended.iter().all(|host| host.status == SIGTERMED), "also the paused one: {ended:?}");
    let killed = fleet.terminate(&["charlie"], Duration::from_millis(200)).expect("a host");
    assert_eq!(killed[0].status, SIGKILLED);
}

fn a_host_can_be_killed_while_another_starts() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let hosts = fleet.spawn_many(host_requests(2)).expect("two hosts");
    thread::scope(|scope| {
        let silent = scope.spawn(|| fleet.spawn(host_request("silent", &[super::stand_in::SILENT])));
        wait_until("it starts", SOON, || {
            bench.processes().iter().any(|listed| listed.command.contains("silent"))
        });
        assert_eq!(fleet.kill(&["alpha"]).expect("a host")[0].status, SIGKILLED);
        assert_eq!(fleet.hosts().len(), hosts.len(), "a host that was never ready is not shown");
        fleet.shut_down();
        let error = silent.join().expect("no panic").expect_err("shut down meanwhile");
        assert!(matches!(error, FleetError::Died { .. }), "{error:?}");
    });
}

fn a_fleet_that_is_shut_down_starts_nothing() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    fleet.spawn_many(host_requests(2)).expect("two hosts");
    fleet.pause(&["alpha"]).expect("a host");
    fleet.shut_down();
    assert!(fleet.hosts().iter().all(|host| host.status == SIGKILLED));
    assert!(matches!(fleet.spawn(host_request("charlie", &[])), Err(FleetError::ShutDown)));
    assert!(matches!(fleet.restart(&["alpha"]), Err(FleetError::ShutDown)));
    assert!(!fleet.log_tail("alpha", 5).expect("still there").is_empty());
}
