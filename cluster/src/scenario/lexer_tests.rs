//! Words are parted as a shell parts them.

use super::lexer::{lex, quote, quoted};

fn words(line: &str) -> Vec<String> {
    let (tokens, problem) = lex(line);
    assert_eq!(problem, None, "{line}");
    for token in &tokens {
        assert!(line.get(token.span.clone()).is_some(), "{line}: {token:?}");
    }
    tokens.into_iter().map(|token| token.text).collect()
}

#[test]
fn white_space_parts_words_and_comments_end_a_line() {
    assert_eq!(words(""), [""; 0]);
    assert_eq!(words("  \t "), [""; 0]);
    assert_eq!(words("# all of it"), [""; 0]);
    assert_eq!(words(" a\tb\u{a0}c\u{3000}d "), ["a", "b", "c", "d"]);
    assert_eq!(words("a #b"), ["a"]);
    assert_eq!(words("a#b 'c #d' \"#\" \\#"), ["a#b", "c #d", "#", "#"]);
}

#[test]
fn quotes_follow_the_rules_of_a_shell() {
    assert_eq!(words(r#"'a "b" \n' "c 'd'" e\ f"#), [r#"a "b" \n"#, "c 'd'", "e f"]);
    assert_eq!(words(r#""\" \\ \$ \` \n \'""#), [r#"" \ $ ` \n \'"#]);
    assert_eq!(words(r#"a'b'"c"\d"#), ["abcd"]);
    assert_eq!(words(r#"'' """#), ["", ""]);
    assert_eq!(words(r#"$'a\n\t\r\\\'\"\u00e9' $x"#), ["a\n\t\r\\'\"é", "$x"]);
}

#[test]
fn a_word_knows_where_it_stands_and_whether_it_begins_with_a_quote() {
    let (tokens, _) = lex("  kill 'a b' \\--x $'y' $z");
    let places: Vec<_> = tokens.iter().map(|token| (token.span.clone(), token.quoted)).collect();
    assert_eq!(places, [(2..6, false), (7..12, true), (13..17, true), (18..22, true), (23..25, false)]);
}

#[test]
fn an_open_quote_is_a_problem_and_the_open_word_is_kept() {
    for line in ["say \"a b", "say 'a b", "say $'a b", "say a\\", "say $'\\x'"] {
        let (tokens, problem) = lex(line);
        assert!(problem.is_some(), "{line}");
        assert_eq!(tokens.len(), 2, "{line}");
    }
    assert_eq!(lex("say \"a b").0[1].text, "a b");
}

#[test]
fn quoting_is_undone_by_reading() {
    let texts = [
        "",
        "plain",
        "two words",
        "it's",
        "say \"x\"",
        "\\",
        "a\\'b\"c",
        "#",
        "--x",
        "-5",
        "\n",
        "\t",
        "\u{0}",
    ];
    for text in texts.into_iter().chain([
        "\r",
        "\u{85}",
        "\u{feff}",
        "$'x'",
        "“x”",
        "“x",
        "a\u{2028}b",
        "漢字",
        "=;()",
    ]) {
        for written in [quote(text), quoted(text)] {
            assert_eq!(words(&written), [text], "{written}");
            assert!(!written.contains(['\n', '\r']), "{written:?}");
        }
    }
    assert_eq!(quote("holder(last,1)"), "holder(last,1)");
    assert_eq!(quote("number>=5"), "number>=5");
    assert_eq!(quote("{\"a\": 1}"), "'{\"a\": 1}'");
}
