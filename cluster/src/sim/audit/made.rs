//! Messages that were made more than once: what the second maker could have known.

use hydraq_core::host::Host;
use hydraq_core::ids::MessageId;
use hydraq_core::request::Knowledge;

use super::{Audit, holds};
use crate::sim::network::NodeId;
use crate::sim::node::Node;

impl Audit {
    /// A host stores a message once more that came from a client, not from a peer.
    pub(super) fn made_again(&mut self, at: u64, node: NodeId, id: MessageId, nodes: &[Node]) {
        let core = nodes[node].process.as_ref().map(|process| &process.engine.core);
        let members = core.map(Host::member_records);
        let is_known = |place: &Node| members.iter().flatten().any(|member| member.id == place.id);
        let is_reached = |place: &Node| core.is_some_and(|core| core.is_connected_with(place.id));
        let has_it = |place: &&Node| {
            place.name != nodes[node].name && place.disk.with(|image| holds(image, place.id, id))
        };
        let holders: Vec<&Node> = nodes.iter().filter(has_it).collect();
        if !holders.is_empty() && !holders.iter().any(|place| is_reached(place)) {
            self.made_apart.insert(id, node);
            if !holders.iter().any(|place| is_known(place)) {
                self.made_twice.insert(id);
            }
        }
        let knows_its_delete = |place: &&Node| {
            let core = place.process.as_ref().map(|process| &process.engine.core);
            let knowledge = core.map(|core| core.knowledge(id));
            matches!(knowledge, Some(Knowledge::Finished | Knowledge::Deleted { .. }))
        };
        let knew: Vec<&Node> = nodes.iter().filter(knows_its_delete).collect();
        if holders.is_empty() && !knew.is_empty() && !knew.iter().any(|place| is_reached(place)) {
            self.made_anew.insert(id, (at, knew.iter().map(|place| place.id).collect()));
        }
    }
}
