//! Counting messages by state, each once, as live hosts would serve them.
//!
//! Every message has one owner, so what the hosts say can be added up; unless they do not all see each other: then two may own the
//! same message, and the ids are counted.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use hydraq_core::state::condition::Status;

use super::super::session::{PATIENCE, Session};
use super::copies;
use crate::client::objects::StoreState;
use crate::client::types::{HostState, ListOptions};

/// With more copies than this the ids are not listed: sums must do.
const LISTED_MAX: u64 = 60_000;

/// The live hosts that serve.
pub(super) async fn serving(session: &Session) -> Vec<(String, HostState)> {
    let mut states = session.states().await;
    states.retain(|(_, state)| state.serving);
    states
}

/// How many messages have this status, of one type or of any.
pub(super) async fn messages(session: &Session, status: Status, message_type: Option<&str>) -> u64 {
    let states = serving(session).await;
    let copies: u64 = states.iter().map(|(_, state)| state.copies).sum();
    if is_divided(&states) && copies <= LISTED_MAX {
        return once_each(session, &states, status, message_type).await;
    }
    let Some(message_type) = message_type else {
        return states.iter().map(|(_, state)| of_status(state, status)).sum();
    };
    let asked = states.iter().map(async |(host, _)| {
        let port = session.port(host).ok()?;
        let types = session.within(PATIENCE, port.types()).await?.ok()?;
        types.into_iter().find(|depth| depth.message_type == message_type).map(|depth| depth.ready)
    });
    join_all(asked).await.into_iter().flatten().sum()
}

/// The data stores of the live hosts that serve, each as its own host tells of it; what is left of one that was rolled back counts.
pub(super) async fn stores(session: &Session) -> Vec<StoreState> {
    let states = serving(session).await;
    let asked = states.iter().map(async |(host, _)| {
        let port = session.port(host).ok()?;
        session.within(PATIENCE, port.own_stores()).await?.ok()
    });
    join_all(asked).await.into_iter().flatten().flatten().collect()
}

fn of_status(state: &HostState, status: Status) -> u64 {
    match status {
        Status::Ready => state.ready,
        Status::Leased => state.leased,
        Status::Delayed => state.delayed,
        Status::Dead => state.dead,
    }
}

/// Whether two serving hosts do not count each other as live.
fn is_divided(states: &[(String, HostState)]) -> bool {
    let sees = |state: &HostState, peer: &str| {
        state.links.iter().any(|link| link.peer == peer && link.live && link.synchronised)
    };
    states.iter().any(|(host, state)| states.iter().any(|(peer, _)| peer != host && !sees(state, peer)))
}

/// How many different messages the hosts own in this status.
async fn once_each(
    session: &Session,
    states: &[(String, HostState)],
    status: Status,
    message_type: Option<&str>,
) -> u64 {
    let asked = states.iter().map(async |(host, _)| {
        let options = ListOptions {
            message_type: message_type.map(str::to_owned),
            status: Some(status),
            ..ListOptions::default()
        };
        let mut listed = copies::list(session, host, &options, PATIENCE).await.unwrap_or_default();
        let paused = if status == Status::Ready { paused_types(session, host).await } else { Vec::new() };
        listed.retain(|listed| {
            listed.copy.owner.as_ref() == Some(host) && !paused.contains(&listed.copy.message_type)
        });
        listed
    });
    let ids: BTreeSet<_> = join_all(asked).await.into_iter().flatten().map(|listed| listed.id).collect();
    ids.len() as u64
}

/// The types that a host does not give out.
async fn paused_types(session: &Session, host: &str) -> Vec<String> {
    let Ok(port) = session.port(host) else { return Vec::new() };
    let types = session.within(PATIENCE, port.types()).await.and_then(Result::ok).unwrap_or_default();
    types.into_iter().filter(|depth| depth.paused_out).map(|depth| depth.message_type).collect()
}
