//! Between the client's plain data and the wire.

use std::time::Duration;

use hydraq_core::ids::MessageId;
use hydraq_core::state::condition::Status;
use hydraq_proto::v1;

use super::types::{
    Copy, Deleted, DeletedHow, Delivery, DequeueOptions, EnqueueOptions, Enqueued, Fault, HostKnowledge,
    HostState, Knowledge, LinkState, ListOptions, Listed, NewMessage, Outcome, Page, TypeDepth,
};
use super::{ClientError, Kind};
use crate::wire::Invalid;
use crate::wire::deliveries::cause;
use crate::wire::enqueue::shape_out;
use crate::wire::knowledge::{status, status_out};
use crate::wire::message::attributes_out;
use crate::wire::names::{host_id, id_bytes, message_id, receipt};

fn garbled(error: &Invalid) -> ClientError {
    ClientError::new(Kind::Other, format!("the host's answer has no meaning: {error}"))
}

fn id(bytes: &[u8]) -> Result<MessageId, ClientError> {
    message_id("id", bytes).map_err(|error| garbled(&error))
}

fn name(host: Option<v1::HostName>) -> String {
    host.map(|host| host.name).unwrap_or_default()
}

fn names(hosts: Vec<v1::HostName>) -> Vec<String> {
    hosts.into_iter().map(|host| host.name).collect()
}

fn names_in(sets: &[v1::HostSet], place: u32) -> Vec<String> {
    let hosts = sets.get(place as usize).map(|set| &set.hosts[..]).unwrap_or_default();
    hosts.iter().map(|host| host.name.clone()).collect()
}

fn millis(duration: Option<Duration>) -> u64 {
    duration.map_or(0, |duration| duration.as_millis() as u64)
}

/// A message, as it travels.
pub(crate) fn new_message(message: NewMessage) -> v1::NewMessage {
    v1::NewMessage {
        id: id_bytes(message.id),
        r#type: message.message_type,
        body: message.body,
        attributes: attributes_out(&message.attributes),
        replicas: u32::from(message.replicas),
        priority: u32::from(message.priority),
        delay_ms: millis(message.delay),
        time_to_live_ms: millis(message.time_to_live),
        deliveries_max: message.deliveries_max.unwrap_or(0),
        at_most_once: message.at_most_once,
    }
}

pub(crate) fn enqueue_request(messages: Vec<NewMessage>, options: &EnqueueOptions) -> v1::EnqueueRequest {
    v1::EnqueueRequest {
        messages: messages.into_iter().map(new_message).collect(),
        shape: shape_out(options.shape),
        timeout_ms: options.timeout.as_millis() as u64,
        replicas_min: options.replicas_min.map_or(0, u32::from),
        asynchronous: options.asynchronous,
        retry: options.retry.then(v1::Retry::default),
    }
}

pub(crate) fn enqueued(response: &v1::EnqueueResponse) -> Result<Vec<Enqueued>, ClientError> {
    let result = |result: &v1::EnqueueResult| {
        let hosts = || names_in(&response.host_sets, result.hosts);
        let outcome = match (result.outcome(), &result.problem) {
            (v1::Outcome::Ok, _) => Outcome::Ok(hosts()),
            (v1::Outcome::Failed, Some(problem)) => Outcome::Failed(ClientError::of_problem(problem)),
            _ => Outcome::Unknown(hosts()),
        };
        Ok(Enqueued { id: id(&result.id)?, outcome })
    };
    response.results.iter().map(result).collect()
}

pub(crate) fn dequeue_request(options: &DequeueOptions) -> v1::DequeueRequest {
    v1::DequeueRequest {
        types: options.message_types.clone(),
        messages_max: options.messages_max,
        lease_ms: options.lease.as_millis() as u64,
        wait_ms: options.wait.as_millis() as u64,
    }
}

pub(crate) fn deliveries(response: v1::DequeueResponse) -> Result<Vec<Delivery>, ClientError> {
    let sets = response.host_sets;
    let delivery = |delivery: v1::Delivery| {
        let why = cause(delivery.cause());
        let holders = names_in(&sets, delivery.holders);
        let shown = delivery.receipt.ok_or_else(|| garbled(&Invalid::new("receipt", "is missing")))?;
        let shown = receipt("receipt", &shown).map_err(|error| garbled(&error))?;
        let ids = sets.get(delivery.holders as usize).map(|set| &set.hosts[..]).unwrap_or_default();
        let is_owner = |host: &&v1::HostName| host_id("holders", &host.id) == Ok(shown.owner);
        let owner = ids.iter().find(is_owner).map(|host| host.name.clone()).unwrap_or_default();
        Ok(Delivery {
            id: id(&delivery.id)?,
            message_type: delivery.r#type,
            body: delivery.body,
            attributes: delivery
                .attributes
                .into_iter()
                .map(|attribute| (attribute.name, attribute.value))
                .collect(),
            receipt: shown,
            holders,
            owner,
            count: delivery.count,
            cause: why,
            replicas: delivery.replicas.min(255) as u8,
        })
    };
    response.deliveries.into_iter().map(delivery).collect()
}

pub(crate) fn deleted(response: &v1::DeleteResponse) -> Result<Vec<Deleted>, ClientError> {
    let result = |result: &v1::DeleteResult| {
        let how = match &result.problem {
            Some(problem) => Err(ClientError::of_problem(problem)),
            None => Ok(DeletedHow {
                gone_already: result.gone_already,
                unreached: names(result.unreached.clone()),
            }),
        };
        Ok(Deleted { id: id(&result.id)?, result: how })
    };
    response.results.iter().map(result).collect()
}

pub(crate) fn lease_results(response: &v1::LeaseResponse) -> Vec<Result<(), ClientError>> {
    let result = |result: &v1::LeaseResult| {
        result.problem.as_ref().map_or(Ok(()), |problem| Err(ClientError::of_problem(problem)))
    };
    response.results.iter().map(result).collect()
}

pub(crate) fn knowledge(response: v1::ShowResponse) -> Result<Vec<HostKnowledge>, ClientError> {
    use v1::host_knowledge::Knowledge as In;
    let known = |known: v1::HostKnowledge| {
        let knowledge = match known.knowledge {
            Some(In::Copy(copy)) => Knowledge::Copy(self::copy(copy)),
            Some(In::Deleted(gone)) => Knowledge::Deleted {
                holders: names(gone.holders),
                confirmed: names(gone.confirmed),
                finished: gone.finished,
            },
            Some(In::Nothing(_)) | None => Knowledge::Nothing,
        };
        HostKnowledge { host: name(known.host), knowledge }
    };
    let silent = response
        .silent
        .into_iter()
        .map(|host| HostKnowledge { host: host.name, knowledge: Knowledge::Silent });
    let mut all: Vec<HostKnowledge> = response.hosts.into_iter().map(known).chain(silent).collect();
    all.sort_by(|one, two| one.host.cmp(&two.host));
    Ok(all)
}

fn copy(copy: v1::Copy) -> Copy {
    let state = status(copy.state()).unwrap_or(Status::Ready);
    Copy {
        message_type: copy.r#type,
        replicas: copy.replicas.min(255) as u8,
        holders: names(copy.holders),
        lacking: names(copy.lacking),
        owner: copy.owner.map(|owner| owner.name),
        status: state,
        corrupt: copy.corrupt,
        count: copy.count,
        remaining: (copy.remaining_ms > 0).then(|| Duration::from_millis(copy.remaining_ms)),
        body_bytes: copy.body_bytes,
    }
}

pub(crate) fn list_request(options: &ListOptions) -> v1::ListRequest {
    v1::ListRequest {
        r#type: options.message_type.clone().unwrap_or_default(),
        state: options.status.map_or(v1::MessageState::Unspecified, status_out).into(),
        host: options.host.clone().unwrap_or_default(),
        cursor: options.cursor.clone(),
        messages_max: options.messages_max,
        newest_first: options.newest_first,
        body_bytes_max: options.body_bytes_max,
        here: false,
        all_copies: false,
    }
}

pub(crate) fn page(response: v1::ListResponse) -> Result<Page, ClientError> {
    let listed = |listed: v1::ListedMessage| {
        Ok(Listed {
            id: id(&listed.id)?,
            copy: copy(listed.copy.unwrap_or_default()),
            body: listed.body,
            priority: listed.priority.min(9) as u8,
            enqueued_at_ms: listed.enqueued_at_ms,
            host: name(listed.host),
        })
    };
    let messages: Result<Vec<Listed>, ClientError> = response.messages.into_iter().map(listed).collect();
    Ok(Page { messages: messages?, cursor: response.cursor, silent: names(response.silent) })
}

pub(crate) fn host_state(state: v1::HostState) -> HostState {
    HostState {
        name: name(state.host),
        address: state.address,
        serving: state.serving,
        leaving: state.leaving,
        full: state.full,
        faults_allowed: state.faults_allowed,
        copies: state.copies,
        ready: state.ready,
        leased: state.leased,
        delayed: state.delayed,
        dead: state.dead,
        under_replicated: state.under_replicated,
        tombstones: state.tombstones,
        enqueued_total: state.enqueued_total,
        delivered_total: state.delivered_total,
        deleted_total: state.deleted_total,
        commit_us: state.commit_us,
        disk_bytes: state.disk_bytes,
        links: state.links.into_iter().map(link_state).collect(),
    }
}

fn link_state(link: v1::LinkState) -> LinkState {
    LinkState {
        peer: name(link.host),
        connected: link.connected,
        synchronised: link.synchronised,
        suspected: (!link.suspected.is_empty()).then_some(link.suspected),
        live: link.live,
        removed: link.removed,
        tombstones_awaited: link.tombstones_awaited,
        cut_out: link.cut_out,
        cut_in: link.cut_in,
        delay: Duration::from_millis(link.delay_ms),
        drop_percent: link.drop_percent,
    }
}

pub(crate) fn type_depth(depth: v1::TypeDepth) -> TypeDepth {
    TypeDepth {
        message_type: depth.r#type,
        ready: depth.ready,
        leased: depth.leased,
        delayed: depth.delayed,
        dead: depth.dead,
        copies: depth.copies,
        under_replicated: depth.under_replicated,
        first: depth.first,
        oldest_age: Duration::from_millis(depth.oldest_age_ms),
        paused_in: depth.paused_in,
        paused_out: depth.paused_out,
    }
}

pub(crate) fn fault(fault: &Fault) -> v1::inject_request::Fault {
    use v1::inject_request::Fault as Out;
    match fault {
        Fault::Cut { peer, outwards, inwards } => {
            Out::Cut(v1::Way { peer: peer.clone(), outwards: *outwards, inwards: *inwards })
        }
        Fault::Delay { peer, delay } => {
            Out::Delay(v1::DelayedWay { peer: peer.clone(), delay_ms: delay.as_millis() as u64 })
        }
        Fault::Drop { peer, percent } => Out::Drop(v1::LossyWay { peer: peer.clone(), percent: *percent }),
        Fault::Heal(peer) => {
            Out::Heal(v1::Way { peer: peer.clone().unwrap_or_default(), outwards: true, inwards: true })
        }
        Fault::Full(full) => Out::Full(*full),
        Fault::Corrupt(id) => Out::Corrupt(id.map(id_bytes).unwrap_or_default()),
    }
}
