//! Starts host processes so that none of them can outlive the process that owns the fleet.
//!
//! What has to happen in a host before it becomes one happens between fork and exec, in [`tie_to_owner`]. On Linux one
//! of the ties is the parent-death signal, and that fires when the *thread* that forked ends, not the process. A
//! caller's thread may be a short-lived one of a thread pool, so all hosts are forked by one thread, which lives as
//! long as the fleet.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

/// The thread that forks. Dropping it ends it, and on Linux with it every process that it started and that still runs.
#[derive(Debug)]
pub(super) struct Launcher {
    /// Present until dropped.
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

/// A command to start, and where to send what came of it.
#[derive(Debug)]
struct Order {
    command: Command,
    answer: Sender<io::Result<Child>>,
}

impl Launcher {
    pub(super) fn start() -> io::Result<Self> {
        let (orders, incoming) = mpsc::channel::<Order>();
        let thread = thread::Builder::new().name("fleet-launcher".to_owned()).spawn(move || {
            for Order { mut command, answer } in incoming {
                let child = command.spawn();
                // The command holds an end of the guard's pipe: it goes before anybody learns that it was carried out.
                drop(command);
                let _ = answer.send(child);
            }
        })?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Starts the command, tied to this process and reported to the guard behind `pipe`.
    pub(super) fn launch(&self, mut command: Command, pipe: Arc<ChildStdin>) -> io::Result<Child> {
        // A process group of its own keeps Ctrl-C in the terminal from a host.
        command.process_group(0);
        tie_to_owner(&mut command, pipe);
        let (answer, outcome) = mpsc::channel();
        let gone = || io::Error::other("the thread that starts hosts is gone");
        let orders = self.orders.as_ref().ok_or_else(gone)?;
        orders.send(Order { command, answer }).map_err(|_| gone())?;
        outcome.recv().map_err(|_| gone())?
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.orders = None;
        self.thread.take().map(JoinHandle::join);
    }
}

/// Has the child, before it executes its program, ask the system to be killed with its parent (Linux only) and report
/// itself to the guard.
#[allow(unsafe_code, reason = "only between fork and exec can a host be tied to its owner without a gap")]
fn tie_to_owner(command: &mut Command, pipe: Arc<ChildStdin>) {
    let owner = std::process::id();
    let tie = move || {
        die_with_parent(owner)?;
        let mut line = [0_u8; 24];
        let room = line.len();
        let mut rest = &mut line[..];
        writeln!(rest, "watch {}", std::process::id())?;
        let length = room - rest.len();
        // One write of so few bytes is never torn apart by others.
        nix::unistd::write(&*pipe, &line[..length])?;
        Ok(())
    };
    // SAFETY: the closure runs in a forked child, in which locks may be held by threads that do not exist. It only
    // makes system calls (prctl, getppid, getpid, write), writes to its own stack, and allocates nothing.
    unsafe { command.pre_exec(tie) };
}

#[cfg(target_os = "linux")]
fn die_with_parent(owner: u32) -> io::Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    // A parent that died before the call above sends no signal any more; then somebody else is the parent by now.
    if std::os::unix::process::parent_id() == owner {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(nix::libc::ESRCH))
    }
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "has the signature of its namesake")]
fn die_with_parent(_owner: u32) -> io::Result<()> {
    Ok(())
}
