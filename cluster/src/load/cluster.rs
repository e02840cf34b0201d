//! A local cluster to put load on: real processes in a temporary folder, of which nothing is left in the end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::client::{ClientError, HostClient};
use crate::fleet::{DataFolder, Fleet, FleetError, FleetOptions, HostRequest};

/// How long hosts may take to see each other.
const MEETING: Duration = Duration::from_secs(20);
/// How often they are asked.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long one may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no cluster.
#[derive(Debug, Error)]
pub enum LocalClusterError {
    /// Hosts could not be started.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A host's address is of no use.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// They do not see each other.
    #[error("the hosts do not see each other after {} s", MEETING.as_secs())]
    NotMet,
}

/// Hosts on this machine; dropping it ends them and removes their files.
#[derive(Debug)]
pub struct LocalCluster {
    _fleet: Fleet,
    hosts: Vec<HostClient>,
}

impl LocalCluster {
    /// Starts so many hosts of `binary`, at least one, and waits until all see each other.
    ///
    /// # Errors
    /// See [`LocalClusterError`]; what was started is ended.
    pub async fn start(binary: PathBuf, count: u32) -> Result<Self, LocalClusterError> {
        let fleet = Fleet::start(FleetOptions::new(binary, DataFolder::Temporary))?;
        let first = fleet.spawn(HostRequest::default())?;
        let other = HostRequest { join: vec![first.address.clone()], ..HostRequest::default() };
        let others = fleet.spawn_many(vec![other; count.saturating_sub(1) as usize])?;
        let addresses = std::iter::once(first).chain(others).map(|host| host.address);
        let hosts: Result<Vec<HostClient>, ClientError> =
            addresses.map(|address| HostClient::new(&address)).collect();
        let cluster = LocalCluster { _fleet: fleet, hosts: hosts? };
        let deadline = Instant::now() + MEETING;
        while !cluster.has_met().await {
            if Instant::now() >= deadline {
                return Err(LocalClusterError::NotMet);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(cluster)
    }

    /// Clients of its hosts.
    #[must_use]
    pub fn hosts(&self) -> &[HostClient] {
        &self.hosts
    }

    async fn has_met(&self) -> bool {
        for host in &self.hosts {
            let Ok(state) = host.state(PATIENCE).await else { return false };
            let live = state.links.iter().filter(|link| link.live && link.synchronised).count();
            if !state.serving || live + 1 < self.hosts.len() {
                return false;
            }
        }
        true
    }
}
