//! What this host tells its peers, as it travels.

use std::time::Duration;

use hydraq_core::frame::{
    Availability, Copy, Depth, EntryItem, Envelope, Frame, GlobalCondition, GlobalDeliveries, Hello,
    KeptItem, MemberRecord, Refusal, TombstoneItem,
};
use hydraq_core::holders::GlobalList;
use hydraq_core::ids::MessageId;
use hydraq_core::message::Content;
use hydraq_core::settings::Setting;
use hydraq_core::state::deliveries::LeaseState;
use hydraq_proto::v1::{self, peer_frame::Frame as Out};

use super::enqueue::shape_out;
use super::forward::{reply_out, request_out};
use super::knowledge::knowledge_out;
use super::message::TypeTable;
use super::names::{host_bytes, hosts_bytes, id_bytes};

/// A hello.
#[must_use]
pub fn hello(hello: &Hello) -> v1::Hello {
    v1::Hello {
        from: host_bytes(hello.from),
        name: hello.name.clone(),
        address: hello.address.clone(),
        boot: hello.boot.counter,
        boot_nonce: hello.boot.nonce,
        store: hello.store.to_bytes().to_vec().into(),
        commit_at_boot: hello.commit_at_boot.0,
        commit: hello.commit.0,
        connection: hello.connection,
        suspected_you: hello.suspected_you,
        serving: hello.serving,
        seen_of_you: hello.seen_of_you.map(|(boot, commit)| v1::hello::Seen {
            boot: boot.counter,
            boot_nonce: boot.nonce,
            commit: commit.0,
        }),
        members: hello.members.iter().map(member).collect(),
        settings: hello.settings.iter().map(setting).collect(),
        to: host_bytes(hello.to),
    }
}

/// A member.
#[must_use]
pub fn member(record: &MemberRecord) -> v1::MemberRecord {
    v1::MemberRecord {
        id: host_bytes(record.id),
        name: record.name.clone(),
        address: record.address.clone(),
        boot: record.boot,
        removed: record.removed,
    }
}

fn setting(setting: &Setting) -> v1::Setting {
    v1::Setting {
        name: setting.name.clone(),
        version: setting.version,
        host: host_bytes(setting.host),
        value: setting.value.clone(),
    }
}

/// An envelope.
#[must_use]
pub fn envelope(envelope: Envelope) -> v1::Envelope {
    v1::Envelope {
        connection: envelope.connection,
        boot: envelope.boot,
        commit: envelope.commit.0,
        first: envelope.first,
        frames: envelope.frames.into_iter().map(|out| v1::PeerFrame { frame: Some(frame(out)) }).collect(),
    }
}

fn frame(frame: Frame) -> Out {
    match frame {
        Frame::Members(records) => {
            Out::Members(v1::Members { records: records.iter().map(member).collect() })
        }
        Frame::Settings(settings) => {
            Out::Settings(v1::Settings { settings: settings.iter().map(setting).collect() })
        }
        Frame::Availability(state) => Out::Availability(availability(&state)),
        Frame::Replicate { block, origin, lists, copies } => replicate(block, origin, &lists, copies),
        Frame::Lists { block, lists, items } => {
            let items =
                items.into_iter().map(|(id, list)| v1::ListItem { id: id_bytes(id), list: u32::from(list) });
            Out::Lists(v1::Lists {
                block,
                lists: lists.iter().map(holder_list).collect(),
                items: items.collect(),
            })
        }
        Frame::Stored { block, refused } => {
            let refused =
                refused.into_iter().map(|(place, why)| v1::Refused { place, why: refusal(why).into() });
            Out::Stored(v1::Stored { block, refused: refused.collect() })
        }
        Frame::Confirm(items) => {
            let confirm = |(id, list_hash)| v1::Confirm { id: id_bytes(id), list_hash };
            Out::Confirms(v1::Confirms { items: items.into_iter().map(confirm).collect() })
        }
        Frame::Leases { block, items } => {
            let item = |(id, state): (MessageId, GlobalDeliveries)| v1::LeaseItem {
                id: id_bytes(id),
                deliveries: Some(deliveries(&state)),
            };
            Out::Leases(v1::Leases { block, items: items.into_iter().map(item).collect() })
        }
        Frame::LeasesHeard(block) => Out::LeasesHeard(block),
        Frame::Tombstones { block, lists, items } => Out::Tombstones(v1::Tombstones {
            block,
            lists: lists.iter().map(holder_list).collect(),
            items: items.iter().map(tombstone).collect(),
        }),
        Frame::Kept { block, lists, items } => Out::Kept(v1::Kept {
            block,
            lists: lists.iter().map(holder_list).collect(),
            items: items.iter().map(kept).collect(),
        }),
        other => small_frame(other),
    }
}

fn small_frame(frame: Frame) -> Out {
    match frame {
        Frame::Finished(ids) => Out::Finished(v1::Ids { ids: ids.into_iter().map(id_bytes).collect() }),
        Frame::Digest { sums, only, answer } => {
            let sums: Vec<u8> = sums
                .iter()
                .flat_map(|(bucket, sum)| [&bucket.to_be_bytes()[..], &sum.to_be_bytes()].concat())
                .collect();
            Out::Digest(v1::Digest { sums: sums.into(), only: only.map(u32::from), answer })
        }
        Frame::Entries { items, last } => {
            let items: Vec<u8> = items.iter().flat_map(entry).collect();
            Out::Entries(v1::Entries { items: items.into(), last })
        }
        Frame::Lacks { ids, refuses } => {
            Out::Lacks(v1::Lacks { ids: ids.into_iter().map(id_bytes).collect(), refuses })
        }
        Frame::Has(ids) => Out::Has(v1::Ids { ids: ids.into_iter().map(id_bytes).collect() }),
        Frame::Knows { lists, items } => {
            let item = |(id, list, state): (MessageId, u16, GlobalDeliveries)| v1::KnowsItem {
                id: id_bytes(id),
                list: u32::from(list),
                deliveries: Some(deliveries(&state)),
            };
            let lists = lists.iter().map(holder_list).collect();
            Out::Knows(v1::Knows { lists, items: items.into_iter().map(item).collect() })
        }
        Frame::Synchronised(round) => Out::Synchronised(round),
        Frame::Cleared(round) => Out::Cleared(round),
        Frame::StopsServing => Out::StopsServing(true),
        Frame::Inquire { block, retry, ids } => {
            Out::Inquire(v1::Inquire { block, retry, ids: ids.into_iter().map(id_bytes).collect() })
        }
        Frame::Known(block, knowledge) => {
            Out::Known(v1::Known { block, knowledge: knowledge.iter().map(knowledge_out).collect() })
        }
        Frame::Forward(block, request) => {
            Out::Forward(v1::Forward { block, request: Some(request_out(&request)) })
        }
        Frame::Forwarded(block, reply) => {
            Out::Forwarded(v1::Forwarded { block, reply: Some(reply_out(&reply)) })
        }
        Frame::Interest(types) => Out::Interest(names(&types)),
        Frame::Ready(types) => Out::Ready(names(&types)),
        // The others are taken care of above.
        _ => Out::SyncDone(true),
    }
}

fn names(types: &[hydraq_core::message::MessageType]) -> v1::Names {
    v1::Names { names: types.iter().map(|name| name.as_ref().to_owned()).collect() }
}

fn availability(state: &Availability) -> v1::Availability {
    let depth = |depth: &Depth| v1::availability::Depth {
        r#type: depth.message_type.as_ref().to_owned(),
        ready: depth.ready,
        length: depth.length,
    };
    v1::Availability {
        leaving: state.leaving,
        full: state.full,
        copies: state.copies,
        depths: state.depths.iter().map(depth).collect(),
    }
}

fn holder_list(list: &GlobalList) -> v1::HolderList {
    let mut entries = Vec::with_capacity(list.len() * 19);
    for entry in list {
        entries.extend_from_slice(&entry.version.to_be_bytes());
        entries.push(entry.place);
        entries.extend_from_slice(&entry.host.to_bytes());
    }
    v1::HolderList { entries: entries.into() }
}

fn replicate(block: u64, origin: hydraq_core::ids::HostId, lists: &[GlobalList], copies: Vec<Copy>) -> Out {
    let mut types = TypeTable::default();
    let copies = copies
        .into_iter()
        .map(|copy| v1::CopyRequest {
            message: match &copy.content {
                Content::Message(message) => Some(types.message(message)),
                Content::Stored(_) | Content::Unreadable => None,
            },
            list: u32::from(copy.list),
            count: u32::from(copy.count),
            shape: shape_out(copy.shape),
            condition: copy.condition.as_ref().map(condition),
        })
        .collect();
    let lists = lists.iter().map(holder_list).collect();
    Out::Replicate(v1::Replicate {
        block,
        origin: host_bytes(origin),
        lists,
        types: types.into_names(),
        copies,
    })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn condition(condition: &GlobalCondition) -> v1::Condition {
    v1::Condition {
        deliveries: (!condition.deliveries.is_default()).then(|| deliveries(&condition.deliveries)),
        delay_us: condition.delay.map(micros),
        time_to_live_us: condition.time_to_live.map(micros),
    }
}

fn deliveries(state: &GlobalDeliveries) -> v1::Deliveries {
    let lines = state.lines.iter().map(|(line, remaining)| v1::Line {
        owner: host_bytes(line.owner),
        lease: line.lease.0,
        boot: line.boot,
        extension: u32::from(line.extension),
        count: line.count,
        released: line.state == LeaseState::Released,
        remaining_us: micros(*remaining),
    });
    v1::Deliveries { epoch: state.epoch, lines: lines.collect() }
}

fn refusal(why: Refusal) -> v1::refused::Why {
    match why {
        Refusal::Deleted => v1::refused::Why::Deleted,
        Refusal::OtherContent => v1::refused::Why::OtherContent,
        Refusal::Unreadable => v1::refused::Why::Unreadable,
        Refusal::Full => v1::refused::Why::Full,
        Refusal::Leaving => v1::refused::Why::Leaving,
    }
}

fn tombstone(item: &TombstoneItem) -> v1::TombstoneItem {
    v1::TombstoneItem {
        id: id_bytes(item.id),
        list: u32::from(item.list),
        replicas: u32::from(item.replicas),
        everyone: item.everyone,
        confirmed: hosts_bytes(&item.confirmed),
    }
}

fn kept(item: &KeptItem) -> v1::KeptItem {
    v1::KeptItem {
        id: id_bytes(item.id),
        confirmed: hosts_bytes(&item.confirmed),
        list: item.list.map(u32::from),
    }
}

fn entry(item: &EntryItem) -> Vec<u8> {
    [&item.id.to_bytes()[..], &item.list_hash.to_be_bytes(), &item.state_hash.to_be_bytes()].concat()
}
