//! What hosts tell each other, in words; only what a reader needs to follow a message.

use std::collections::BTreeMap;

use hydraq_cluster::sim::network::NodeId;
use hydraq_cluster::sim::world::Sent;
use hydraq_core::frame::Frame;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::message::Content;
use hydraq_core::request::Request;

use crate::words::Names;

/// The messages of each block, by who asked whom.
pub(crate) type Blocks = BTreeMap<(NodeId, NodeId, u64), Vec<String>>;

/// A frame in words; nothing if it is not about a message.
pub(crate) fn words(sent: &Sent, blocks: &mut Blocks, names: &Names) -> Option<String> {
    let name = |id: &MessageId| names.message_name(*id);
    let all = |ids: &[MessageId]| ids.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut asks = |block: u64, about: Vec<String>| {
        let list = about.join(", ");
        blocks.insert((sent.from, sent.to, block), about);
        list
    };
    let words = match &sent.frame {
        Frame::Replicate { block, copies, .. } => {
            let copy = |copy: &hydraq_core::frame::Copy| match &copy.content {
                Content::Message(message) => (name(&message.id), copy.count),
                _ => ("something unreadable".into(), copy.count),
            };
            let copies: Vec<(String, u8)> = copies.iter().map(copy).collect();
            asks(*block, copies.iter().map(|(name, _)| name.clone()).collect());
            let words: Vec<String> =
                copies.iter().map(|(name, count)| format!("{name}, reduced count {count}")).collect();
            format!("store {}", words.join("; "))
        }
        Frame::Lists { block, items, .. } => {
            let items = items.iter().map(|(id, _)| name(id)).collect();
            format!("holders were added to {}", asks(*block, items))
        }
        Frame::Leases { block, items } => {
            let items = items.iter().map(|(id, _)| name(id)).collect();
            format!("leases have changed of {}", asks(*block, items))
        }
        Frame::Tombstones { block, items, .. } => {
            asks(*block, items.iter().map(|item| name(&item.id)).collect());
            let words = items.iter().map(|item| confirmed(item.id, &item.confirmed, names));
            format!("keep a tombstone of {}", words.collect::<Vec<_>>().join(", "))
        }
        Frame::Stored { block, refused } => {
            let about = blocks.get(&(sent.to, sent.from, *block))?.join(", ");
            match refused.first() {
                None => format!("stored {about}"),
                Some((_, why)) => format!("refused {about}: {why:?}"),
            }
        }
        Frame::LeasesHeard(block) => {
            format!("heard of the leases of {}", blocks.get(&(sent.to, sent.from, *block))?.join(", "))
        }
        Frame::Kept { items, .. } => {
            let words = items.iter().map(|item| confirmed(item.id, &item.confirmed, names));
            format!("keeps the tombstone of {}", words.collect::<Vec<_>>().join(", "))
        }
        Frame::Confirm(items) => {
            format!("stored {}", items.iter().map(|(id, _)| name(id)).collect::<Vec<_>>().join(", "))
        }
        Frame::Finished(ids) => format!("all have confirmed the delete of {}", all(ids)),
        Frame::Lacks { ids, .. } if !ids.is_empty() => format!("lacks {}", all(ids)),
        Frame::Has(ids) => format!("has {}", all(ids)),
        Frame::Inquire { ids, retry, .. } => {
            format!("what do you know of {}{}", all(ids), if *retry { ", for a retry" } else { "" })
        }
        Frame::Known(_, known) => {
            let words: Vec<String> =
                known.iter().map(|known| crate::replies::knowledge(known, names)).collect();
            words.join("; ")
        }
        Frame::Forward(_, request) => format!("please {}", request_words(request)),
        Frame::Forwarded(..) => "the answer to that".into(),
        _ => return None,
    };
    Some(words)
}

fn confirmed(id: MessageId, by: &[HostId], names: &Names) -> String {
    format!("{} (confirmed by {})", names.message_name(id), names.hosts(by))
}

fn request_words(request: &Request) -> &'static str {
    match request {
        Request::Enqueue(_) => "enqueue",
        Request::Dequeue(_) => "hand messages out",
        Request::Delete(_) => "delete",
        Request::Release(_) => "release",
        Request::Extend(..) => "extend",
        Request::Show(_) => "show",
        Request::Redrive(_) => "redrive",
        Request::Relay(..) => "pass a request on",
    }
}
