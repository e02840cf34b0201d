//! What is looked at on disks beside the moments of the protocol: starts, erased copies, bytes on their way out, sizes.

use std::collections::{BTreeMap, BTreeSet};

use hydraq_core::event::Write;
use hydraq_core::frame::Frame;
use hydraq_core::ids::{MessageId, Sequence};
use hydraq_core::message::Content;
use hydraq_core::objects::StoreTag;
use hydraq_core::record::Record;
use hydraq_core::request::Reply;

use super::{Audit, BadBytes, Dropped, Start, TooLarge, Unsound, messages_on, tombstones_on};
use crate::sim::network::NodeId;
use crate::sim::node::Node;
use crate::store::check_objects::check_snapshot;
use crate::store::model::Image;

/// How many records a disk may have for each message or tombstone that it has.
const RECORDS_EACH: usize = 3;

/// How many records a disk may have beside that.
const RECORDS_MORE: usize = 64;

impl Audit {
    /// Notes that a process starts on a disk that it has just opened.
    pub(in crate::sim) fn started(&mut self, at: u64, node: NodeId, image: &Image, doubled: bool) {
        let Some((host, _)) = image.host else { return };
        self.starts.push(Start { at, node, host, boot: image.boot, doubled });
    }

    /// The messages whose copies a commit is going to erase.
    pub(in crate::sim) fn erased(image: &Image, writes: &[Write]) -> Vec<MessageId> {
        let message = |sequence: &Sequence| match image.records.get(sequence) {
            // What is unreadable is set aside, and fetched from another holder.
            Some(Record::Message(record)) if !image.corrupt.contains(sequence) => Some(record.message.id),
            _ => None,
        };
        let erased = writes.iter().filter_map(|write| match write {
            Write::Erase(sequence) => message(sequence),
            _ => None,
        });
        erased.collect()
    }

    /// Notes which of these messages a disk has no record of any more.
    pub(in crate::sim) fn committed(&mut self, at: u64, node: NodeId, image: &Image, erased: Vec<MessageId>) {
        if erased.is_empty() {
            return;
        }
        let there: BTreeSet<MessageId> = image.records.values().map(Record::id).collect();
        let dropped = erased.into_iter().filter(|id| !there.contains(id));
        self.dropped.extend(dropped.map(|id| Dropped { at, node, id }));
    }

    /// Looks at the bytes of copies on their way to another host.
    pub(in crate::sim) fn copied(&mut self, at: u64, node: NodeId, frames: &[Frame]) {
        for frame in frames {
            if let Frame::Replicate { copies, .. } = frame {
                copies.iter().for_each(|copy| self.left(at, node, &copy.content, true));
            }
        }
    }

    /// Looks at the bytes of messages on their way to a client.
    pub(in crate::sim) fn served(&mut self, at: u64, node: NodeId, reply: &Reply) {
        if let Reply::Dequeued(deliveries) = reply {
            deliveries.iter().for_each(|delivery| self.left(at, node, &delivery.content, false));
        }
    }

    /// Looks at the objects on a disk, their events and their index entries; where a real store is, the model beside it.
    pub(in crate::sim) fn look_at_objects(&mut self, at: u64, node: NodeId, image: &Image) {
        let Some((_, store)) = image.host else { return };
        match check_snapshot(&image.objects, StoreTag::of(store)) {
            Ok(checked) => {
                let problems = checked.problems.into_iter().take(1);
                self.unsound.extend(problems.map(|problem| Unsound { at, node, problem }));
            }
            Err(error) => self.unsound.push(Unsound { at, node, problem: error.to_string() }),
        }
    }

    fn left(&mut self, at: u64, node: NodeId, content: &Content, copied: bool) {
        let Content::Message(message) = content else { return };
        if self.bodies.get(&message.id).is_some_and(|bodies| !bodies.contains(&message.body)) {
            self.bad_bytes.push(BadBytes { at, node, id: message.id, copied });
        }
    }

    /// Looks at everything that is on the disks.
    pub(in crate::sim) fn look(&mut self, at: u64, nodes: &[Node]) {
        let mut seen: BTreeMap<MessageId, u32> = BTreeMap::new();
        for (node, place) in nodes.iter().enumerate() {
            place.disk.with(|image| {
                let live: BTreeSet<MessageId> = messages_on(image).chain(tombstones_on(image)).collect();
                let (has, live) = (image.records.len(), live.len());
                if has > RECORDS_MORE + RECORDS_EACH * live {
                    let (has, live) = (has as u64, live as u64);
                    self.too_large.push(TooLarge { at, node, has, live, unit: "records" });
                }
                for (sequence, record) in &image.records {
                    let Record::Message(record) = record else { continue };
                    let body = record.fingerprint.body_crc;
                    let first = *seen.entry(record.message.id).or_insert(body);
                    if first != body && !image.corrupt.contains(sequence) {
                        self.two_of_one_id.push((at, record.message.id));
                    }
                }
            });
        }
    }
}
