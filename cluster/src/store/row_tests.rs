//! Rows: what stands where, and what a flipped bit does.

use std::sync::Arc;

use bytes::Bytes;
use hydraq_core::holders::HolderList;
use hydraq_core::ids::{MessageId, Sequence};
use hydraq_core::message::Message;
use hydraq_core::record::{MessageRecord, Record};

use super::row::{FIXED_BYTES, INLINE_BYTES, RowBuilder, RowView, SEEN_BYTES, TAIL_BYTES, Tail};

const FIRST: Sequence = Sequence(40);
const TAIL: Tail = Tail { commit: 9, clock: 5, next_sequence: 43 };

fn row(body_bytes: usize) -> RowBuilder {
    let mut row = RowBuilder::default();
    for number in 0..3u8 {
        let body = Bytes::from(vec![number; body_bytes]);
        let message = Message::new(MessageId(u128::from(number)), "orders".into(), body.clone(), 1);
        let record = MessageRecord {
            fingerprint: message.fingerprint(),
            message: Arc::new(message),
            holders: HolderList::default(),
            not_before: None,
            expires: None,
        };
        row.push(Sequence(FIRST.0 + u64::from(number)), &Record::Message(record), body);
    }
    row
}

#[test]
fn few_bodies_stand_with_the_records_and_many_do_not() {
    for (body_bytes, is_few) in [(0, true), (INLINE_BYTES / 3, true), (INLINE_BYTES, false)] {
        let head = row(body_bytes).head(TAIL, b"seen");
        let view = RowView::new(FIRST, &head).expect("a row");
        assert_eq!((view.has_bodies(), view.tail, view.next_sequence()), (!is_few, Some(TAIL), 43));
        assert_eq!(view.seen, Some(&b"seen"[..]));
        assert_eq!(view.few_bodies().len(), if is_few { 3 * body_bytes } else { 0 });
        for place in 0..3 {
            let entry = view.entry(place).expect("an entry");
            assert_eq!((entry.sequence.0, entry.body_length()), (40 + place as u64, body_bytes));
            let body = view.few_bodies().get(entry.body_range(body_bytes)).unwrap_or_default();
            assert!(body.iter().all(|byte| usize::from(*byte) == place));
        }
    }
}

#[test]
fn what_is_too_long_is_not_in_the_row() {
    let seen = vec![1; SEEN_BYTES + 1];
    for (seen, there) in [(&seen[1..], Some(&seen[1..])), (&seen[..], None), (&[], None)] {
        let head = row(4).head(TAIL, seen);
        let view = RowView::new(FIRST, &head).expect("a row");
        assert_eq!((view.tail, view.seen), (Some(TAIL), there));
    }
}

#[test]
fn any_flipped_bit_is_noticed_or_does_not_matter() {
    let head = row(4).head(TAIL, b"seen");
    let records = |view: &RowView<'_>| -> Vec<_> {
        (0..view.count()).map(|place| view.entry(place).and_then(|entry| entry.record())).collect()
    };
    let whole = records(&RowView::new(FIRST, &head).expect("a row"));
    let in_tail = FIXED_BYTES + 4..FIXED_BYTES + 4 + TAIL_BYTES;
    let in_seen = in_tail.end..in_tail.end + 12;
    for bit in 0..head.len() * 8 {
        let mut flipped = head.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(view) = RowView::new(FIRST, &flipped) else { continue };
        assert!(view.tail.is_none_or(|tail| tail == TAIL), "bit {bit}");
        assert!(view.seen.is_none_or(|seen| seen == b"seen"), "bit {bit}");
        let changed = records(&view).into_iter().zip(&whole).any(|(now, then)| now.is_ok() && now != *then);
        assert!(!changed, "bit {bit}");
        if in_tail.contains(&(bit / 8)) {
            assert_eq!((view.tail, records(&view)), (None, whole.clone()), "bit {bit}");
        }
        if in_seen.contains(&(bit / 8)) {
            assert_eq!((view.seen, records(&view)), (None, whole.clone()), "bit {bit}");
        }
    }
}
