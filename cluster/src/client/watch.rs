//! Watching one host: a stream of updates, and questions about single copies.

use std::time::Duration;

use bytes::Bytes;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::state::condition::Status;
use hydraq_proto::v1;

use super::convert;
use super::host::within;
use super::sight::{CopiesOptions, Told, ToldCopy, ToldEvent, ToldHeld, ToldLink, ToldPlacement};
use super::{ClientError, HostClient, Kind};
use crate::wire::knowledge::{status, status_out};
use crate::wire::names::id_bytes;

/// A watched host.
#[derive(Debug)]
pub struct Watching(tonic::Streaming<v1::WatchResponse>);

impl Watching {
    /// The next update: a snapshot first, then what has changed; at least one a second as a sign of life.
    ///
    /// # Errors
    /// The host has ended, or cannot be reached any more.
    pub async fn next(&mut self) -> Result<(Told, Vec<ToldEvent>), ClientError> {
        let update = self.0.message().await?;
        let update = update.ok_or_else(|| ClientError::new(Kind::Unreachable, "the host has ended"))?;
        Ok(told(update))
    }
}

impl HostClient {
    /// Watches the host, at most one update each `interval`. Happenings before now are left out.
    ///
    /// # Errors
    /// It cannot be reached within `patience`.
    pub async fn watch(&self, interval: Duration, patience: Duration) -> Result<Watching, ClientError> {
        let request =
            v1::WatchRequest { interval_ms: interval.as_millis() as u64, ..v1::WatchRequest::default() };
        within(patience, self.cluster().watch(request)).await.map(Watching)
    }

    /// What this very host has of some messages, and whether nothing else fits.
    ///
    /// # Errors
    /// It did not answer within `patience`.
    pub async fn copies(
        &self,
        options: &CopiesOptions,
        patience: Duration,
    ) -> Result<(Vec<ToldCopy>, bool), ClientError> {
        let state = options.status.map_or(v1::MessageState::Unspecified, status_out);
        let request = v1::CopiesRequest {
            messages_max: options.messages_max,
            oldest_first: options.oldest_first,
            r#type: options.message_type.clone().unwrap_or_default(),
            state: state.into(),
            ids: options.ids.iter().map(|id| id_bytes(*id)).collect(),
            body_bytes_max: options.body_bytes_max,
        };
        let response = within(patience, self.cluster().copies(request)).await?;
        Ok((response.copies.into_iter().filter_map(copy).collect(), response.all))
    }
}

fn host_id(bytes: &[u8]) -> HostId {
    HostId::from_bytes(bytes).unwrap_or_default()
}

fn host_ids(hosts: &[Bytes]) -> Vec<HostId> {
    hosts.iter().map(|bytes| host_id(bytes)).collect()
}

fn told(update: v1::WatchResponse) -> (Told, Vec<ToldEvent>) {
    let state = update.host.unwrap_or_default();
    let name = state.host.unwrap_or_default();
    let placement = |placement: v1::Placement| ToldPlacement {
        hosts: host_ids(&placement.hosts),
        messages: placement.messages,
        owned: placement.owned,
    };
    let told = Told {
        id: host_id(&name.id),
        name: name.name,
        address: state.address,
        serving: state.serving,
        leaving: state.leaving,
        full: state.full,
        copies: state.copies,
        owned: state.owned,
        ready: state.ready,
        leased: state.leased,
        delayed: state.delayed,
        dead: state.dead,
        under_replicated: state.under_replicated,
        tombstones: state.tombstones,
        moved_total: state.enqueued_total + state.delivered_total,
        commits_total: state.commits_total,
        commit_us: state.commit_us,
        disk_bytes: state.disk_bytes,
        links: state.links.into_iter().map(link).collect(),
        placements: update.placements.into_iter().map(placement).collect(),
        types: update.types.into_iter().map(convert::type_depth).collect(),
    };
    (told, update.events.into_iter().map(event).collect())
}

fn link(link: v1::LinkState) -> ToldLink {
    let host = link.host.unwrap_or_default();
    ToldLink {
        id: host_id(&host.id),
        name: host.name,
        address: link.address,
        connected: link.connected,
        suspected: Some(link.suspected).filter(|why| !why.is_empty()),
        removed: link.removed,
        tombstones_awaited: link.tombstones_awaited,
        cut_out: link.cut_out,
        cut_in: link.cut_in,
        delay_ms: link.delay_ms,
        drop_percent: link.drop_percent,
    }
}

fn event(event: v1::HostEvent) -> ToldEvent {
    ToldEvent {
        at_ms: event.at_ms,
        kind: event.kind,
        message: MessageId::from_bytes(&event.message),
        peer: event.peer.map(|peer| peer.name),
        words: event.words,
        number: event.messages,
    }
}

fn copy(copy: v1::WatchedCopy) -> Option<ToldCopy> {
    let id = MessageId::from_bytes(&copy.id)?;
    let content = copy.copy.unwrap_or_default();
    let holders = host_ids(&content.holders);
    let held = (!copy.tombstone).then(|| ToldHeld {
        replicas: content.replicas.try_into().unwrap_or(u8::MAX),
        lacking: host_ids(&content.lacking),
        owner: HostId::from_bytes(&content.owner),
        status: status(content.state()).unwrap_or(Status::Ready),
        corrupt: content.corrupt,
        count: content.count,
        remaining_ms: content.remaining_ms,
        message_type: content.r#type,
    });
    Some(ToldCopy {
        id,
        holders,
        held,
        enqueued_at_ms: copy.enqueued_at_ms,
        priority: copy.priority.try_into().unwrap_or(u8::MAX),
        body: copy.body,
        body_bytes: copy.body_bytes,
    })
}
