//! Rows say what each host has, from what each of them says.

use hydraq_core::ids::MessageId;
use hydraq_core::state::condition::Status;

use super::super::board::{Board, Process};
use super::super::support::{board, copy, hosts, id, process, tombstone};
use super::{Memory, Said, row};
use crate::client::sight::ToldCopy;
use crate::observe::{CopyState, HostNumber, MessagePicture, MessageState};

/// The row of message 1, if hosts 1 to n say this; memory knows what they have told.
fn seen(said: &[Said<'_>], board: &Board) -> MessagePicture {
    let mut memory = Memory::default();
    for said in said {
        if let Said::Has(copy) = said {
            memory.learn(copy);
        }
    }
    let said: Vec<(HostNumber, Said<'_>)> = (1..).map(HostNumber).zip(said.iter().copied()).collect();
    row(MessageId(1), 1_100, &said, board, &memory)
}

fn states(row: &MessagePicture) -> Vec<(u16, CopyState)> {
    row.copies.iter().map(|copy| (copy.host.0, copy.state)).collect()
}

#[test]
fn owner_and_holder_are_told_apart() {
    let told = copy(&[2, 1], 2, Status::Ready);
    let row = seen(&[Said::Has(&told), Said::Has(&told), Said::Nothing], &board(3));
    assert_eq!(states(&row), [(2, CopyState::Serving), (1, CopyState::Copy)]);
    assert_eq!(
        (row.owner, row.state, row.asked, row.age_ms),
        (Some(HostNumber(2)), MessageState::Ready, 2, 1_000)
    );
    assert_eq!((&*row.message_type, &*row.body, row.body_bytes), ("orders", "order 1", 7));
    assert!(!row.is_under_replicated());
}

#[test]
fn a_lease_is_shown_where_it_was_given() {
    let told = copy(&[1, 2], 1, Status::Leased);
    let row = seen(&[Said::Has(&told), Said::Has(&told)], &board(2));
    assert_eq!(states(&row), [(1, CopyState::Leased { left_ms: 900 }), (2, CopyState::Copy)]);
    assert_eq!(row.state, MessageState::Leased);
}

#[test]
fn copies_of_the_dead_and_the_paused_do_not_count() {
    let mut board = board(3);
    process(&mut board, 10, 1, Process::Killed { wiped: false });
    process(&mut board, 10, 2, Process::Paused);
    let told = copy(&[1, 2, 3], 3, Status::Ready);
    let row = seen(&[Said::NotAsked, Said::NotAsked, Said::Has(&told)], &board);
    let expected = [(1, CopyState::OnDeadHost), (2, CopyState::OnPausedHost), (3, CopyState::Serving)];
    assert_eq!(states(&row), expected);
    assert!(row.is_under_replicated());
}

#[test]
fn a_live_holder_without_a_copy_is_about_to_get_one() {
    let told = copy(&[1, 2], 1, Status::Ready);
    let row = seen(&[Said::Has(&told), Said::Nothing], &board(2));
    assert_eq!(states(&row), [(1, CopyState::Serving), (2, CopyState::Copying)]);
}

#[test]
fn what_was_on_an_emptied_disk_is_missing() {
    let mut board = board(2);
    process(&mut board, 10, 2, Process::Killed { wiped: true });
    let told = copy(&[1, 2], 1, Status::Ready);
    let row = seen(&[Said::Has(&told), Said::NotAsked], &board);
    assert_eq!(states(&row), [(1, CopyState::Serving), (2, CopyState::Missing)]);
}

#[test]
fn both_sides_of_a_partition_serve() {
    let (one, other) = (copy(&[1, 2], 1, Status::Ready), copy(&[1, 2], 2, Status::Ready));
    let row = seen(&[Said::Has(&one), Said::Has(&other)], &board(2));
    assert_eq!(states(&row), [(1, CopyState::Serving), (2, CopyState::Serving)]);
}

#[test]
fn a_tombstone_beats_copies_and_others_keep_it_for_the_dead() {
    let mut board = board(3);
    process(&mut board, 10, 2, Process::Killed { wiped: false });
    let told = tombstone(&[1, 2]);
    let row = seen(&[Said::Has(&told), Said::NotAsked, Said::Has(&told)], &board);
    let expected = [(1, CopyState::Tombstone), (2, CopyState::OnDeadHost), (3, CopyState::Tombstone)];
    assert_eq!(states(&row), expected);
    assert_eq!((row.state, row.owner), (MessageState::Deleted, None));
    assert!(!row.is_under_replicated());
}

#[test]
fn a_message_whose_holders_are_all_gone_is_remembered_unless_it_was_deleted() {
    let mut board = board(2);
    let mut memory = Memory::default();
    memory.learn(&copy(&[1, 2], 1, Status::Ready));
    memory.learn(&ToldCopy { id: MessageId(2), ..tombstone(&[1, 2]) });
    memory.learn(&ToldCopy { id: MessageId(3), ..copy(&[1, 2], 1, Status::Ready) });
    memory.finished(MessageId(3));
    memory.learn(&ToldCopy { id: MessageId(3), ..copy(&[1, 2], 1, Status::Ready) });
    assert!(memory.orphans(&board).is_empty());
    for number in [1, 2] {
        process(&mut board, 10, number, Process::Killed { wiped: false });
    }
    assert_eq!(memory.orphans(&board), [MessageId(1)]);
    let row = row(MessageId(1), 1_100, &[], &board, &memory);
    assert_eq!(row.state, MessageState::Unavailable);
    assert_eq!(states(&row), [(1, CopyState::OnDeadHost), (2, CopyState::OnDeadHost)]);
    assert_eq!(board.hosts_of(&[id(2), id(1)]), hosts(&[1, 2]));
}

#[test]
fn a_copy_of_what_was_said_to_be_gone_everywhere_speaks_for_itself() {
    let (told, mut memory) = (copy(&[1, 2], 1, Status::Ready), Memory::default());
    memory.finished(MessageId(1));
    memory.learn(&told);
    let row = row(MessageId(1), 1_100, &[(HostNumber(1), Said::Has(&told))], &board(2), &memory);
    assert_eq!((&*row.message_type, row.asked, &*row.body), ("orders", 2, "order 1"));
}
