//! A program on a pseudo-terminal of its own: what is typed, and what is to be seen.
//!
//! Waits are for what is to be seen, each with a limit; nothing sleeps for luck. Whatever happens, the program is killed at
//! the end, and a console's guard takes the hosts with it.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long anything may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A console on a pseudo-terminal of its own.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Where the console keeps its temporary files, so that they can be told from those of others.
    pub(crate) folder: TempDir,
    /// Closed when this is dropped.
    pub(crate) master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a console.
    pub(crate) fn open(columns: u16, lines: u16, arguments: &[&str]) -> Self {
        Self::start(columns, lines, Path::new(env!("CARGO_BIN_EXE_hydraq")), arguments)
    }

    /// Starts any program.
    pub(crate) fn start(columns: u16, lines: u16, program: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows: lines, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder.path());
        command.env("TMPDIR", folder.path());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("XDG_CONFIG_HOME", folder.path());
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(places(lines), places(columns), 0)));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let parser = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                parser.lock().unwrap_or_else(PoisonError::into_inner).process(&bytes[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self { child, writer, screen, folder, master: pair.master }
    }

    /// What is to be seen, with the states of the terminal.
    pub(crate) fn screen(&self) -> vt100::Screen {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).screen().clone()
    }

    pub(crate) fn contents(&self) -> String {
        self.screen().contents()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub(crate) fn command(&mut self, line: &str) {
        self.press(&format!(":{line}\r"));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn see(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !is_so(&self.contents()) {
            assert!(began.elapsed() < LIMIT, "never seen: {what}\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    pub(crate) fn see_words(&self, words: &str) {
        self.see(words, |screen| screen.contains(words));
    }

    /// The exit status, once the console has ended.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < LIMIT, "it does not end\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().cast_signed())
    }

    /// Waits until neither a host nor a file of the cluster is left.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        let began = Instant::now();
        loop {
            let (hosts, files) = (hosts_in(self.folder.path()), files_in(self.folder.path()));
            if hosts.is_empty() && files.is_empty() {
                return;
            }
            assert!(began.elapsed() < LIMIT, "left: hosts {hosts:?}, files {files:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn places(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

/// The processes of hosts that keep their data in this folder; one that has died and was not reaped is none.
pub(crate) fn hosts_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let line = |process: PathBuf| {
        let line = fs::read(process.join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).replace('\0', " "))
    };
    processes.filter_map(line).filter(|line| line.contains(" host ") && line.contains(folder)).collect()
}

pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}
