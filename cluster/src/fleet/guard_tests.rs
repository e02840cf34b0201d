use std::process::{Child, Command};

use super::*;

fn sleeper() -> Child {
    Command::new("sleep").arg("600").spawn().expect("sleep is everywhere")
}

fn order(charge: &mut Charge, order: &str, process: u32) {
    charge.obey(format!("{order} {process}").as_bytes());
}

#[test]
fn the_end_kills_what_is_watched_and_removes_folders() {
    let (mut watched, mut forgotten, mut reused) = (sleeper(), sleeper(), sleeper());
    let folder = tempfile::tempdir().expect("a folder").keep();
    std::fs::write(folder.join("file"), "data").expect("room");

    let mut charge = Charge::default();
    order(&mut charge, "watch", watched.id());
    order(&mut charge, "watch", forgotten.id());
    order(&mut charge, "watch", reused.id());
    order(&mut charge, "forget", forgotten.id());
    let reused_id = i32::try_from(reused.id()).expect("a process id");
    charge.watched.insert(reused_id, Some("some other time".to_owned()));
    charge.obey(&[b"remove ", folder.as_os_str().as_bytes()].concat());
    charge.clean_up();

    assert!(!watched.wait().expect("ours").success());
    assert!(forgotten.try_wait().expect("ours").is_none(), "a forgotten process was killed");
    assert!(reused.try_wait().expect("ours").is_none(), "another process with the same id was killed");
    assert!(!folder.exists());
    for mut child in [forgotten, reused] {
        child.kill().expect("ours");
        child.wait().expect("ours");
    }
}

/// Elsewhere such a process looks alive, and the guard waits for it as long as for any other.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_dead_but_not_reaped_does_not_hold_up_the_end() {
    let mut child = sleeper();
    let mut charge = Charge::default();
    order(&mut charge, "watch", child.id());
    child.kill().expect("ours");
    let process = i32::try_from(child.id()).expect("a process id");
    let deadline = Instant::now() + Duration::from_secs(20);
    while start_time(process).is_some() {
        assert!(Instant::now() < deadline, "a killed process lives on");
        std::thread::yield_now();
    }
    let mut told_late = Charge::default();
    order(&mut told_late, "watch", child.id());
    let started_at = Instant::now();
    charge.clean_up();
    told_late.clean_up();
    assert!(started_at.elapsed() < GONE_WITHIN);
    child.wait().expect("ours");
}

#[test]
fn orders_that_make_no_sense_are_passed_over() {
    let mut charge = Charge::default();
    for line in [
        "",
        "watch",
        "watch ",
        "watch 0",
        "watch 1",
        "watch -1",
        "watch -7",
        "watch 99999999999",
        "watch 7 8",
        "remove",
        "remove ",
        "remove relative/path",
        "forget 12345",
        "dance 5",
    ] {
        charge.obey(line.as_bytes());
    }
    charge.obey(b"watch \xff\xff");
    assert!(charge.watched.is_empty(), "{charge:?}");
    assert!(charge.folders.is_empty(), "{charge:?}");
}

#[test]
fn a_start_time_belongs_to_one_living_process() {
    let mut child = sleeper();
    let process = i32::try_from(child.id()).expect("a process id");
    let started = start_time(process);
    assert!(started.is_some());
    assert_eq!(started, start_time(process));
    child.kill().expect("ours");
    child.wait().expect("ours");
    assert_eq!(start_time(process), None);
}
