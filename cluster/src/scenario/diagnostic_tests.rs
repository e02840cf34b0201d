//! A diagnostic has one shape, and its carets stand under the words meant.

use super::diagnostic::shown;
use super::{Diagnostic, Problem};

fn printed(source: &str, span: std::ops::Range<usize>) -> Vec<String> {
    let problem = Problem { span, message: "this is wrong".into(), help: Some("mend it".into()) };
    Diagnostic::in_line("demo/first.hq", 3, source, problem).to_string().lines().map(str::to_owned).collect()
}

#[test]
fn the_shape_is_place_line_carets_help() {
    let lines = printed("enqueue --replica 3", 8..17);
    assert_eq!(
        lines,
        ["demo/first.hq:3:9: this is wrong", "enqueue --replica 3", "        ^^^^^^^^^", "  help: mend it",]
    );
}

#[test]
fn without_help_and_without_a_source_there_is_less() {
    let problem = Problem { span: 0..1, message: "this is wrong".into(), help: None };
    assert_eq!(Diagnostic::in_line("a.hq", 1, "x y", problem).to_string(), "a.hq:1:1: this is wrong\nx y\n^");
    assert_eq!(
        Diagnostic::of_file("a.hq", "there is no such file", None).to_string(),
        "a.hq:1:1: there is no such file"
    );
}

#[test]
fn columns_count_characters_and_carets_count_columns() {
    let source = "say \"漢字\" x";
    let at = source.len() - 1;
    let lines = printed(source, at..at + 1);
    assert_eq!(lines[0], "demo/first.hq:3:10: this is wrong");
    assert_eq!(lines[2], format!("{}^", " ".repeat(11)));
    let lines = printed(source, 4..12);
    assert_eq!(lines[2], format!("{}{}", " ".repeat(4), "^".repeat(6)));
    let combined = "say e\u{301} x";
    let lines = printed(combined, combined.len() - 1..combined.len());
    assert_eq!(lines[0], "demo/first.hq:3:8: this is wrong");
    assert_eq!(lines[2], "      ^");
    assert_eq!(printed("\u{17d8} x", 4..5)[2], "    ^");
}

#[test]
fn tabs_are_kept_before_the_carets() {
    assert_eq!(printed("\tkill\tx", 6..7)[2], "\t    \t^");
}

#[test]
fn an_empty_place_and_one_at_the_end_have_one_caret() {
    assert_eq!(printed("kill", 4..4)[2], "    ^");
    assert_eq!(printed("", 0..0)[2], "^");
}

#[test]
fn a_long_line_is_shown_around_the_carets() {
    let source = format!("enqueue --body {} --replicas 300", "x".repeat(2_000_000));
    let at = source.len() - 3;
    let lines = printed(&source, at..at + 3);
    assert!(lines[1].chars().count() <= 162, "{}", lines[1].chars().count());
    let caret = lines[2].find('^').expect("carets");
    let under: String = lines[1].chars().skip(caret).collect();
    assert_eq!(under, "300");
    let lines = printed(&source, 0..7);
    assert!(lines[1].starts_with("enqueue --body xxx") && lines[1].ends_with('…'), "{}", lines[1]);
    assert_eq!(lines[2], "^^^^^^^");
}

#[test]
fn nothing_reaches_the_terminal_that_it_would_obey() {
    let lines = printed("say \u{1b}[31m\u{7f}\u{9b}\u{202e}", 4..5);
    assert_eq!(lines[1], "say ␛[31m␡\u{fffd}\u{fffd}");
    assert_eq!(shown("\u{1b}]0;x\u{7}"), "`␛]0;x␇`");
    assert_eq!(shown(&"y".repeat(100)), format!("`{}…`", "y".repeat(40)));
    assert_eq!(shown("-17"), "-17");
    assert_eq!(shown("-"), "`-`");
    assert_eq!(shown(""), "empty");
}
