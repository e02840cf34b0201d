//! Hosts come, go and come back.

use super::super::support::{board, id, place, process, told};
use super::{Board, Process};
use crate::client::sight::Told;
use crate::observe::{HostNumber, HostState};

fn states(board: &Board) -> Vec<HostState> {
    board.pictures().iter().map(|host| host.state).collect()
}

#[test]
fn a_host_is_up_once_it_says_that_it_serves() {
    let mut board = Board::default();
    board.placed(0, vec![place(1, Process::Expected), place(2, Process::Running)]);
    board.told(5, "bravo", Told { serving: false, ..told(2, 2) });
    board.settle(5);
    assert_eq!(states(&board), [HostState::Starting, HostState::Starting]);
    board.told(10, "bravo", told(2, 2));
    let turns = board.settle(10);
    assert_eq!(turns.len(), 1);
    assert_eq!((turns[0].host, turns[0].after, turns[0].is_back), (HostNumber(2), HostState::Up, false));
}

#[test]
fn a_killed_host_is_dead_at_once_and_keeps_what_is_on_its_disk() {
    let mut board = board(2);
    board.told(1, "alpha", Told { copies: 7, ready: 3, ..told(1, 2) });
    process(&mut board, 20, 1, Process::Killed { wiped: false });
    let card = &board.pictures()[0];
    assert_eq!((card.state, card.copies, card.serving, card.served_before), (HostState::Killed, 7, 0, 3));
    assert_eq!((card.since_ms, card.pid), (20, None));
    assert!(board.is_gone(HostNumber(1)) && board.is_current(id(1)));
}

#[test]
fn a_wiped_host_has_nothing_and_comes_back_as_another() {
    let mut board = board(2);
    board.told(1, "alpha", Told { copies: 7, ..told(1, 2) });
    process(&mut board, 20, 1, Process::Killed { wiped: true });
    assert_eq!(board.pictures()[0].copies, 0);
    assert!(!board.is_current(id(1)));
    let mut again = place(1, Process::Running);
    again.pid = Some(99);
    board.placed(30, vec![again]);
    board.told(40, "alpha", Told { id: id(9), ..told(1, 2) });
    let turns = board.settle(40);
    assert!(turns[0].is_back);
    assert_eq!(board.host_of(id(9)), Some(HostNumber(1)));
    assert!(board.is_current(id(9)) && !board.is_current(id(1)));
}

#[test]
fn a_silent_host_keeps_its_state_for_a_moment_only() {
    let mut board = board(2);
    board.told(1_000, "alpha", told(1, 2));
    board.settle(1_000);
    board.lost("alpha");
    assert!(board.settle(1_100).is_empty());
    board.settle(9_000);
    assert_eq!(states(&board), [HostState::Starting, HostState::Up]);
}

#[test]
fn a_paused_host_is_neither_gone_nor_live() {
    let mut board = board(2);
    process(&mut board, 20, 1, Process::Paused);
    assert_eq!(states(&board), [HostState::Paused, HostState::Up]);
    assert!(!board.is_gone(HostNumber(1)) && !board.is_live(HostNumber(1)));
    process(&mut board, 30, 1, Process::Running);
    assert_eq!(states(&board)[0], HostState::Up);
}

#[test]
fn members_that_others_speak_of_get_a_place_only_when_nobody_else_claims_it() {
    let mut board = board(2);
    board.told(10, "alpha", told(1, 3));
    assert_eq!(board.pictures().len(), 2);
    board.placed(20, vec![place(3, Process::Running)]);
    assert_eq!(board.pictures().len(), 3);
    board.told(30, "alpha", told(1, 4));
    board.told(9_000, "alpha", told(1, 4));
    board.settle(20_000);
    assert_eq!(board.pictures()[3].state, HostState::Down);
}

#[test]
fn rates_are_those_of_a_second_and_quiet_hosts_have_none() {
    let mut board = board(1);
    board.count_rates();
    board.told(1, "alpha", Told { moved_total: 50, ..told(1, 1) });
    board.count_rates();
    assert_eq!((board.pictures()[0].per_second, board.pictures()[0].rate_history.len()), (50, 1));
    for _ in 0..60 {
        board.count_rates();
    }
    assert!(board.pictures()[0].rate_history.is_empty());
}
