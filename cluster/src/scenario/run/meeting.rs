//! Waiting until hosts see each other.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::failure::{Failure, FailureKind};
use super::session::{PATIENCE, Session};
use crate::client::types::HostState;

/// How long they may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How often they are asked.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How many are asked at once: each tells of its links to all others.
const ASKED_MAX: usize = 32;

/// Waits until all live hosts serve and every two of them are connected and count each other as live. Links that the scenario
/// has disturbed are left out. A host that has seen all others is not asked again.
pub(super) async fn wait_until_met(session: &Session) -> Result<(), Failure> {
    let deadline = session.now() + LIMIT;
    let live = session.live();
    let mut waiting = live.clone();
    loop {
        let missing = look(session, &live, &mut waiting).await;
        let Some(missing) = missing else { return Ok(()) };
        if session.now() >= deadline {
            let message = format!("the hosts do not see each other after {} s: {missing}", LIMIT.as_secs());
            return Err(Failure::new(FailureKind::Cluster, message));
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}

/// Asks those that are waited for, until one has not seen all others; what is still missing, if anything is.
async fn look(session: &Session, live: &[String], waiting: &mut Vec<String>) -> Option<String> {
    while !waiting.is_empty() {
        let some = &waiting[..waiting.len().min(ASKED_MAX)];
        let asked = some.iter().map(async |host| match session.port(host) {
            Ok(port) => port.state(PATIENCE).await.ok(),
            Err(_) => None,
        });
        let states = join_all(asked).await;
        let mut problem = None;
        let mut seen = Vec::new();
        for (host, state) in some.iter().zip(&states) {
            match missing(session, host, live, state.as_ref()) {
                None => seen.push(host.clone()),
                Some(missing) => problem = problem.or(Some(missing)),
            }
        }
        waiting.retain(|host| !seen.contains(host));
        if problem.is_some() {
            return problem;
        }
    }
    None
}

/// What a host still misses, if it misses anything.
fn missing(session: &Session, host: &str, live: &[String], state: Option<&HostState>) -> Option<String> {
    let Some(state) = state else { return Some(format!("{host} does not answer")) };
    if !state.serving {
        return Some(format!("{host} does not serve yet"));
    }
    // Of several that had a name, one may be connected.
    let mut seen: BTreeMap<&str, bool> = BTreeMap::new();
    for link in &state.links {
        *seen.entry(&link.peer).or_default() |= link.connected && link.live;
    }
    let links = session.links.borrow();
    let is_missing = |peer: &&String| {
        *peer != host && !links.is_disturbed(host, peer) && !seen.get(peer.as_str()).is_some_and(|seen| *seen)
    };
    live.iter().find(is_missing).map(|peer| format!("{host} does not see {peer}"))
}
