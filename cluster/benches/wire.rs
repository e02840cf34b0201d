//! What the wire costs: copies of 256 bytes put into the frames of a link, and taken out at the other end, as bytes.

use std::sync::Arc;

use bytes::Bytes;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hydraq_cluster::wire::peer_in::link_frame;
use hydraq_cluster::wire::peer_out;
use hydraq_core::config::Shape;
use hydraq_core::frame::{Copy, Envelope, Frame};
use hydraq_core::holders::Holder;
use hydraq_core::ids::{Commit, HostId, MessageId};
use hydraq_core::message::{Content, Message};
use hydraq_proto::v1;
use prost::Message as _;

/// Rank 0 sends so many copies to one of two hosts.
fn envelope(copies: u64) -> Envelope {
    let place = |place: u8| Holder { version: 1, place, host: HostId(u128::from(place) + 1) };
    let copy = |number: u64| {
        let id = MessageId(u128::from(number));
        let message = Message::new(id, Arc::from("bench"), Bytes::from_static(&[b'.'; 256]), 3);
        let content = Content::Message(Arc::new(message));
        Copy { content, list: 0, count: 1, shape: Shape::Star, condition: None }
    };
    let lists = vec![(0..3).map(place).collect()];
    let copies = (0..copies).map(copy).collect();
    let frames = vec![Frame::Replicate { block: 1, origin: HostId(1), lists, copies }];
    Envelope { connection: 1, boot: 1, commit: Commit(1), first: 1, frames }
}

fn out(envelope: Envelope) -> Vec<u8> {
    let frame = v1::link_frame::Frame::Envelope(peer_out::envelope(envelope));
    v1::LinkFrame { frame: Some(frame) }.encode_to_vec()
}

fn wire(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wire");
    for copies in [1u64, 64, 1024] {
        let (said, bytes) = (envelope(copies), Bytes::from(out(envelope(copies))));
        group.throughput(Throughput::Elements(copies));
        group.bench_function(BenchmarkId::new("out", copies), |bencher| {
            bencher.iter_batched(|| said.clone(), out, BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("in", copies), |bencher| {
            bencher.iter(|| {
                let frame = v1::LinkFrame::decode(bytes.clone()).expect("what was encoded");
                link_frame(frame).expect("it has a meaning")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, wire);
criterion_main!(benches);
