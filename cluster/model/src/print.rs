//! What tells two states apart: the words of everything that a host knows, without what the protocol does not look at.
//!
//! Two hosts with the same words do the same. Most of the words that differ between one history and another are numbers that are
//! only ever compared with each other: of boots, sessions, links, places in the store, requests between hosts. A [`Print`] keeps them
//! apart from the rest, so that [`Names`] can give them new names for the whole world: the lowest of a kind is 0, the next one 1.
//! New numbers are always above all that there are, so worlds that are the same but for the distances between numbers go on alike.
//!
//! Left out altogether, because no decision of a world in which time stands still rests on it:
//!
//! - commits, and what a host remembers of its own earlier boots: they are for disks that lost something, and none does. That nobody claims to
//!   have seen a commit of a host that its disk does not have is checked in every state ([`Print::commits`]);
//! - the numbers of frames: a link neither loses nor doubles any, so the next one is always the expected one;
//! - how many steps a synchronisation has made, and alarms: they matter once time passes, and every operation still has its deadline;
//! - what is kept of other things to be found faster: members as they are told, kinds of peers, names' sums.

use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::node::HOSTS;

mod reader;

use reader::Reader;

/// What a number counts. Numbers of different spaces are never compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Space {
    /// A request of one host to another, or an operation: of which host.
    Number(u8),
    /// A session: of which two hosts.
    Connection(u8, u8),
    /// A place in the store of a host.
    Sequence(u8),
    /// A boot of a host.
    Boot(u8),
    /// A link.
    Link,
}

/// The words of one host, or of one direction of a link.
#[derive(Debug, Clone, Default)]
pub struct Print {
    words: u64,
    numbers: Arc<[(Space, u64)]>,
    /// The highest commit of each host that is spoken of.
    pub commits: [u64; HOSTS],
}

/// Boots of a host begin here, so that every number made of one says whose it is.
#[must_use]
pub fn first_boot(node: usize) -> u64 {
    64 * node as u64
}

/// Commits of a host begin here.
#[must_use]
pub fn first_commit(node: usize) -> u64 {
    (node as u64 + 1) << 33
}

/// Places in the store of a host begin here.
#[must_use]
pub fn first_sequence(node: usize) -> u64 {
    (node as u64 + 1) << 36
}

impl Print {
    /// Takes in the words of something that host `one` knows, or that is under way between `one` and `two`.
    #[must_use]
    pub fn of(one: usize, two: usize, what: &dyn fmt::Debug) -> Print {
        let mut reader = Reader::new(one as u8, two as u8);
        write!(reader, "{what:?};").expect("a reader takes everything");
        reader.finish()
    }
}

/// New names for the numbers of a world.
pub struct Names {
    numbers: Vec<(Space, u64)>,
    boots: [u64; HOSTS],
    links: [u64; 3],
}

impl Names {
    /// Collects the numbers of all prints; `boots` are the last boot of each host, `links` the links that are open.
    pub fn new<'a>(prints: impl Iterator<Item = &'a Print>, boots: [u64; HOSTS], links: [u64; 3]) -> Self {
        let mut numbers: Vec<_> = prints.flat_map(|print| print.numbers.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Names { numbers, boots, links }
    }

    /// The print in words that are the same for all worlds that go on alike.
    pub fn hash<H: Hasher>(&self, print: &Print, state: &mut H) {
        print.words.hash(state);
        for (space, number) in print.numbers.iter() {
            match *space {
                Space::Boot(host) => (self.boots[usize::from(host)] - number).hash(state),
                Space::Link => self.links.contains(number).hash(state),
                space => {
                    let of = self.numbers.partition_point(|(known, _)| *known < space);
                    let place = self.numbers.partition_point(|known| *known < (space, *number));
                    (place - of).hash(state);
                }
            }
        }
    }
}
