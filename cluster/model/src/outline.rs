//! The protocol in outline: small enough that two messages, two crashes and a cut are explored to the end.
//!
//! [`explore`](super::explore) runs the core itself, and its states are too many for that. Here each rule of the protocol that decides what becomes
//! of messages is written again, in a line or two ([`rules`]): the first round of replication and a further try, a request that leaves before its
//! host's own commit, acknowledgement, owners and suspicion, leases that are told, tombstones with their confirmations and the fence for copies
//! under way, hosts that keep a tombstone without being holders, sessions whose frames are lost with them, rejoin. What holds in every state is in [`promises`].
//!
//! Left out: bodies, the ends of leases, retries, lost disks, and all that only takes time. Three hosts; message `m` is enqueued at host `m`, with
//! replicas there and at the next host; the third host is who is left for a further try.

mod frames;
mod promises;
mod rules;
#[cfg(test)]
mod tests;

use stateright::{Model, Property};

/// How many hosts there are.
pub const HOSTS: usize = 3;
/// How many messages there are at most.
pub const MESSAGES: usize = 2;

/// A set of hosts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hosts(u8);

impl Hosts {
    const ALL: Self = Self((1 << HOSTS) - 1);

    fn of(host: usize) -> Self {
        Self(1 << host)
    }

    fn has(self, host: usize) -> bool {
        self.0 & (1 << host) != 0
    }

    fn with(self, host: usize) -> Self {
        Self(self.0 | (1 << host))
    }

    fn without(self, host: usize) -> Self {
        Self(self.0 & !(1 << host))
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has_all(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn count(self) -> u32 {
        self.0.count_ones()
    }

    fn each(self) -> impl Iterator<Item = usize> {
        (0..HOSTS).filter(move |host| self.has(*host))
    }
}

/// The holders of a message, in the order of their ranks if [`rank`] is asked.
fn holders(message: usize, wide: bool) -> Hosts {
    if wide { Hosts::ALL } else { Hosts::of(message).with((message + 1) % HOSTS) }
}

fn rank(message: usize, host: usize) -> usize {
    (host + HOSTS - message) % HOSTS
}

/// What a disk has of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Nothing.
    #[default]
    Nothing,
    /// A replica, with its holder list: `wide` if a further try has added the third host.
    #[expect(missing_docs, reason = "said above")]
    Copy { wide: bool, leased: bool },
    /// A tombstone, and who has confirmed it.
    #[expect(missing_docs, reason = "said above")]
    Tombstone { wide: bool, confirmed: Hosts },
}

/// What one host tells another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the protocol's words")]
pub enum Frame {
    /// The first one of a session: all that the sender has.
    Synchronise([Kept; MESSAGES]),
    Replicate {
        message: usize,
        wide: bool,
        leased: bool,
    },
    Stored {
        message: usize,
    },
    Lease {
        message: usize,
    },
    /// The sender keeps this tombstone; `asks` if the receiver is to keep it, too, and to say so.
    Tombstone {
        message: usize,
        wide: bool,
        confirmed: Hosts,
        asks: bool,
    },
    Forget {
        message: usize,
    },
}

/// What a host has in memory of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Doing {
    /// Who has stored it, while an enqueue waits.
    confirmed: Option<Hosts>,
    /// Who has not answered yet, while a delete waits.
    waiting: Option<Hosts>,
    /// Whom that delete has asked.
    asked: Hosts,
    /// Whom that delete has not reached.
    unreached: Hosts,
    /// To whom a copy may be under way from here.
    under_way: Hosts,
    /// Who has said that it lacks it, in its current session.
    lacks: Hosts,
    /// Its tombstone was forgotten here.
    finished: bool,
}

/// What a host has in memory; lost with a crash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Memory {
    up: bool,
    /// With whom it has a session, as far as it knows.
    linked: Hosts,
    /// With whom it has had one in this boot.
    met: Hosts,
    /// Who has told all that it has, in this boot.
    synchronised: Hosts,
    suspects: Hosts,
    doing: [Doing; MESSAGES],
}

/// What a client knows of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Client {
    enqueued: bool,
    acknowledged: bool,
    delivered: Hosts,
    delete_asked: bool,
    deleted: bool,
    unreached: Hosts,
}

/// Everything that decides what can happen next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    memory: [Memory; HOSTS],
    disks: [[Kept; MESSAGES]; HOSTS],
    /// What is under way, from whom to whom, in order.
    links: [[Vec<Frame>; HOSTS]; HOSTS],
    cut: Option<(usize, usize)>,
    clients: [Client; MESSAGES],
    crashes: u8,
    cuts: u8,
    /// What no host may do, and one has done.
    broken: Option<&'static str>,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it; hosts and messages by number")]
pub enum Action {
    Enqueue(usize),
    Commit(usize),
    FurtherTry(usize),
    Dequeue {
        host: usize,
        message: usize,
    },
    Delete {
        host: usize,
        message: usize,
    },
    /// What is next from the first host arrives at the second.
    Arrive(usize, usize),
    Crash(usize),
    Start(usize),
    Suspect {
        host: usize,
        other: usize,
    },
    Connect(usize, usize),
    Cut(usize, usize),
    Heal,
}

/// A rule that is left out, to see that a promise is broken then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// Rank 0 counts itself before its commit.
    Commit,
    /// A tombstone is forgotten once those who were reached have confirmed it.
    Confirmations,
    /// Hosts that connect do not compare what they have.
    Comparison,
}

/// How much may happen.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// How many messages are enqueued, at most two.
    pub messages: usize,
    /// How many hosts crash, in all.
    pub crashes: u8,
    /// How often the way between two hosts is cut.
    pub cuts: u8,
    /// While something is under way, hosts only crash and links are only cut; requests, starts, connections and suspicions come when
    /// nothing is.
    pub calm: bool,
    /// What is wrong on purpose.
    pub omits: Option<Omission>,
}

impl Model for Outline {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::begin()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let each = || Hosts::ALL.each();
        let pairs =
            || each().flat_map(move |one| each().map(move |other| (one, other))).filter(|(a, b)| a != b);
        for message in 0..self.messages {
            actions.extend([Action::Enqueue(message), Action::Commit(message), Action::FurtherTry(message)]);
            actions.extend(each().map(|host| Action::Dequeue { host, message }));
            actions.extend(each().map(|host| Action::Delete { host, message }));
        }
        actions.extend(pairs().map(|(from, to)| Action::Arrive(from, to)));
        actions.extend(each().flat_map(|host| [Action::Crash(host), Action::Start(host)]));
        actions.extend(pairs().map(|(host, other)| Action::Suspect { host, other }));
        actions.extend(
            pairs().filter(|(a, b)| a < b).flat_map(|(a, b)| [Action::Connect(a, b), Action::Cut(a, b)]),
        );
        actions.push(Action::Heal);
        actions.retain(|action| state.can(self, *action));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        next.act(self, action);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no host does what it may not", |_, state: &State| state.broken.is_none()),
            Property::always("what is acknowledged is on two disks", |_, state: &State| state.is_durable()),
            Property::always("a tombstone outlives all copies", |_, state: &State| state.is_remembered()),
            Property::always("all converges", |outline, state: &State| state.converges(outline)),
            Property::sometimes("a message is acknowledged, delivered and deleted", |_, state: &State| {
                state.clients.iter().any(|client| client.acknowledged && client.deleted)
            }),
        ]
    }
}
