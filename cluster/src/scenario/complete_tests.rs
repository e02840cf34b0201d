//! Completion offers what fits, and nothing else.

use super::{Completion, CompletionContext, complete};

fn context() -> CompletionContext {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    CompletionContext {
        hosts: names(&["alpha", "bravo"]),
        message_types: names(&["orders", "it's"]),
        object_kinds: names(&["order"]),
        plants: names(&["no-tombstone"]),
    }
}

/// Completes at the sign `|`.
fn at(line: &str) -> Vec<Completion> {
    let cursor = line.find('|').expect("a cursor");
    complete(&line.replace('|', ""), cursor, &context())
}

fn texts(line: &str) -> Vec<String> {
    at(line).into_iter().map(|completion| completion.text).collect()
}

#[test]
fn a_line_begins_with_a_command() {
    let all = texts("|");
    for word in ["spawn", "enqueue", "object", "expect", "try"] {
        assert!(all.contains(&word.to_owned()), "{word}");
    }
    assert_eq!(all.iter().filter(|word| *word == "object").count(), 1);
    assert_eq!(
        texts("re|"),
        ["restart", "resume", "remove", "release", "resume-type", "redrive", "repair", "reveal"]
    );
    assert_eq!(at("  sp|awn")[0].replaces, 2..4);
    assert_eq!(at("spa|")[0].help, "start hosts, and wait until they see each other");
    assert_eq!(texts("nothing|"), [""; 0]);
}

#[test]
fn try_is_followed_by_what_may_fail() {
    let all = texts("try |");
    assert!(all.contains(&"enqueue".into()) && !all.contains(&"say".into()) && !all.contains(&"try".into()));
    assert_eq!(texts("try ki|"), ["kill"]);
}

#[test]
fn object_is_followed_by_what_it_can() {
    assert_eq!(texts("object |"), ["create", "get", "update", "delete", "query"]);
    assert_eq!(texts("object cr|"), ["create"]);
    assert_eq!(texts("object create |")[0], "order");
    assert_eq!(texts("object nothing |"), [""; 0]);
}

#[test]
fn options_are_offered_once_unless_they_repeat() {
    assert!(texts("enqueue --replicas 3 |").iter().all(|text| text != "--replicas"));
    assert_eq!(texts("enqueue --replicas 3 --re|"), [""; 0]);
    assert_eq!(texts("enqueue --mi|"), ["--min-replicas"]);
    assert!(texts("dequeue --type orders --|").contains(&"--type".into()));
    assert!(!texts("enqueue --size 5 --|").contains(&"--body".into()));
    assert!(!texts("enqueue --body x --|").contains(&"--size".into()));
    assert_eq!(texts("spawn -- --|"), [""; 0]);
}

#[test]
fn values_are_offered_where_they_can_be_listed() {
    assert_eq!(texts("enqueue --shape |"), ["star", "chain", "tree"]);
    assert_eq!(texts("enqueue --shape=t|"), ["tree"]);
    assert_eq!(at("enqueue --shape=t|")[0].replaces, 16..17);
    assert_eq!(texts("dequeue --lease |"), ["30s"]);
    assert_eq!(texts("stop |"), ["produce", "consume"]);
    assert_eq!(texts("balance l|"), ["least-loaded"]);
    assert_eq!(texts("spawn --plant |"), ["no-tombstone"]);
    assert_eq!(texts("delete |")[..2], ["all", "last"]);
    assert_eq!(texts("limit-type orders |"), ["none"]);
}

#[test]
fn hosts_are_names_and_roles_each_once() {
    assert_eq!(texts("kill a|"), ["alpha"]);
    assert_eq!(texts("kill own|"), ["owner(last)"]);
    assert!(!texts("kill alpha |").contains(&"alpha".into()));
    assert!(texts("kill random |").contains(&"random".into()));
    assert_eq!(texts("cut alpha b|"), ["bravo"]);
    assert_eq!(texts("cut alpha bravo |"), ["--one-way"]);
}

#[test]
fn what_needs_quotes_is_quoted() {
    assert_eq!(texts("pause-type |"), ["orders", "\"it's\""]);
    assert_eq!(texts("pause-type \"it|"), ["\"it's\""]);
    assert_eq!(at("pause-type \"it|")[0].replaces, 11..14);
}

#[test]
fn an_expectation_is_completed_word_by_word() {
    assert_eq!(texts("expect u|"), ["unknown", "unexplained_duplicates", "under_replicated", "unpropagated"]);
    assert_eq!(texts("expect held(a|"), ["held(alpha)"]);
    assert_eq!(texts("expect depth(|"), ["depth(orders)", "\"depth(it's)\""]);
    assert_eq!(texts("expect lost |")[..6], ["==", "!=", "<", "<=", ">", ">="]);
    assert_eq!(texts("expect lost =|"), ["=="]);
    assert_eq!(texts("expect lost == 0 |"), ["--within"]);
}

#[test]
fn comments_and_texts_are_left_alone() {
    assert_eq!(texts("spawn # k|"), [""; 0]);
    assert_eq!(texts("say \"k|"), [""; 0]);
    assert_eq!(texts("say #|"), [""; 0]);
}

#[test]
fn a_cursor_out_of_place_is_put_into_place() {
    assert_eq!(complete("sp", 99, &context())[0].text, "spawn");
    assert_eq!(complete("é", 1, &context()).len(), texts("|").len());
}
