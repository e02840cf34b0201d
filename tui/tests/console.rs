//! The console as people have it: the real binary on a real terminal, with real hosts.

mod terminal;

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use hydraq::model::Setup;
use hydraq::shell::{Console, feed, run};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::LocalFlags;

use self::terminal::{Terminal, files_in, hosts_in};

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

/// What a console without a terminal says to what is typed; nothing is left of it afterwards.
fn told_in_lines(arguments: &[&str], typed: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_hydraq"))
        .args(arguments)
        .env("TMPDIR", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
    assert_eq!(hosts_in(folder.path()), Vec::<String>::new());
    assert_eq!(files_in(folder.path()), Vec::<PathBuf>::new());
    told
}

#[test]
fn without_a_terminal_it_speaks_in_lines() {
    let told = told_in_lines(&[], "enqueue 5 --replicas 2\nkill owner(last)\nnonsense\n");
    for words in
        ["done enqueue 5 --replicas 2: 5 acknowledged\n", "killed by you (SIGKILL)\n", "refused nonsense: "]
    {
        assert!(told.contains(words), "{words} is missing in\n{told}");
    }
}

#[test]
fn a_lesson_is_answered_and_graded_in_lines() {
    // Two words go on, a right answer, the reveal, a wrong answer, the reveal; back to it and on again; a third question given up.
    let typed = "next\n\nb\nnext\na\nback\nnext\nnext\n\n\n\n\n\n\nlessons\n";
    let told = told_in_lines(&["--hosts", "0", "--lesson", "4"], typed);
    for words in [
        "your prediction: a or b?",
        "b is right. The answer is b, 0, the tombstone wins.",
        "a is wrong. The answer is c, 0, all holders know.",
        "The answer is b, 1. Nobody has a record",
        "replica map: 1 message\n",
        "3 of 3 copies; alpha serving, ",
        "alpha on dead host, ",
        "3. A host that comes back listens first",
        "the end, 1 of 3 answered rightly",
        "the lesson is over\n",
        "lesson 4: the zombie (done, 1 of 3 right)",
    ] {
        assert!(told.contains(words), "{words} is missing in\n{told}");
    }
    assert_eq!(told.matches("a is wrong.").count(), 2, "it was seen again:\n{told}");
}

/// What the next test runs on a terminal of its own: a console that panics as soon as something is done.
#[test]
#[ignore = "it is a part of the next one"]
fn a_console_that_panics() {
    let (_updates, feed) = feed();
    let requests = |request| {
        assert!(!matches!(request, hydraq_cluster::observe::Request::Run(_)), "on purpose");
    };
    let save_in = std::env::temp_dir();
    let _ = run(Console { setup: Setup::default(), feed, requests: Box::new(requests), save_in });
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_on_it() {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", "a_console_that_panics", "--ignored", "--nocapture"];
    let mut terminal = Terminal::start(100, 30, &program, &arguments);
    terminal.see_words("[1 Cluster]");
    assert!(terminal.screen().alternate_screen() && terminal.screen().hide_cursor());
    assert!(!is_cooked(&terminal), "keys come one by one");
    terminal.press("n");
    terminal.see_words("on purpose");
    assert_ne!(terminal.exit_code(), 0);
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert!(is_cooked(&terminal), "lines are edited and echoed again");
}

/// Whether the terminal edits and echoes lines, as shells want it.
fn is_cooked(terminal: &Terminal) -> bool {
    let flags = terminal.master.get_termios().unwrap().local_flags.bits();
    let wanted = LocalFlags::ICANON | LocalFlags::ECHO;
    flags & wanted.bits() == wanted.bits()
}
