//! How latencies are spread: messages by classes, each a tenth of a power of ten wide.

use hdrhistogram::Histogram;

/// Classes for each power of ten.
const CLASSES: i32 = 10;
/// The first class begins at ten microseconds, and takes in what is faster.
const FIRST: i32 = CLASSES;

/// The messages of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The lowest latency of the class, in microseconds; the first one takes in what is faster.
    pub from_us: u64,
    /// The lowest latency above it, in microseconds.
    pub below_us: u64,
    /// How many messages had one in between.
    pub messages: u64,
}

/// All classes, from the first to the last one that has messages; none if there are no messages.
pub(super) fn shares(latency_us: &Histogram<u64>) -> Vec<Share> {
    if latency_us.is_empty() {
        return Vec::new();
    }
    let lowest = latency_us.lowest_equivalent(latency_us.min());
    let highest = latency_us.lowest_equivalent(latency_us.max());
    let share = |class: i32| {
        let from_us = if class == FIRST { 0 } else { edge(class) };
        let below_us = edge(class + 1);
        let messages = count_below(latency_us, below_us) - count_below(latency_us, from_us);
        Share { from_us: edge(class), below_us, messages }
    };
    (FIRST..)
        .skip_while(|class| edge(class + 1) <= lowest)
        .take_while(|class| *class == FIRST || edge(*class) <= highest)
        .map(share)
        .collect()
}

/// The lowest latency of a class, in microseconds.
fn edge(class: i32) -> u64 {
    10f64.powf(f64::from(class) / f64::from(CLASSES)).round() as u64
}

/// How many messages had a lower latency. A value of the histogram stands for all that it cannot tell from it.
fn count_below(latency_us: &Histogram<u64>, below_us: u64) -> u64 {
    let values = latency_us.iter_recorded();
    let lower = values.take_while(|value| latency_us.lowest_equivalent(value.value_iterated_to()) < below_us);
    lower.map(|value| value.count_at_value()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_in_one_class() {
        let mut latency_us = Histogram::new(3).expect("three digits");
        for us in [0, 1, 7, 99, 1_995, 100, 101, 1_000, 1_258, 1_259, 5_000_000] {
            latency_us.record(us).expect("it grows");
        }
        let shares = shares(&latency_us);
        assert_eq!(shares.iter().map(|share| share.messages).sum::<u64>(), 11, "{shares:?}");
        assert!(shares.windows(2).all(|two| two[0].below_us == two[1].from_us), "{shares:?}");
        assert!(shares.iter().all(|share| share.from_us < share.below_us));
        let of = |us: u64| shares.iter().find(|share| (share.from_us..share.below_us).contains(&us));
        assert_eq!(of(1_000).map(|share| (share.from_us, share.messages)), Some((1_000, 2)));
        assert_eq!(of(100).map(|share| share.messages), Some(2));
    }

    #[test]
    fn without_messages_there_are_no_classes() {
        assert_eq!(shares(&Histogram::new(3).expect("three digits")), []);
    }
}
