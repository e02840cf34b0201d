//! The owner's end of the guard: starts it, tells it what to clean up, and ends it last of all.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::FleetError;
use super::first_line::{FirstLine, Said};
use super::guard::GREETING;

/// A running guard. Dropping it closes the pipe, which makes the guard clean up, and waits until that is done.
#[derive(Debug)]
pub(super) struct GuardHandle {
    child: Mutex<Child>,
    /// Close-on-exec (as the standard library makes all its pipes), so that no host keeps it open.
    pipe: Option<Arc<ChildStdin>>,
}

impl GuardHandle {
    /// Starts `binary guard` and waits until it says that it guards.
    pub(super) fn start(binary: &Path, timeout: Duration) -> Result<Self, FleetError> {
        let mut command = Command::new(binary);
        // Null, so that nobody who waits for the end of the owner's output waits for the guard.
        command.arg("guard").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .spawn()
            .map_err(|error| problem(format!("could not be started ({}): {error}", binary.display())))?;
        let (pipe, stdout) = (child.stdin.take(), child.stdout.take());
        let handle = Self { child: Mutex::new(child), pipe: pipe.map(Arc::new) };
        let stdout = stdout.ok_or_else(|| problem("has no standard output".to_owned()))?;
        let first_line = FirstLine::of(stdout).map_err(|error| problem(error.to_string()))?;
        match first_line.wait(Instant::now() + timeout) {
            Said::Line(line) if line == GREETING => Ok(handle),
            Said::Line(line) => Err(problem(format!("said {line:?} instead of {GREETING:?}"))),
            Said::Nothing => Err(problem(format!("ended at once: does {} know `guard`?", binary.display()))),
            Said::NothingYet => Err(problem(format!("was not ready after {timeout:?}"))),
        }
    }

    /// The end of the pipe, for a host to report itself with. Clones must be gone when the handle is dropped.
    pub(super) fn pipe(&self) -> Result<Arc<ChildStdin>, FleetError> {
        let exited = self.child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
        match (&self.pipe, exited) {
            (Some(pipe), Ok(None)) => Ok(Arc::clone(pipe)),
            _ => Err(problem("is gone, so no host is started".to_owned())),
        }
    }

    /// Has a folder removed at the end.
    pub(super) fn remove_at_the_end(&self, path: &Path) -> Result<(), FleetError> {
        let path = path.as_os_str().as_bytes();
        if path.contains(&b'\n') {
            return Err(problem("cannot remove a folder with a line break in its name".to_owned()));
        }
        self.tell(&[b"remove ", path, b"\n"].concat()).map_err(|error| problem(error.to_string()))
    }

    /// Says that a process is gone and reaped, so that its number may come to mean another one. A guard that is gone
    /// need not know.
    pub(super) fn forget(&self, process: Pid) {
        let _ = self.tell(format!("forget {process}\n").as_bytes());
    }

    pub(super) fn process_id(&self) -> u32 {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    /// Writes a line at once, in one piece.
    fn tell(&self, line: &[u8]) -> io::Result<()> {
        self.pipe.as_deref().map_or(Ok(()), |mut pipe| pipe.write_all(line))
    }
}

impl Drop for GuardHandle {
    fn drop(&mut self) {
        const ENDS_WITHIN: Duration = Duration::from_secs(5);
        self.pipe = None;
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let deadline = Instant::now() + ENDS_WITHIN;
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Only a guard that does not do its work, as when somebody has stopped it, is still there.
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn problem(problem: String) -> FleetError {
    FleetError::Guard { problem }
}
