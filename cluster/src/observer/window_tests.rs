//! Windows: filter, order, place.

use super::super::support::board;
use super::{Candidate, Stretch, host_named, sort};
use crate::observe::{
    CopyPicture, CopyState, Filter, HostNumber, MessageId, MessagePicture, MessageState, Pin, Sort,
    WindowRequest,
};

fn candidate(id: u128, message_type: &str, copies: u8) -> Candidate {
    let copy = |rank: u8| CopyPicture { host: HostNumber(u16::from(rank) + 1), rank, state: CopyState::Copy };
    Candidate {
        enqueued_at_ms: id as u64,
        row: MessagePicture {
            id: MessageId(id),
            message_type: message_type.to_owned(),
            age_ms: 0,
            asked: 2,
            copies: (0..copies).map(copy).collect(),
            owner: None,
            state: MessageState::Ready,
            deliveries: (id % 3) as u32,
            priority: 0,
            body: String::new(),
            body_bytes: 0,
        },
    }
}

fn ids(candidates: &[Candidate]) -> Vec<u128> {
    candidates.iter().map(|candidate| candidate.row.id.0).collect()
}

fn request(offset: u64, rows: u64, pin: Option<Pin>) -> WindowRequest {
    WindowRequest { serial: 4, filter: Filter::default(), sort: Sort::Newest, offset, rows, pin }
}

#[test]
fn every_order_is_what_it_says() {
    let mut all = vec![candidate(1, "b", 2), candidate(2, "a", 1), candidate(3, "a", 2)];
    let expected: [(Sort, [u128; 3]); 5] = [
        (Sort::Newest, [3, 2, 1]),
        (Sort::Oldest, [1, 2, 3]),
        (Sort::FewestCopies, [2, 3, 1]),
        (Sort::Type, [3, 2, 1]),
        (Sort::Deliveries, [2, 1, 3]),
    ];
    for (order, expected) in expected {
        sort(&mut all, order);
        assert_eq!(ids(&all), expected, "{order:?}");
    }
}

#[test]
fn every_part_of_a_filter_counts() {
    let board = board(2);
    let row = candidate(1, "orders", 1).row;
    for (filter, is_fitting) in [
        ("type:orders host:alpha state:ready under", true),
        ("host:1", true),
        ("host:bravo", false),
        ("type:mails", false),
        ("state:leased", false),
        ("only:alpha", true),
        ("only:bravo", false),
        ("owner:nobody", false),
        ("0000", true),
        ("01", false),
    ] {
        let filter = Filter::parse(filter).unwrap();
        assert_eq!(filter.fits(&row, |name| host_named(&board, name)), is_fitting, "{filter}");
    }
}

#[test]
fn a_pinned_message_stays_on_its_row_while_others_come() {
    let mut all: Vec<Candidate> = (1..=9).map(|id| candidate(id, "a", 2)).collect();
    sort(&mut all, Sort::Newest);
    let pin = Some(Pin { message: MessageId(5), row: 1 });
    let stretch = Stretch { candidates: all, before: 0, total: 9 };
    let window = stretch.window(&request(0, 3, pin), 0);
    assert_eq!((window.serial, window.offset, window.total), (4, 3, 9));
    assert_eq!(window.rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), [6, 5, 4]);
    let gone = Some(Pin { message: MessageId(77), row: 1 });
    assert_eq!(stretch.window(&request(20, 3, gone), 0).offset, 8);
}

#[test]
fn the_end_of_a_long_list_has_its_place_in_it() {
    let mut last: Vec<Candidate> = (1..=9).map(|id| candidate(id, "a", 2)).collect();
    sort(&mut last, Sort::Newest);
    let stretch = Stretch { candidates: last, before: 91, total: 100 };
    let window = stretch.window(&request(97, 10, None), 0);
    assert_eq!(window.offset, 97);
    assert_eq!(window.rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3, 2, 1]);
    let pin = Some(Pin { message: MessageId(2), row: 1 });
    assert_eq!(stretch.window(&request(0, 10, pin), 0).offset, 97);
}

#[test]
fn under_replicated_messages_are_counted_among_those_that_fit() {
    let candidates = vec![candidate(1, "a", 2), candidate(2, "a", 1)];
    let filtered = |filter: &str, total| {
        let stretch = Stretch { candidates: candidates.clone(), before: 0, total };
        let request = WindowRequest { filter: Filter::parse(filter).unwrap(), ..request(0, 10, None) };
        stretch.window(&request, 40).under_replicated
    };
    assert_eq!(filtered("", 2), 40, "without a filter those of all hosts count");
    assert_eq!(filtered("type:a", 2), 1);
    assert_eq!(filtered("type:a", 30), 30, "nobody has looked at all of them");
}
