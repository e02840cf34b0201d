use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Config;
use hydraq_core::event::{Effect, Event, Order};
use hydraq_core::frame::MemberRecord;
use hydraq_core::host::{EVENTS_KEPT_SETTING, declare_index};
use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::objects::id::event_message_id;
use hydraq_core::objects::log::{Keep, LOG_KEY};
use hydraq_core::objects::{Change, Indexed, KindIndex, Log, ObjectId, StoreTag, Table, Tables};
use hydraq_core::random::Random;
use hydraq_core::record::Record;
use hydraq_core::time::Instant;
use tokio::sync::oneshot;

use super::engine::Engine;
use super::handle::Shared;
use super::objects::Objects;
use super::stores::{ChangeAnswer, ChangeRefusal};
use crate::store::model::Disk;

const STORE: StoreId = StoreId(0xa1fa_0000_0000_0001);

/// A host on a simulated disk, one batch at a time.
struct Node {
    disk: Disk,
    engine: Engine,
    objects: Objects,
    shared: Shared,
    now: Instant,
}

impl Node {
    fn start(disk: &Disk, boot: u64) -> Self {
        let opened = disk.open((HostId(1), STORE), boot + 1);
        let (now, config) = (opened.clock, Config::default());
        let engine = Engine::start(opened, "alpha".into(), "http://here".into(), config, boot)
            .expect("a disk in memory");
        let objects = Objects::new(&engine);
        Node { disk: disk.clone(), engine, objects, shared: Shared::default(), now }
    }

    /// How long until something is to be done.
    fn patience(&mut self) -> Duration {
        self.objects.tell(&self.engine.core, &self.shared, self.now, false);
        self.objects.patience(self.now)
    }

    fn ask(&mut self, change: Change) -> oneshot::Receiver<ChangeAnswer> {
        let (asker, answer) = oneshot::channel();
        self.objects.take(&self.engine.core, change, asker);
        answer
    }

    /// One batch; with `lost`, its commit never reaches the disk.
    fn turn(&mut self, lost: bool) {
        self.now = Instant(self.now.0 + 200_000);
        self.objects.propagate(&mut self.engine.core, self.now);
        let batch = self.engine.prepare(self.now);
        let changes = self.objects.changes(&batch.writes);
        let before = self.disk.image();
        if !changes.is_empty() || !batch.writes.is_empty() {
            let committed = self.engine.commit_with(&batch.writes, &changes, self.now).expect("a commit");
            if lost {
                return self.disk.restore(before);
            }
            self.objects.committed(committed, &self.shared);
        }
        for effect in batch.late {
            if let Effect::Reply(request, reply) = effect {
                self.objects.take_answer(request, &reply, self.now);
            }
        }
    }
}

fn log(disk: &Disk) -> Log {
    disk.with(|image| {
        let Ok(stored) = image.objects.get(Table::Meta, LOG_KEY);
        stored.map_or(Log::empty(), |stored| Log::decode(&stored).expect("a log"))
    })
}

/// How often each event was stored as a message.
fn messages(disk: &Disk) -> BTreeMap<u128, u32> {
    let mut counts = BTreeMap::new();
    disk.with(|image| {
        for record in image.records.values() {
            if let Record::Message(record) = record {
                assert_eq!(&*record.message.message_type, "events.order");
                *counts.entry(record.message.id.0).or_default() += 1;
            }
        }
    });
    counts
}

fn create(number: u64) -> Change {
    let id = ObjectId::new(StoreTag::of(STORE), number, number, 0);
    let (kind, body) = ("order".to_owned(), Bytes::new());
    Change::Create { id, kind, attributes: BTreeMap::new(), body, at_ms: 0 }
}

#[test]
fn wherever_a_host_crashes_each_event_becomes_one_message() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let disk = Disk::default();
        let (mut boot, mut number) = (1, 0);
        let mut node = Node::start(&disk, boot);
        let mut acknowledged = 0;
        for _ in 0..60 {
            let asked: Vec<_> = (0..random.below(5))
                .map(|_| {
                    number += 1;
                    node.ask(create(number))
                })
                .collect();
            let crashes = random.below(6) == 0;
            node.turn(crashes && random.below(2) == 0);
            acknowledged +=
                asked.into_iter().filter_map(|mut answer| answer.try_recv().ok()).flatten().count();
            if crashes {
                boot += 1;
                node = Node::start(&disk, boot);
            }
        }
        (0..20).for_each(|_| node.turn(false));
        let log = log(&disk);
        assert!(log.head >= acknowledged as u64, "seed {seed}: {log:?}, {acknowledged} acknowledged");
        assert_eq!(log.propagated, log.head, "seed {seed}");
        let expected: BTreeMap<u128, u32> =
            (1..=log.head).map(|sequence| (event_message_id(STORE, sequence).0, 1)).collect();
        assert_eq!(messages(&disk), expected, "seed {seed}");
    }
}

#[test]
fn events_wait_while_their_type_is_paused_and_go_on_in_their_order() {
    let disk = Disk::default();
    let mut node = Node::start(&disk, 1);
    let pause = |value: &str| Event::Order(Order::Set("pause-in/events.order".into(), value.into()));
    node.engine.step(node.now, pause("yes"));
    let mut answer = node.ask(create(1));
    (0..5).for_each(|_| node.turn(false));
    assert!(matches!(answer.try_recv(), Ok(Ok(_))), "objects do not wait for the queue");
    assert_eq!((log(&disk).propagated, messages(&disk).len()), (0, 0));
    node.engine.step(node.now, pause("no"));
    (0..5).for_each(|_| node.turn(false));
    assert_eq!((log(&disk).propagated, messages(&disk).len()), (1, 1));
}

#[test]
fn the_store_of_a_member_that_has_not_told_it_is_not_taken_for_none() {
    let mut node = Node::start(&Disk::default(), 1);
    let bravo = MemberRecord {
        id: HostId(2),
        name: "bravo".into(),
        address: "http://there".into(),
        boot: 1,
        removed: false,
    };
    node.engine.step(node.now, Event::Members(vec![bravo.clone()]));
    let others = |node: &Node| {
        let others = node.engine.core.stores().into_iter().filter(|store| !store.mine);
        others.map(|store| (store.member.name, store.store, store.absent)).collect::<Vec<_>>()
    };
    let untold = [("bravo".to_owned(), StoreId(0), Some("down"))];
    assert_eq!(others(&node), untold, "else a query would be complete without it");
    let told = Event::Order(Order::Set(format!("store/{}", bravo.id), StoreId(7).to_string()));
    node.engine.step(node.now, told);
    assert_eq!(others(&node), [("bravo".to_owned(), StoreId(7), Some("down"))]);
}

#[test]
fn a_full_store_takes_nothing_new_but_changes_and_deletes_what_is_there() {
    let disk = Disk::default();
    let mut node = Node::start(&disk, 1);
    let Change::Create { id, .. } = create(1) else { return };
    let mut created = node.ask(create(1));
    node.turn(false);
    assert!(matches!(created.try_recv(), Ok(Ok(_))));
    node.engine.step(node.now, Event::Full(true));
    assert_eq!(node.ask(create(2)).try_recv(), Ok(Err(ChangeRefusal::Absent("full"))));
    let mut deleted = node.ask(Change::Delete { id, expected: Some(1), at_ms: 0 });
    node.turn(false);
    assert!(matches!(deleted.try_recv(), Ok(Ok(_))));
}

#[test]
fn what_is_declared_is_built_beside_what_is_asked_for() {
    let disk = Disk::default();
    let mut node = Node::start(&disk, 1);
    let created: Vec<_> = (1..=700).map(|number| node.ask(create(number))).collect();
    node.turn(false);
    assert_eq!(created.len(), 700);
    let names = ["number".to_owned()];
    node.engine.step(node.now, Event::Order(declare_index("order", &Indexed::Only(names.into()))));
    let index = |disk: &Disk| {
        let stored = disk.with(|image| image.objects.get(Table::Meta, &KindIndex::key("order")));
        stored.ok().flatten().map(|stored| KindIndex::decode(&stored).expect("a record"))
    };
    node.turn(false);
    assert!(index(&disk).is_some_and(|index| index.pass.is_some()), "declared, and to be built");
    // It goes on where it was, also after a crash, and writes do not wait for it.
    node = Node::start(&disk, 2);
    node.turn(false);
    let mut asked = node.ask(create(800));
    node.turn(false);
    assert!(matches!(asked.try_recv(), Ok(Ok(_))));
    (0..3).for_each(|_| node.turn(false));
    assert!(index(&disk).is_some_and(|index| index.pass.is_none()), "built");
    (0..20).for_each(|_| node.turn(false));
    assert_eq!(node.patience(), Duration::MAX, "nothing is left to be done");
}

#[test]
fn events_are_kept_for_the_time_that_is_set() {
    let disk = Disk::default();
    let mut node = Node::start(&disk, 1);
    let keep = Order::Set(EVENTS_KEPT_SETTING.into(), Keep::Time(Duration::from_secs(60)).to_string());
    node.engine.step(node.now, Event::Order(keep));
    let first = node.ask(create(1));
    (0..10).for_each(|_| node.turn(false));
    drop((first, node.ask(create(2))));
    let began = node.now;
    while node.now < began + Duration::from_secs(50) {
        node.turn(false);
    }
    assert_eq!((log(&disk).tail, log(&disk).propagated), (1, 2), "too early");
    let third = node.ask(create(3));
    while node.now < began + Duration::from_secs(70) {
        node.turn(false);
    }
    drop(third);
    assert_eq!((log(&disk).tail, log(&disk).head), (3, 3), "two were kept long enough, the third was not");
    let wait = node.patience();
    assert!(wait > Duration::from_secs(30) && wait < Duration::from_secs(60), "{wait:?}");
}
