//! The stage of simulated hosts: the same services and clients as with real ones, on a [`World`] and its time.
//!
//! It promises that what happens on it follows from its seed. It leaves out logs, because simulated hosts write none: what they
//! did is told by themselves, like everything else. Somebody must [`drive`](SimulatedStage::drive) it.

mod lives;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use hydraq_core::config::Config;
use hydraq_core::ids::MessageId;
use hydraq_core::plant::Plant;
use hydraq_core::random::mix;
use hydraq_core::record::Record;

use super::digest::Digest;
use super::stage::{Condition, Moment, Port, Stage, StageError, StageHost, Trace};
use crate::client::HostClient;
use crate::client::way::{Dialler, Switchboard};
use crate::ids::IdSource;
use crate::observer::{Place, Process};
use crate::sim::drive::Driven;
use crate::sim::network::NodeId;
use crate::sim::service::Hosting;
use crate::sim::speed::Speed;
use crate::sim::world::World;
use crate::store::model::Image;

/// A simulated cluster.
pub struct SimulatedStage {
    driven: Driven,
    board: Switchboard,
    ids: RefCell<IdSource>,
    wiped: RefCell<BTreeSet<String>>,
    /// What the disk of each host had when it was last started again.
    images: RefCell<BTreeMap<String, Image>>,
    removed: RefCell<BTreeSet<String>>,
    /// Hosts that are being added.
    expected: RefCell<Vec<String>>,
}

impl SimulatedStage {
    /// A stage without hosts; `seed` decides all its chances. It must be made within a runtime whose clock is paused.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let board = Switchboard::default();
        let mut world = World::new(mix(seed), Config::default());
        world.serve(Hosting::new(board.clone(), tokio::runtime::Handle::current(), mix(seed ^ 1)));
        Self {
            driven: Driven::new(world, board.clone()),
            board,
            ids: RefCell::new(IdSource::seeded(mix(seed ^ 2))),
            wiped: RefCell::default(),
            images: RefCell::default(),
            removed: RefCell::default(),
            expected: RefCell::default(),
        }
    }

    /// Lets its time go on, as long as this is polled; as fast as it can, if no speed is given. `wall_ms` is what clocks on the wall
    /// show at its beginning; `each_round` is called often.
    pub fn drive(
        &self,
        wall_ms: u64,
        speed: Option<Speed>,
        each_round: impl FnMut() + 'static,
    ) -> impl Future<Output = ()> + 'static {
        self.driven.clone().drive(wall_ms, speed, each_round)
    }

    /// How its hosts are reached.
    #[must_use]
    pub fn dialler(&self) -> Dialler {
        Dialler::Inside(self.board.clone())
    }

    /// Where the hosts are, for an observer. A process is told from an earlier one by its number.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let world = self.driven.world.borrow();
        let place = |node: NodeId| {
            let process = match self.condition(&world, node) {
                Condition::Up => Process::Running,
                Condition::Paused => Process::Paused,
                Condition::Down => Process::Killed { wiped: false },
                Condition::Wiped => Process::Killed { wiped: true },
                Condition::Removed => Process::Removed,
                Condition::Died(how) => Process::Died(how),
            };
            let host = &world.nodes[node];
            Place {
                name: host.name.clone(),
                address: host.name.clone(),
                pid: Some(host.incarnation as u32),
                plant: host.plant.map(|plant| plant.name().to_owned()),
                started_at_ms: None,
                process,
            }
        };
        let expected = self.expected.borrow();
        let coming = expected.iter().filter(|name| world.node_at(name).is_none()).map(|name| Place {
            name: name.clone(),
            address: String::new(),
            pid: None,
            plant: None,
            started_at_ms: None,
            process: Process::Expected,
        });
        (0..world.nodes.len()).map(place).chain(coming).collect()
    }

    fn condition(&self, world: &World, node: NodeId) -> Condition {
        let host = &world.nodes[node];
        match &host.process {
            _ if self.removed.borrow().contains(&host.name) => Condition::Removed,
            Some(process) if process.paused => Condition::Paused,
            Some(_) => Condition::Up,
            None if host.removed => Condition::Died("it was removed from the cluster".to_owned()),
            None if self.wiped.borrow().contains(&host.name) => Condition::Wiped,
            None => Condition::Down,
        }
    }

    /// The numbers of hosts.
    fn nodes(&self, hosts: &[String]) -> Result<Vec<NodeId>, StageError> {
        let world = self.driven.world.borrow();
        let node = |host: &String| {
            let unknown = || StageError::Refused(format!("there is no host {host}"));
            world.node_at(host).ok_or_else(unknown)
        };
        hosts.iter().map(node).collect()
    }
}

#[async_trait(?Send)]
impl Stage for SimulatedStage {
    fn hosts(&self) -> Vec<StageHost> {
        let world = self.driven.world.borrow();
        let host = |node: NodeId| {
            let name = world.nodes[node].name.clone();
            StageHost { name, condition: self.condition(&world, node) }
        };
        (0..world.nodes.len()).map(host).collect()
    }

    async fn spawn(&self, count: u32, name: Option<&str>) -> Result<Vec<String>, StageError> {
        self.spawn_hosts(count, name, None).await
    }

    async fn spawn_planted(
        &self,
        count: u32,
        name: Option<&str>,
        plant: &str,
    ) -> Result<Vec<String>, StageError> {
        let known = Plant::of_name(plant);
        let unknown = || StageError::Refused(format!("there is no `{plant}` to be planted"));
        self.spawn_hosts(count, name, Some(known.ok_or_else(unknown)?)).await
    }

    async fn kill(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let nodes = self.nodes(hosts)?;
        let mut world = self.driven.world.borrow_mut();
        nodes.into_iter().for_each(|node| world.kill(node));
        Ok(Moment(world.now))
    }

    async fn restart(&self, hosts: &[String]) -> Result<(), StageError> {
        self.restart_hosts(hosts).await
    }

    async fn pause(&self, hosts: &[String]) -> Result<(), StageError> {
        self.set_paused(hosts, true)
    }

    async fn resume(&self, hosts: &[String]) -> Result<(), StageError> {
        self.set_paused(hosts, false)
    }

    async fn wipe(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let nodes = self.nodes(hosts)?;
        let mut world = self.driven.world.borrow_mut();
        nodes.into_iter().for_each(|node| world.lose_disk(node));
        self.wiped.borrow_mut().extend(hosts.iter().cloned());
        Ok(Moment(world.now))
    }

    async fn roll_back(&self, hosts: &[String]) -> Result<Moment, StageError> {
        let nodes = self.nodes(hosts)?;
        let images = self.images.borrow();
        if let Some(host) = hosts.iter().find(|host| !images.contains_key(*host)) {
            return Err(StageError::Refused(format!(
                "no earlier state of the disk of {host} is kept: there is one once it was restarted"
            )));
        }
        let mut world = self.driven.world.borrow_mut();
        for (node, host) in nodes.into_iter().zip(hosts) {
            world.kill(node);
            world.nodes[node].disk.restore(images[host].clone());
        }
        Ok(Moment(world.now))
    }

    fn note_removed(&self, host: &str) {
        self.removed.borrow_mut().insert(host.to_owned());
    }

    fn port(&self, host: &str) -> Option<Rc<dyn Port>> {
        self.driven.world.borrow().node_at(host)?;
        Some(Rc::new(HostClient::through(&self.dialler(), host).ok()?))
    }

    async fn read_disk(&self, host: &str) -> Result<Vec<(MessageId, Digest)>, StageError> {
        let nodes = self.nodes(&[host.to_owned()])?;
        let world = self.driven.world.borrow();
        let Some(node) = nodes.first().map(|node| &world.nodes[*node]) else { return Ok(Vec::new()) };
        // A host that runs has set nothing aside: a simulated disk that lost something is empty.
        if node.process.is_some() {
            return Ok(Vec::new());
        }
        Ok(node.disk.with(|image| {
            let readable = image.records.iter().filter(|(sequence, _)| !image.corrupt.contains(sequence));
            let messages = readable.filter_map(|(_, record)| match record {
                Record::Message(record) => Some((record.message.id, Digest::of(&record.message.body))),
                _ => None,
            });
            messages.collect()
        }))
    }

    async fn trace(&self, _: &str, _: usize) -> Trace {
        Trace::default()
    }

    fn now(&self) -> Moment {
        Moment(self.driven.world.borrow().now)
    }

    async fn sleep(&self, duration: Duration) {
        self.driven.sleep(duration).await;
    }

    fn draw_id(&self) -> MessageId {
        self.ids.borrow_mut().draw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_are_added_together_are_seen_as_they_come() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let stage = Rc::new(SimulatedStage::new(7));
            let looks: Rc<RefCell<Vec<(usize, usize, u64)>>> = Rc::default();
            let (looked_at, seen) = (stage.clone(), looks.clone());
            let drive = stage.drive(0, None, move || {
                let places = looked_at.places();
                let coming = places.iter().filter(|place| place.process == Process::Expected).count();
                seen.borrow_mut().push((places.len(), coming, looked_at.now().0));
            });
            tokio::select! {
                () = drive => {}
                spawned = stage.spawn(20, None) => assert_eq!(spawned.unwrap().len(), 20),
            }
            let looks = looks.borrow();
            let adding: Vec<_> = looks.iter().filter(|(_, coming, _)| *coming > 0).collect();
            assert!(adding.iter().any(|(_, coming, _)| *coming < 20), "{adding:?}");
            assert!(adding.iter().all(|(places, _, now)| (*places, *now) == (20, 0)), "{adding:?}");
            assert_eq!(looks.last().map(|(places, coming, _)| (*places, *coming)), Some((20, 0)));
        });
    }
}
