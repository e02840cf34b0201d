//! What a host has of single messages, as watchers are told: copies and tombstones, in the order of its store or by id.

use std::collections::BTreeMap;

use hydraq_core::ids::{HostId, MessageId, Sequence};
use hydraq_core::record::Record;
use hydraq_core::request::{Held, Knowledge};
use hydraq_proto::v1;
use tonic::Status;

use super::{Context, ended};
use crate::host::handle::Inside;
use crate::wire::in_range;
use crate::wire::knowledge::{status, status_out};
use crate::wire::limits::BATCH_MAX;
use crate::wire::names::{host_bytes, id_bytes, message_id};
use crate::wire::status::invalid;

/// How many records one look reads at most, however few of them fit: the commit thread has other things to do.
const SCANNED_MAX: usize = 20_000;

/// How many records are read at a time.
const CHUNK: usize = 1_000;

/// A message of which this host knows something.
struct Found {
    id: MessageId,
    knowledge: Knowledge,
    priority: u8,
    enqueued_at_ms: u64,
}

impl Context {
    pub(super) async fn copies_here(&self, request: v1::CopiesRequest) -> Result<v1::CopiesResponse, Status> {
        for (field, value) in
            [("messages_max", u64::from(request.messages_max)), ("ids", request.ids.len() as u64)]
        {
            in_range(field, value, 0..=BATCH_MAX as u64).map_err(|error| invalid(&error))?;
        }
        let look = move |inside: &mut Inside<'_>| look_at_copies(inside, &request);
        let (copies, all) = self.handle.look(look).await.ok_or_else(ended)?;
        Ok(v1::CopiesResponse { copies, all })
    }
}

/// What was asked for, and whether nothing else fits.
pub(super) fn look_at_copies(
    inside: &Inside<'_>,
    request: &v1::CopiesRequest,
) -> (Vec<v1::WatchedCopy>, bool) {
    let (found, all) = if request.ids.is_empty() { scan(inside, request) } else { named(inside, request) };
    let mut bodies = BTreeMap::new();
    if request.body_bytes_max > 0 {
        let sequences: Vec<Sequence> = found.iter().filter_map(|found| sequence(&found.knowledge)).collect();
        let read = inside.engine.store().read(&sequences);
        bodies = sequences.into_iter().zip(read).filter_map(|(at, read)| Some((at, read.ok()?))).collect();
    }
    let body_max = request.body_bytes_max as usize;
    let watched = |found: Found| {
        let message = sequence(&found.knowledge).and_then(|sequence| bodies.get(&sequence));
        let body = message.map(|message| message.body.slice(..message.body.len().min(body_max)));
        let (copy, tombstone, body_bytes) = match &found.knowledge {
            Knowledge::Held(held) => (Some(copy(held)), false, held.fingerprint.length),
            Knowledge::Deleted { holders, .. } => (Some(deleted(holders)), true, 0),
            _ => return None,
        };
        Some(v1::WatchedCopy {
            id: id_bytes(found.id),
            copy,
            body: body.unwrap_or_default(),
            priority: message.map_or(u32::from(found.priority), |message| u32::from(message.priority.0)),
            enqueued_at_ms: message.map_or(found.enqueued_at_ms, |message| message.enqueued_at_ms),
            tombstone,
            body_bytes,
        })
    };
    (found.into_iter().filter_map(watched).collect(), all)
}

fn named(inside: &Inside<'_>, request: &v1::CopiesRequest) -> (Vec<Found>, bool) {
    let ids = request.ids.iter().filter_map(|id| message_id("ids", id).ok());
    let found = ids.map(|id| Found {
        id,
        knowledge: inside.engine.core.knowledge(id),
        priority: 0,
        enqueued_at_ms: 0,
    });
    (found.collect(), true)
}

/// Reads the store from one end, until enough was found.
fn scan(inside: &Inside<'_>, request: &v1::CopiesRequest) -> (Vec<Found>, bool) {
    let max = request.messages_max as usize;
    if max == 0 {
        return (Vec::new(), false);
    }
    let (mut found, mut scanned) = (Vec::new(), 0);
    let mut next = Some(if request.oldest_first { Sequence(0) } else { Sequence(u64::MAX) });
    while let Some(from) = next {
        let wanted = CHUNK.min(max - found.len());
        let records = inside.engine.store().scan(from, !request.oldest_first, wanted);
        next = match records.last() {
            Some((last, _)) if records.len() == wanted => beyond(*last, request.oldest_first),
            _ => None,
        };
        scanned += records.len();
        let fitting = records.into_iter().filter_map(|(sequence, record)| {
            let found = find(inside, sequence, record.ok()?)?;
            fits(&found.knowledge, request).then_some(found)
        });
        found.extend(fitting);
        if found.len() == max || scanned >= SCANNED_MAX {
            break;
        }
    }
    (found, next.is_none())
}

fn beyond(sequence: Sequence, oldest_first: bool) -> Option<Sequence> {
    let next = if oldest_first { sequence.0.checked_add(1) } else { sequence.0.checked_sub(1) };
    next.map(Sequence)
}

/// What a record stands for, unless a newer one of the same message does.
fn find(inside: &Inside<'_>, at: Sequence, record: Record) -> Option<Found> {
    let core = &inside.engine.core;
    match record {
        Record::Message(record) => {
            let (id, knowledge) = (record.message.id, core.knowledge(record.message.id));
            (sequence(&knowledge) == Some(at)).then_some(Found {
                id,
                knowledge,
                priority: record.message.priority.0,
                enqueued_at_ms: record.message.enqueued_at_ms,
            })
        }
        Record::Tombstone(record) => {
            let knowledge = core.knowledge(record.id);
            let is_deleted = matches!(knowledge, Knowledge::Deleted { .. });
            is_deleted.then_some(Found { id: record.id, knowledge, priority: 0, enqueued_at_ms: 0 })
        }
        Record::State(_) => None,
    }
}

fn sequence(knowledge: &Knowledge) -> Option<Sequence> {
    if let Knowledge::Held(held) = knowledge { Some(held.sequence) } else { None }
}

fn fits(knowledge: &Knowledge, request: &v1::CopiesRequest) -> bool {
    let Knowledge::Held(held) = knowledge else { return true };
    let of_type = request.r#type.is_empty() || *held.message_type == *request.r#type;
    let in_state = status(request.state()).is_none() || status_out(held.status) == request.state();
    of_type && in_state
}

/// Of what was deleted, only the holders are known.
fn deleted(holders: &[HostId]) -> v1::watched_copy::Copy {
    let holders = holders.iter().map(|id| host_bytes(*id)).collect();
    v1::watched_copy::Copy { holders, ..v1::watched_copy::Copy::default() }
}

fn copy(held: &Held) -> v1::watched_copy::Copy {
    let hosts = |ids: &[HostId]| ids.iter().map(|id| host_bytes(*id)).collect();
    v1::watched_copy::Copy {
        r#type: held.message_type.as_ref().to_owned(),
        replicas: u32::from(held.replicas),
        holders: hosts(&held.holders),
        lacking: hosts(&held.lacking),
        owner: held.owner.map(host_bytes).unwrap_or_default(),
        state: status_out(held.status).into(),
        corrupt: held.corrupt,
        count: held.count,
        remaining_ms: held.remaining.map_or(0, |remaining| remaining.as_millis() as u64),
    }
}
