//! Starting hosts so that they become one cluster: whom each joins, and in which order.
//!
//! The first host of a cluster joins nobody; all others join hosts that are up. A host that comes back knows the members, unless
//! its disk is empty: then it must join somebody, like a new one.

use super::LiveStage;
use crate::fleet::{Fleet, HostRequest};
use crate::scenario::run::stage::{Condition, StageError};

/// How many hosts a new one is told of: any one will do, several are better.
const JOINED_MAX: usize = 3;

/// The most hosts that are spawned at once as processes of this machine.
pub const SPAWNED_MAX: u32 = 255;

/// Whether so many real hosts may be spawned at once.
///
/// # Errors
/// If not, with the limit.
pub fn check_count(count: u32) -> Result<(), StageError> {
    if count <= SPAWNED_MAX {
        return Ok(());
    }
    Err(StageError::Refused(format!(
        "N must be from 1 to {SPAWNED_MAX}, not {count}: these are real processes; `--sim` has up to 1000"
    )))
}

impl LiveStage {
    pub(super) async fn spawn_hosts(
        &self,
        count: u32,
        name: Option<&str>,
        plant: Option<&str>,
    ) -> Result<Vec<String>, StageError> {
        check_count(count)?;
        let mut join = self.addresses(&Condition::Up);
        let members =
            self.fleet.hosts().into_iter().filter(|host| self.condition(host) != Condition::Removed);
        if join.is_empty() && members.count() > 0 {
            return Err(StageError::Refused(
                "no host is up that new ones could join; restart one first".to_owned(),
            ));
        }
        let request = |join: &[String], name: Option<&str>| HostRequest {
            name: name.map(str::to_owned),
            join: join.iter().take(JOINED_MAX).cloned().collect(),
            extra_arguments: plant.map_or_else(Vec::new, |plant| vec!["--plant".into(), plant.into()]),
        };
        let mut spawned = Vec::new();
        let mut count = count as usize;
        if join.is_empty() && count > 1 {
            let first = request(&[], name);
            let first = self.with_fleet(move |fleet| fleet.spawn(first)).await?;
            join.push(first.address);
            spawned.push(first.name);
            count -= 1;
        }
        let requests = vec![request(&join, name); count];
        let hosts = self.with_fleet(move |fleet| fleet.spawn_many(requests)).await?;
        spawned.extend(hosts.into_iter().map(|host| host.name));
        if let Some(plant) = plant {
            let mut plants = self.plants.borrow_mut();
            plants.extend(spawned.iter().map(|host| (host.clone(), plant.to_owned())));
        }
        Ok(spawned)
    }

    pub(super) async fn restart_hosts(&self, hosts: &[String]) -> Result<(), StageError> {
        let is_wiped = |host: &&String| self.wiped.borrow().contains(*host);
        let (empty, kept): (Vec<String>, Vec<String>) =
            hosts.iter().cloned().partition(|host| is_wiped(&host));
        let up = self.addresses(&Condition::Up);
        for host in &kept {
            // Whoever it was told to join at first may be stopped, and would not answer.
            self.fleet.set_join(host, up.clone()).map_err(super::told)?;
        }
        let others = self.addresses_of(&kept);
        let join: Vec<String> = up.into_iter().chain(others).take(JOINED_MAX).collect();
        let mut together = kept;
        let mut later = Vec::new();
        match (join.is_empty(), empty.as_slice()) {
            (_, []) => {}
            (false, _) => {
                self.join(&empty, &join)?;
                together.extend(empty.iter().cloned());
            }
            (true, [first, rest @ ..]) => {
                if let Some(host) =
                    self.fleet.hosts().iter().find(|host| self.condition(host) == Condition::Down)
                {
                    return Err(StageError::Refused(format!(
                        "the disk of {first} is empty, and no host is up whose cluster it could join; restart {} with it",
                        host.name
                    )));
                }
                self.join(std::slice::from_ref(first), &[])?;
                self.join(rest, &self.addresses_of(std::slice::from_ref(first)))?;
                together.push(first.clone());
                later = rest.to_vec();
            }
        }
        for hosts in [together, later].into_iter().filter(|hosts| !hosts.is_empty()) {
            self.order(&hosts, Fleet::restart).await?;
        }
        self.wiped.borrow_mut().retain(|host| !empty.contains(host));
        Ok(())
    }

    fn join(&self, hosts: &[String], join: &[String]) -> Result<(), StageError> {
        hosts.iter().try_for_each(|host| self.fleet.set_join(host, join.to_vec())).map_err(super::told)
    }

    fn addresses(&self, condition: &Condition) -> Vec<String> {
        let hosts = self.fleet.hosts().into_iter().filter(|host| self.condition(host) == *condition);
        hosts.map(|host| host.address).collect()
    }

    fn addresses_of(&self, names: &[String]) -> Vec<String> {
        let hosts = self.fleet.hosts().into_iter().filter(|host| names.contains(&host.name));
        hosts.map(|host| host.address).collect()
    }
}
