//! The first things that a simulated cluster must do.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Config;
use hydraq_core::ids::MessageId;
use hydraq_core::message::{Content, Message};
use hydraq_core::request::{
    Delete, DeleteTarget, Delivery, Dequeue, Enqueue, EnqueueOutcome, Reply, Request,
};

use super::world::World;

fn message(id: u128, replicas: u8) -> Arc<Message> {
    Arc::new(Message::new(MessageId(id), "t".into(), Bytes::from(format!("body {id}")), replicas))
}

fn enqueue(ids: std::ops::Range<u128>, replicas: u8) -> Request {
    Request::Enqueue(Enqueue::new(ids.map(|id| message(id, replicas)).collect(), Duration::from_secs(10)))
}

fn dequeue(messages_max: u32) -> Request {
    Request::Dequeue(Dequeue {
        message_types: vec!["t".into()],
        messages_max,
        lease: Duration::from_secs(30),
        wait: Duration::ZERO,
        forwarded: false,
    })
}

fn delete(deliveries: &[Delivery]) -> Request {
    let targets = deliveries
        .iter()
        .map(|delivery| DeleteTarget { id: delivery.receipt.message, lease: Some(delivery.receipt.lease) })
        .collect();
    Request::Delete(Delete { targets, timeout: Duration::from_secs(3) })
}

const SECOND: Duration = Duration::from_secs(1);

fn cluster(seed: u64, hosts: usize) -> World {
    let mut world = World::new(seed, Config::default());
    for name in ["alpha", "bravo", "charlie", "delta", "echo"].into_iter().take(hosts) {
        world.add(name);
    }
    let up = world.run_until(5 * SECOND, |world| {
        let settled = |node| {
            world
                .core(node)
                .is_some_and(|core| core.view().links.iter().filter(|link| link.live).count() + 1 == hosts)
        };
        (0..hosts).all(|node| world.serves(node) && settled(node))
    });
    assert!(up, "{}", world.words_since(0).join("\n"));
    world
}

fn expect_ok(reply: Option<Reply>, world: &World) {
    let Some(Reply::Enqueued(outcomes)) = reply else {
        panic!("{reply:?}\n{}", world.words_since(0).join("\n"))
    };
    for outcome in outcomes {
        assert!(matches!(outcome, EnqueueOutcome::Ok(_)), "{outcome:?}\n{}", world.words_since(0).join("\n"));
    }
}

fn deliveries(reply: Option<Reply>) -> Vec<Delivery> {
    match reply {
        Some(Reply::Dequeued(deliveries)) => deliveries,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_goes_in_and_comes_out_and_is_gone() {
    let mut world = cluster(1, 3);
    let request = world.request(0, enqueue(1..21, 3));
    let reply = world.wait_reply(request, SECOND);
    expect_ok(reply, &world);
    let request = world.request(1, dequeue(50));
    let got = deliveries(world.wait_reply(request, SECOND));
    assert_eq!(got.len(), 20);
    assert!(
        got.iter()
            .all(|delivery| matches!(&delivery.content, Content::Message(m) if m.body.starts_with(b"body")))
    );
    let request = world.request(2, delete(&got));
    let reply = world.wait_reply(request, SECOND);
    assert!(
        matches!(&reply, Some(Reply::Deleted(results)) if results.iter().all(|r| r.as_ref().is_ok_and(|o| o.unreached.is_empty()))),
        "{reply:?}"
    );
    world.run_for(2 * SECOND);
    for node in 0..3 {
        let view = world.core(node).unwrap().view();
        assert_eq!((view.copies, view.tombstones), (0, 0), "{}", world.words_since(0).join("\n"));
    }
}

#[test]
fn a_killed_host_is_stood_in_for_and_gets_its_messages_back() {
    let mut world = cluster(2, 3);
    let request = world.request(0, enqueue(1..11, 2));
    let reply = world.wait_reply(request, SECOND);
    expect_ok(reply, &world);
    world.kill(0);
    world.run_for(SECOND / 4);
    let served: u64 = [1, 2].iter().map(|node| world.core(*node).unwrap().view().served).sum();
    assert_eq!(served, 10, "{}", world.words_since(0).join("\n"));
    world.start(0);
    world.run_for(2 * SECOND);
    assert_eq!(world.core(0).unwrap().view().served, 10, "{}", world.words_since(0).join("\n"));
    let request = world.request(2, dequeue(50));
    assert_eq!(deliveries(world.wait_reply(request, SECOND)).len(), 10);
}
