//! The heat map counts every message once, and knows of hosts that are gone.

use super::super::board::Process;
use super::super::support::{board, process, told};
use crate::client::sight::Told;
use crate::client::types::TypeDepth;
use crate::observe::{HeatMap, HostNumber};

fn depth(message_type: &str, ready: u64, first: u64, copies: u64) -> TypeDepth {
    TypeDepth { message_type: message_type.to_owned(), ready, first, copies, ..TypeDepth::default() }
}

fn told_of(number: u16, types: Vec<TypeDepth>) -> Told {
    Told { types, ..told(number, 3) }
}

#[test]
fn what_both_sides_of_a_cut_own_counts_once() {
    let mut board = board(3);
    for cut in [false, true] {
        // All on alpha and bravo; alpha is cut from both others, so that each side owns all of it.
        let (alpha, bravo) = if cut { ((7, 2), (7, 2)) } else { ((4, 1), (3, 1)) };
        for (number, name, (orders, mail), firsts) in
            [(1, "alpha", alpha, (4, 1)), (2, "bravo", bravo, (3, 1))]
        {
            let under_replicated = if cut { 7 } else { 0 };
            let orders = TypeDepth { under_replicated, ..depth("orders", orders, firsts.0, 7) };
            let mut told = told_of(number, vec![orders, depth("mail", mail, firsts.1, 2)]);
            told.links.iter_mut().for_each(|link| link.cut_out = cut && number == 1);
            board.told(0, name, told);
        }
        let rows = board.heat().rows;
        let counted: Vec<(&str, u64)> = rows.iter().map(|row| (&*row.label, row.messages)).collect();
        assert_eq!(counted, [("orders", 7), ("mail", 2)], "cut: {cut}");
        assert!(rows.iter().all(|row| row.under_replicated == 0), "every holder lives: {rows:?}");
        assert_eq!(rows[0].cells.len(), 2);
    }
}

#[test]
fn types_for_which_there_is_no_room_are_one_row() {
    let mut board = board(3);
    let types = || (1..=60).map(|number| depth(&format!("type-{number}"), number, number, number)).collect();
    board.told(0, "alpha", told_of(1, types()));
    board.told(0, "bravo", told_of(2, types()));
    let map = board.heat();
    let last = map.rows.last().unwrap();
    assert_eq!((map.rows.len(), &*last.label, last.types), (48, "13 more types", 13));
    assert_eq!(last.messages, 2 * (1..=13).sum::<u64>());
    let fitted = map.clone().fitted(5);
    let last = fitted.rows.last().unwrap();
    assert_eq!((fitted.rows.len(), &*last.label, last.cells.len()), (5, "56 more types", 2));
    let all = |map: &HeatMap| map.rows.iter().map(|row| row.messages).sum::<u64>();
    assert_eq!(all(&fitted), all(&map), "none is left out");
}

#[test]
fn a_host_that_is_gone_keeps_its_copies_and_its_messages_are_marked() {
    let mut board = board(3);
    board.told(0, "alpha", told_of(1, vec![depth("orders", 4, 4, 7), depth("mail", 1, 1, 1)]));
    board.told(0, "bravo", told_of(2, vec![depth("orders", 3, 3, 7)]));
    process(&mut board, 10, 1, Process::Killed { wiped: false });
    let bravo = TypeDepth { under_replicated: 7, ..depth("orders", 7, 3, 7) };
    board.told(20, "bravo", told_of(2, vec![bravo]));
    let rows = board.heat().rows;
    assert_eq!(rows.len(), 1, "nobody who lives knows of mail");
    assert_eq!((rows[0].messages, rows[0].under_replicated), (7, 7));
    let alpha = rows[0].cells.iter().find(|cell| cell.host == HostNumber(1)).unwrap();
    assert_eq!((alpha.copies, alpha.serving), (7, 0));
}
