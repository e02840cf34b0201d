//! What only goes on with time is no change: ages that grow and leases that run down, as everybody can reckon for himself.

use std::time::Duration;

use crate::client::sight::Told;
use crate::observe::{CopyPicture, CopyState, MessagePicture, MessageWindow, TypePicture};

/// How far two reckonings of one moment may lie apart, in milliseconds: hosts are asked one after the other, and by their own clocks.
const TOLERANCE_MS: u64 = 400;

/// Whether a window says the same as another one, `gone_ms` after it.
pub(super) fn same_window(before: &MessageWindow, now: &MessageWindow, gone_ms: u64) -> bool {
    let same_copies = |(before, now): (&CopyPicture, &CopyPicture)| {
        CopyPicture { state: now.state, ..*before } == *now && same_copy(before.state, now.state, gone_ms)
    };
    let same = |(before, now): (&MessagePicture, &MessagePicture)| {
        let aged = MessagePicture { age_ms: now.age_ms, copies: now.copies.clone(), ..before.clone() };
        aged == *now
            && is_near(before.age_ms + gone_ms, now.age_ms)
            && before.copies.len() == now.copies.len()
            && before.copies.iter().zip(&now.copies).all(same_copies)
    };
    let numbers =
        |window: &MessageWindow| (window.serial, window.total, window.under_replicated, window.offset);
    numbers(before) == numbers(now)
        && before.rows.len() == now.rows.len()
        && before.rows.iter().zip(&now.rows).all(same)
}

fn same_copy(before: CopyState, now: CopyState, gone_ms: u64) -> bool {
    match (before, now) {
        (CopyState::Leased { left_ms: before }, CopyState::Leased { left_ms: now })
        | (CopyState::Delayed { left_ms: before }, CopyState::Delayed { left_ms: now }) => {
            is_near(before.saturating_sub(gone_ms), now)
        }
        _ => before == now,
    }
}

fn is_near(one_ms: u64, other_ms: u64) -> bool {
    one_ms.abs_diff(other_ms) <= TOLERANCE_MS
}

/// Whether message types are as before, but for the ages of their oldest messages.
pub(super) fn same_types(before: &[TypePicture], now: &[TypePicture]) -> bool {
    let same = |(before, now): (&TypePicture, &TypePicture)| {
        TypePicture { oldest_ms: now.oldest_ms, ..before.clone() } == *now
    };
    before.len() == now.len() && before.iter().zip(now).all(same)
}

/// Whether a host tells the same of its messages as before.
pub(super) fn same_messages(before: &Told, now: &Told) -> bool {
    let without_ages = |told: &Told| {
        let mut told = Told { commits_total: 0, commit_us: 0, disk_bytes: 0, ..told.clone() };
        told.types.iter_mut().for_each(|each| each.oldest_age = Duration::ZERO);
        told
    };
    before == now || without_ages(before) == without_ages(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{HostNumber, MessageId, MessageState};

    fn window(age_ms: u64, left_ms: u64) -> MessageWindow {
        let copy = CopyPicture { host: HostNumber(1), rank: 0, state: CopyState::Leased { left_ms } };
        let row = MessagePicture {
            id: MessageId(7),
            message_type: "orders".to_owned(),
            age_ms,
            asked: 1,
            copies: vec![copy],
            owner: Some(HostNumber(1)),
            state: MessageState::Leased,
            deliveries: 1,
            priority: 0,
            body: String::new(),
            body_bytes: 0,
        };
        MessageWindow { serial: 1, total: 1, under_replicated: 0, offset: 0, rows: vec![row] }
    }

    #[test]
    fn time_alone_changes_no_window() {
        let before = window(1_000, 30_000);
        assert!(same_window(&before, &window(6_100, 24_800), 5_000));
        assert!(!same_window(&before, &window(6_000, 30_000), 5_000), "the lease was extended");
        assert!(!same_window(&before, &window(1_000, 25_000), 5_000), "another message of the same id");
        let mut delivered = window(6_000, 25_000);
        delivered.rows[0].deliveries = 2;
        assert!(!same_window(&before, &delivered, 5_000));
        delivered.rows.clear();
        assert!(!same_window(&before, &delivered, 5_000));
    }

    #[test]
    fn commits_and_ages_change_no_message() {
        let before = Told::default();
        assert!(same_messages(&before, &Told { commits_total: 3, commit_us: 9, ..Told::default() }));
        assert!(!same_messages(&before, &Told { ready: 1, ..Told::default() }));
    }
}
