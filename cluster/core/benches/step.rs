//! What the core costs by itself: 256 messages through one host, without network and disk.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use hydraq_core::config::Config;
use hydraq_core::event::{Effect, Effects, Event};
use hydraq_core::host::{Host, Identity, Recovered};
use hydraq_core::ids::{Boot, Commit, HostId, MessageId, RequestId, Sequence, StoreId};
use hydraq_core::message::Message;
use hydraq_core::request::{Delete, DeleteTarget, Dequeue, Enqueue, Reply, Request};
use hydraq_core::time::Instant;

const MESSAGES: u32 = 256;
const NOW: Instant = Instant(1);

fn host() -> Host {
    let identity = Identity {
        id: HostId(1),
        name: "alpha".into(),
        address: String::new(),
        boot: Boot { counter: 1, nonce: 1 },
        store: StoreId(1),
    };
    let recovered =
        Recovered { meta: Vec::new(), seen: Vec::new(), commit: Commit(0), next_sequence: Sequence(1) };
    let mut host = Host::recover(Config::default(), identity, recovered, Vec::new(), 7, NOW);
    host.flush(NOW);
    host.committed(Commit(1));
    host
}

fn enqueue(first: u128) -> Request {
    let message_type: Arc<str> = Arc::from("bench");
    let message = |number: u128| {
        Arc::new(Message::new(MessageId(number), message_type.clone(), Bytes::from_static(&[b'.'; 256]), 1))
    };
    Request::Enqueue(Enqueue::new(
        (first..first + u128::from(MESSAGES)).map(message).collect(),
        Duration::from_secs(10),
    ))
}

fn dequeue() -> Request {
    Request::Dequeue(Dequeue {
        message_types: vec![Arc::from("bench")],
        messages_max: MESSAGES,
        lease: Duration::from_secs(30),
        wait: Duration::ZERO,
        forwarded: false,
    })
}

fn ask(host: &mut Host, request: Request) -> Effects {
    host.step(NOW, Event::Request(RequestId(1), request));
    let effects = host.flush(NOW);
    host.committed(Commit(2));
    effects
}

fn targets(effects: &Effects) -> Vec<DeleteTarget> {
    let replies = effects.late.iter().filter_map(|effect| match effect {
        Effect::Reply(_, Reply::Dequeued(deliveries)) => Some(deliveries),
        _ => None,
    });
    let receipts = replies.flatten().map(|delivery| delivery.receipt);
    receipts.map(|receipt| DeleteTarget { id: receipt.message, lease: Some(receipt.lease) }).collect()
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(u64::from(MESSAGES)));
    group.bench_function("enqueue", |bencher| {
        let fresh = || (host(), enqueue(0));
        bencher.iter_batched(
            fresh,
            |(mut host, request)| black_box(ask(&mut host, request)),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("enqueue, dequeue, delete", |bencher| {
        let (mut host, mut first) = (host(), 0);
        bencher.iter(|| {
            first += u128::from(MESSAGES);
            ask(&mut host, enqueue(first));
            let targets = targets(&ask(&mut host, dequeue()));
            assert_eq!(targets.len(), MESSAGES as usize, "all are handed out");
            black_box(ask(&mut host, Request::Delete(Delete { targets, timeout: Duration::from_secs(3) })))
        });
    });
}

criterion_group!(benches, steps);
criterion_main!(benches);
