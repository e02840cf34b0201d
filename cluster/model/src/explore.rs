//! What can happen next, and what follows from it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::event::{Event, Suspicion};
use hydraq_core::ids::{MessageId, RequestId};
use hydraq_core::message::Message;
use hydraq_core::request::{Delete, DeleteTarget, Dequeue, Enqueue, Request};
use stateright::{Model, Property};

use crate::node::{HOSTS, host_id};
use crate::promises::Clients;
use crate::world::{PAIRS, World};

/// How finely orders are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// Every batch on every link is an action of its own.
    Batch,
    /// Two hosts that connect finish their synchronisation at once; every other batch is an action of its own.
    Rejoin,
}

/// How much may happen.
#[derive(Debug, Clone, Copy)]
pub struct Exploration {
    /// How many messages are enqueued, at most two.
    pub messages: u8,
    /// How often clients ask for deliveries, in all.
    pub dequeues: u8,
    /// How many hosts crash, in all.
    pub crashes: u8,
    /// How often the way between two hosts is cut.
    pub cuts: u8,
    /// How finely orders are told apart.
    pub grain: Grain,
}

/// Everything that decides what can happen next.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Hosts, disks and links.
    pub world: Arc<World>,
    /// What clients asked for, and were told.
    pub clients: Clients,
    /// How much has happened: dequeues, crashes, cuts.
    pub spent: [u8; 3],
    /// Whether everything was mended and time has passed: nothing happens after that.
    pub is_settled: bool,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.world.hash(state);
        self.clients.hash(state);
        (self.spent, self.is_settled).hash(state);
    }
}

/// One thing that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A message is enqueued, by its number.
    Enqueue(u8),
    /// A host is asked for a message.
    Dequeue(usize),
    /// A client deletes what it was delivered.
    Delete(u8),
    /// All that waits on a link, by its pair and direction, is delivered.
    Deliver(usize, usize),
    /// The same, and the power is cut during the commit that follows: what needs no commit has left.
    DeliverAndCrash(usize, usize),
    /// A host crashes between two commits.
    Crash(usize),
    /// A host starts.
    Start(usize),
    /// Two hosts connect.
    Connect(usize),
    /// The way between two hosts is cut, or mended.
    Cut(usize, bool),
    /// A host suspects a peer that is gone.
    Suspect(usize, usize),
    /// Everything is mended, and time passes.
    Settle,
}

/// The id of a message.
#[must_use]
pub fn message_id(number: u8) -> MessageId {
    MessageId(u128::from(number) + 1)
}

fn enqueue(number: u8) -> Request {
    let message = Message::new(message_id(number), "default".into(), Bytes::from(vec![number; 4]), 2);
    Request::Enqueue(Enqueue::new(vec![Arc::new(message)], Duration::from_secs(60)))
}

fn dequeue() -> Request {
    Request::Dequeue(Dequeue {
        message_types: vec!["default".into()],
        messages_max: 1,
        lease: Duration::from_secs(3600),
        wait: Duration::ZERO,
        forwarded: false,
    })
}

impl Exploration {
    fn is_over(&self, state: &State) -> bool {
        state.is_settled || state.world.gave_up || state.clients.broken.is_some()
    }

    fn clients_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let up = |node: usize| state.world.nodes[node].is_up();
        for number in 0..self.messages {
            let message = &state.clients.messages[usize::from(number)];
            if !message.is_sent && up(usize::from(number)) {
                actions.push(Action::Enqueue(number));
            }
            if !message.delete_asked && message.delivered_by.is_some_and(|(host, _)| up(host)) {
                actions.push(Action::Delete(number));
            }
        }
        // Before the first message is stored somewhere there is nothing to ask for.
        if state.spent[0] < self.dequeues && state.clients.messages.iter().any(|message| message.is_sent) {
            actions.extend((0..HOSTS).filter(|node| up(*node)).map(Action::Dequeue));
        }
    }

    fn network_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let (world, [_, crashes, cuts]) = (&state.world, state.spent);
        for (pair, (one, two)) in PAIRS.into_iter().enumerate() {
            for direction in [0, 1] {
                if world.waits(pair, direction) {
                    actions.push(Action::Deliver(pair, direction));
                    if crashes < self.crashes {
                        actions.push(Action::DeliverAndCrash(pair, direction));
                    }
                }
            }
            if world.lacks_link(pair) {
                actions.push(Action::Connect(pair));
            }
            let is_cut = world.links[pair].is_cut;
            if is_cut {
                actions.push(Action::Cut(pair, false));
            } else if cuts < self.cuts {
                actions.push(Action::Cut(pair, true));
            }
            for (node, peer) in [(one, two), (two, one)] {
                let is_gone = is_cut || !world.nodes[peer].is_up();
                if is_gone && state.suspects(node, peer) == Some(false) {
                    actions.push(Action::Suspect(node, peer));
                }
            }
        }
    }
}

impl State {
    /// Whether a running host suspects a peer.
    fn suspects(&self, node: usize, peer: usize) -> Option<bool> {
        let view = self.world.nodes[node].core()?.view();
        let link = view.links.iter().find(|link| link.member.id == host_id(peer))?;
        Some(link.suspected.is_some())
    }
}

impl Model for Exploration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (world, clients) = (Arc::new(World::new()), Clients::default());
        vec![State { world, clients, spent: [0; 3], is_settled: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if self.is_over(state) {
            return;
        }
        self.clients_actions(state, actions);
        self.network_actions(state, actions);
        for node in 0..HOSTS {
            if !state.world.nodes[node].is_up() {
                actions.push(Action::Start(node));
            } else if state.spent[1] < self.crashes {
                actions.push(Action::Crash(node));
            }
        }
        if state.world.is_quiet() {
            actions.push(Action::Settle);
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        let world = Arc::make_mut(&mut state.world);
        match action {
            Action::Enqueue(number) => {
                state.clients.messages[usize::from(number)].is_sent = true;
                world.request(usize::from(number), RequestId(u64::from(number)), enqueue(number), true);
            }
            Action::Dequeue(node) => {
                state.spent[0] += 1;
                let request = state.clients.dequeues(node);
                world.request(node, request, dequeue(), true);
            }
            Action::Delete(number) => {
                let (node, receipt) = state.clients.messages[usize::from(number)].delivered_by?;
                state.clients.messages[usize::from(number)].delete_asked = true;
                let target = DeleteTarget { id: receipt.message, lease: Some(receipt.lease) };
                let timeout = Duration::from_secs(60);
                let request = Request::Delete(Delete { targets: vec![target], timeout });
                world.request(node, RequestId(100 + u64::from(number)), request, true);
            }
            Action::Deliver(pair, direction) => world.deliver(pair, direction, true),
            Action::DeliverAndCrash(pair, direction) => {
                state.spent[1] += 1;
                world.deliver(pair, direction, false);
            }
            Action::Crash(node) => {
                state.spent[1] += 1;
                world.crash(node);
            }
            Action::Start(node) => world.start(node),
            Action::Connect(pair) => {
                world.connect(pair);
                if self.grain == Grain::Rejoin {
                    world.finish_pair(pair);
                }
            }
            Action::Cut(pair, is_cut) => {
                state.spent[2] += u8::from(is_cut);
                world.set_cut(pair, is_cut);
            }
            Action::Suspect(node, peer) => {
                world.tell(node, Event::Suspect(host_id(peer), Suspicion::Silent));
            }
            Action::Settle => {
                world.settle();
                state.is_settled = true;
            }
        }
        let is_fault = !matches!(
            action,
            Action::Enqueue(_)
                | Action::Dequeue(_)
                | Action::Delete(_)
                | Action::Deliver(..)
                | Action::Settle
        );
        state.clients.had_fault |= is_fault;
        let replies = std::mem::take(&mut world.replies);
        world.look();
        state.clients.take(replies);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no host gives up its disk", |_, state: &State| !state.world.gave_up),
            Property::always("what clients are told is true", |_, state: &State| {
                state.clients.broken.is_none()
            }),
            Property::always("acknowledged is on two disks", |_, state: &State| {
                state.clients.is_kept(&state.world)
            }),
            Property::always("everything converges", |_, state: &State| {
                !state.is_settled || state.clients.has_converged(&state.world)
            }),
            Property::sometimes("a message is acknowledged, delivered and deleted", |_, state: &State| {
                state.clients.messages.iter().any(|message| message.deleted.is_some())
            }),
            Property::sometimes("a message is delivered twice", |_, state: &State| {
                state.clients.messages.iter().any(|message| message.deliveries > 1)
            }),
        ]
    }
}
