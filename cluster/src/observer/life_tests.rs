//! The life of a message, as a story.

use hydraq_core::ids::MessageId;

use super::super::answers::Answers;
use super::super::events::Happened;
use super::super::support::board;
use super::biography;
use crate::client::sight::ToldEvent;
use crate::observe::{CommandBegun, CommandResult, HappeningBy, HostNumber, Mark};

fn happened(host: u16, at_ms: u64, kind: &str, peer: Option<&str>, message: Option<u128>) -> Happened {
    let event = ToldEvent {
        at_ms,
        kind: kind.to_owned(),
        message: message.map(MessageId),
        peer: peer.map(str::to_owned),
        words: kind.to_owned(),
        number: 1,
    };
    Happened { host: HostNumber(host), event }
}

#[test]
fn a_story_begins_with_the_enqueue_and_tells_of_its_hosts_only() {
    let story = [
        happened(3, 50, "gone", None, None),
        happened(2, 99, "stored", Some("alpha"), Some(1)),
        happened(1, 100, "stored", None, Some(1)),
        happened(3, 150, "stored", None, Some(2)),
        happened(1, 200, "gone", None, None),
        happened(3, 210, "gone", None, None),
        happened(2, 220, "takes-over", Some("alpha"), None),
        happened(2, 230, "delivered", None, Some(1)),
        happened(1, 300, "takes-over", Some("bravo"), None),
        happened(1, 310, "back", None, None),
        happened(2, 400, "deleted", None, Some(1)),
    ];
    let life = biography(MessageId(1), story.iter(), &Answers::default(), None, &board(3));
    let lanes: Vec<&str> = life.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(lanes, ["you", "bravo", "alpha"]);
    let steps: Vec<(u64, Mark)> = life.steps.iter().map(|step| (step.at_ms, step.mark)).collect();
    let expected = [
        (0, Mark::Serving),
        (0, Mark::Copy),
        (101, Mark::Gone),
        (121, Mark::Serving),
        (131, Mark::Leased),
        (201, Mark::Back),
        (201, Mark::Serving),
        (301, Mark::Tombstone),
    ];
    assert_eq!(steps, expected);
    assert_eq!(life.summary, "enqueued through alpha");
    assert!(life.why.contains("deleted everywhere"));
}

#[test]
fn a_message_is_taken_over_only_from_hosts_that_served_it() {
    let story = [
        happened(1, 100, "stored", None, Some(1)),
        happened(2, 100, "stored", Some("alpha"), Some(1)),
        happened(3, 101, "stored", Some("alpha"), Some(1)),
        happened(2, 200, "takes-over", Some("charlie"), None),
        happened(3, 300, "takes-over", Some("alpha"), None),
        happened(2, 400, "takes-over", Some("charlie"), None),
    ];
    let life = biography(MessageId(1), story.iter(), &Answers::default(), None, &board(3));
    let took = life.steps.iter().filter(|step| step.label.is_empty() && step.note == "takes over");
    assert_eq!(took.map(|step| step.at_ms).collect::<Vec<_>>(), [200, 300]);
}

#[test]
fn what_somebody_here_asked_is_answered() {
    let mut suspicion = happened(2, 210, "suspects", Some("alpha"), None);
    suspicion.event.words = "suspects alpha: connection refused".to_owned();
    let story = [
        happened(1, 100, "stored", None, Some(1)),
        happened(2, 101, "stored", Some("alpha"), Some(1)),
        happened(1, 200, "gone", None, None),
        suspicion,
        happened(2, 220, "takes-over", Some("alpha"), None),
        happened(2, 300, "deleted", None, Some(1)),
        happened(3, 300, "deleted", None, Some(1)),
    ];
    let mut answers = Answers::default();
    for (number, line, at_ms, took_us) in [(1, "enqueue", 103, 1_100), (2, "delete last", 302, 2_000)] {
        let begun = CommandBegun { number, line: line.to_owned(), file_line: None };
        answers.take(at_ms - 3, &HappeningBy::Command(begun));
        let (words, messages, result) = (String::new(), vec![MessageId(1)], serde_json::Value::Null);
        let ended = CommandResult { number, ok: true, words, took_us, messages, result };
        answers.take(at_ms, &HappeningBy::Result(ended));
    }
    let life = biography(MessageId(1), story.iter(), &answers, None, &board(3));
    assert_eq!(life.summary, "enqueued by you through alpha, acked after 1.1 ms");
    let steps: Vec<(u64, usize, Option<usize>, &str)> =
        life.steps.iter().map(|step| (step.at_ms, step.from, step.to, &*step.label)).collect();
    let expected = [
        (0, 0, Some(1), "enqueue"),
        (1, 1, Some(2), "copy"),
        (2, 1, Some(0), "ok"),
        (100, 1, None, ""),
        (120, 2, None, ""),
        (200, 0, Some(2), "delete"),
        (200, 3, None, ""),
        (202, 2, Some(0), "ok"),
    ];
    assert_eq!(steps, expected);
    assert_eq!(life.steps[4].because.as_deref(), Some("alpha: connection refused"));
}
