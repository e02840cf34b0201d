//! Finding out what is lost, by reading bodies back from wherever they can be.
//!
//! A message is not lost as long as one copy with the right bytes is on some disk, in whatever state. Live hosts list their
//! copies; the disks of others are read from a copy of their files, so that they stay as they are.

use std::collections::HashMap;
use std::time::Duration;

use hydraq_core::ids::MessageId;

use super::super::digest::Digest;
use super::super::failure::Failure;
use super::super::perform::hosts::restart_hosts;
use super::super::session::Session;
use super::super::stage::Condition;
use crate::client::types::ListOptions;
use crate::scenario::BODY_BYTES_MAX;

/// How long a page of bodies may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many bytes of bodies one page should have at most.
const PAGE_BYTES_MAX: usize = 16 << 20;
/// How many messages one page has at most.
const PAGE_MAX: usize = 1000;
/// Copies move while hosts leave and repair: what is missing is looked for so often.
const ROUNDS: usize = 2;

/// The messages that are lost now.
pub(in super::super) async fn lost(session: &Session) -> Vec<MessageId> {
    let mut missing: HashMap<MessageId, Digest> =
        session.oracle.borrow().must_exist(session.now()).into_iter().collect();
    for _ in 0..ROUNDS {
        find_on_live_hosts(session, &mut missing).await;
        find_on_disks(session, &mut missing).await;
        if missing.is_empty() {
            break;
        }
    }
    // What was deleted in the meantime need not be there.
    let (oracle, now) = (session.oracle.borrow(), session.now());
    let must_exist = oracle.must_exist(now).into_iter().map(|(id, _)| id);
    must_exist.filter(|id| missing.contains_key(id)).collect()
}

/// The messages that are lost when everything is over: hosts that are stopped or were killed are brought back to look on them,
/// if something is missing otherwise.
pub(in super::super) async fn lost_for_good(session: &Session) -> (Vec<MessageId>, Option<Failure>) {
    let lost_now = lost(session).await;
    if lost_now.is_empty() {
        return (lost_now, None);
    }
    let of = |wanted: Condition| {
        let hosts = session.stage.hosts().into_iter().filter(|host| host.condition == wanted);
        hosts.map(|host| host.name).collect::<Vec<String>>()
    };
    let (paused, down) = (of(Condition::Paused), of(Condition::Down));
    let resumed = session.stage.resume(&paused).await.map_err(Failure::from);
    let back = match resumed {
        Ok(()) => restart_hosts(session, &down).await,
        failed => failed,
    };
    (lost(session).await, back.err())
}

async fn find_on_live_hosts(session: &Session, missing: &mut HashMap<MessageId, Digest>) {
    let fits = PAGE_BYTES_MAX / (session.longest_body(&[]) + 256);
    let mut options = ListOptions {
        messages_max: fits.clamp(1, PAGE_MAX) as u32,
        body_bytes_max: BODY_BYTES_MAX,
        ..ListOptions::default()
    };
    for host in session.live() {
        options.cursor.clear();
        options.host = Some(host.clone());
        let Ok(port) = session.port(&host) else { continue };
        while !missing.is_empty() {
            let Some(Ok(page)) = session.within(PATIENCE, port.list(&options)).await else { break };
            for listed in &page.messages {
                found(missing, listed.id, || Digest::of(&listed.body));
            }
            if page.cursor.is_empty() {
                break;
            }
            options.cursor = page.cursor;
        }
    }
}

async fn find_on_disks(session: &Session, missing: &mut HashMap<MessageId, Digest>) {
    for host in session.stage.hosts() {
        if missing.is_empty() {
            return;
        }
        // A disk that cannot be read has nothing that could be found on it.
        for (id, digest) in session.stage.read_disk(&host.name).await.unwrap_or_default() {
            found(missing, id, || digest);
        }
    }
}

fn found(missing: &mut HashMap<MessageId, Digest>, id: MessageId, digest: impl FnOnce() -> Digest) {
    if missing.get(&id).is_some_and(|wanted| *wanted == digest()) {
        missing.remove(&id);
    }
}
