//! I4: no delivery starts on a host that stores the tombstone; after a delete's acknowledgement only hosts that it names as not
//! reached may deliver; none after convergence.
//!
//! Rests on: the durable image of the delivering host at the hand-out; the times that clients saw. An id that a store whose disk went
//! back in time gave to two events says nothing of either, and a delete says nothing of a set of replicas that a retry made apart from it.

use hydraq_core::ids::{HostId, MessageId};

use super::Sight;
use crate::sim::check::history::Delete;
use crate::sim::network::NodeId;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let on_tombstone = sight.world.audit.handed_out.iter().find(|out| out.tombstone);
    if let Some(out) = on_tombstone {
        let name = &sight.world.nodes[out.node].name;
        return Some(format!(
            "{name} handed out {} at {}, of which its disk had a tombstone",
            out.id, out.at
        ));
    }
    let made_once = |id: &MessageId| !sight.world.audit.made_twice.contains(id);
    let lives = sight.history.lives.iter().filter(|(id, life)| !life.delete_lost && made_once(id));
    lives.into_iter().find_map(|(id, life)| {
        life.deletes.iter().find_map(|delete| {
            let acknowledged = delete.acknowledged?;
            // A later try of the enqueue makes the message anew where nobody remembers the delete: finished ids are not durable.
            if life.tried >= delete.asked && (delete.gone_already || restarts(sight)) {
                return None;
            }
            // Who says that it is gone already tells of an earlier delete.
            let told = life.deletes.iter().map(|one| one.asked);
            let since = if delete.gone_already { told.min().unwrap_or(acknowledged) } else { acknowledged };
            let late = life.deliveries.iter().find(|seen| {
                let owner = seen.receipt.owner;
                let is_apart =
                    sight.world.audit.made_apart.get(id).is_some_and(|node| is_at(sight, *node, owner));
                let made_anew = sight.world.audit.made_anew.get(id);
                let is_anew = delete.gone_already
                    && seen.at < sight.healed
                    && made_anew.is_some_and(|(at, knew)| *at < acknowledged && !knew.contains(&owner));
                let mut rolled_back = sight.history.rolled_back.iter();
                let allowed = is_apart
                    || is_anew
                    || seen.at < sight.healed && is_unreached(sight, delete, owner)
                    || rolled_back.any(|(host, at)| is_same_place(sight, *host, owner) && *at >= since);
                seen.asked > acknowledged && !allowed && !sight.history.may_be_two(*id, seen.at)
            })?;
            Some(format!(
                "{id} was deleted at {acknowledged} and delivered again: {late:?}; the delete: {delete:?}"
            ))
        })
    })
}

/// Whether a host is among those that were not reached. One that came back with another id, its disk being lost, cannot be named by
/// whoever has not met it since: its old id stands for it. One whose disk was lost after it had deleted the message knows nothing of
/// that, and may have got a copy from another that was not reached.
fn is_unreached(sight: &Sight<'_>, delete: &Delete, owner: HostId) -> bool {
    let mut starts = sight.world.audit.starts.iter();
    let began = starts.find(|start| start.host == owner).map_or(0, |start| start.at);
    let is_newer = delete.acknowledged.is_some_and(|acknowledged| began > acknowledged);
    let is_named = delete.unreached.iter().any(|host| is_same_place(sight, *host, owner));
    is_named || is_newer && !delete.unreached.is_empty()
}

fn is_at(sight: &Sight<'_>, node: NodeId, host: HostId) -> bool {
    sight.world.audit.starts.iter().any(|start| (start.host, start.node) == (host, node))
}

/// Whether two ids are of one machine, whose disk was lost in between if they are not the same.
fn is_same_place(sight: &Sight<'_>, one: HostId, other: HostId) -> bool {
    let place = |host: HostId| {
        sight.world.audit.starts.iter().find(|start| start.host == host).map(|start| start.node)
    };
    one == other || place(one) == place(other)
}

fn restarts(sight: &Sight<'_>) -> bool {
    sight.world.nodes.iter().any(|node| node.incarnation > 1)
}
