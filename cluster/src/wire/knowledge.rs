//! What hosts know of a message: between hosts, and for clients.

use std::time::Duration;

use hydraq_core::ids::{HostId, LeaseNumber, Sequence};
use hydraq_core::message::Fingerprint;
use hydraq_core::request::{Held, Knowledge};
use hydraq_core::state::condition::Status;
use hydraq_proto::v1;

use super::deliveries::host_name;
use super::message::type_names;
use super::names::{host_bytes, host_id};
use super::peer_in::items;
use super::{Invalid, in_range};

/// A message's status, as it travels.
#[must_use]
pub fn status_out(status: Status) -> v1::MessageState {
    match status {
        Status::Ready => v1::MessageState::Ready,
        Status::Leased => v1::MessageState::Leased,
        Status::Delayed => v1::MessageState::Delayed,
        Status::Dead => v1::MessageState::Dead,
    }
}

/// A message's status; none if it is not specified.
#[must_use]
pub fn status(state: v1::MessageState) -> Option<Status> {
    match state {
        v1::MessageState::Ready => Some(Status::Ready),
        v1::MessageState::Leased => Some(Status::Leased),
        v1::MessageState::Delayed => Some(Status::Delayed),
        v1::MessageState::Dead => Some(Status::Dead),
        v1::MessageState::Unspecified => None,
    }
}

/// Knowledge, for a peer.
#[must_use]
pub fn knowledge_out(knowledge: &Knowledge) -> v1::Knowledge {
    use v1::knowledge::Knowledge as Out;
    let hosts = |ids: &[HostId]| ids.iter().map(|id| host_bytes(*id)).collect();
    let knowledge = match knowledge {
        Knowledge::NotHere => Out::NotHere(true),
        Knowledge::Asking => Out::Asking(true),
        Knowledge::Finished => Out::Finished(true),
        Knowledge::Deleted { holders, confirmed } => {
            Out::Deleted(v1::knowledge::Gone { holders: hosts(holders), confirmed: hosts(confirmed) })
        }
        Knowledge::Held(held) => Out::Held(v1::Held {
            r#type: held.message_type.as_ref().to_owned(),
            sequence: held.sequence.0,
            body_crc: held.fingerprint.body_crc,
            rest_crc: held.fingerprint.rest_crc,
            length: held.fingerprint.length,
            replicas: u32::from(held.replicas),
            holders: hosts(&held.holders),
            lacking: hosts(&held.lacking),
            owner: held.owner.map(host_bytes).unwrap_or_default(),
            state: status_out(held.status).into(),
            corrupt: held.corrupt,
            count: held.count,
            lease: held.lease.0,
            remaining_us: held.remaining.map(|remaining| remaining.as_micros() as u64),
        }),
    };
    v1::Knowledge { knowledge: Some(knowledge) }
}

/// Knowledge of a peer, checked.
pub fn knowledge(knowledge: v1::Knowledge) -> Result<Knowledge, Invalid> {
    use v1::knowledge::Knowledge as In;
    let hosts = |ids: Vec<bytes::Bytes>| items(ids, |id| host_id("holders", &id));
    Ok(match knowledge.knowledge {
        Some(In::NotHere(_)) => Knowledge::NotHere,
        Some(In::Asking(_)) => Knowledge::Asking,
        Some(In::Finished(_)) => Knowledge::Finished,
        Some(In::Deleted(gone)) => {
            Knowledge::Deleted { holders: hosts(gone.holders)?, confirmed: hosts(gone.confirmed)? }
        }
        Some(In::Held(held)) => {
            let fingerprint =
                Fingerprint { body_crc: held.body_crc, rest_crc: held.rest_crc, length: held.length };
            let state = status(held.state()).unwrap_or(Status::Ready);
            Knowledge::Held(Box::new(Held {
                message_type: type_names(&[held.r#type])?.remove(0),
                sequence: Sequence(held.sequence),
                fingerprint,
                replicas: in_range("replicas", u64::from(held.replicas), 1..=255)? as u8,
                holders: hosts(held.holders)?,
                lacking: hosts(held.lacking)?,
                owner: if held.owner.is_empty() { None } else { Some(host_id("owner", &held.owner)?) },
                status: state,
                corrupt: held.corrupt,
                count: held.count,
                lease: LeaseNumber(held.lease),
                remaining: held.remaining_us.map(Duration::from_micros),
            }))
        }
        None => return Err(Invalid::new("knowledge", "is missing")),
    })
}

/// A copy, for a client.
pub fn copy_out(held: &Held, name_of: &dyn Fn(HostId) -> String) -> v1::Copy {
    let hosts = |ids: &[HostId]| ids.iter().map(|id| host_name(*id, name_of)).collect();
    v1::Copy {
        r#type: held.message_type.as_ref().to_owned(),
        replicas: u32::from(held.replicas),
        holders: hosts(&held.holders),
        lacking: hosts(&held.lacking),
        owner: held.owner.map(|owner| host_name(owner, name_of)),
        state: status_out(held.status).into(),
        corrupt: held.corrupt,
        count: held.count,
        remaining_ms: held.remaining.map_or(0, |remaining| remaining.as_millis() as u64),
        body_bytes: held.fingerprint.length,
        body_crc: held.fingerprint.body_crc,
    }
}

/// What a host knows, for a client.
pub fn shown(host: HostId, knowledge: &Knowledge, name_of: &dyn Fn(HostId) -> String) -> v1::HostKnowledge {
    use v1::host_knowledge::{Deleted, Knowledge as Out};
    let hosts = |ids: &[HostId]| ids.iter().map(|id| host_name(*id, name_of)).collect();
    let deleted = |holders: &[HostId], confirmed: &[HostId], finished: bool| {
        Out::Deleted(Deleted { holders: hosts(holders), confirmed: hosts(confirmed), finished })
    };
    let knowledge = match knowledge {
        Knowledge::Held(held) => Out::Copy(copy_out(held, name_of)),
        Knowledge::Deleted { holders, confirmed } => deleted(holders, confirmed, false),
        Knowledge::Finished => deleted(&[], &[], true),
        Knowledge::NotHere | Knowledge::Asking => Out::Nothing(true),
    };
    v1::HostKnowledge { host: Some(host_name(host, name_of)), knowledge: Some(knowledge) }
}
