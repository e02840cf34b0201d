//! What a commit costs: so many messages of 256 bytes written, and those of the commit before erased, on the disk of the
//! temporary folder.

use std::sync::Arc;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hydraq_cluster::store::redb::{Fresh, open};
use hydraq_core::event::Write;
use hydraq_core::holders::HolderList;
use hydraq_core::host_set::HostIndex;
use hydraq_core::ids::{HostId, MessageId, Sequence, StoreId};
use hydraq_core::message::Message;
use hydraq_core::record::{MessageRecord, Record};
use hydraq_core::time::Instant;

const CACHE_BYTES: usize = 48 << 20;

fn append(sequence: u64, holders: &HolderList) -> Write {
    let message = Message::new(
        MessageId(u128::from(sequence)),
        Arc::from("bench"),
        Bytes::from_static(&[b'.'; 256]),
        3,
    );
    let record = MessageRecord {
        fingerprint: message.fingerprint(),
        message: Arc::new(message),
        holders: holders.clone(),
        not_before: None,
        expires: None,
    };
    Write::Append(Sequence(sequence), Record::Message(record))
}

fn commits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commit");
    for messages in [1u64, 64, 512, 4096] {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh = Fresh { host: HostId(1), store: StoreId(1) };
        let opened = open(&folder.path().join("store.redb"), CACHE_BYTES, fresh, 1).expect("a store");
        let mut store = opened.store;
        let holders = HolderList::planned(&[HostIndex(0), HostIndex(1), HostIndex(2)]);
        let mut next = 1;
        group.throughput(Throughput::Elements(messages));
        group.bench_function(BenchmarkId::from_parameter(messages), |bencher| {
            bencher.iter(|| {
                let erased = (next.max(messages + 1) - messages..next).map(|old| Write::Erase(Sequence(old)));
                let new = (next..next + messages).map(|sequence| append(sequence, &holders));
                let writes: Vec<Write> = erased.chain(new).collect();
                store.commit(&writes, Instant(next)).expect("a commit");
                next += messages;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, commits);
criterion_main!(benches);
