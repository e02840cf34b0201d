//! Any moment can be shown again, and the oldest is forgotten.

use std::sync::Arc;

use hydraq_cluster::observe::{Badges, Change, EventKind, EventPicture, EventSerial, Update};

use super::super::picture::Picture;
use super::{Recording, STRETCH, STRETCHES_MAX};

fn update(number: u64) -> Update {
    let badges = Change::Badges(Badges { acknowledged: number, ..Badges::default() });
    let event = EventPicture {
        serial: EventSerial(number),
        at_ms: number * 10,
        host: None,
        who: "you".into(),
        kind: EventKind::Note,
        message: None,
        words: format!("say {number}"),
        took_us: None,
        cause: None,
    };
    let changes = if number.is_multiple_of(10) { vec![badges, Change::Event(event)] } else { vec![badges] };
    Update { at_ms: number * 10, changes }
}

fn recorded(length: u64) -> Recording {
    let mut recording = Recording::default();
    let mut live = Picture::default();
    for number in 0..length {
        let update = Arc::new(update(number));
        recording.push(&live, Arc::clone(&update));
        live.apply(&update);
    }
    recording
}

#[test]
fn any_moment_comes_back() {
    let recording = recorded(1_000);
    for number in [0, 1, 127, 128, 129, 555, 999] {
        let picture = recording.picture_after(number);
        assert_eq!(picture.badges.acknowledged, number as u64);
        assert_eq!(picture.events.len(), number / 10 + 1);
        assert_eq!(recording.at(number as u64 * 10 + 3), number);
    }
    assert_eq!(recording.span_ms(), Some((0, 9_990)));
}

#[test]
fn steps_go_from_event_to_event() {
    let recording = recorded(100);
    assert_eq!(recording.next_event(55, true), Some(60));
    assert_eq!(recording.next_event(55, false), Some(50));
    assert_eq!(recording.next_event(95, true), None);
    assert_eq!(recording.next_event(0, false), None);
}

#[test]
fn the_oldest_is_forgotten() {
    let recording = recorded((STRETCH * (STRETCHES_MAX + 2)) as u64);
    assert_eq!(recording.start(), 2 * STRETCH);
    assert_eq!(recording.picture_after(0).badges.acknowledged, 2 * STRETCH as u64);
    assert_eq!(recording.picture_after(usize::MAX).badges.acknowledged, recording.end() as u64 - 1);
    assert_eq!(recording.updates().count(), recording.end() - recording.start());
}

#[test]
fn nothing_recorded_shows_nothing() {
    let recording = Recording::default();
    assert_eq!(recording.span_ms(), None);
    assert_eq!(recording.at(7), 0);
    assert!(recording.picture_after(7).hosts.is_empty());
}
