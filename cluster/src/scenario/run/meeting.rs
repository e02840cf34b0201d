//! Waiting until hosts see each other.

use std::time::Duration;

use super::failure::{Failure, FailureKind};
use super::session::Session;
use crate::client::types::HostState;

/// How long they may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How often they are asked.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Waits until all live hosts serve and every two of them are connected and count each other as live. Links that the scenario
/// has disturbed are left out.
pub(super) async fn wait_until_met(session: &Session) -> Result<(), Failure> {
    let deadline = session.now() + LIMIT;
    loop {
        let live = session.live();
        let states = session.states().await;
        let Some(missing) = missing(session, &live, &states) else { return Ok(()) };
        if session.now() >= deadline {
            let message = format!("the hosts do not see each other after {} s: {missing}", LIMIT.as_secs());
            return Err(Failure::new(FailureKind::Cluster, message));
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}

/// What is still missing, if anything is.
fn missing(session: &Session, live: &[String], states: &[(String, HostState)]) -> Option<String> {
    for host in live {
        let Some((_, state)) = states.iter().find(|(name, _)| name == host) else {
            return Some(format!("{host} does not answer"));
        };
        if !state.serving {
            return Some(format!("{host} does not serve yet"));
        }
        for peer in live.iter().filter(|peer| *peer != host) {
            if session.links.borrow().is_disturbed(host, peer) {
                continue;
            }
            let mut links = state.links.iter();
            if !links.any(|link| link.peer == *peer && link.connected && link.live) {
                return Some(format!("{host} does not see {peer}"));
            }
        }
    }
    None
}
