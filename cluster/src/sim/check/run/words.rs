//! What a stuck cluster looks like, in words.

use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::request::Knowledge;

use super::Run;

impl Run<'_> {
    pub(super) fn describe(&self, node: usize) -> String {
        let name = &self.world.nodes[node].name;
        let Some(core) = self.world.core(node) else { return format!("{name} does not run") };
        let view = core.view();
        let links: Vec<String> = view
            .links
            .iter()
            .filter(|link| !link.member.removed && (!link.synchronised || !link.live))
            .map(|link| {
                let (synchronised, live) = (link.synchronised, link.live);
                format!(
                    "{}: connected {}, synchronised {synchronised}, live {live}",
                    link.member.name, link.connected
                )
            })
            .collect();
        let (copies, tombstones) = (view.copies, view.tombstones);
        format!(
            "{name} serves {}, {copies} copies, {tombstones} tombstones [{}]",
            view.serving,
            links.join(", ")
        )
    }

    pub(super) fn left(&self) -> Vec<String> {
        let cores = (0..self.plan.hosts).filter_map(|node| Some((node, self.world.core(node)?)));
        cores
            .flat_map(|(node, core)| {
                let (messages, tombstones) = core.ids();
                let name = self.world.nodes[node].name.clone();
                let copy = |id: &MessageId| format!("{name} copy {id} {}", self.copy_in_words(node, *id));
                let messages = messages.iter().take(2).map(copy);
                let tombstone = |id: &MessageId| format!("{name} tombstone {id} {:?}", core.knowledge(*id));
                messages.chain(tombstones.iter().take(2).map(tombstone)).collect::<Vec<_>>()
            })
            .collect()
    }

    pub(super) fn copy_in_words(&self, node: usize, id: MessageId) -> String {
        let Some(Knowledge::Held(held)) = self.world.core(node).map(|core| core.knowledge(id)) else {
            return String::new();
        };
        let names = |ids: &[HostId]| {
            let name = |id: &HostId| {
                self.world
                    .node_of(*id)
                    .map_or_else(|| "?".to_owned(), |node| self.world.nodes[node].name.clone())
            };
            ids.iter().map(name).collect::<Vec<_>>().join(",")
        };
        let (owner, corrupt, remaining) =
            (held.owner.map(|owner| names(&[owner])), held.corrupt, held.remaining);
        let (holders, lacking) = (names(&held.holders), names(&held.lacking));
        format!(
            "[{:?} {remaining:?} owner {owner:?} holders {holders} lacking {lacking} corrupt {corrupt}]",
            held.status
        )
    }
}
