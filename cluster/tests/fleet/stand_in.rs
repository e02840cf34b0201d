//! Plays the program `hydraq`: `host` is a stand-in, `guard` is the real guard, and `owner` is a process that owns a
//! fleet and is about to die.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::thread;

use hydraq_cluster::fleet::{DataFolder, Fleet, FleetOptions, guard};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use super::support::host_requests;

/// Has a host print this instead of its ready line.
pub(crate) const SAY: &str = "--stand-in-say";
/// Has a host never say anything.
pub(crate) const SILENT: &str = "--stand-in-silent";
/// Has a host not end on SIGTERM.
pub(crate) const STUBBORN: &str = "--stand-in-stubborn";
/// Has a host say much on standard output after its ready line.
pub(crate) const TALKATIVE: &str = "--stand-in-talkative";
/// Has a host fail at once, with exit status 3.
pub(crate) const FAIL: &str = "--stand-in-fail";
/// A file in its data folder that has a host fail at once, too.
pub(crate) const FAIL_FILE: &str = "fail";
/// A file in its data folder to which each start adds a line.
pub(crate) const STARTS_FILE: &str = "starts";

/// Whether this program was called by the name `hydraq`.
pub(crate) fn is_called() -> bool {
    std::env::args()
        .next()
        .is_some_and(|program| Path::new(&program).file_name().is_some_and(|name| name == "hydraq"))
}

pub(crate) fn play() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("guard") => guard::run(io::stdin().lock(), io::stdout()).expect("the guard starts"),
        Some("host") => play_host(&arguments),
        Some("owner") => play_owner(&arguments),
        _ => exit(64),
    }
}

fn play_host(arguments: &[String]) {
    let option = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let name = option("--name").expect("a name");
    let data = PathBuf::from(option("--data").expect("a data folder"));
    eprintln!("{name} starts with {}", arguments.join(" "));
    if has(FAIL) || data.join(FAIL_FILE).exists() {
        eprintln!("{name} fails as it was told");
        exit(3);
    }
    if has(STUBBORN) {
        SigSet::from(Signal::SIGTERM).thread_block().expect("a mask");
    }
    let listener = TcpListener::bind(option("--listen").expect("an address")).unwrap_or_else(|error| {
        eprintln!("{name} cannot listen: {error}");
        exit(1);
    });
    let mut starts =
        OpenOptions::new().create(true).append(true).open(data.join(STARTS_FILE)).expect("a file");
    writeln!(starts, "{}", std::process::id()).expect("room");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let ready = json!({"ready": {"name": name, "address": address}}).to_string();
    if !has(SILENT) {
        println!("{}", option(SAY).unwrap_or(ready));
    }
    if has(TALKATIVE) {
        // More than any pipe holds.
        (0..20_000).for_each(|number| println!("this is line {number}"));
        fs::write(data.join("talked"), "").expect("room");
    }
    for _ in listener.incoming() {}
}

/// `owner BINARY ENDING`: owns three hosts, one of them paused, tells about them, and ends in one of several ways.
fn play_owner(arguments: &[String]) {
    let (binary, ending) = (PathBuf::from(&arguments[1]), arguments[2].as_str());
    let fleet = Fleet::start(FleetOptions::new(binary, DataFolder::Temporary)).expect("a fleet");
    if ending == "spawn on" {
        loop {
            fleet.spawn_many(host_requests(2)).expect("hosts");
        }
    }
    let hosts = fleet.spawn_many(host_requests(3)).expect("hosts");
    fleet.pause(&["bravo"]).expect("a host");
    let processes: Vec<u32> = hosts.iter().map(|host| host.pid).collect();
    println!("{}", json!({"hosts": processes, "guard": fleet.guard_pid(), "folder": fleet.folder()}));
    match ending {
        "return" => {}
        "panic" => panic!("as it was told"),
        "exit" => exit(0),
        "lose the guard" => {
            kill(Pid::from_raw(fleet.guard_pid().cast_signed()), Signal::SIGKILL).expect("a guard");
            wait_for_a_signal();
        }
        _ => wait_for_a_signal(),
    }
}

fn wait_for_a_signal() {
    loop {
        thread::park();
    }
}
