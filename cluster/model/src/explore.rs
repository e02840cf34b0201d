//! What can happen next, and what follows from it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::event::{Event, Suspicion};
use hydraq_core::ids::{MessageId, RequestId};
use hydraq_core::message::Message;
use hydraq_core::plant::Plant;
use hydraq_core::request::{Delete, DeleteTarget, Dequeue, Enqueue, Request};
use stateright::{Model, Property};

use crate::node::host_id;
use crate::promises::Clients;
use crate::world::World;

mod possible;

/// How finely orders are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// Every batch on every link is an action of its own.
    Batch,
    /// Two hosts that connect finish their synchronisation at once; every other batch is an action of its own.
    Rejoin,
    /// As [`Grain::Rejoin`], and a host takes all that waits for it, on all its links, as one batch.
    Host,
    /// As [`Grain::Host`], and all hosts take what waits for them at the same time, in rounds. Requests and faults come between rounds, or
    /// in the commits of one.
    Round,
    /// As [`Grain::Round`], and while something is under way hosts only crash and links are only cut: requests, starts, connections and suspicions
    /// come when nothing is.
    Calm,
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
    /// A bug that every host has, to see that it is found.
    pub plant: Option<Plant>,
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

/// Whether the commit that follows is made, or the power is cut during it: what needs no commit has left then, and arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commits {
    /// It is made.
    Yes,
    /// The host crashes.
    No,
}

/// One thing that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A message is enqueued, by its number.
    Enqueue(u8, Commits),
    /// A host is asked for a message.
    Dequeue(usize, Commits),
    /// A client deletes what it was delivered.
    Delete(u8, Commits),
    /// All that waits on a link, by its pair and direction, is delivered.
    Deliver(usize, usize, Commits),
    /// All that waits for a host is delivered.
    Take(usize, Commits),
    /// All that waits for any host is delivered; one may crash in its commit.
    Round(Option<usize>),
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
    /// Lets clients ask for something, if that is the action.
    fn ask(&self, state: &mut State, action: Action) -> Option<bool> {
        let world = Arc::make_mut(&mut state.world);
        let commits = match action {
            Action::Enqueue(number, commits) => {
                let node = usize::from(number);
                state.clients.messages[node].is_sent = true;
                world.request(node, RequestId(u64::from(number)), enqueue(number), commits == Commits::Yes);
                commits
            }
            Action::Dequeue(node, commits) => {
                state.spent[0] += 1;
                let request = state.clients.dequeues(node);
                world.request(node, request, dequeue(), commits == Commits::Yes);
                commits
            }
            Action::Delete(number, commits) => {
                let message = &mut state.clients.messages[usize::from(number)];
                let (node, receipt) = message.delivered_by?;
                message.delete_asked = true;
                let target = DeleteTarget { id: receipt.message, lease: Some(receipt.lease) };
                let timeout = Duration::from_secs(60);
                let request = Request::Delete(Delete { targets: vec![target], timeout });
                world.request(node, RequestId(100 + u64::from(number)), request, commits == Commits::Yes);
                commits
            }
            _ => return Some(false),
        };
        state.note_crash(commits == Commits::No);
        Some(true)
    }

    /// Lets happen what no client asks for.
    fn befall(&self, state: &mut State, action: Action) {
        let world = Arc::make_mut(&mut state.world);
        match action {
            Action::Enqueue(..) | Action::Dequeue(..) | Action::Delete(..) => {}
            Action::Deliver(pair, direction, commits) => {
                world.deliver(pair, direction, commits == Commits::Yes);
                state.note_crash(commits == Commits::No);
            }
            Action::Take(node, commits) => {
                world.deliver_to(node, commits == Commits::Yes);
                state.note_crash(commits == Commits::No);
            }
            Action::Round(crashes) => {
                world.deliver_round(crashes);
                state.note_crash(crashes.is_some());
            }
            Action::Crash(node) => {
                world.crash(node);
                state.note_crash(true);
            }
            Action::Start(node) => world.start(node),
            Action::Connect(pair) => {
                world.connect(pair);
                if self.grain != Grain::Batch {
                    world.finish_pair(pair);
                }
            }
            Action::Cut(pair, is_cut) => {
                state.spent[2] += u8::from(is_cut);
                state.clients.had_fault = true;
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
    }
}

impl State {
    fn note_crash(&mut self, crashed: bool) {
        self.spent[1] += u8::from(crashed);
        self.clients.had_fault |= crashed;
    }
}

impl Model for Exploration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (world, clients) = (Arc::new(World::new(self.plant)), Clients::default());
        vec![State { world, clients, spent: [0; 3], is_settled: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        if !self.ask(&mut state, action)? {
            self.befall(&mut state, action);
        }
        let world = Arc::make_mut(&mut state.world);
        let replies = std::mem::take(&mut world.replies);
        world.look();
        state.clients.take(replies);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no host gives up its disk", |_, state: &State| !state.world.gave_up),
            Property::always("nobody claims a commit that no disk has", |_, state: &State| {
                !state.world.overclaims
            }),
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
