//! Hosts start, side by side, and tell why they did not.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use hydraq_cluster::fleet::{DataFolder, Exit, Fleet, FleetError, FleetOptions, HostRequest, HostStatus};

use super::stand_in::{FAIL, SAY, SILENT, STARTS_FILE, STUBBORN, TALKATIVE};
use super::support::{Bench, Listed, SOON, Test, host_request, host_requests, is_alive, wait_until};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("hosts_start_side_by_side", hosts_start_side_by_side),
        ("a_host_is_started_as_the_command_contract_says", a_host_is_started_as_the_command_contract_says),
        ("a_host_outlives_the_thread_that_spawned_it", a_host_outlives_the_thread_that_spawned_it),
        ("a_talkative_host_is_not_blocked", a_talkative_host_is_not_blocked),
        ("a_host_that_dies_early_shows_its_log", a_host_that_dies_early_shows_its_log),
        ("a_silent_host_is_killed", a_silent_host_is_killed),
        ("a_wrong_ready_line_is_refused", a_wrong_ready_line_is_refused),
        ("bad_names_are_refused", bad_names_are_refused),
        ("a_wrong_binary_is_refused", a_wrong_binary_is_refused),
        ("kept_data_outlives_the_fleet", kept_data_outlives_the_fleet),
    ]
}

fn hosts_start_side_by_side() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let hosts = fleet.spawn_many(host_requests(3)).expect("three hosts");
    for (host, (name, number)) in hosts.iter().zip([("alpha", 1), ("bravo", 2), ("charlie", 3)]) {
        assert_eq!((host.name.as_str(), host.number.get(), host.status), (name, number, HostStatus::Running));
        assert!(is_alive(host.pid));
        TcpStream::connect(host.address.strip_prefix("http://").expect("a URL")).expect("it serves");
    }
    assert_eq!(fleet.hosts(), hosts);
    // Side by side: the last was started before the first was ready.
    let first_ready = hosts.iter().filter_map(|host| host.times.ready_at).min().expect("all are ready");
    assert!(hosts.iter().all(|host| host.times.started_at < first_ready));
}

fn a_host_is_started_as_the_command_contract_says() {
    let bench = Bench::new();
    let mut options = bench.options();
    options.extra_arguments = vec!["--for-all".to_owned()];
    let fleet = Fleet::start(options).expect("a fleet");
    let request = HostRequest {
        join: vec!["http://127.0.0.1:1".to_owned(), "http://127.0.0.1:2".to_owned()],
        ..host_request("my-host", &["--for-one"])
    };
    let host = fleet.spawn(request).expect("a host");
    let expected = format!(
        "host --listen 127.0.0.1:0 --data {} --name my-host --join http://127.0.0.1:1 --join http://127.0.0.1:2 \
         --faults --for-all --for-one",
        host.data.display()
    );
    assert_eq!(fleet.log_tail("my-host", 5).expect("a log"), [format!("my-host starts with {expected}")]);
    assert_eq!(host.log, fleet.folder().join("my-host.log"));
    assert_eq!(host.data, fleet.folder().join("my-host"));

    let processes = bench.processes();
    let is_host =
        |listed: &&Listed| listed.command.contains(&format!("{} {expected}", bench.binary().display()));
    assert_eq!(processes.iter().filter(is_host).count(), 1, "{processes:?}");
    assert_eq!(processes.iter().filter(|listed| listed.command.contains("host")).count(), 1, "{processes:?}");
    assert!(processes.iter().any(|listed| listed.command.ends_with("/hydraq guard")), "{processes:?}");
}

fn a_host_outlives_the_thread_that_spawned_it() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    std::thread::scope(|scope| scope.spawn(|| fleet.spawn(HostRequest::default()).map(|_| ())).join())
        .expect("no panic")
        .expect("a host");
    // Time enough for a signal to arrive: the host is stopped and continued.
    fleet.pause(&["alpha"]).expect("it runs");
    fleet.resume(&["alpha"]).expect("it runs");
    assert_eq!(fleet.status("alpha").expect("a host"), HostStatus::Running);
}

fn a_talkative_host_is_not_blocked() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let host = fleet.spawn(host_request("alpha", &[TALKATIVE])).expect("a host");
    wait_until("it has said everything", SOON, || host.data.join("talked").exists());
}

fn a_host_that_dies_early_shows_its_log() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    let requests =
        vec![host_request("alpha", &[]), host_request("bravo", &[FAIL]), host_request("charlie", &[])];
    let error = fleet.spawn_many(requests).expect_err("bravo fails");
    assert!(
        matches!(&error, FleetError::Died { name, exit: Exit::Code(3), .. } if name == "bravo"),
        "{error:?}"
    );
    assert!(error.to_string().contains("exit status 3"), "{error}");
    assert!(error.to_string().ends_with("\n  bravo fails as it was told"), "{error}");

    // All or nothing: the others are gone, too, and their names and numbers are free.
    assert_eq!(fleet.hosts(), []);
    assert_eq!(bench.processes().len(), 1, "only the guard is left: {:?}", bench.processes());
    let bravo = fleet.spawn(host_request("bravo", &[])).expect("the name is free");
    assert_eq!(bravo.number.get(), 1);
}

fn a_silent_host_is_killed() {
    let bench = Bench::new();
    let mut options = bench.options();
    options.ready_timeout = Duration::from_secs(1);
    let fleet = Fleet::start(options).expect("a fleet");
    let started_at = Instant::now();
    let error = fleet.spawn(host_request("alpha", &[SILENT, STUBBORN])).expect_err("it says nothing");
    assert!(matches!(&error, FleetError::NotReady { name, .. } if name == "alpha"), "{error:?}");
    assert!(error.to_string().contains("alpha starts with host --listen"), "{error}");
    assert!(started_at.elapsed() >= Duration::from_secs(1));
    assert_eq!(bench.processes().len(), 1, "only the guard is left: {:?}", bench.processes());
}

fn a_wrong_ready_line_is_refused() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    for line in ["hello", r#"{"ready":{"name":"bravo","address":"http://127.0.0.1:1"}}"#] {
        let error = fleet.spawn(host_request("alpha", &[SAY, line])).expect_err("not a ready line");
        assert!(matches!(&error, FleetError::BadReadyLine { line: said, .. } if said == line), "{error:?}");
    }
    assert_eq!(bench.processes().len(), 1, "only the guard is left: {:?}", bench.processes());
}

fn bad_names_are_refused() {
    let bench = Bench::new();
    let fleet = bench.fleet();
    for name in ["", "../alpha", "1", "a b"] {
        let refused = fleet.spawn(host_request(name, &[]));
        assert!(matches!(refused, Err(FleetError::BadName { .. })), "{name:?}: {refused:?}");
    }
    fleet.spawn(host_request("alpha", &[])).expect("a host");
    let refused = fleet.spawn(host_request("ALPHA", &[]));
    assert!(matches!(refused, Err(FleetError::NameTaken { .. })), "{refused:?}");
    let refused = fleet.kill(&["alpha", "zebra"]).expect_err("no such host");
    assert_eq!(refused.to_string(), "there is no host zebra; the hosts are: alpha");
    assert_eq!(fleet.status("alpha").expect("a host"), HostStatus::Running, "nothing was touched");
}

fn a_wrong_binary_is_refused() {
    for binary in ["/nonexistent/hydraq", "/bin/false"] {
        let error =
            Fleet::start(FleetOptions::new(binary.into(), DataFolder::Temporary)).expect_err("no guard");
        assert!(matches!(error, FleetError::Guard { .. }), "{error:?}");
        assert!(error.to_string().contains(binary), "{error}");
    }
}

fn kept_data_outlives_the_fleet() {
    let bench = Bench::new();
    let options = FleetOptions { data: DataFolder::Kept(bench.path().join("kept/deep")), ..bench.options() };
    for starts in 1..=2 {
        let fleet = Fleet::start(options.clone()).expect("a fleet");
        let host = fleet.spawn(HostRequest::default()).expect("a host");
        drop(fleet);
        let lines = std::fs::read_to_string(host.data.join(STARTS_FILE)).expect("kept");
        assert_eq!(lines.lines().count(), starts);
        assert!(host.log.exists());
        bench.wait_until_nothing_is_left(SOON);
    }
}
