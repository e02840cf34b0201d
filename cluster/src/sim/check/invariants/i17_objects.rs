//! I17: in every crash image objects, events and index entries match one to one, the event sequence has no gap, and each id names the
//! store that it is in; in the end every event is, or was, a message of the queue.
//!
//! Rests on: the durable images after each kill and at the end; the messages that clients were handed out. A real store's file is compared
//! with the image whenever it is opened: see I3. Events whose message was lost with every disk that had it are nobody's fault, and
//! neither are those of a store that went back in time: it may have used their numbers twice.

use hydraq_core::objects::id::event_message_id;
use hydraq_core::objects::log::LOG_KEY;
use hydraq_core::objects::{Log, StoreTag, Table, Tables};

use super::Sight;
use crate::sim::node::Node;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    if let Some(unsound) = sight.world.audit.unsound.first() {
        let name = &sight.world.nodes[unsound.node].name;
        return Some(format!("the objects of {name} at {}: {}", unsound.at, unsound.problem));
    }
    // While it is stuck, events may wait for their turn.
    if sight.stuck.is_some() {
        return None;
    }
    sight.world.nodes.iter().find_map(|node| unpropagated(sight, node))
}

fn unpropagated(sight: &Sight<'_>, node: &Node) -> Option<String> {
    let (store, log) = node.disk.with(|image| {
        let Ok(stored) = image.objects.get(Table::Meta, LOG_KEY);
        Some((image.host?.1, Log::decode(&stored?).ok()?))
    })?;
    let objects = &sight.history.objects;
    if objects.rolled_back.iter().any(|back| back.store == StoreTag::of(store)) {
        return None;
    }
    let (name, Log { head, propagated, .. }) = (&node.name, log);
    if propagated < head {
        return Some(format!("{name} has {head} events, and has only propagated {propagated}"));
    }
    (1..=head).find_map(|sequence| {
        let id = event_message_id(store, sequence);
        let was_delivered = sight.history.lives.contains_key(&id) || objects.lost_events.contains(&id);
        (!was_delivered).then(|| format!("event {sequence} of {name} ({id}) was never delivered"))
    })
}
