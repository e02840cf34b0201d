//! What hosts tell each other must arrive as it was said, and what is garbled must be refused.

use std::time::Duration;

use hydraq_core::config::Shape;
use hydraq_core::frame::*;
use hydraq_core::holders::Holder;
use hydraq_core::ids::*;
use hydraq_core::message::*;
use hydraq_core::request::*;
use hydraq_core::state::deliveries::{LeaseState, OwnerLine};
use hydraq_core::time::Instant;
use hydraq_proto::v1;
use proptest::prelude::*;
use prost::Message as _;

use super::peer_in::{FromPeer, link_frame};
use super::peer_out;

fn message() -> std::sync::Arc<Message> {
    std::sync::Arc::new(Message {
        id: MessageId(42),
        message_type: "orders".into(),
        body: "body".into(),
        attributes: vec![("colour".into(), "red".into())],
        replicas: 3,
        priority: Priority(7),
        delay: Some(Duration::from_secs(4)),
        time_to_live: None,
        deliveries_max: Some(5),
        at_most_once: false,
        enqueued_at_ms: 77,
    })
}

#[allow(clippy::too_many_lines, reason = "one of each kind of frame")]
fn frames() -> Vec<Frame> {
    let line = OwnerLine {
        owner: HostId(9),
        lease: LeaseNumber(3),
        boot: 5,
        extension: 2,
        count: 4,
        state: LeaseState::Until(Instant(0)),
    };
    let deliveries = GlobalDeliveries { epoch: 1, lines: vec![(line, Duration::from_secs(3))] };
    let lists = vec![vec![
        Holder { version: 1, place: 0, host: HostId(9) },
        Holder { version: 2, place: 1, host: HostId(8) },
    ]];
    let copy = Copy {
        content: Content::Message(message()),
        list: 0,
        count: 2,
        shape: Shape::Tree,
        condition: Some(GlobalCondition {
            deliveries: deliveries.clone(),
            delay: Some(Duration::from_secs(1)),
            time_to_live: None,
        }),
    };
    let receipt = Receipt { message: MessageId(42), owner: HostId(9), boot: 3, lease: LeaseNumber(4) };
    let delivery = Delivery {
        content: Content::Message(message()),
        receipt,
        holders: vec![HostId(9), HostId(8)],
        count: 4,
        cause: Cause::HostSuspected,
    };
    let enqueue = Enqueue {
        messages: vec![message()],
        shape: Shape::Chain,
        timeout: Duration::from_secs(9),
        replicas_min: Some(2),
        asynchronous: false,
        attempt: Attempt::Retry(Some(vec![HostId(5)])),
        placed: true,
    };
    vec![
        Frame::Replicate { block: 1, origin: HostId(9), lists: lists.clone(), copies: vec![copy] },
        Frame::Lists { block: 2, lists: lists.clone(), items: vec![(MessageId(42), 0)] },
        Frame::Stored { block: 3, refused: vec![(0, Refusal::Full), (7, Refusal::Deleted)] },
        Frame::Confirm(vec![(MessageId(42), u64::MAX)]),
        Frame::Leases { block: 4, items: vec![(MessageId(42), deliveries.clone())] },
        Frame::LeasesHeard(5),
        Frame::Tombstones {
            block: 6,
            lists: lists.clone(),
            items: vec![TombstoneItem {
                id: MessageId(1),
                list: 0,
                replicas: 3,
                everyone: true,
                confirmed: vec![HostId(2)],
            }],
        },
        Frame::Kept {
            block: 7,
            lists: lists.clone(),
            items: vec![KeptItem { id: MessageId(1), confirmed: vec![HostId(2), HostId(3)], list: Some(0) }],
        },
        Frame::Finished(vec![MessageId(1)]),
        Frame::Digest { sums: vec![(7, 9), (1023, u64::MAX)], only: Some(7), answer: true },
        Frame::Entries {
            items: vec![EntryItem { id: MessageId(1), list_hash: 2, state_hash: 3 }],
            last: true,
        },
        Frame::Lacks { ids: vec![MessageId(1)], refuses: true },
        Frame::Has(vec![MessageId(1)]),
        Frame::Knows { lists, items: vec![(MessageId(1), 0, deliveries)] },
        Frame::SyncDone,
        Frame::Synchronised(8),
        Frame::Cleared(8),
        Frame::StopsServing,
        Frame::Inquire { block: 9, retry: true, ids: vec![MessageId(1)] },
        Frame::Known(9, vec![Knowledge::NotHere, Knowledge::Asking, Knowledge::Finished]),
        Frame::Forward(10, Box::new(Request::Relay(HostId(3), Box::new(Request::Enqueue(enqueue))))),
        Frame::Forward(11, Box::new(Request::Extend(vec![receipt], Duration::from_secs(5)))),
        Frame::Forwarded(12, Box::new(Reply::Dequeued(vec![delivery]))),
        Frame::Forwarded(
            13,
            Box::new(Reply::Enqueued(vec![
                EnqueueOutcome::Ok(vec![HostId(1)]),
                EnqueueOutcome::Unknown(vec![]),
                EnqueueOutcome::Failed(RequestError::TooManyReplicas { asked: 7, members: 3 }),
            ])),
        ),
        Frame::Forwarded(
            14,
            Box::new(Reply::Leases(vec![
                Ok(()),
                Err(RequestError::StaleReceipt { shown: 1, newest: 2 }),
                Err(RequestError::NoSuchLease("x".into())),
            ])),
        ),
        Frame::Interest(vec!["orders".into()]),
        Frame::Ready(vec!["orders".into()]),
        Frame::Availability(Availability {
            leaving: true,
            full: false,
            copies: 4,
            depths: vec![Depth { message_type: "orders".into(), ready: 3, length: 5 }],
        }),
    ]
}

fn over_the_wire(envelope: Envelope) -> Envelope {
    let frame = v1::link_frame::Frame::Envelope(peer_out::envelope(envelope));
    let bytes = v1::LinkFrame { frame: Some(frame) }.encode_to_vec();
    match link_frame(v1::LinkFrame::decode(&bytes[..]).unwrap()).unwrap() {
        FromPeer::Envelope(envelope) => envelope,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_frame_arrives_as_it_was_said() {
    let envelope = Envelope { connection: 3, boot: 4, commit: Commit(5), first: 6, frames: frames() };
    let got = over_the_wire(envelope.clone());
    for (said, heard) in envelope.frames.iter().zip(&got.frames) {
        assert_eq!(said, heard);
    }
    assert_eq!(envelope, got);
}

proptest! {
    #[test]
    fn garbled_frames_never_panic(flips in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..20), cut in any::<u16>()) {
        let envelope = Envelope { connection: 3, boot: 4, commit: Commit(5), first: 6, frames: frames() };
        let frame = v1::link_frame::Frame::Envelope(peer_out::envelope(envelope));
        let mut bytes = v1::LinkFrame { frame: Some(frame) }.encode_to_vec();
        for (place, value) in flips {
            let place = usize::from(place) % bytes.len();
            bytes[place] ^= value;
        }
        bytes.truncate(bytes.len() - usize::from(cut) % bytes.len());
        if let Ok(frame) = v1::LinkFrame::decode(&bytes[..]) {
            let _ = link_frame(frame);
        }
    }
}
