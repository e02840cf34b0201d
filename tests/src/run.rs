//! Running the binary to its end, and what it said.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::playground::{Playground, poll, wait_for};

/// No test needs longer for one run, not even on a busy machine.
const LONGEST: Duration = Duration::from_secs(240);

/// What a process said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; 128 more than the signal if one ended it.
    pub status: i32,
    /// All of standard output.
    pub out: String,
    /// All of standard error.
    pub err: String,
}

impl Ran {
    /// The lines of standard output, each of which must be one JSON object.
    ///
    /// # Panics
    /// One is not.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let object = |line: &str| match serde_json::from_str(line) {
            Ok(value @ Value::Object(_)) => value,
            other => panic!("not a JSON object: {other:?} from {line:?}"),
        };
        self.out.lines().map(object).collect()
    }

    /// The steps of a run.
    #[must_use]
    pub fn steps(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line.get("step").is_some()).collect()
    }

    /// The summaries of a run, one a file.
    #[must_use]
    pub fn summaries(&self) -> Vec<Value> {
        self.lines().into_iter().filter_map(|mut line| line.get_mut("summary").map(Value::take)).collect()
    }

    /// Makes sure that it ended with this status.
    ///
    /// # Panics
    /// It did not; says all that is known.
    #[track_caller]
    pub fn assert_status(&self, status: i32) -> &Self {
        let Self { out, err, .. } = self;
        assert_eq!(self.status, status, "\n--- standard output\n{out}\n--- standard error\n{err}");
        self
    }
}

/// A process that runs.
#[derive(Debug)]
pub struct Running<'a> {
    child: Child,
    name: String,
    playground: &'a Playground,
}

impl<'a> Running<'a> {
    /// Starts it; what it says goes to files called `name` in the playground.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn start(playground: &'a Playground, name: &str, command: &mut Command) -> Self {
        let file = |ending: &str| File::create(playground.path(&format!("{name}.{ending}"))).expect("a file");
        let child = command.stdout(file("out")).stderr(file("err")).spawn().expect("the binary starts");
        Self { child, name: name.to_owned(), playground }
    }

    /// What it has said on standard output so far.
    ///
    /// # Panics
    /// That cannot be read.
    #[must_use]
    pub fn out(&self) -> String {
        fs::read_to_string(self.playground.path(&format!("{}.out", self.name))).expect("output is text")
    }

    /// Waits until it has said something.
    ///
    /// # Panics
    /// It does not.
    pub fn wait_until_it_says(&self, what: &str) {
        wait_for(what, || self.out().contains(what).then_some(()));
    }

    /// Waits until it has said something on standard error.
    ///
    /// # Panics
    /// It does not.
    pub fn wait_until_it_complains(&self, what: &str) {
        let said = || fs::read_to_string(self.playground.path(&format!("{}.err", self.name)));
        wait_for(what, || said().is_ok_and(|said| said.contains(what)).then_some(()));
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// It has ended.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).expect("the process is there");
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// It does not.
    #[must_use]
    pub fn end(mut self) -> Ran {
        let status = self.status();
        let err = fs::read(self.playground.path(&format!("{}.err", self.name))).expect("errors can be read");
        Ran {
            status: status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1),
            out: self.out(),
            err: String::from_utf8_lossy(&err).into_owned(),
        }
    }

    fn status(&mut self) -> ExitStatus {
        let ended = poll(LONGEST, || self.child.try_wait().expect("a child can be waited for"));
        ended.unwrap_or_else(|| panic!("it does not end: {}", self.out()))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind, either. What has ended already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `hydraq` to its end; several may run at once.
#[must_use]
pub fn hydraq(playground: &Playground, arguments: &[&str]) -> Ran {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let name = format!("hydraq-{}", RUNS.fetch_add(1, Ordering::Relaxed));
    Running::start(playground, &name, &mut playground.hydraq(arguments)).end()
}

/// Runs a scenario, for programs, and makes sure that nothing is left of it.
#[must_use]
pub fn scenario(text: &str) -> Ran {
    let playground = Playground::new();
    playground.write("scenario.hq", text);
    let ran = hydraq(&playground, &["run", "scenario.hq", "--format", "json"]);
    playground.assert_clean();
    ran
}
