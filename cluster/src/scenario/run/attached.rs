//! The stage of a cluster that runs already: requests go to its hosts, their processes are not ours.
//!
//! Whether anything may be changed is the hosts' word: those that take faults are there to be played with, all others are only looked at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::digest::Digest;
use super::stage::{Condition, Moment, Port, Stage, StageError, StageHost, Trace};
use crate::client::HostClient;
use crate::ids::IdSource;
use crate::observer::{Place, Process};

/// How long a host may take to say who is there.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often hosts are asked whether they are still there.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A cluster that somebody else has started.
pub struct AttachedStage {
    epoch: Instant,
    ids: RefCell<IdSource>,
    members: Rc<RefCell<BTreeMap<String, Member>>>,
}

#[derive(Clone)]
struct Member {
    client: HostClient,
    is_up: bool,
    is_removed: bool,
    /// Whether faults may be asked of it, as it said last.
    takes_faults: bool,
}

impl AttachedStage {
    /// Finds the hosts of a cluster through some of them, and looks from now on which are there.
    ///
    /// # Errors
    /// An address is no URL, none of them answers, or the operating system gives no random numbers.
    pub async fn start(addresses: &[String]) -> Result<Self, StageError> {
        let clients: Result<Vec<HostClient>, _> =
            addresses.iter().map(|address| HostClient::new(address)).collect();
        let clients =
            clients.map_err(|error| StageError::Refused(error.message.replace("--to", "--attach")))?;
        let members = Rc::new(RefCell::new(BTreeMap::new()));
        let mut problem = String::new();
        for client in &clients {
            if let Err(error) = learn(&members, client).await {
                problem = format!("{} does not answer: {error}", client.address());
            }
        }
        if members.borrow().is_empty() {
            return Err(StageError::Broken(problem));
        }
        tokio::task::spawn_local(keep_looking(members.clone()));
        let ids = IdSource::from_system().map_err(|error| StageError::Broken(error.to_string()))?;
        Ok(Self { epoch: Instant::now(), ids: RefCell::new(ids), members })
    }

    /// Where the hosts are, for an observer.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let place = |(name, member): (&String, &Member)| Place {
            name: name.clone(),
            address: member.client.address().to_owned(),
            pid: None,
            started_at_ms: None,
            plant: None,
            process: if member.is_removed { Process::Removed } else { Process::Elsewhere },
        };
        self.members.borrow().iter().map(place).collect()
    }
}

/// Learns of all hosts that one of them can reach.
async fn learn(members: &RefCell<BTreeMap<String, Member>>, client: &HostClient) -> Result<(), String> {
    let asked = tokio::time::timeout(PATIENCE, client.hosts()).await;
    let (hosts, _) = asked.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())?;
    for host in hosts {
        let known =
            members.borrow().get(&host.name).is_some_and(|member| member.client.address() == host.address);
        if known {
            continue;
        }
        if let Ok(client) = HostClient::new(&host.address) {
            let takes_faults = client.state(PATIENCE).await.is_ok_and(|state| state.faults_allowed);
            let member = Member { client, is_up: true, is_removed: false, takes_faults };
            members.borrow_mut().insert(host.name, member);
        }
    }
    Ok(())
}

async fn keep_looking(members: Rc<RefCell<BTreeMap<String, Member>>>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let known: Vec<(String, Member)> =
            members.borrow().iter().map(|(name, member)| (name.clone(), member.clone())).collect();
        let asked = known.iter().map(async |(name, member)| {
            (name.clone(), member.client.clone(), member.client.state(PATIENCE).await.ok())
        });
        let answers = join_all(asked).await;
        let answering =
            answers.iter().find(|(_, _, state)| state.is_some()).map(|(_, client, _)| client.clone());
        for (name, _, state) in answers {
            if let Some(member) = members.borrow_mut().get_mut(&name) {
                member.is_up = state.is_some();
                member.takes_faults = state.map_or(member.takes_faults, |state| state.faults_allowed);
            }
        }
        if let Some(client) = answering {
            // Whoever does not answer now is asked again soon.
            let _ = learn(&members, &client).await;
        }
    }
}

/// What nobody can do from here.
fn not_ours<T>() -> Result<T, StageError> {
    Err(StageError::Refused(
        "these hosts are not ours: the console was attached to a cluster that runs".into(),
    ))
}

#[async_trait(?Send)]
impl Stage for AttachedStage {
    fn is_read_only(&self) -> bool {
        !self.members.borrow().values().filter(|member| !member.is_removed).all(|member| member.takes_faults)
    }

    fn hosts(&self) -> Vec<StageHost> {
        let host = |(name, member): (&String, &Member)| {
            let condition = match (member.is_removed, member.is_up) {
                (true, _) => Condition::Removed,
                (false, true) => Condition::Up,
                (false, false) => Condition::Down,
            };
            StageHost { name: name.clone(), condition }
        };
        self.members.borrow().iter().map(host).collect()
    }

    async fn spawn(&self, _: u32, _: Option<&str>) -> Result<Vec<String>, StageError> {
        not_ours()
    }

    async fn kill(&self, _: &[String]) -> Result<Moment, StageError> {
        not_ours()
    }

    async fn restart(&self, _: &[String]) -> Result<(), StageError> {
        not_ours()
    }

    async fn pause(&self, _: &[String]) -> Result<(), StageError> {
        not_ours()
    }

    async fn resume(&self, _: &[String]) -> Result<(), StageError> {
        not_ours()
    }

    async fn wipe(&self, _: &[String]) -> Result<Moment, StageError> {
        not_ours()
    }

    async fn roll_back(&self, _: &[String]) -> Result<Moment, StageError> {
        not_ours()
    }

    fn note_removed(&self, host: &str) {
        if let Some(member) = self.members.borrow_mut().get_mut(host) {
            member.is_removed = true;
        }
    }

    fn port(&self, host: &str) -> Option<Rc<dyn Port>> {
        let client = self.members.borrow().get(host)?.client.clone();
        Some(Rc::new(client))
    }

    async fn read_disk(&self, _: &str) -> Result<Vec<(MessageId, Digest)>, StageError> {
        not_ours()
    }

    async fn trace(&self, _: &str, _: usize) -> Trace {
        Trace::default()
    }

    fn now(&self) -> Moment {
        Moment(self.epoch.elapsed().as_micros() as u64)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn draw_id(&self) -> MessageId {
        self.ids.borrow_mut().draw()
    }
}
