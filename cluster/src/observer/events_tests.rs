//! Events come in the order of time, with causes, and not one by one where they are many.

use super::super::board::{Process, Turn};
use super::Log;
use crate::client::sight::ToldEvent;
use crate::observe::{EventKind, EventPicture, HostNumber, HostState, MessageId};

fn killed(name: &str, host: u16) -> Turn {
    Turn {
        host: HostNumber(host),
        name: name.to_owned(),
        before: HostState::Up,
        after: HostState::Killed,
        lasted_ms: 0,
        is_back: true,
        process: Process::Killed { wiped: false },
    }
}

fn event(at_ms: u64, kind: &str, peer: &str, number: u64) -> ToldEvent {
    let words = format!("{kind} {peer}");
    ToldEvent { at_ms, kind: kind.to_owned(), peer: Some(peer.to_owned()), words, number, message: None }
}

fn kinds(events: &[EventPicture]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind).collect()
}

#[test]
fn a_takeover_follows_from_a_suspicion_and_that_from_a_kill() {
    let mut log = Log::default();
    log.told(HostNumber(2), "bravo", event(120, "takes-over", "alpha", 12));
    log.told(HostNumber(2), "bravo", event(118, "suspects", "alpha", 0));
    log.turned(100, &killed("alpha", 1));
    let events = log.take();
    assert_eq!(kinds(&events), [EventKind::Killed, EventKind::Suspected, EventKind::Takeover]);
    assert_eq!(events[1].cause, Some(events[0].serial));
    assert_eq!(events[2].cause, Some(events[1].serial));
    assert_eq!(events[2].took_us, Some(20_000));
    assert_eq!(log.taken_over.get("alpha"), None);
}

#[test]
fn a_host_that_gets_back_what_it_owns_takes_nothing_over() {
    let mut log = Log::default();
    log.told(HostNumber(2), "bravo", event(100, "hands-back", "alpha", 3));
    log.told(HostNumber(1), "alpha", event(101, "takes-over", "bravo", 3));
    assert_eq!(kinds(&log.take()), [EventKind::Trusted]);
}

#[test]
fn many_copies_are_told_as_one() {
    let mut log = Log::default();
    for number in 0..9 {
        let message = Some(MessageId(number));
        log.told(HostNumber(1), "alpha", ToldEvent { message, ..event(100, "copies", "bravo", 0) });
    }
    let message = Some(MessageId(77));
    log.told(HostNumber(2), "bravo", ToldEvent { message, ..event(100, "copies", "alpha", 0) });
    let events = log.take();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].sentence(), "alpha copies 9 messages to bravo");
    assert_eq!((events[0].message, events[1].message), (None, message));
}

#[test]
fn messages_that_come_and_go_make_no_noise_but_second_deliveries_do() {
    let mut log = Log::default();
    for (kind, number) in [("stored", 0), ("delivered", 1), ("deleted", 0), ("finished", 0), ("delivered", 2)]
    {
        let event = ToldEvent { peer: None, message: Some(MessageId(1)), ..event(100, kind, "", number) };
        log.told(HostNumber(1), "alpha", event);
    }
    assert_eq!(kinds(&log.take()), [EventKind::Duplicate]);
    assert_eq!(log.kept.len(), 5);
}
