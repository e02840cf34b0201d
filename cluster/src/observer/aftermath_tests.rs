//! What happened is told beside what was predicted, also where the disk that could tell is empty.

use super::super::board::{Board, Process};
use super::super::events::Log;
use super::super::support::{board, process, tell_sets};
use super::{Falling, PATIENCE_MS};

/// Two messages on alpha alone, three on alpha and bravo; alpha is killed, and its disk emptied or not.
fn killed(wiped: bool) -> (Falling, Board, Log) {
    let (mut board, mut log) = (board(2), Log::default());
    tell_sets(&mut board, 1, 2, &[(&[1], 2, 2), (&[1, 2], 3, 3)]);
    tell_sets(&mut board, 2, 2, &[(&[1, 2], 3, 0)]);
    let falling = Falling::begin(100, &["alpha".to_owned()], &board, &mut log).unwrap();
    process(&mut board, 110, 1, Process::Killed { wiped });
    // The emptied host has told nothing since; what it had is forgotten with it.
    tell_sets(&mut board, 2, 2, if wiped { &[(&[2], 3, 3)] } else { &[(&[1, 2], 3, 3)] });
    if wiped {
        board.entries[0].told = None;
    }
    log.taken_over.insert("alpha".to_owned(), (3, 120));
    (falling, board, log)
}

#[test]
fn what_was_predicted_happens_to_killed_and_to_emptied_hosts() {
    for wiped in [false, true] {
        let (falling, board, log) = killed(wiped);
        let told = falling.told(130, &board, &log).unwrap().unwrap();
        assert_eq!((told.wiped, told.takeover_ms), (wiped, Some(20)));
        assert_eq!(told.predicted.only_disk, 2);
        assert_eq!(told.happened, told.predicted, "wiped: {wiped}");
        assert_eq!((told.happened.owner_changes, told.happened.only_copy_here), (3, 2));
    }
}

#[test]
fn a_takeover_that_does_not_come_is_told_all_the_same() {
    let (falling, board, mut log) = killed(false);
    log.taken_over.clear();
    assert_eq!(falling.told(130, &board, &log), Ok(None));
    let late = falling.told(100 + PATIENCE_MS, &board, &log).unwrap().unwrap();
    assert_eq!((late.happened.owner_changes, late.takeover_ms), (0, None));
}
