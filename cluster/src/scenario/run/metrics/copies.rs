//! Counting copies on live hosts.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::super::session::{PATIENCE, Session};
use crate::client::types::{Knowledge, ListOptions, Listed};
use crate::client::{ClientError, Kind};

/// How many messages one page has, if no bodies are asked for.
const PAGE: u32 = 10_000;

/// All copies on a host that fit `options`, each page within `patience`.
pub(super) async fn list(
    session: &Session,
    host: &str,
    options: &ListOptions,
    patience: Duration,
) -> Result<Vec<Listed>, ClientError> {
    let port = session.port(host)?;
    let mut options = ListOptions {
        host: Some(host.to_owned()),
        messages_max: if options.messages_max == 0 { PAGE } else { options.messages_max },
        ..options.clone()
    };
    let mut all = Vec::new();
    loop {
        let late = || Err(ClientError::new(Kind::Unreachable, format!("{host} did not answer in time")));
        let page = session.within(patience, port.list(&options)).await.unwrap_or_else(late)?;
        all.extend(page.messages);
        if page.cursor.is_empty() {
            return Ok(all);
        }
        options.cursor = page.cursor;
    }
}

/// How many live hosts have a readable copy of a message.
pub(super) async fn replicas(session: &Session, id: MessageId) -> u64 {
    let live = session.live();
    let asked = live.iter().map(async |host| {
        let knowledge = session.port(host).ok()?.show(id, PATIENCE).await.ok()?;
        matches!(knowledge, Knowledge::Copy(copy) if !copy.corrupt).then_some(())
    });
    join_all(asked).await.into_iter().flatten().count() as u64
}

/// How many messages have fewer readable copies on live hosts than were asked for: those that were acknowledged and not
/// deleted, and whatever else is listed.
pub(super) async fn under_replicated(session: &Session) -> u64 {
    let live = session.live();
    let asked = live
        .iter()
        .map(async |host| list(session, host, &ListOptions::default(), PATIENCE).await.unwrap_or_default());
    let listed = join_all(asked).await.into_iter().flatten();
    let mut copies: HashMap<MessageId, (u64, u8)> = HashMap::new();
    for listed in listed {
        let (count, wanted) = copies.entry(listed.id).or_default();
        *count += u64::from(!listed.copy.corrupt);
        *wanted = (*wanted).max(listed.copy.replicas);
    }
    let (oracle, now) = (session.oracle.borrow(), session.now());
    for record in oracle.records() {
        let Some(intent) = &record.intent else { continue };
        if record.may_be_deleted() || record.may_be_expired(now) {
            copies.remove(&record.id);
        } else if record.is_acknowledged() {
            copies.entry(record.id).or_default().1 = intent.replicas;
        }
    }
    copies.values().filter(|(count, wanted)| *count < u64::from(*wanted)).count() as u64
}
