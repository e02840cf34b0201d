//! Totals are merged from what each host counts for itself.

use super::super::board::{Board, Process};
use super::super::support::{board, hosts, id, process, tell_sets, told};
use crate::client::sight::{Told, ToldLink};
use crate::client::types::TypeDepth;
use crate::observe::{HostNumber, LinkPicture, LinkState, Placement};

#[test]
fn a_message_that_several_hosts_tell_of_counts_once() {
    let mut board = board(3);
    tell_sets(&mut board, 1, 3, &[(&[1, 2], 5, 5), (&[1], 1, 1)]);
    tell_sets(&mut board, 2, 3, &[(&[1, 2], 4, 0), (&[2, 3], 2, 2)]);
    tell_sets(&mut board, 3, 3, &[(&[2, 3], 2, 0)]);
    let placements = board.placements();
    assert_eq!(placements[0], Placement { hosts: hosts(&[1, 2]), messages: 5 });
    assert_eq!(placements[1], Placement { hosts: hosts(&[2, 3]), messages: 2 });
    assert_eq!((board.messages(), board.unavailable()), (8, 0));
}

#[test]
fn what_both_sides_of_a_cut_serve_counts_once() {
    let mut board = board(3);
    // Message by message: 5 on alpha and bravo, both of whom own them; 2 more on charlie alone.
    let tell = |board: &mut Board, cut: bool, (alpha, bravo): ((u64, u64), (u64, u64))| {
        for (number, (ready, leased), set, owned) in
            [(1, alpha, &[1, 2][..], 5), (2, bravo, &[1, 2][..], 5), (3, (2, 0), &[3][..], 2)]
        {
            tell_sets(board, number, 3, &[(set, owned, owned)]);
            let entry = &mut board.entries[usize::from(number) - 1];
            let told = entry.told.as_mut().unwrap();
            (told.ready, told.leased) = (ready, leased);
            told.under_replicated = 5;
            told.links.iter_mut().for_each(|link| link.cut_out = cut && number < 3);
        }
    };
    for (alpha, bravo, once) in [
        ((5, 0), (5, 0), (7, 0)),
        // Leased on one side, ready on the other: both.
        ((5, 0), (4, 1), (7, 1)),
        // Leased on both sides.
        ((4, 1), (4, 1), (6, 1)),
        ((0, 5), (0, 5), (2, 5)),
    ] {
        tell(&mut board, true, (alpha, bravo));
        assert_eq!(board.ready_and_leased(), once);
        assert_eq!(board.under_replicated(), 0, "every holder lives");
    }
    // Without a cut they have told of different moments.
    tell(&mut board, false, ((5, 0), (0, 0)));
    assert_eq!(board.ready_and_leased(), (7, 0));
}

#[test]
fn a_kill_is_predicted_as_it_happens() {
    let mut board = board(3);
    tell_sets(&mut board, 1, 3, &[(&[1, 2], 5, 3), (&[1], 1, 1), (&[1, 2, 3], 4, 4)]);
    tell_sets(&mut board, 2, 3, &[(&[1, 2], 5, 2), (&[1, 2, 3], 4, 0)]);
    tell_sets(&mut board, 3, 3, &[(&[1, 2, 3], 4, 0)]);
    let blast = board.blast(&hosts(&[1]));
    assert_eq!((blast.owner_changes, blast.fall_to_one, blast.only_copy_here), (7, 5, 1));
    assert_eq!((blast.only_disk, board.blast(&hosts(&[1, 2])).only_disk), (1, 6));
    process(&mut board, 10, 1, Process::Killed { wiped: false });
    assert_eq!(board.damage(&board.sets(), &hosts(&[1])), (5, 1));
    assert_eq!((board.unavailable(), board.messages()), (1, 10));
    // What falls now falls from one, and could still come back from the dead disk.
    let blast = board.blast(&hosts(&[2]));
    assert_eq!((blast.only_copy_here, blast.fall_to_one, blast.only_disk), (5, 4, 0));
    assert_eq!(board.blast(&hosts(&[1])).only_disk, 1, "its disk can be emptied although it is down");
}

#[test]
fn what_all_holders_took_with_them_is_remembered() {
    let mut board = board(2);
    tell_sets(&mut board, 1, 2, &[(&[1, 2], 3, 3)]);
    tell_sets(&mut board, 2, 2, &[(&[1, 2], 3, 0)]);
    for number in [1, 2] {
        process(&mut board, 10, number, Process::Killed { wiped: false });
    }
    assert_eq!((board.unavailable(), board.messages(), board.under_replicated()), (3, 3, 3));
}

#[test]
fn types_are_summed() {
    let mut board = board(2);
    let depth = |ready: u64, copies: u64| TypeDepth {
        message_type: "orders".to_owned(),
        ready,
        copies,
        ..TypeDepth::default()
    };
    board.told(0, "alpha", Told { types: vec![depth(2, 3)], ..told(1, 2) });
    board.told(0, "bravo", Told { types: vec![depth(1, 3)], ..told(2, 2) });
    assert_eq!(board.types()[0].ready, 3);
}

#[test]
fn a_link_is_as_its_ends_see_it_and_cuts_stand_before_suspicions() {
    let mut board = board(3);
    let mut alpha = told(1, 3);
    alpha.links = vec![
        ToldLink { id: id(2), cut_out: true, suspected: Some("silent".into()), ..ToldLink::default() },
        ToldLink { id: id(3), connected: true, delay_ms: 200, ..ToldLink::default() },
    ];
    let mut bravo = told(2, 3);
    bravo.links[0].cut_in = true;
    let mut charlie = told(3, 3);
    charlie.links[1].connected = false;
    for (name, told) in [("alpha", alpha), ("bravo", bravo), ("charlie", charlie)] {
        board.told(0, name, told);
    }
    let link = |from, to, state| LinkPicture { from: HostNumber(from), to: HostNumber(to), state };
    let expected = [
        link(1, 2, LinkState::Cut),
        link(1, 3, LinkState::Delayed { by_ms: 200 }),
        link(3, 2, LinkState::Connecting),
    ];
    assert_eq!(board.links(), expected);
}
