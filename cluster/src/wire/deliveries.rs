//! Deliveries, as clients get them, and the sets of hosts that they name.

use std::collections::BTreeMap;

use hydraq_core::ids::HostId;
use hydraq_core::message::Content;
use hydraq_core::request::{Cause, Delivery};
use hydraq_proto::v1;

use super::message::attributes_out;
use super::names::{host_bytes, id_bytes, receipt_out};

/// The sets of hosts of one answer, each once.
pub struct HostSets<'a> {
    name_of: &'a dyn Fn(HostId) -> String,
    sets: Vec<v1::HostSet>,
    places: BTreeMap<Vec<HostId>, u32>,
}

impl<'a> HostSets<'a> {
    /// No sets yet.
    #[must_use]
    pub fn new(name_of: &'a dyn Fn(HostId) -> String) -> Self {
        HostSets { name_of, sets: Vec::new(), places: BTreeMap::new() }
    }

    /// The place of a set.
    pub fn place(&mut self, hosts: &[HostId]) -> u32 {
        if let Some(place) = self.places.get(hosts) {
            return *place;
        }
        let place = self.sets.len() as u32;
        self.sets
            .push(v1::HostSet { hosts: hosts.iter().map(|host| host_name(*host, self.name_of)).collect() });
        self.places.insert(hosts.to_vec(), place);
        place
    }

    /// The sets, by place.
    #[must_use]
    pub fn into_sets(self) -> Vec<v1::HostSet> {
        self.sets
    }
}

/// A host, as answers name it.
pub fn host_name(host: HostId, name_of: &dyn Fn(HostId) -> String) -> v1::HostName {
    v1::HostName { id: host_bytes(host), name: name_of(host) }
}

/// Why a message is delivered, as it travels.
#[must_use]
pub fn cause_out(cause: Cause) -> v1::Cause {
    match cause {
        Cause::First => v1::Cause::First,
        Cause::LeaseExpired => v1::Cause::LeaseExpired,
        Cause::Released => v1::Cause::Released,
        Cause::HostSuspected => v1::Cause::HostSuspected,
        Cause::Redriven => v1::Cause::Redriven,
        Cause::Retry => v1::Cause::Retry,
    }
}

/// Why a message is delivered.
#[must_use]
pub fn cause(cause: v1::Cause) -> Cause {
    match cause {
        v1::Cause::LeaseExpired => Cause::LeaseExpired,
        v1::Cause::Released => Cause::Released,
        v1::Cause::HostSuspected => Cause::HostSuspected,
        v1::Cause::Redriven => Cause::Redriven,
        v1::Cause::Retry => Cause::Retry,
        v1::Cause::First | v1::Cause::Unspecified => Cause::First,
    }
}

/// The answer to a dequeue.
pub fn dequeued(deliveries: &[Delivery], name_of: &dyn Fn(HostId) -> String) -> v1::DequeueResponse {
    let mut sets = HostSets::new(name_of);
    let deliveries = deliveries.iter().filter_map(|delivery| one_delivery(delivery, &mut sets)).collect();
    v1::DequeueResponse { host_sets: sets.into_sets(), deliveries }
}

fn one_delivery(delivery: &Delivery, sets: &mut HostSets<'_>) -> Option<v1::Delivery> {
    let Content::Message(message) = &delivery.content else { return None };
    Some(v1::Delivery {
        id: id_bytes(message.id),
        r#type: message.message_type.as_ref().to_owned(),
        body: message.body.clone(),
        attributes: attributes_out(&message.attributes),
        receipt: Some(receipt_out(&delivery.receipt)),
        holders: sets.place(&delivery.holders),
        count: delivery.count,
        cause: cause_out(delivery.cause).into(),
        replicas: u32::from(message.replicas),
        priority: u32::from(message.priority.0),
        enqueued_at_ms: message.enqueued_at_ms,
    })
}
