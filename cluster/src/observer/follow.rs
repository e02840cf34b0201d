//! Following hosts: one task for each host that has a process, and what they hear.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::board::{Place, Process};
use super::look::Looked;
use super::state::State;
use crate::client::HostClient;
use crate::client::objects::StoreState;
use crate::client::sight::{Told, ToldEvent};
use crate::client::way::Dialler;

/// How often a host tells something at most.
pub(super) const WATCH_EVERY: Duration = Duration::from_millis(50);
/// How long a host may take to begin to tell.
const WATCH_PATIENCE: Duration = Duration::from_secs(1);
/// How long is waited before a host is tried again.
const RETRY: Duration = Duration::from_millis(25);
/// The same for one whose process is not ours to know.
const RETRY_ELSEWHERE: Duration = Duration::from_millis(250);

/// How often something is done at most whose work grows with the number of hosts, or faster.
pub(super) fn paced(least: Duration, hosts: usize) -> Duration {
    if hosts > 64 { least.max(Duration::from_millis(hosts as u64)) } else { least }
}

/// How often a host tells something at most. Each tells of its links to all others: all together of their square.
fn watch_pace(hosts: usize) -> Duration {
    paced(WATCH_EVERY, hosts).max(Duration::from_millis((hosts * hosts / 250) as u64))
}

/// Says where all hosts are now.
pub type Roster = Box<dyn Fn() -> Vec<Place>>;

/// What the observer has heard.
pub(super) enum Heard {
    Told(String, Box<Told>, Vec<ToldEvent>),
    Lost(String),
    Looked(Box<Looked>),
    Stores(Option<Vec<StoreState>>),
}

/// The hosts that are followed.
pub(super) struct Watching {
    dialler: Dialler,
    pub(super) roster: Roster,
    pub(super) heard: UnboundedSender<Heard>,
    followed: HashMap<String, Followed>,
}

struct Followed {
    place: Place,
    task: JoinHandle<()>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watching {
    /// Nobody is followed yet.
    pub(super) fn new(dialler: Dialler, roster: Roster, heard: UnboundedSender<Heard>) -> Self {
        Self { dialler, roster, heard, followed: HashMap::new() }
    }

    /// Follows every host that has a process, and no other one.
    pub(super) fn follow(&mut self, state: &mut State) {
        for entry in &state.board.entries {
            let place = &entry.place;
            let lives = matches!(place.process, Process::Running | Process::Paused | Process::Elsewhere);
            let is_same = |followed: &Followed| {
                followed.place.pid == place.pid && followed.place.address == place.address
            };
            if !lives || place.address.is_empty() {
                self.followed.remove(&place.name);
                continue;
            }
            if self.followed.get(&place.name).is_some_and(is_same) {
                continue;
            }
            let Ok(client) = HostClient::through(&self.dialler, &place.address) else { continue };
            state.clients.insert(place.name.clone(), client.clone());
            let retry = if place.process == Process::Elsewhere { RETRY_ELSEWHERE } else { RETRY };
            let pace = (watch_pace(state.board.entries.len()), retry);
            let task = tokio::task::spawn_local(follow(place.name.clone(), client, pace, self.heard.clone()));
            self.followed.insert(place.name.clone(), Followed { place: place.clone(), task });
        }
    }
}

/// Follows one host; `pace` says how often it tells something at most, and how long is waited before it is tried again.
async fn follow(
    name: String,
    client: HostClient,
    (watch_every, retry): (Duration, Duration),
    heard: UnboundedSender<Heard>,
) {
    loop {
        if let Ok(mut watching) = client.watch(watch_every, WATCH_PATIENCE).await {
            while let Ok((told, events)) = watching.next().await {
                if heard.send(Heard::Told(name.clone(), Box::new(told), events)).is_err() {
                    return;
                }
            }
            let _ = heard.send(Heard::Lost(name.clone()));
        }
        tokio::time::sleep(retry).await;
    }
}
