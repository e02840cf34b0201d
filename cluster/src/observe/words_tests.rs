//! Numbers as people read them.

use super::MessageId;
use super::words::{bytes, clock, count, counted, left, microseconds, short_count, short_id, span};

#[test]
fn counts_have_commas() {
    assert_eq!([0, 999, 1_204, 1_000_000].map(count), ["0", "999", "1,204", "1,000,000"]);
    assert_eq!(counted(1, "message"), "1 message");
    assert_eq!(counted(1_204, "message"), "1,204 messages");
}

#[test]
fn short_counts_fit_five_characters() {
    for number in
        [0, 9_999, 10_000, 99_999, 100_000, 999_999, 1_000_000, 99_999_999, 123_456_789, 5_000_000_000]
    {
        assert!(short_count(number).len() <= 5, "{number}: {}", short_count(number));
    }
    assert_eq!(short_count(12_345), "12.3k");
}

#[test]
fn spans_and_times() {
    assert_eq!([300, 3_400, 42_000, 240_000, 8_000_000].map(span), ["0.3 s", "3.4 s", "42 s", "4 m", "2 h"]);
    assert_eq!([27_100, 600_000].map(left), ["28s", "10m"]);
    assert_eq!([412, 20_000, 1_250_000].map(microseconds), ["0.4 ms", "20 ms", "1.2 s"]);
    assert_eq!([812, 1_300_000, 20_000_000].map(bytes), ["812 B", "1.2 MiB", "19 MiB"]);
}

#[test]
fn clocks_know_their_zone() {
    let noon = 43_200_000 + 4 * 60_000 + 28_113;
    assert_eq!(clock(noon, 0), "12:04:28.113");
    assert_eq!(clock(noon, 7_200), "14:04:28.113");
    assert_eq!(clock(noon, -50_400), "22:04:28.113");
}

#[test]
fn short_ids_keep_both_ends() {
    let id: MessageId = "01J8ZK000000000000000007QF".parse().unwrap();
    assert_eq!(short_id(id, "…"), "01J8ZK…7QF");
}
