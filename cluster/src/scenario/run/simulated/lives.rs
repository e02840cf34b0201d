//! Simulated hosts that come and go.

use std::time::Duration;

use hydraq_core::plant::Plant;

use super::SimulatedStage;
use crate::fleet::{check_name, is_taken, next_name};
use crate::scenario::run::stage::{Condition, Stage, StageError};
use crate::sim::network::NodeId;

/// How long hosts may take to get ready: after a restart they first synchronise.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
/// How often is looked whether they are.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How long it takes until somebody hears that a process serves. By then every other host has looked for it.
const HEARD_AFTER: Duration = Duration::from_millis(60);

impl SimulatedStage {
    pub(super) async fn spawn_hosts(
        &self,
        count: u32,
        name: Option<&str>,
        plant: Option<Plant>,
    ) -> Result<Vec<String>, StageError> {
        let hosts = self.hosts();
        let is_up = hosts.iter().any(|host| host.condition == Condition::Up);
        if !is_up && hosts.iter().any(|host| host.condition != Condition::Removed) {
            return Err(StageError::Refused(
                "no host is up that new ones could join; restart one first".to_owned(),
            ));
        }
        let mut taken: Vec<String> = hosts.into_iter().map(|host| host.name).collect();
        let mut names = Vec::new();
        for _ in 0..count {
            let known: Vec<&str> = taken.iter().map(String::as_str).collect();
            let name = match name {
                Some(name) => {
                    check_name(name).map_err(|error| StageError::Refused(error.to_string()))?;
                    if is_taken(name, &known) {
                        return Err(StageError::Refused(format!("there is a host {name} already")));
                    }
                    name.to_owned()
                }
                None => next_name(&known),
            };
            taken.push(name.clone());
            names.push(name);
        }
        let nodes = self.add_all(&names, plant).await;
        self.wait_until_ready(&nodes).await?;
        Ok(names)
    }

    /// Adds hosts at one moment. A thousand take seconds: whoever looks sees them come.
    async fn add_all(&self, names: &[String], plant: Option<Plant>) -> Vec<NodeId> {
        let _held = self.driven.hold();
        self.driven.world.borrow_mut().expect(names);
        self.expected.replace(names.to_vec());
        let mut nodes = Vec::new();
        for name in names {
            nodes.push(self.add(name, plant));
            tokio::task::yield_now().await;
        }
        self.expected.take();
        self.driven.world.borrow_mut().expect(&[]);
        nodes
    }

    fn add(&self, name: &str, plant: Option<Plant>) -> NodeId {
        let mut world = self.driven.world.borrow_mut();
        world.plant = plant;
        world.add(name)
    }

    pub(super) async fn restart_hosts(&self, hosts: &[String]) -> Result<(), StageError> {
        let nodes = self.nodes(hosts)?;
        let conditions: Vec<(String, Condition)> =
            self.hosts().into_iter().map(|host| (host.name, host.condition)).collect();
        let with = |wanted: Condition| {
            let mut found = conditions.iter().filter(move |(_, condition)| *condition == wanted);
            move |asked: bool| found.find(|(name, _)| hosts.contains(name) == asked).map(|(name, _)| name)
        };
        let somebody =
            with(Condition::Up)(false).or(with(Condition::Up)(true)).or(with(Condition::Down)(true));
        if let (None, Some(empty), Some(kept)) =
            (somebody, with(Condition::Wiped)(true), with(Condition::Down)(false))
        {
            return Err(StageError::Refused(format!(
                "the disk of {empty} is empty, and no host is up whose cluster it could join; restart {kept} with it"
            )));
        }
        // Those that remember others first: the empty ones join through them.
        let mut order = nodes.clone();
        let is_empty =
            |node: &NodeId| self.wiped.borrow().contains(&self.driven.world.borrow().nodes[*node].name);
        order.sort_by_key(is_empty);
        for node in order {
            let keeps_something = !is_empty(&node);
            let mut world = self.driven.world.borrow_mut();
            let host = &world.nodes[node];
            if host.process.is_none() && keeps_something {
                self.images.borrow_mut().insert(host.name.clone(), host.disk.image());
            }
            world.start(node);
        }
        self.wiped.borrow_mut().retain(|host| !hosts.contains(host));
        self.wait_until_ready(&nodes).await
    }

    pub(super) fn set_paused(&self, hosts: &[String], paused: bool) -> Result<(), StageError> {
        let nodes = self.nodes(hosts)?;
        let mut world = self.driven.world.borrow_mut();
        if let Some(node) = nodes.iter().find(|node| world.nodes[**node].process.is_none()) {
            let name = &world.nodes[*node].name;
            return Err(StageError::Refused(format!("host {name} does not run: restart it first")));
        }
        for node in nodes {
            let is_paused = world.nodes[node].process.as_ref().is_some_and(|process| process.paused);
            if is_paused != paused {
                world.set_paused(node, paused);
            }
        }
        Ok(())
    }

    async fn wait_until_ready(&self, nodes: &[NodeId]) -> Result<(), StageError> {
        let deadline = self.now() + READY_TIMEOUT;
        let mut waiting = nodes.to_vec();
        loop {
            {
                let world = self.driven.world.borrow();
                waiting.retain(|node| !world.serves(*node));
                let Some(node) = waiting.first() else { break };
                let name = &world.nodes[*node].name;
                if world.nodes[*node].process.is_none() {
                    return Err(StageError::Broken(format!("host {name} ended before it was ready")));
                }
                if world.now >= deadline.0 {
                    let waited = READY_TIMEOUT.as_secs();
                    return Err(StageError::Broken(format!("host {name} was not ready after {waited} s")));
                }
            }
            self.sleep(LOOK_EVERY).await;
        }
        self.sleep(HEARD_AFTER).await;
        Ok(())
    }
}
