//! Seeded clients of the data stores: they create, get, update, delete and query objects through any host, by the services and the
//! client of real hosts.
//!
//! The services run in a runtime whose clock is paused. After each slice of virtual time it is moved on, and everybody in it does what
//! there is to do; while nobody is there it costs nothing. A client whose host is killed loses its connection, and stays without an
//! answer.

mod answers;
mod ask;
pub mod known;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::objects::ObjectId;
use hydraq_core::random::{Random, mix};
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

pub use self::ask::EVENT_TYPES;

use self::answers::Heard;
use self::ask::Asked;
use super::history::History;
use crate::client::way::Switchboard;
use crate::host::clock::set_wall_ms_here;
use crate::sim::service::Hosting;
use crate::sim::world::World;

/// How often tasks get a turn before it is looked whether they have asked a host for something.
const ROUNDS: usize = 4;

/// One request under way.
struct UnderWay {
    /// Through which host, and which of its processes.
    node: usize,
    incarnation: u64,
    asked: Asked,
    at: u64,
    task: AbortHandle,
}

/// All clients of the data stores in a run.
pub struct ObjectClients {
    random: Random,
    runtime: Runtime,
    board: Switchboard,
    /// The tick that the runtime's clock shows, in milliseconds.
    ticks: u64,
    next_at: Vec<u64>,
    next_number: u64,
    under_way: BTreeMap<u64, UnderWay>,
    heard: Arc<Mutex<Vec<(u64, Heard)>>>,
    /// Whether they begin nothing new any more.
    pub draining: bool,
}

impl ObjectClients {
    /// Clients whose chances `seed` decides, in a world whose hosts get the services of objects. Hosts must be added afterwards. None if
    /// there is nobody, or no runtime can be made.
    #[must_use]
    pub fn new(seed: u64, count: usize, world: &mut World) -> Option<Self> {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().ok()?;
        if count == 0 {
            return None;
        }
        let board = Switchboard::default();
        world.serve(Hosting::of_objects(board.clone(), runtime.handle().clone(), mix(seed ^ 0x0b1e)));
        Some(ObjectClients {
            random: Random::new(seed ^ 0x00b1_ec75),
            runtime,
            board,
            ticks: 0,
            next_at: vec![0; count],
            next_number: 0,
            under_way: BTreeMap::new(),
            heard: Arc::default(),
            draining: false,
        })
    }

    /// How many requests are under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.under_way.len()
    }

    /// Lets services and clients work, takes answers, and lets every client whose turn it is ask for something.
    pub fn turn(&mut self, world: &mut World, history: &mut History) {
        set_wall_ms_here(Some(world.wall_began_ms + world.now / 1000));
        self.lose_connections(world, history);
        self.work(world);
        self.take_answers(world, history);
        if self.draining {
            return;
        }
        for client in 0..self.next_at.len() {
            if self.next_at[client] <= world.now {
                self.next_at[client] = world.now + 100_000 + self.random.below(3_000_000) as u64;
                self.ask(world, history);
            }
        }
    }

    /// Lets everybody in the runtime do what there is to do at this moment.
    fn work(&mut self, world: &mut World) {
        if self.runtime.metrics().num_alive_tasks() == 0 {
            return;
        }
        world.tell_stores();
        let passed = (world.now / 1000).saturating_sub(std::mem::replace(&mut self.ticks, world.now / 1000));
        self.runtime.block_on(tokio::time::advance(Duration::from_millis(passed)));
        loop {
            self.runtime.block_on(async {
                for _ in 0..ROUNDS {
                    tokio::task::yield_now().await;
                }
            });
            if !world.take_inputs(false) {
                return;
            }
        }
    }

    /// Ends the requests through processes that are there no more.
    fn lose_connections(&mut self, world: &World, history: &mut History) {
        let is_lost = |under_way: &UnderWay| {
            let node = &world.nodes[under_way.node];
            node.process.is_none() || node.incarnation != under_way.incarnation
        };
        let lost: Vec<u64> =
            self.under_way.iter().filter(|(_, way)| is_lost(way)).map(|(number, _)| *number).collect();
        // What arrived before the connection was lost has arrived.
        self.take_answers(world, history);
        for under_way in lost.iter().filter_map(|number| self.under_way.remove(number)) {
            under_way.task.abort();
        }
    }

    fn take_answers(&mut self, world: &World, history: &mut History) {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        for (number, heard) in heard {
            let is_last = !matches!(heard, Heard::Drawn(_));
            if let Some(under_way) = self.under_way.get(&number) {
                answers::note(&mut history.objects, under_way, world.now, heard);
            }
            if is_last {
                self.under_way.remove(&number);
            }
        }
    }

    /// Asks for every object that clients know of, for the last time, and for all of each kind.
    pub fn ask_all(&mut self, world: &World, history: &mut History) {
        let ids: Vec<ObjectId> = history.objects.lives.keys().copied().collect();
        for id in ids {
            let node = self.random.below(world.nodes.len());
            self.send(world, history, node, Asked::Get { id, is_last: true });
        }
        for kind in ask::KINDS {
            let node = self.random.below(world.nodes.len());
            self.send(world, history, node, Asked::Query { kind, shard: None });
        }
    }
}

impl Drop for ObjectClients {
    fn drop(&mut self) {
        set_wall_ms_here(None);
    }
}
