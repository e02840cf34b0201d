use std::io::Write;

use super::*;

#[test]
fn the_tail_is_the_last_lines_from_a_given_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("alpha.log");
    let (mut file, length) = open(&path).expect("a new log");
    assert_eq!(length, 0);
    write!(file, "one\ntwo\n").expect("room");
    let (mut file, length) = open(&path).expect("the log again");
    assert_eq!(length, 8);
    file.write_all(b"three\n\xff\nhalf a line").expect("room");

    assert_eq!(tail(&path, 0, 10).expect("readable"), ["one", "two", "three", "\u{fffd}", "half a line"]);
    assert_eq!(tail(&path, 0, 2).expect("readable"), ["\u{fffd}", "half a line"]);
    assert_eq!(tail(&path, length, 10).expect("readable"), ["three", "\u{fffd}", "half a line"]);
    assert!(tail(&path, 0, 0).expect("readable").is_empty());
    assert!(tail(&path, 1_000_000, 5).expect("readable").is_empty());
}

#[test]
fn only_the_end_of_a_long_log_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("alpha.log");
    let (mut file, _) = open(&path).expect("a new log");
    for number in 0..300_000 {
        writeln!(file, "{number}").expect("room");
    }
    let lines = tail(&path, 0, usize::MAX).expect("readable");
    assert_eq!(lines.last().map(String::as_str), Some("299999"));
    assert!(lines.len() < 200_000);
}
