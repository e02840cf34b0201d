//! The state of a run: what commands leave behind for later ones.
//!
//! One thread runs everything, so the state is shared by plain cells; no borrow lives across a wait.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::objects::ObjectId;
use hydraq_core::random::Random;

use super::background::Background;
use super::failure::{Failure, FailureKind};
use super::links::Links;
use super::oracle::{DeliveryPlace, Oracle};
use super::stage::{Condition, Moment, Port, Stage};
use super::takeover::Takeover;
use crate::client::types::HostState;
use crate::client::{ClientError, Kind};
use crate::scenario::{Ask, MessageRef, ObjectRef, Scheme};

/// How long a host may take to say how it stands.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);

/// A receipt that is still of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// The receipt.
    pub(super) receipt: Receipt,
    /// The delivery that it came with.
    pub(super) delivery: DeliveryPlace,
    /// The host that issued it.
    pub(super) host: String,
}

/// Is told the names of hosts that are about to be killed.
type OnKill = Box<dyn Fn(&[String])>;

/// A run in progress.
pub struct Session {
    pub(super) stage: Rc<dyn Stage>,
    pub(super) oracle: RefCell<Oracle>,
    pub(super) background: Background,
    pub(super) takeover: Takeover,
    /// What was done to links and has not been mended.
    pub(super) links: RefCell<Links>,
    /// Hosts whose disks were filled.
    pub(super) full: RefCell<BTreeSet<String>>,
    /// The newest receipt of each message that was dequeued and not settled.
    pub(super) held: RefCell<BTreeMap<MessageId, Held>>,
    /// The messages that the last dequeue returned.
    pub(super) last_dequeue: RefCell<Vec<MessageId>>,
    /// The last object that was created.
    pub(super) last_object: Cell<Option<ObjectId>>,
    /// The question that waits for its reveal.
    pub(super) asked: RefCell<Option<Ask>>,
    /// How the client picks hosts.
    pub(super) scheme: Cell<Scheme>,
    /// Who wants to know which hosts are about to be killed.
    on_kill: RefCell<Option<OnKill>>,
    seed: u64,
    random: RefCell<Random>,
    turn: Cell<usize>,
    counters: RefCell<HashMap<String, u64>>,
    /// The longest body of each type.
    longest: RefCell<HashMap<String, usize>>,
}

impl Session {
    /// A run on this stage, at its beginning.
    #[must_use]
    pub fn new(stage: Rc<dyn Stage>, seed: u64) -> Self {
        Self {
            stage,
            oracle: RefCell::default(),
            background: Background::default(),
            takeover: Takeover::default(),
            links: RefCell::default(),
            full: RefCell::default(),
            held: RefCell::default(),
            last_dequeue: RefCell::default(),
            asked: RefCell::default(),
            last_object: Cell::new(None),
            scheme: Cell::new(Scheme::RoundRobin),
            on_kill: RefCell::default(),
            seed,
            random: RefCell::new(Random::new(seed)),
            turn: Cell::new(0),
            counters: RefCell::default(),
            longest: RefCell::default(),
        }
    }

    /// What everything that is left to chance follows from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Has somebody told which hosts are about to be killed, from now on.
    pub fn on_kill(&self, told: impl Fn(&[String]) + 'static) {
        *self.on_kill.borrow_mut() = Some(Box::new(told));
    }

    /// These hosts are about to be killed.
    pub(super) fn about_to_kill(&self, hosts: &[String]) {
        if let Some(told) = &*self.on_kill.borrow() {
            told(hosts);
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.stage.now()
    }

    /// A number from 0 to `limit` − 1.
    pub(super) fn lot(&self, limit: usize) -> usize {
        self.random.borrow_mut().below(limit)
    }

    /// The names of the hosts that are up, in the order of spawning.
    pub(super) fn live(&self) -> Vec<String> {
        let up = self.stage.hosts().into_iter().filter(|host| host.condition == Condition::Up);
        up.map(|host| host.name).collect()
    }

    /// How a host is; none if there is no such host.
    pub(super) fn condition(&self, host: &str) -> Option<Condition> {
        self.stage.hosts().into_iter().find(|known| known.name == host).map(|known| known.condition)
    }

    /// Whether a host is up.
    pub(super) fn lives(&self, host: &str) -> bool {
        self.condition(host) == Some(Condition::Up)
    }

    /// The way to a host that has a process.
    pub(super) fn port(&self, host: &str) -> Result<Rc<dyn Port>, ClientError> {
        match self.condition(host) {
            Some(Condition::Up | Condition::Paused) => {}
            Some(other) => {
                return Err(ClientError::new(Kind::Unreachable, format!("{host} is {}", other.words())));
            }
            None => return Err(ClientError::new(Kind::Invalid, format!("there is no host {host}"))),
        }
        let gone = || ClientError::new(Kind::Unreachable, format!("{host} is gone"));
        self.stage.port(host).ok_or_else(gone)
    }

    /// The hosts that a request goes to, in order: only the one that it is pinned to; else the live ones, beginning with the
    /// one whose turn it is.
    pub(super) fn candidates(&self, on: Option<&str>) -> Vec<String> {
        if let Some(on) = on {
            return vec![on.to_owned()];
        }
        let mut live = self.live();
        if !live.is_empty() {
            let first = self.take_turns(1, live.len());
            live.rotate_left(first);
        }
        live
    }

    /// Takes so many turns among `hosts` hosts, and says whose the first one is.
    pub(super) fn take_turns(&self, turns: usize, hosts: usize) -> usize {
        match self.scheme.get() {
            Scheme::RoundRobin => {
                let turn = self.turn.get();
                self.turn.set(turn.wrapping_add(turns));
                turn % hosts
            }
            Scheme::Random | Scheme::LeastLoaded => self.lot(hosts),
        }
    }

    /// The next count of a message type, from 1.
    pub(super) fn count(&self, message_type: &str) -> u64 {
        let mut counters = self.counters.borrow_mut();
        let counter = counters.entry(message_type.to_owned()).or_default();
        *counter += 1;
        *counter
    }

    /// Takes note that there are bodies of this length.
    pub(super) fn note_length(&self, message_type: &str, length: usize) {
        let mut longest = self.longest.borrow_mut();
        let known = longest.entry(message_type.to_owned()).or_default();
        *known = (*known).max(length);
    }

    /// The longest body of these types; of any type if none is given.
    pub(super) fn longest_body(&self, message_types: &[String]) -> usize {
        let longest = self.longest.borrow();
        if message_types.is_empty() {
            return longest.values().copied().max().unwrap_or(0);
        }
        message_types.iter().filter_map(|name| longest.get(name)).copied().max().unwrap_or(0)
    }

    /// The id of a message that a command points at.
    pub(super) fn message(&self, message: MessageRef) -> Result<MessageId, Failure> {
        match message {
            MessageRef::Id(id) => Ok(MessageId(id.0)),
            MessageRef::Last => self.oracle.borrow().last().ok_or_else(|| {
                Failure::refused("`last` stands for nothing yet: no message has been enqueued")
                    .help("enqueue a message first")
            }),
        }
    }

    /// The id of an object that a command points at.
    pub(super) fn object(&self, object: ObjectRef) -> Result<ObjectId, Failure> {
        match object {
            ObjectRef::Id(id) => Ok(ObjectId(id.0)),
            ObjectRef::Last => self.last_object.get().ok_or_else(|| {
                Failure::refused("`last` stands for nothing yet: no object has been created")
                    .help("create an object first")
            }),
        }
    }

    /// The result of something, if it comes in time.
    pub(super) async fn within<T>(&self, limit: Duration, something: impl Future<Output = T>) -> Option<T> {
        let something = std::pin::pin!(something);
        match select(something, self.stage.sleep(limit)).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        }
    }

    /// How the live hosts stand, by their own word; those that do not answer in time are left out.
    pub(super) async fn states(&self) -> Vec<(String, HostState)> {
        let asked = self.live().into_iter().filter_map(|host| {
            let port = self.port(&host).ok()?;
            Some(async move { port.state(PATIENCE).await.ok().map(|state| (host, state)) })
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// Asks hosts one after the other until one can, and says which. All of them are asked again for as long as somebody says that
    /// it is worth it and `patience` lasts. What is `safe` to be asked twice is asked of the next one also when the outcome is
    /// unknown.
    pub(super) async fn through<T>(
        &self,
        hosts: Vec<String>,
        patience: Duration,
        safe: bool,
        ask: impl AsyncFn(&str, Rc<dyn Port>) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let deadline = self.now() + patience;
        let mut last = ClientError::new(Kind::Unreachable, "no host is up");
        loop {
            let mut pause: Option<Duration> = None;
            for host in &hosts {
                let answer = match self.port(host) {
                    Ok(port) => ask(host, port).await,
                    Err(error) => Err(error),
                };
                let error = match answer {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                let next = matches!(error.kind, Kind::Unavailable | Kind::Unreachable)
                    || (safe && error.kind == Kind::Unknown);
                if !next {
                    return Err(error);
                }
                pause = pause.max(error.retry_after);
                last = error;
            }
            match pause {
                Some(pause) if self.now() + pause < deadline => self.stage.sleep(pause).await,
                _ => return Err(last),
            }
        }
    }

    /// Counts a request of the run itself that was not OK.
    pub(super) fn failed(&self, error: &ClientError) -> Failure {
        self.oracle.borrow_mut().error();
        error.into()
    }

    /// A failure because no host is up.
    pub(super) fn nobody(&self) -> Failure {
        Failure::new(FailureKind::Unavailable, "no host is up")
            .help("`spawn 3` starts some, `restart` brings killed ones back")
    }
}
