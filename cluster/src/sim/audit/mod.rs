//! What the durable images say at the moments that matter: at each acknowledgement, each hand-out, each forgotten delete,
//! and whenever a disk is lost.

mod disks;
mod made;
mod passed_on;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hydraq_core::event::MetaKey;
use hydraq_core::host::decode_seen;
use hydraq_core::ids::{Boot, Commit, HostId, MessageId};
use hydraq_core::journal::Happening;
use hydraq_core::message::Message;
use hydraq_core::record::Record;
use hydraq_core::request::{EnqueueOutcome, Reply};

use crate::sim::network::NodeId;
use crate::sim::node::Node;
use crate::store::model::Image;

/// An enqueue was acknowledged.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// When.
    pub at: u64,
    /// Which message.
    pub id: MessageId,
    /// Who confirmed, by the acknowledgement.
    pub hosts: Vec<HostId>,
    /// On how many of their disks the message is, with a list that names them all. A copy whose bytes went bad there counts.
    pub durable: usize,
    /// Whether the host that answered knew that one of them was removed before it came to this answer.
    pub knew_of_a_loss: bool,
}

/// A message was handed out.
#[derive(Debug, Clone)]
pub struct HandedOut {
    /// When.
    pub at: u64,
    /// By which host.
    pub node: NodeId,
    /// Which message.
    pub id: MessageId,
    /// Whether that host's disk had a tombstone of it.
    pub tombstone: bool,
}

/// A host forgot a tombstone.
#[derive(Debug, Clone)]
pub struct Forgotten {
    /// When.
    pub at: u64,
    /// Which host.
    pub node: NodeId,
    /// Of which message.
    pub id: MessageId,
    /// Whose disks still had a copy.
    pub copies_on: Vec<NodeId>,
}

/// A disk was lost with what was on it.
#[derive(Debug, Clone)]
pub struct LostDisk {
    /// When.
    pub at: u64,
    /// Whose.
    pub node: NodeId,
    /// The messages that were on it.
    pub messages: Vec<MessageId>,
    /// The settings of the cluster that were on it.
    pub settings: BTreeSet<String>,
}

/// A process started on a disk.
#[derive(Debug, Clone)]
pub struct Start {
    /// When.
    pub at: u64,
    /// Whose disk.
    pub node: NodeId,
    /// Which host it is, by its disk.
    pub host: HostId,
    /// Its boot, by its disk.
    pub boot: u64,
    /// Whether another process had the disk already.
    pub doubled: bool,
}

/// A commit has erased the last record of a message from a disk, and left no tombstone.
#[derive(Debug, Clone)]
pub struct Dropped {
    /// When.
    pub at: u64,
    /// Whose disk.
    pub node: NodeId,
    /// Which message.
    pub id: MessageId,
}

/// Other bytes left a host than the client had sent.
#[derive(Debug, Clone)]
pub struct BadBytes {
    /// When.
    pub at: u64,
    /// Which host.
    pub node: NodeId,
    /// Of which message.
    pub id: MessageId,
    /// Whether they went to another host; else to a client.
    pub copied: bool,
}

/// A disk had more on it than what is live explains.
#[derive(Debug, Clone)]
pub struct TooLarge {
    /// When.
    pub at: u64,
    /// Whose.
    pub node: NodeId,
    /// How much it had.
    pub has: u64,
    /// How much of it was live.
    pub live: u64,
    /// Of what.
    pub unit: &'static str,
}

/// A disk had objects, events or index entries that do not match.
#[derive(Debug, Clone)]
pub struct Unsound {
    /// When.
    pub at: u64,
    /// Whose.
    pub node: NodeId,
    /// How.
    pub problem: String,
}

/// Everything that was looked at.
#[derive(Debug, Default)]
pub struct Audit {
    /// See [`Acknowledged`].
    pub acknowledged: Vec<Acknowledged>,
    /// See [`HandedOut`].
    pub handed_out: Vec<HandedOut>,
    /// See [`Forgotten`].
    pub forgotten: Vec<Forgotten>,
    /// See [`LostDisk`].
    pub lost_disks: Vec<LostDisk>,
    /// See [`Start`].
    pub starts: Vec<Start>,
    /// See [`Dropped`].
    pub dropped: Vec<Dropped>,
    /// See [`BadBytes`].
    pub bad_bytes: Vec<BadBytes>,
    /// See [`TooLarge`].
    pub too_large: Vec<TooLarge>,
    /// See [`Unsound`].
    pub unsound: Vec<Unsound>,
    /// Ids under which two disks had different messages, and when.
    pub two_of_one_id: Vec<(u64, MessageId)>,
    /// When each host removed another: the host, the removed one.
    pub removed: BTreeMap<(HostId, HostId), u64>,
    /// Which message a host has asked another one to enqueue, by the number of the request.
    asked: BTreeMap<(HostId, u64), MessageId>,
    /// What came of it, as the other one told it: who has it, and whether that one knew that one of them was removed.
    told: BTreeMap<(HostId, MessageId), (Vec<HostId>, bool)>,
    /// Messages that a host stored for a client.
    made: BTreeSet<MessageId>,
    /// Those of them that another host stored for a client once more, while it had never heard of anybody who had them: a retry that
    /// is cut off from all that were tried before makes a second set of replicas, and neither knows of the other.
    pub made_twice: BTreeSet<MessageId>,
    /// Those that a host stored once more while it could talk to nobody who had them, with the last such host: the second set knows that
    /// there may be a first one, but that knows nothing of the second.
    pub made_apart: BTreeMap<MessageId, NodeId>,
    /// Those that a host stored once more when no copy was left, while it could talk to nobody who still knew of their delete: when,
    /// and who did.
    pub made_anew: BTreeMap<MessageId, (u64, Vec<HostId>)>,
    /// The bodies that clients sent, by the ids that they gave them.
    pub bodies: BTreeMap<MessageId, Vec<Bytes>>,
}

/// The message ids on a disk, with whether the record names all of `hosts`.
fn holds(image: &Image, node_id: HostId, id: MessageId) -> bool {
    image.host.is_some_and(|(host, _)| host == node_id) && messages_on(image).any(|message| message == id)
}

/// Whether a disk is that host's, and a message was written to it; its bytes may have gone bad since.
fn stored(image: &Image, node_id: HostId, id: MessageId) -> bool {
    let is_it = |record: &Record| matches!(record, Record::Message(record) if record.message.id == id);
    image.host.is_some_and(|(host, _)| host == node_id) && image.records.values().any(is_it)
}

/// The messages that can be read on a disk.
pub fn messages_on(image: &Image) -> impl Iterator<Item = MessageId> + '_ {
    let readable = image.records.iter().filter(|(sequence, _)| !image.corrupt.contains(sequence));
    readable.filter_map(|(_, record)| message_of(record))
}

/// The messages on a disk, those whose bytes have gone bad included.
pub fn written_on(image: &Image) -> impl Iterator<Item = MessageId> + '_ {
    image.records.values().filter_map(message_of)
}

fn message_of(record: &Record) -> Option<MessageId> {
    match record {
        Record::Message(record) => Some(record.message.id),
        _ => None,
    }
}

/// Whether a disk remembers of a host a later boot or commit than these.
pub fn remembers(image: &Image, host: HostId, boot: u64, commit: Commit) -> bool {
    let seen = image.meta.get(&MetaKey::Seen).map_or(&[][..], Vec::as_slice);
    let is_later = |(id, its_boot, its_commit): (HostId, Boot, Commit)| {
        id == host && (its_boot.counter > boot || its_commit > commit)
    };
    decode_seen(seen).any(is_later)
}

/// The settings of the cluster on a disk, by name.
pub fn settings_on(image: &Image) -> impl Iterator<Item = String> + '_ {
    image.meta.keys().filter_map(|key| match key {
        MetaKey::Setting(name) => Some(name.clone()),
        _ => None,
    })
}

/// The messages of which a disk has a tombstone.
pub fn tombstones_on(image: &Image) -> impl Iterator<Item = MessageId> + '_ {
    image.records.values().filter_map(|record| match record {
        Record::Tombstone(_) => Some(record.id()),
        _ => None,
    })
}

/// Whether the newest list of a message on a disk names all these hosts.
fn names_all(image: &Image, id: MessageId, hosts: &[HostId]) -> bool {
    let mut listed = 0;
    for record in image.records.values().filter(|record| record.id() == id) {
        let holders = match record {
            Record::Message(record) => &record.holders,
            Record::State(record) => &record.holders,
            Record::Tombstone(_) => continue,
        };
        // Indexes are the disk's own; as many entries as hosts that confirmed is what can be told from here.
        listed = listed.max(holders.len());
    }
    listed >= hosts.len()
}

impl Audit {
    /// Notes what a client sent.
    pub(super) fn sent(&mut self, message: &Message) {
        let bodies = self.bodies.entry(message.id).or_default();
        if !bodies.contains(&message.body) {
            bodies.push(message.body.clone());
        }
    }

    /// Notes a host's answer to an enqueue of one message, that it came to in its last batch.
    pub(super) fn replied(&mut self, at: u64, node: NodeId, id: MessageId, reply: &Reply, nodes: &[Node]) {
        let came_to_it = nodes[node].process.as_ref().map_or(at, |process| process.batch_began);
        let Reply::Enqueued(outcomes) = reply else { return };
        let Some(EnqueueOutcome::Ok(hosts)) = outcomes.first() else { return };
        let durable = nodes
            .iter()
            .filter(|node| hosts.contains(&node.id))
            .filter(|node| node.disk.with(|image| stored(image, node.id, id) && names_all(image, id, hosts)))
            .count();
        let knew_of_a_loss = self.knew_of_a_loss(nodes[node].id, id, hosts, came_to_it);
        self.acknowledged.push(Acknowledged { at, id, hosts: hosts.clone(), durable, knew_of_a_loss });
    }

    pub(super) fn happened(&mut self, at: u64, node: NodeId, what: &Happening, nodes: &[Node]) {
        match what {
            Happening::Delivered { id, .. } => {
                let is_tombstone =
                    |record: &Record| matches!(record, Record::Tombstone(_)) && record.id() == *id;
                let tombstone = nodes[node].disk.with(|image| image.records.values().any(is_tombstone));
                self.handed_out.push(HandedOut { at, node, id: *id, tombstone });
            }
            Happening::Stored { id, from: None } if !self.made.insert(*id) => {
                self.made_again(at, node, *id, nodes);
            }
            Happening::Removed(host) => {
                self.removed.insert((nodes[node].id, *host), at);
            }
            Happening::Finished(id) => {
                // Its own copy, if it still has one, goes with the commit that is about to begin.
                let has = |(other, place): &(NodeId, &Node)| {
                    *other != node
                        && !place.distrusted
                        && place.disk.with(|image| holds(image, place.id, *id))
                };
                let copies_on = nodes.iter().enumerate().filter(has).map(|(other, _)| other).collect();
                self.forgotten.push(Forgotten { at, node, id: *id, copies_on });
            }
            _ => {}
        }
    }

    pub(super) fn disk_lost(&mut self, at: u64, node: NodeId, image: &Image) {
        // One that could not be read any more was there all the same.
        let messages = written_on(image).collect();
        let settings = settings_on(image).collect();
        self.lost_disks.push(LostDisk { at, node, messages, settings });
    }
}
