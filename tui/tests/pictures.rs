//! The pictures of the README: frames of one recorded session, drawn by the program itself.
//!
//! - That they are what the program draws today is a test. `HYDRAQ_RECORD=1 cargo test -p hydraq --test pictures` draws them anew.
//! - The session is a console on real hosts, driven on a terminal: `cargo test -p hydraq --test pictures -- --ignored` records it anew.

mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hydraq_cluster::observe::HappeningBy;
use hydraq_cluster::recording::Recording;

use self::terminal::Terminal;

/// How large a picture may be, in bytes.
const BYTES_MAX: usize = 100 * 1024;

/// A picture: its name, what was done last before it, how long before it that was, and the keys that lead to it.
struct Shot {
    name: &'static str,
    after: &'static str,
    later_ms: u64,
    keys: &'static str,
    size: &'static str,
}

const fn shot(
    name: &'static str,
    after: &'static str,
    later_ms: u64,
    keys: &'static str,
    size: &'static str,
) -> Shot {
    Shot { name, after, later_ms, keys, size }
}

const SHOTS: [Shot; 11] = [
    shot("cluster", "kill bravo", 2_500, "down down", "120x36"),
    shot("kill", "say \"before the kill\"", 1_800, "right k", "120x36"),
    shot("message", "explain last", 700, "esc 2", "120x30"),
    shot("stores", "object create order 6 --attribute customer=anna", 2_200, "3", "120x30"),
    shot("faults", "fill delta", 1_500, "esc 4 down right", "120x36"),
    shot("timeline", "heal", 1_500, "5 page-up left left left", "120x36"),
    shot("lessons", "heal", 1_500, "6 down down down", "120x30"),
    shot("lesson", "", 0, "", "120x36"),
    shot("help", "heal", 1_500, "7", "120x44"),
    shot("palette", "heal", 1_500, "ctrl-p k i l l", "120x36"),
    shot("light", "kill bravo", 2_500, "T T", "80x24"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/screens")
}

/// When a command had ended, in milliseconds from the beginning; the end of the recording for none.
fn ended(recording: &Recording, line: &str) -> u64 {
    let first_ms = recording.updates.first().unwrap().at_ms;
    let commands = || recording.happenings.iter();
    let number = commands().find_map(|one| match &one.what {
        HappeningBy::Command(command) if command.line == line => Some(command.number),
        _ => None,
    });
    let ended = commands().find_map(|one| match &one.what {
        HappeningBy::Result(result) if Some(result.number) == number => Some(one.at_ms),
        _ => None,
    });
    assert!(ended.is_some() || line.is_empty(), "nobody recorded {line:?}");
    ended.unwrap_or(recording.updates.last().unwrap().at_ms) - first_ms
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let session = folder().join("session.jsonl");
    let recording = Recording::open(&session).unwrap();
    for Shot { name, after, later_ms, keys, size } in SHOTS {
        let at = format!("{}ms", ended(&recording, after) + later_ms);
        let mut command = Command::new(env!("CARGO_BIN_EXE_hydraq"));
        command.arg("export").arg(&session).args(["--to", "svg", "--at", &at, "--size", size]);
        if !keys.is_empty() {
            command.args(["--keys", keys]);
        }
        let made = command.output().unwrap();
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
        assert!(made.stdout.len() <= BYTES_MAX, "{name} has {} bytes", made.stdout.len());
        let path = folder().join(format!("{name}.svg"));
        if std::env::var_os("HYDRAQ_RECORD").is_some() {
            fs::write(&path, &made.stdout).unwrap();
        }
        let kept = fs::read(&path).unwrap();
        assert!(
            kept == made.stdout,
            "{name}.svg is not what is drawn at {at}: HYDRAQ_RECORD=1 draws it anew"
        );
    }
}

#[test]
#[ignore = "it records the session of the pictures anew"]
fn record_the_session() {
    let mut terminal = Terminal::open(160, 50, &["--hosts", "4", "--calm"]);
    terminal.see_words("4 of 4 up");
    terminal.command("record session.jsonl");
    terminal.see_words("records into session.jsonl");
    // Rates are counted once a second, from one to the next.
    pause(1_500);
    messages_and_a_kill(&mut terminal);
    faults(&mut terminal);
    a_lesson(&mut terminal);
    done(&mut terminal, "record stop", "recorded: hydraq replay session.jsonl");
    fs::create_dir_all(folder()).unwrap();
    fs::copy(terminal.folder.path().join("session.jsonl"), folder().join("session.jsonl")).unwrap();
    terminal.press("q");
    terminal.exit_code();
}

/// Types a command, and waits for what is seen of it.
fn done(terminal: &mut Terminal, line: &str, seen: &str) {
    terminal.command(line);
    terminal.see_words(seen);
}

fn messages_and_a_kill(terminal: &mut Terminal) {
    done(terminal, "enqueue 1200 --type orders --replicas 3 --body \"order {n}\"", "1200 acknowledged");
    done(
        terminal,
        "enqueue 300 --type mails --replicas 2 --body \"mail to customer {n}\"",
        "300 acknowledged",
    );
    done(
        terminal,
        "enqueue 6 --type reports --replicas 2 --delay 90s --body \"report {n}\"",
        "6 acknowledged",
    );
    done(terminal, "dequeue 12 --type orders --lease 60s", "12 messages");
    done(terminal, "enqueue 1 --type orders --replicas 3 --body \"order 1201\" --on bravo", "--on bravo:");
    terminal.command("say \"before the kill\"");
    pause(600);
    terminal.press("\x1b[C");
    terminal.press("k");
    terminal.see_words("kill bravo?");
    terminal.see_words("only copy here");
    pause(1_200);
    terminal.press("y");
    terminal.see_words("3 of 4 up");
    pause(3_000);
    terminal.press("\x1b");
    pause(300);
    done(terminal, "dequeue 1 --type orders --lease 45s", "--lease 45s:");
    done(terminal, "restart bravo", "4 of 4 up");
    done(terminal, "explain last", "its life");
    pause(1_000);
    terminal.press("1");
    done(terminal, "object create order 6 --attribute customer=anna", "object create order 6");
    pause(2_500);
}

fn faults(terminal: &mut Terminal) {
    for line in [
        "cut alpha charlie --one-way",
        "delay alpha delta 200ms",
        "drop bravo delta 30",
        "pause charlie",
        "fill delta",
    ] {
        done(terminal, line, line);
        pause(300);
    }
    pause(2_500);
    done(terminal, "resume charlie", "resume charlie");
    done(terminal, "free delta", "free delta");
    done(terminal, "heal", "heal");
    pause(2_500);
}

fn a_lesson(terminal: &mut Terminal) {
    // The fourth lesson, up to its first question.
    terminal.press("6");
    pause(200);
    terminal.press("\x1b[B\x1b[B\x1b[B");
    pause(200);
    terminal.press("\r");
    terminal.see_words("lesson 4 of 12");
    while !terminal.contents().contains("answer, or") {
        terminal.press(" ");
        pause(700);
    }
    pause(1_500);
}

/// Lets time go by in the recording: moments are what is recorded.
fn pause(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}
