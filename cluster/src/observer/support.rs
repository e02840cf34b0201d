//! Plain data for the tests: hosts that tell what they are made to tell.

use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::state::condition::Status;

use super::board::{Board, Place, Process};
use crate::client::sight::{Told, ToldCopy, ToldHeld, ToldLink, ToldPlacement};
use crate::observe::HostNumber;

/// The names of hosts 1 to 4.
pub(super) const NAMES: [&str; 4] = ["alpha", "bravo", "charlie", "delta"];

/// The id of a host by its number.
pub(super) fn id(number: u16) -> HostId {
    HostId(u128::from(number))
}

pub(super) fn place(number: u16, process: Process) -> Place {
    Place {
        name: NAMES[usize::from(number) - 1].to_owned(),
        address: format!("http://127.0.0.1:{}", 7000 + number),
        pid: Some(u32::from(number)),
        started_at_ms: None,
        process,
        plant: None,
    }
}

/// A host that serves, and is linked with hosts 1 to `hosts`.
pub(super) fn told(number: u16, hosts: u16) -> Told {
    let link = |peer: u16| ToldLink {
        id: id(peer),
        name: NAMES[usize::from(peer) - 1].to_owned(),
        connected: true,
        ..ToldLink::default()
    };
    Told {
        id: id(number),
        name: NAMES[usize::from(number) - 1].to_owned(),
        serving: true,
        links: (1..=hosts).filter(|peer| *peer != number).map(link).collect(),
        ..Told::default()
    }
}

/// A board with so many hosts, all up and heard.
pub(super) fn board(hosts: u16) -> Board {
    let mut board = Board::default();
    board.placed(0, (1..=hosts).map(|number| place(number, Process::Running)).collect());
    for number in 1..=hosts {
        board.told(0, NAMES[usize::from(number) - 1], told(number, hosts));
    }
    board.settle(0);
    board
}

/// A host tells where its copies are: sets of hosts, messages, and how many of them it owns.
pub(super) fn tell_sets(board: &mut Board, number: u16, hosts: u16, sets: &[(&[u16], u64, u64)]) {
    let placement = |(set, messages, owned): &(&[u16], u64, u64)| ToldPlacement {
        hosts: set.iter().map(|host| id(*host)).collect(),
        messages: *messages,
        owned: *owned,
    };
    let told = Told { placements: sets.iter().map(placement).collect(), ..told(number, hosts) };
    board.told(0, NAMES[usize::from(number) - 1], told);
}

/// A process does something else from now on.
pub(super) fn process(board: &mut Board, now_ms: u64, number: u16, process: Process) {
    board.placed(now_ms, vec![place(number, process)]);
    board.settle(now_ms);
}

/// What a host has of message 1, which host `owner` owns.
pub(super) fn copy(holders: &[u16], owner: u16, status: Status) -> ToldCopy {
    ToldCopy {
        id: MessageId(1),
        holders: holders.iter().map(|host| id(*host)).collect(),
        held: Some(ToldHeld {
            message_type: "orders".to_owned(),
            replicas: 2,
            lacking: Vec::new(),
            owner: Some(id(owner)),
            status,
            corrupt: false,
            count: 0,
            remaining_ms: 900,
        }),
        enqueued_at_ms: 100,
        body: "order 1".into(),
        body_bytes: 7,
        ..ToldCopy::default()
    }
}

pub(super) fn tombstone(holders: &[u16]) -> ToldCopy {
    ToldCopy { held: None, ..copy(holders, 1, Status::Ready) }
}

pub(super) fn hosts(numbers: &[u16]) -> Vec<HostNumber> {
    numbers.iter().map(|number| HostNumber(*number)).collect()
}
