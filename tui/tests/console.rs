//! The console as people have it: the real binary on a real terminal, with real hosts.
//!
//! Waits are for what is to be seen, each with a limit; nothing sleeps for luck. Whatever happens, the console is killed at
//! the end, and its guard takes the hosts with it.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A console on a pseudo-terminal of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Where the console keeps its temporary files, so that they can be told from those of others.
    folder: TempDir,
    /// Closed when this is dropped.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn open(columns: u16, lines: u16, arguments: &[&str]) -> Self {
        let size = PtySize { rows: lines, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_hydraq"));
        command.args(arguments);
        command.cwd(folder.path());
        command.env("TMPDIR", folder.path());
        command.env("TERM", "xterm-256color");
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
        Self { child, writer, screen, folder, _master: pair.master }
    }

    fn contents(&self) -> String {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).screen().contents()
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn command(&mut self, line: &str) {
        self.press(&format!(":{line}\r"));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn see(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !is_so(&self.contents()) {
            assert!(began.elapsed() < LIMIT, "never seen: {what}\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    fn see_words(&self, words: &str) {
        self.see(words, |screen| screen.contains(words));
    }

    /// The exit status, once the console has ended.
    #[track_caller]
    fn exit_code(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < LIMIT, "it does not end\n{}", self.contents());
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().cast_signed())
    }

    /// Waits until neither a host nor a file of the cluster is left.
    #[track_caller]
    fn nothing_is_left(&self) {
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
fn hosts_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    let line = |process: PathBuf| {
        let line = fs::read(process.join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).replace('\0', " "))
    };
    processes.filter_map(line).filter(|line| line.contains(" host ") && line.contains(folder)).collect()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// How many rows of the map say this.
fn rows(screen: &str, words: &str) -> usize {
    screen.lines().filter(|line| line.contains(" of 2")).filter(|line| line.contains(words)).count()
}

#[test]
fn messages_survive_a_kill_and_nothing_survives_the_console() {
    let mut terminal = Terminal::open(120, 40, &["--calm"]);
    terminal.see_words("hydraq");
    // Typed while hosts come up: it waits for them.
    terminal.command("enqueue 5 --replicas 2 --body \"order {n}\"");
    terminal.see_words("3 of 3 up");
    terminal.see("five rows with two copies each", |screen| {
        rows(screen, "2 of 2") == 5 && rows(screen, "♛ serving") == 5 && rows(screen, "● copy") == 5
    });
    assert_eq!(hosts_in(terminal.folder.path()).len(), 3);

    terminal.command("kill owner(last)");
    terminal.see_words("2 of 3 up");
    terminal.see("copies on the dead host, all served by others", |screen| {
        screen.contains("on dead host") && rows(screen, "♛ serving") == 5
    });
    terminal.see_words("killed by you (SIGKILL)");
    terminal.see_words("predicted  happened");
    terminal.press("\x1b");
    // What follows an escape at once would be taken for a part of it.
    terminal.see("the box closed", |screen| !screen.contains("predicted  happened"));

    terminal.command("restart alpha bravo charlie");
    terminal.see_words("3 of 3 up");
    terminal.see("whole again", |screen| rows(screen, "2 of 2") == 5 && rows(screen, "♛ serving") == 5);

    terminal.command("dequeue 2");
    terminal.see("two leases", |screen| rows(screen, "◐ leased") == 2);
    terminal.command("delete");
    terminal.see_words("3 messages");
    terminal.command("kil alpha");
    terminal.see_words("did you mean `kill`?");
    terminal.press("\x03");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.nothing_is_left();
}

#[test]
fn a_small_screen_is_driven_with_keys() {
    let mut terminal = Terminal::open(80, 24, &["--calm", "--hosts", "2"]);
    terminal.see_words("2 of 2 up");
    terminal.press("k");
    terminal.see_words("kill alpha?");
    terminal.press("y");
    terminal.see_words("1 of 2 up");
    terminal.press("r");
    terminal.see_words("2 of 2 up");
    terminal.press(":quit\r");
    assert_eq!(terminal.exit_code(), 0);
    terminal.nothing_is_left();
}

#[test]
fn nothing_is_left_however_the_console_ends() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let mut terminal = Terminal::open(100, 30, &["--calm"]);
        terminal.see_words("3 of 3 up");
        terminal.command("pause bravo");
        terminal.see_words("2 of 3 up");
        kill(terminal.pid(), signal).unwrap();
        terminal.exit_code();
        terminal.nothing_is_left();
    }
}

#[test]
fn without_a_terminal_it_speaks_in_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_hydraq"))
        .env("TMPDIR", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"enqueue 5 --replicas 2\nkill owner(last)\nnonsense\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("done enqueue 5 --replicas 2: 5 acknowledged\n"), "{told}");
    assert!(told.contains("killed by you (SIGKILL)\n"), "{told}");
    assert!(told.contains("refused nonsense: "), "{told}");
    assert_eq!(hosts_in(folder.path()), Vec::<String>::new());
    assert_eq!(files_in(folder.path()), Vec::<PathBuf>::new());
}
