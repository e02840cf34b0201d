//! Files are read and checked together, and what is wrong with any of them is said.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::load_files;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

/// What is said of these files, without the folder's path.
fn refused(folder: &TempDir, names: &[&str]) -> String {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
    let said = load_files(&paths).expect_err("refused").to_string();
    said.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn scripts_keep_the_order_of_their_files() {
    let folder = folder(&[("b.hq", b"spawn 2\n"), ("a.hq", b"")]);
    let paths = ["b.hq", "a.hq", "b.hq"].map(|name| folder.path().join(name));
    let scripts = load_files(&paths).expect("valid");
    let steps: Vec<usize> = scripts.iter().map(|script| script.steps.len()).collect();
    assert_eq!(steps, [1, 0, 1]);
    assert!(scripts[0].file.ends_with("b.hq"));
    assert_eq!(load_files(&[]).map(|scripts| scripts.len()), Ok(0));
}

#[test]
fn all_files_are_checked() {
    let folder =
        folder(&[("one.hq", b"kil alpha\n"), ("two.hq", b"spawn 1\n"), ("three.hq", b"spawn\nwait 5\n")]);
    let said = refused(&folder, &["one.hq", "two.hq", "three.hq", "four.hq"]);
    let places: Vec<&str> = said.lines().filter(|line| line.contains(".hq:")).collect();
    assert_eq!(
        places,
        [
            "one.hq:1:1: there is no command `kil`",
            "three.hq:2:6: D must have a unit, not only 5",
            "four.hq:1:1: there is no such file"
        ]
    );
}

#[test]
fn a_missing_file_is_named_and_one_like_it() {
    let folder = folder(&[("first.hq", b"")]);
    assert_eq!(
        refused(&folder, &["frist.hq"]),
        "frist.hq:1:1: there is no such file\n  help: did you mean `first.hq`?"
    );
    assert_eq!(refused(&folder, &["none/first.hq"]), "none/first.hq:1:1: there is no such file");
}

#[test]
fn a_folder_is_no_file() {
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("lessons")).expect("a folder");
    let said = refused(&folder, &["lessons"]);
    assert_eq!(said, "lessons:1:1: this is a folder, not a scenario file\n  help: name a file in it");
}

#[test]
fn bytes_that_are_not_utf_8_are_shown() {
    let folder =
        folder(&[("a.hq", b"spawn\r\nsay \"\xc3\xa9 \xff\xfe\"\r\nspawn\n"), ("b.hq", b"say \"\xe2\x82")]);
    assert_eq!(
        refused(&folder, &["a.hq"]),
        "a.hq:2:8: byte 0xff is not UTF-8 text\nsay \"é \u{fffd}\u{fffd}\"\n       ^\n  help: save the file as UTF-8"
    );
    assert!(refused(&folder, &["b.hq"]).starts_with("b.hq:1:6: byte 0xe2 is not UTF-8 text\n"));
}

#[test]
fn a_file_has_a_greatest_size() {
    let folder = folder(&[]);
    let path = folder.path().join("big.hq");
    let file = fs::File::create(&path).expect("created");
    file.set_len((16 << 20) + 1).expect("long");
    assert_eq!(
        refused(&folder, &["big.hq"]),
        "big.hq:1:1: a scenario file must be at most 16 MiB (16777216 bytes)"
    );
}

#[test]
fn twenty_problems_of_a_file_are_shown() {
    let folder = folder(&[("a.hq", "oops\n".repeat(25).as_bytes()), ("b.hq", b"oops\n")]);
    let paths = ["a.hq", "b.hq"].map(|name| folder.path().join(name));
    let diagnostics = load_files(&paths).expect_err("refused");
    assert_eq!(diagnostics.shown.len(), 21);
    assert_eq!(diagnostics.omitted.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [5]);
    assert!(diagnostics.to_string().ends_with("a.hq: 5 more problems are not shown"));
}
