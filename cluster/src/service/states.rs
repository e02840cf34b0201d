//! How hosts stand, and how deep their types are: of this host, and of all.

use std::collections::BTreeMap;

use hydraq_core::host::{HostView, LinkView, TypeView};
use hydraq_core::record::Record;
use hydraq_proto::v1;
use tonic::Status;

use super::members::{cluster_client, queue_client};
use super::{Context, ended};
use crate::host::clock::wall_ms;
use crate::host::handle::Inside;
use crate::host::recorder::Totals;
use crate::wire::names::host_bytes;

/// What a look at a host finds.
pub(super) struct Standing {
    view: HostView,
    totals: Totals,
    disk_bytes: u64,
    commit: u64,
}

/// Looks how a host stands.
pub(super) fn standing(inside: &mut Inside<'_>) -> Standing {
    Standing {
        view: inside.engine.core.view(),
        totals: inside.recorder.totals,
        disk_bytes: inside.engine.store().disk_bytes(),
        commit: inside.engine.core.last_commit().0,
    }
}

impl Context {
    /// How this host stands.
    pub(super) async fn state_here(&self) -> Result<v1::HostState, Status> {
        let standing = self.handle.look(standing).await.ok_or_else(ended)?;
        Ok(self.host_state(standing))
    }

    /// The same, as it travels.
    pub(super) fn host_state(&self, standing: Standing) -> v1::HostState {
        let Standing { view, totals, disk_bytes, commit } = standing;
        v1::HostState {
            host: Some(v1::HostName { id: host_bytes(view.member.id), name: view.member.name }),
            address: view.member.address,
            boot: view.member.boot,
            serving: view.serving,
            leaving: view.leaving,
            full: view.full,
            faults_allowed: self.faults_allowed,
            copies: view.copies,
            ready: view.served,
            leased: view.leased,
            delayed: view.delayed,
            dead: view.dead,
            under_replicated: view.under_replicated,
            tombstones: view.tombstones,
            enqueues_pending: view.enqueues_pending,
            enqueued_total: totals.enqueued,
            delivered_total: totals.delivered,
            deleted_total: totals.deleted,
            commits_total: totals.commits,
            commit_us: totals.commit_us,
            disk_bytes,
            links: view.links.into_iter().map(|link| self.link_state(link)).collect(),
            commit,
            owned: view.owned,
        }
    }

    fn link_state(&self, link: LinkView) -> v1::LinkState {
        let fault = self.links.faults().get(link.member.id);
        v1::LinkState {
            host: Some(v1::HostName { id: host_bytes(link.member.id), name: link.member.name }),
            address: link.member.address,
            connected: link.connected,
            synchronised: link.synchronised,
            suspected: link.suspected.unwrap_or_default().to_owned(),
            live: link.live,
            removed: link.member.removed,
            tombstones_awaited: link.tombstones_awaited,
            cut_out: fault.cut_out,
            cut_in: fault.cut_in,
            delay_ms: fault.delay.as_millis() as u64,
            drop_percent: fault.drop_percent,
        }
    }

    /// How all hosts stand, each by its own word.
    pub(super) async fn all_states(&self, here: bool) -> Result<v1::HostsResponse, Status> {
        let mine = self.state_here().await?;
        if here {
            return Ok(v1::HostsResponse { hosts: vec![mine], silent: Vec::new() });
        }
        let ask =
            |channel| async move { cluster_client(channel).hosts(v1::HostsRequest { here: true }).await };
        let answered = self.ask_members(ask).await?;
        let links = mine.links.clone();
        let mut hosts = vec![mine];
        hosts.extend(answered.answers.into_iter().flat_map(|(_, answer)| answer.hosts));
        hosts.sort_by(|one, two| name(one).cmp(name(two)));
        let is_silent = |link: &&v1::LinkState| {
            let id = link.host.as_ref().map(|host| &host.id);
            let answered = hosts.iter().any(|host| host.host.as_ref().map(|host| &host.id) == id);
            !answered
        };
        let silent = links.iter().filter(is_silent).map(|link| v1::SilentHost {
            host: link.host.clone(),
            address: link.address.clone(),
            suspected: link.suspected.clone(),
            removed: link.removed,
            tombstones_awaited: link.tombstones_awaited,
        });
        let silent = silent.collect();
        Ok(v1::HostsResponse { hosts, silent })
    }

    /// The depths of all types, summed over all hosts.
    pub(super) async fn all_types(&self, here: bool) -> Result<v1::TypesResponse, Status> {
        let mine = self.handle.look(types_here).await.ok_or_else(ended)?;
        if here {
            return Ok(v1::TypesResponse { types: mine, silent: Vec::new() });
        }
        let ask = |channel| async move { queue_client(channel).types(v1::TypesRequest { here: true }).await };
        let answered = self.ask_members(ask).await?;
        let mut sums: BTreeMap<String, v1::TypeDepth> = BTreeMap::new();
        let theirs = answered.answers.into_iter().flat_map(|(_, answer)| answer.types);
        for depth in mine.into_iter().chain(theirs) {
            let sum = sums
                .entry(depth.r#type.clone())
                .or_insert_with(|| v1::TypeDepth { r#type: depth.r#type.clone(), ..Default::default() });
            sum.ready += depth.ready;
            sum.leased += depth.leased;
            sum.delayed += depth.delayed;
            sum.dead += depth.dead;
            sum.copies += depth.copies;
            sum.under_replicated += depth.under_replicated;
            sum.first += depth.first;
            sum.oldest_age_ms = sum.oldest_age_ms.max(depth.oldest_age_ms);
            sum.paused_in |= depth.paused_in;
            sum.paused_out |= depth.paused_out;
        }
        let silent = answered.silent.into_iter().map(|member| self.named(member.id)).collect();
        Ok(v1::TypesResponse { types: sums.into_values().collect(), silent })
    }
}

fn name(state: &v1::HostState) -> &str {
    state.host.as_ref().map_or("", |host| &host.name)
}

pub(super) fn types_here(inside: &mut Inside<'_>) -> Vec<v1::TypeDepth> {
    let views = inside.engine.core.type_views();
    views.into_iter().map(|view| type_depth(inside, view)).collect()
}

fn type_depth(inside: &Inside<'_>, view: TypeView) -> v1::TypeDepth {
    let oldest = view.oldest.and_then(|sequence| inside.engine.store().scan(sequence, false, 1).pop());
    let enqueued_at_ms = match oldest {
        Some((_, Ok(Record::Message(record)))) => record.message.enqueued_at_ms,
        _ => wall_ms(),
    };
    v1::TypeDepth {
        r#type: view.name.as_ref().to_owned(),
        ready: view.served,
        leased: view.leased,
        delayed: view.delayed,
        dead: view.dead,
        copies: view.copies,
        oldest_age_ms: wall_ms().saturating_sub(enqueued_at_ms),
        paused_in: view.paused_in,
        paused_out: view.paused_out,
        under_replicated: view.under_replicated,
        first: view.first,
    }
}
