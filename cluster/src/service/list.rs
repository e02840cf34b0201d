//! Listing messages without consuming them: page by page, in the order of the hosts' stores, and every message once.

use std::collections::BTreeMap;

use hydraq_core::ids::{MessageId, Sequence};
use hydraq_core::record::Record;
use hydraq_core::request::{Held, Knowledge};
use hydraq_proto::v1;
use tonic::Status;

use super::members::queue_client;
use super::{Context, ended};
use crate::host::handle::Inside;
use crate::wire::knowledge::{copy_out, status, status_out};
use crate::wire::limits::BATCH_MAX;
use crate::wire::message::attributes_out;
use crate::wire::names::id_bytes;
use crate::wire::status::invalid;
use crate::wire::{Invalid, in_range};

/// How many messages a page has if nothing else is asked for.
const PAGE_DEFAULT: u32 = 100;

/// How many records one page looks at on one host at most, however few of them fit the filter.
const SCANNED_MAX: usize = 100_000;

/// Where a page begins: on which host, and at which place of it.
struct Cursor {
    host: String,
    sequence: Option<u64>,
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new("cursor", format!("must be as an earlier answer gave it, not {text:?}"));
        let (host, sequence) = text.split_once('/').ok_or_else(bad)?;
        let sequence = match sequence {
            "" => None,
            number => Some(number.parse().map_err(|_| bad())?),
        };
        Ok(Cursor { host: host.to_owned(), sequence })
    }
}

/// A message that a look has found.
struct Found {
    id: MessageId,
    held: Held,
    message: Option<std::sync::Arc<hydraq_core::message::Message>>,
    priority: u8,
    enqueued_at_ms: u64,
}

impl Context {
    pub(super) async fn list_messages(&self, request: v1::ListRequest) -> Result<v1::ListResponse, Status> {
        let max = match request.messages_max {
            0 => PAGE_DEFAULT,
            max => in_range("messages_max", u64::from(max), 1..=BATCH_MAX as u64)
                .map_err(|error| invalid(&error))? as u32,
        };
        let request = v1::ListRequest { messages_max: max, ..request };
        if request.here {
            return self.list_here(&request).await;
        }
        let me = self.name_of(self.my_id());
        let others =
            self.other_members().await?.into_iter().map(|member| (member.name.clone(), Some(member)));
        let mut members: BTreeMap<String, _> = others.collect();
        // A host that came back under a new id may still know a member of its own name.
        members.insert(me.clone(), None);
        let from = match &request.cursor[..] {
            "" => Cursor { host: request.host.clone(), sequence: None },
            cursor => Cursor::parse(cursor).map_err(|error| invalid(&error))?,
        };
        if !request.host.is_empty() && !members.contains_key(&request.host) {
            let what = format!(
                "must be one of {}, not {:?}",
                members.keys().cloned().collect::<Vec<_>>().join(", "),
                request.host
            );
            return Err(invalid(&Invalid::new("host", what)));
        }
        let (mut page, mut silent) = (Vec::new(), Vec::new());
        let wanted =
            |name: &&String| **name >= from.host && (request.host.is_empty() || **name == request.host);
        let names: Vec<&String> = members.keys().filter(wanted).collect();
        for (place, name) in names.iter().enumerate() {
            let start = if **name == from.host { from.sequence } else { None };
            let here = v1::ListRequest {
                here: true,
                all_copies: !request.host.is_empty(),
                cursor: start.map_or_else(String::new, |sequence| sequence.to_string()),
                messages_max: max - page.len() as u32,
                ..request.clone()
            };
            let answer = match &members[*name] {
                None => self.list_here(&here).await,
                Some(member) => self.list_there(member, here).await,
            };
            let Ok(answer) = answer else {
                silent.extend(members[*name].as_ref().map(|member| self.named(member.id)));
                continue;
            };
            page.extend(answer.messages);
            let next_host = names.get(place + 1);
            let cursor = match (&answer.cursor[..], next_host) {
                ("", Some(next)) if page.len() as u32 >= max => format!("{next}/"),
                ("", _) => continue,
                (sequence, _) => format!("{name}/{sequence}"),
            };
            return Ok(v1::ListResponse { messages: page, cursor, silent });
        }
        Ok(v1::ListResponse { messages: page, cursor: String::new(), silent })
    }

    async fn list_there(
        &self,
        member: &hydraq_core::frame::MemberRecord,
        request: v1::ListRequest,
    ) -> Result<v1::ListResponse, Status> {
        let way = self.way_to(member).ok_or_else(ended)?;
        let answer = tokio::time::timeout(super::members::PATIENCE * 4, async {
            queue_client(way).list(request).await
        });
        Ok(answer.await.map_err(|_| ended())??.into_inner())
    }

    /// One page of what this host owns, or has.
    async fn list_here(&self, request: &v1::ListRequest) -> Result<v1::ListResponse, Status> {
        let request = request.clone();
        let look = move |inside: &mut Inside<'_>| look_at_page(inside, &request);
        let (found, cursor, body_max) = self.handle.look(look).await.ok_or_else(ended)?;
        let me = self.named(self.my_id());
        let name_of = |host| self.name_of(host);
        let listed = |found: Found| {
            let body =
                found.message.as_ref().map(|message| message.body.slice(..message.body.len().min(body_max)));
            v1::ListedMessage {
                id: id_bytes(found.id),
                copy: Some(copy_out(&found.held, &name_of)),
                body: body.unwrap_or_default(),
                priority: u32::from(found.priority),
                enqueued_at_ms: found.enqueued_at_ms,
                attributes: found
                    .message
                    .map(|message| attributes_out(&message.attributes))
                    .unwrap_or_default(),
                host: Some(me.clone()),
            }
        };
        let messages = found.into_iter().map(listed).collect();
        let cursor = cursor.map_or_else(String::new, |sequence| sequence.0.to_string());
        Ok(v1::ListResponse { messages, cursor, silent: Vec::new() })
    }
}

fn look_at_page(inside: &mut Inside<'_>, request: &v1::ListRequest) -> (Vec<Found>, Option<Sequence>, usize) {
    let newest_first = request.newest_first;
    let start =
        request.cursor.parse().map_or(if newest_first { u64::MAX } else { 0 }, |sequence: u64| sequence);
    let (core, store) = (&inside.engine.core, inside.engine.store());
    let (mut found, mut next, mut scanned) = (Vec::new(), Some(Sequence(start)), 0);
    while let Some(from) =
        next.filter(|_| found.len() < request.messages_max as usize && scanned < SCANNED_MAX)
    {
        let records = store.scan(from, newest_first, 1000);
        next = records
            .last()
            .filter(|_| records.len() == 1000)
            .and_then(|(last, _)| beyond(*last, newest_first));
        scanned += records.len();
        for (sequence, record) in records {
            let Ok(Record::Message(record)) = record else { continue };
            let Knowledge::Held(held) = core.knowledge(record.message.id) else { continue };
            if held.sequence != sequence || !fits(core, &held, request) {
                continue;
            }
            if found.len() == request.messages_max as usize {
                next = Some(sequence);
                break;
            }
            let (priority, enqueued_at_ms) = (record.message.priority.0, record.message.enqueued_at_ms);
            found.push(Found { id: record.message.id, held: *held, message: None, priority, enqueued_at_ms });
        }
    }
    if request.body_bytes_max > 0 {
        let sequences: Vec<Sequence> = found.iter().map(|found| found.held.sequence).collect();
        for (found, message) in found.iter_mut().zip(store.read(&sequences)) {
            found.message = message.ok();
        }
    }
    (found, next, request.body_bytes_max as usize)
}

fn beyond(sequence: Sequence, newest_first: bool) -> Option<Sequence> {
    let next = if newest_first { sequence.0.checked_sub(1) } else { sequence.0.checked_add(1) };
    next.map(Sequence)
}

fn fits(core: &hydraq_core::host::Host, held: &Held, request: &v1::ListRequest) -> bool {
    let owned = held.owner == Some(core.identity().id);
    let of_type = request.r#type.is_empty() || *held.message_type == *request.r#type;
    let in_state = status(request.state()).is_none() || status_out(held.status) == request.state();
    (owned || request.all_copies) && of_type && in_state
}
