//! What peers tell this host, checked.

use std::time::Duration;

use hydraq_core::detector::Heartbeat;
use hydraq_core::event::Event;
use hydraq_core::frame::{
    Availability, Copy, Depth, EntryItem, Envelope, Frame, GlobalCondition, GlobalDeliveries, Hello,
    KeptItem, MemberRecord, Refusal, TombstoneItem,
};
use hydraq_core::holders::{GlobalList, Holder};
use hydraq_core::ids::{Boot, Commit, HostId, LeaseNumber, MessageId, StoreId};
use hydraq_core::message::Content;
use hydraq_core::settings::Setting;
use hydraq_core::state::deliveries::{LeaseState, OwnerLine};
use hydraq_core::time::Instant;
use hydraq_proto::v1::{self, peer_frame::Frame as In};

use super::enqueue::shape;
use super::forward::{reply, request};
use super::knowledge::knowledge;
use super::message::{peer_message, type_names};
use super::names::{host_id, host_ids, message_id};
use super::{Invalid, in_range};

/// What came on a link.
#[derive(Debug)]
pub enum FromPeer {
    /// The first word.
    Hello(Hello),
    /// Frames.
    Envelope(Envelope),
    /// A heartbeat.
    Heartbeat(Heartbeat),
}

/// Something on a link, checked.
pub fn link_frame(frame: v1::LinkFrame) -> Result<FromPeer, Invalid> {
    match frame.frame {
        Some(v1::link_frame::Frame::Hello(hello)) => self::hello(hello).map(FromPeer::Hello),
        Some(v1::link_frame::Frame::Envelope(envelope)) => self::envelope(envelope).map(FromPeer::Envelope),
        Some(v1::link_frame::Frame::Heartbeat(beat)) => Ok(FromPeer::Heartbeat(Heartbeat {
            serves: beat.serves,
            hears_you: beat.hears_you,
            commit_age: Duration::from_micros(beat.commit_age_us),
        })),
        None => Err(Invalid::new("frame", "is missing")),
    }
}

fn hello(hello: v1::Hello) -> Result<Hello, Invalid> {
    let seen = hello
        .seen_of_you
        .map(|seen| (Boot { counter: seen.boot, nonce: seen.boot_nonce }, Commit(seen.commit)));
    Ok(Hello {
        from: host_id("from", &hello.from)?,
        to: host_id("to", &hello.to)?,
        name: hello.name,
        address: hello.address,
        boot: Boot { counter: hello.boot, nonce: hello.boot_nonce },
        store: StoreId::from_bytes(&hello.store).ok_or_else(|| Invalid::new("store", "must be 16 bytes"))?,
        commit_at_boot: Commit(hello.commit_at_boot),
        commit: Commit(hello.commit),
        connection: hello.connection,
        suspected_you: hello.suspected_you,
        serving: hello.serving,
        seen_of_you: seen,
        members: members(hello.members)?.into(),
        settings: settings(hello.settings)?.into(),
    })
}

/// Members.
pub fn members(records: Vec<v1::MemberRecord>) -> Result<Vec<MemberRecord>, Invalid> {
    let member = |record: v1::MemberRecord| {
        Ok(MemberRecord {
            id: host_id("members.id", &record.id)?,
            name: record.name,
            address: record.address,
            boot: record.boot,
            removed: record.removed,
        })
    };
    records.into_iter().map(member).collect()
}

fn settings(settings: Vec<v1::Setting>) -> Result<Vec<Setting>, Invalid> {
    let setting = |setting: v1::Setting| {
        let host = host_id("settings.host", &setting.host)?;
        Ok(Setting { name: setting.name, version: setting.version, host, value: setting.value })
    };
    settings.into_iter().map(setting).collect()
}

fn envelope(envelope: v1::Envelope) -> Result<Envelope, Invalid> {
    let frames: Result<Vec<Frame>, Invalid> = envelope
        .frames
        .into_iter()
        .map(|frame| frame.frame.ok_or_else(|| Invalid::new("frame", "is missing")).and_then(self::frame))
        .collect();
    Ok(Envelope {
        connection: envelope.connection,
        boot: envelope.boot,
        commit: Commit(envelope.commit),
        first: envelope.first,
        frames: frames?,
    })
}

fn frame(frame: In) -> Result<Frame, Invalid> {
    Ok(match frame {
        In::Members(members) => Frame::Members(self::members(members.records)?),
        In::Settings(settings) => Frame::Settings(self::settings(settings.settings)?),
        In::Availability(state) => Frame::Availability(availability(state)?),
        In::Replicate(replicate) => self::replicate(replicate)?,
        In::Lists(lists) => Frame::Lists {
            block: lists.block,
            lists: holder_lists(&lists.lists)?,
            items: items(lists.items, |item| Ok((message_id("id", &item.id)?, place(item.list)?)))?,
        },
        In::Stored(stored) => Frame::Stored {
            block: stored.block,
            refused: items(stored.refused, |refused| Ok((refused.place, refusal(refused.why())?)))?,
        },
        In::Confirms(confirms) => {
            Frame::Confirm(items(confirms.items, |item| Ok((message_id("id", &item.id)?, item.list_hash)))?)
        }
        In::Leases(leases) => Frame::Leases {
            block: leases.block,
            items: items(leases.items, |item| {
                Ok((message_id("id", &item.id)?, deliveries(item.deliveries)?))
            })?,
        },
        In::LeasesHeard(block) => Frame::LeasesHeard(block),
        In::Tombstones(tombstones) => Frame::Tombstones {
            block: tombstones.block,
            lists: holder_lists(&tombstones.lists)?,
            items: items(tombstones.items, tombstone)?,
        },
        In::Kept(kept) => Frame::Kept {
            block: kept.block,
            lists: holder_lists(&kept.lists)?,
            items: items(kept.items, self::kept)?,
        },
        other => small_frame(other)?,
    })
}

fn small_frame(frame: In) -> Result<Frame, Invalid> {
    Ok(match frame {
        In::Finished(finished) => Frame::Finished(ids(&finished.ids)?),
        In::Digest(digest) => Frame::Digest {
            sums: sums(&digest.sums)?,
            only: digest.only.map(place).transpose()?,
            answer: digest.answer,
        },
        In::Entries(entries) => Frame::Entries { items: self::entries(&entries.items)?, last: entries.last },
        In::Lacks(lacks) => Frame::Lacks { ids: ids(&lacks.ids)?, refuses: lacks.refuses },
        In::Has(has) => Frame::Has(ids(&has.ids)?),
        In::Knows(knows) => Frame::Knows {
            lists: holder_lists(&knows.lists)?,
            items: items(knows.items, |item| {
                Ok((message_id("id", &item.id)?, place(item.list)?, deliveries(item.deliveries)?))
            })?,
        },
        In::Synchronised(round) => Frame::Synchronised(round),
        In::Cleared(round) => Frame::Cleared(round),
        In::StopsServing(_) => Frame::StopsServing,
        In::Inquire(inquire) => {
            Frame::Inquire { block: inquire.block, retry: inquire.retry, ids: ids(&inquire.ids)? }
        }
        In::Known(known) => Frame::Known(known.block, items(known.knowledge, knowledge)?),
        In::Forward(forward) => Frame::Forward(forward.block, Box::new(request(forward.request)?)),
        In::Forwarded(forwarded) => Frame::Forwarded(forwarded.block, Box::new(reply(forwarded.reply)?)),
        In::Interest(names) => Frame::Interest(type_names(&names.names)?),
        In::Ready(names) => Frame::Ready(type_names(&names.names)?),
        // The others are taken care of above.
        _ => Frame::SyncDone,
    })
}

/// Each of several things, checked.
pub(super) fn items<T, U>(from: Vec<T>, check: impl Fn(T) -> Result<U, Invalid>) -> Result<Vec<U>, Invalid> {
    from.into_iter().map(check).collect()
}

fn ids(ids: &[bytes::Bytes]) -> Result<Vec<MessageId>, Invalid> {
    ids.iter().map(|id| message_id("ids", id)).collect()
}

fn place(place: u32) -> Result<u16, Invalid> {
    in_range("place", u64::from(place), 0..=u64::from(u16::MAX)).map(|place| place as u16)
}

fn availability(state: v1::Availability) -> Result<Availability, Invalid> {
    let (names, counts): (Vec<String>, Vec<(u64, u64)>) =
        state.depths.into_iter().map(|depth| (depth.r#type, (depth.ready, depth.length))).unzip();
    let depths = type_names(&names)?.into_iter().zip(counts);
    let depths =
        depths.map(|(message_type, (ready, length))| Depth { message_type, ready, length }).collect();
    Ok(Availability { leaving: state.leaving, full: state.full, copies: state.copies, depths })
}

fn holder_lists(lists: &[v1::HolderList]) -> Result<Vec<GlobalList>, Invalid> {
    lists.iter().map(holder_list).collect()
}

fn holder_list(list: &v1::HolderList) -> Result<GlobalList, Invalid> {
    let entry = |bytes: &[u8]| match bytes {
        [high, low, place, host @ ..] => Ok(Holder {
            version: u16::from_be_bytes([*high, *low]),
            place: *place,
            host: host_id("lists.host", host)?,
        }),
        _ => Err(Invalid::new("lists", "ends too early")),
    };
    list.entries.chunks(19).map(entry).collect()
}

fn replicate(replicate: v1::Replicate) -> Result<Frame, Invalid> {
    let types = type_names(&replicate.types)?;
    let copy = |copy: v1::CopyRequest| {
        let content = match copy.message {
            Some(message) => Content::Message(peer_message(&types, message)?),
            None => Content::Unreadable,
        };
        Ok(Copy {
            content,
            list: place(copy.list)?,
            count: in_range("count", u64::from(copy.count), 1..=255)? as u8,
            shape: shape(copy.shape),
            condition: copy.condition.map(condition).transpose()?,
        })
    };
    Ok(Frame::Replicate {
        block: replicate.block,
        origin: host_id("origin", &replicate.origin)?,
        lists: holder_lists(&replicate.lists)?,
        copies: items(replicate.copies, copy)?,
    })
}

fn condition(condition: v1::Condition) -> Result<GlobalCondition, Invalid> {
    Ok(GlobalCondition {
        deliveries: deliveries(condition.deliveries)?,
        delay: condition.delay_us.map(Duration::from_micros),
        time_to_live: condition.time_to_live_us.map(Duration::from_micros),
    })
}

fn deliveries(state: Option<v1::Deliveries>) -> Result<GlobalDeliveries, Invalid> {
    let Some(state) = state else { return Ok(GlobalDeliveries::default()) };
    let line = |line: v1::Line| {
        // The end of a lease is the receiver's to reckon, from what remains.
        let lease_state = if line.released { LeaseState::Released } else { LeaseState::Until(Instant(0)) };
        let line_in = OwnerLine {
            owner: host_id("lines.owner", &line.owner)?,
            lease: LeaseNumber(line.lease),
            boot: line.boot,
            extension: in_range("lines.extension", u64::from(line.extension), 0..=u64::from(u16::MAX))?
                as u16,
            count: line.count,
            state: lease_state,
        };
        Ok((line_in, Duration::from_micros(line.remaining_us)))
    };
    Ok(GlobalDeliveries { epoch: state.epoch, lines: items(state.lines, line)? })
}

fn refusal(why: v1::refused::Why) -> Result<Refusal, Invalid> {
    match why {
        v1::refused::Why::Deleted => Ok(Refusal::Deleted),
        v1::refused::Why::OtherContent => Ok(Refusal::OtherContent),
        v1::refused::Why::Unreadable => Ok(Refusal::Unreadable),
        v1::refused::Why::Full => Ok(Refusal::Full),
        v1::refused::Why::Leaving => Ok(Refusal::Leaving),
        v1::refused::Why::Unspecified => Err(Invalid::new("why", "is missing")),
    }
}

fn tombstone(item: v1::TombstoneItem) -> Result<TombstoneItem, Invalid> {
    Ok(TombstoneItem {
        id: message_id("id", &item.id)?,
        list: place(item.list)?,
        replicas: in_range("replicas", u64::from(item.replicas), 0..=255)? as u8,
        everyone: item.everyone,
        confirmed: host_ids("confirmed", &item.confirmed)?,
    })
}

fn kept(item: v1::KeptItem) -> Result<KeptItem, Invalid> {
    let confirmed: Vec<HostId> = host_ids("confirmed", &item.confirmed)?;
    Ok(KeptItem { id: message_id("id", &item.id)?, confirmed, list: item.list.map(place).transpose()? })
}

fn sums(bytes: &[u8]) -> Result<Vec<(u16, u64)>, Invalid> {
    let sum = |bytes: &[u8]| match bytes.split_first_chunk::<2>() {
        Some((bucket, rest)) => {
            let sum = rest.try_into().map_err(|_| Invalid::new("sums", "ends too early"))?;
            Ok((u16::from_be_bytes(*bucket), u64::from_be_bytes(sum)))
        }
        None => Err(Invalid::new("sums", "ends too early")),
    };
    bytes.chunks(10).map(sum).collect()
}

fn entries(bytes: &[u8]) -> Result<Vec<EntryItem>, Invalid> {
    let short = || Invalid::new("items", "ends too early");
    let entry = |bytes: &[u8]| {
        let (id, rest) = bytes.split_first_chunk::<16>().ok_or_else(short)?;
        let (list_hash, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        let state_hash: [u8; 8] = rest.try_into().map_err(|_| short())?;
        Ok(EntryItem {
            id: MessageId(u128::from_be_bytes(*id)),
            list_hash: u64::from_be_bytes(*list_hash),
            state_hash: u64::from_be_bytes(state_hash),
        })
    };
    bytes.chunks(32).map(entry).collect()
}

/// What a link's end means to the core, for whoever reads links.
#[must_use]
pub fn event(link: hydraq_core::event::LinkId, from: FromPeer) -> Option<Event> {
    match from {
        FromPeer::Hello(hello) => Some(Event::Hello(link, hello)),
        FromPeer::Envelope(envelope) => Some(Event::Frames(link, envelope)),
        FromPeer::Heartbeat(_) => None,
    }
}
