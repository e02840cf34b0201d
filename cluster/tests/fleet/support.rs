//! What the tests share: a program to give to fleets, and looks at the system.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hydraq_cluster::fleet::{DataFolder, Fleet, FleetOptions, HostRequest};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A test by name.
pub(crate) type Test = (&'static str, fn());

/// Long enough for anything that should happen at once, on a machine that does much else.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A process, as the system lists it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) process: i32,
    /// Its command line.
    pub(crate) command: String,
}

/// A folder with a program `hydraq` of which nobody else runs a process, and an empty place for temporary files.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("fleet-test-").tempdir().expect("a folder");
        symlink(std::env::current_exe().expect("this program"), folder.path().join("hydraq"))
            .expect("a link");
        std::fs::create_dir(folder.path().join("temporary")).expect("a folder");
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn binary(&self) -> PathBuf {
        self.path().join("hydraq")
    }

    /// The place for temporary files that [`Self::owner`] uses.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.path().join("temporary")
    }

    pub(crate) fn options(&self) -> FleetOptions {
        FleetOptions { ready_timeout: SOON, ..FleetOptions::new(self.binary(), DataFolder::Temporary) }
    }

    pub(crate) fn fleet(&self) -> Fleet {
        Fleet::start(self.options()).expect("a fleet")
    }

    /// A process that owns a fleet, and ends as told.
    pub(crate) fn owner(&self, ending: &str) -> Command {
        let mut command = Command::new(self.binary());
        command.arg("owner").arg(self.binary()).arg(ending).env("TMPDIR", self.temporary());
        command
    }

    /// All processes of this bench's program.
    pub(crate) fn processes(&self) -> Vec<Listed> {
        let listing =
            Command::new("ps").args(["-A", "-o", "pid=,stat=,args="]).output().expect("ps is everywhere");
        let binary = self.binary().to_string_lossy().into_owned();
        let listed = |line: &str| {
            let (process, rest) = line.trim_start().split_once(' ')?;
            let (state, command) = rest.trim_start().split_once(' ')?;
            let is_ours = command.contains(&binary) && !state.starts_with('Z');
            is_ours.then(|| {
                Some(Listed { process: process.parse().ok()?, command: command.trim().to_owned() })
            })?
        };
        String::from_utf8_lossy(&listing.stdout).lines().filter_map(listed).collect()
    }

    /// Waits until there is no process of this bench's program and no temporary file any more.
    pub(crate) fn wait_until_nothing_is_left(&self, within: Duration) {
        wait_until("no process is left", within, || self.processes().is_empty());
        wait_until("no temporary folder is left", within, || {
            std::fs::read_dir(self.temporary()).expect("a folder").next().is_none()
        });
    }
}

/// What a failed test has left behind goes with its bench.
impl Drop for Bench {
    fn drop(&mut self) {
        for left in self.processes() {
            let _ = kill(Pid::from_raw(left.process), Signal::SIGKILL);
        }
    }
}

/// Waits for a condition; panics if it does not come true in time.
pub(crate) fn wait_until(what: &str, within: Duration, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + within;
    while !is_true() {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process exists and is not merely waiting to be reaped.
pub(crate) fn is_alive(process: u32) -> bool {
    let ps = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output()
        .expect("ps is everywhere");
    let state = String::from_utf8_lossy(&ps.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// That many hosts with names that the fleet chooses.
pub(crate) fn host_requests(hosts: usize) -> Vec<HostRequest> {
    vec![HostRequest::default(); hosts]
}

/// A host with a name, and with arguments for the stand-in.
pub(crate) fn host_request(name: &str, extra_arguments: &[&str]) -> HostRequest {
    let extra_arguments = extra_arguments.iter().map(|argument| (*argument).to_owned()).collect();
    HostRequest { name: Some(name.to_owned()), extra_arguments, ..HostRequest::default() }
}
