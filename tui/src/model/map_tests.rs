//! The cursor stays on its message, and requests follow it.

use hydraq_cluster::observe::{MessageId, MessagePicture, MessageState, MessageWindow};

use super::MapState;

fn window(offset: u64, ids: impl IntoIterator<Item = u128>, total: u64) -> MessageWindow {
    let row = |id| MessagePicture {
        id: MessageId(id),
        message_type: "orders".into(),
        age_ms: 0,
        asked: 2,
        copies: Vec::new(),
        owner: None,
        state: MessageState::Ready,
        deliveries: 0,
        priority: 0,
        body: String::new(),
        body_bytes: 0,
    };
    MessageWindow { serial: 1, total, under_replicated: 0, offset, rows: ids.into_iter().map(row).collect() }
}

#[test]
fn an_unmoved_cursor_stays_on_the_first_row() {
    let mut map = MapState::default();
    map.arrived(&window(0, [3, 2, 1], 3), 10);
    map.arrived(&window(0, [5, 4, 3, 2, 1], 5), 10);
    assert_eq!((map.cursor, map.selected), (0, None));
}

#[test]
fn a_moved_cursor_stays_on_its_message_and_at_its_place() {
    let mut map = MapState::default();
    let first = window(0, (1..=20).rev(), 20);
    map.step(5, &first, 10);
    assert_eq!(map.selected, Some(MessageId(15)));
    map.arrived(&window(0, (1..=27).rev(), 27), 10);
    assert_eq!((map.cursor, map.selected), (12, Some(MessageId(15))));
    assert_eq!(map.cursor - map.top, 5, "it stays where it was on the screen");
}

#[test]
fn the_cursor_never_leaves_the_rows() {
    let mut map = MapState::default();
    let rows = window(0, (0..30).rev(), 30);
    map.step(100, &rows, 10);
    assert_eq!((map.cursor, map.top), (29, 20));
    map.step(-100, &rows, 10);
    assert_eq!((map.cursor, map.top), (0, 0));
    map.step(29, &rows, 10);
    map.arrived(&window(0, [7], 1), 10);
    assert_eq!((map.cursor, map.top), (0, 0));
    map.step(1, &window(0, [], 0), 0);
    assert_eq!((map.cursor, map.selected), (0, None));
}

#[test]
fn requests_are_made_once_and_pin_the_message() {
    let mut map = MapState::default();
    assert_eq!(
        map.request(10).map(|request| (request.serial, request.offset, request.rows)),
        Some((1, 0, 30))
    );
    assert_eq!(map.request(10), None);
    map.step(25, &window(0, (0..100).rev(), 100), 10);
    let request = map.request(10).unwrap();
    assert_eq!((request.serial, request.offset), (2, 6));
    assert_eq!(request.pin.map(|pin| (pin.message, pin.row)), Some((MessageId(74), 19)));
}
