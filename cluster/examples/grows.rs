//! What grows with the number of hosts, and how: simulated clusters of several sizes, each with the same load.
//!
//! `cargo run --release -p hydraq-cluster --example grows -- 100 300 1000`

use std::time::{Duration, Instant};

use hydraq_cluster::sim::world::World;
use hydraq_core::config::Config;
use hydraq_core::frame::Frame;
use hydraq_core::ids::MessageId;
use hydraq_core::message::Message;
use hydraq_core::request::{Dequeue, Enqueue, Reply, Request};

/// How many messages each cluster gets.
const MESSAGES: u64 = 1_000;
/// How many replicas of each.
const REPLICAS: u8 = 3;

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10, 30, 100, 300] } else { sizes };
    println!(
        "{:>6} {:>10} {:>12} {:>12} {:>10} {:>12} {:>12} {:>14} {:>12}",
        "hosts",
        "links",
        "meet, s",
        "meet, s CPU",
        "MiB",
        "idle CPU/s",
        "frames/msg",
        "us CPU/enqueue",
        "us/dequeue"
    );
    sizes.into_iter().for_each(measure);
}

fn measure(hosts: usize) {
    let memory_before = memory_mib();
    let mut world = World::new(1, Config::default());
    let began = Instant::now();
    let names: Vec<String> = (0..hosts).map(|number| format!("host-{number}")).collect();
    world.expect(&names);
    names.iter().for_each(|name| {
        world.add(name);
    });
    world.expect(&[]);
    let all_links = hosts * (hosts - 1) / 2;
    let met = world.run_until(Duration::from_secs(20), |world| {
        let linked = |node: usize| world.core(node).is_some_and(|core| core.live_count() == hosts - 1);
        (0..hosts).rev().all(linked)
    });
    let (meet_virtual, meet_cpu) = (world.now as f64 / 1e6, began.elapsed().as_secs_f64());
    let began = Instant::now();
    world.run_for(Duration::from_secs(1));
    let idle = began.elapsed().as_secs_f64();
    let memory = memory_mib().saturating_sub(memory_before);
    let (frames, enqueue_us) = enqueue(&mut world, hosts, idle);
    let dequeue_us = dequeue(&mut world, hosts, idle);
    println!(
        "{hosts:>6} {all_links:>10} {meet_virtual:>12.3} {meet_cpu:>12.2} {memory:>10} {idle:>12.3} {frames:>12.2} {enqueue_us:>14.0} {dequeue_us:>12.0}{}",
        if met { "" } else { "   not all met" }
    );
}

/// Enqueues through all hosts in turn; frames a message, and microseconds of this machine a message beyond those of an idle cluster.
fn enqueue(world: &mut World, hosts: usize, idle: f64) -> (f64, f64) {
    world.trace.clear();
    world.sent = Some(Vec::new());
    let (began, began_at) = (Instant::now(), world.now);
    for number in 0..MESSAGES {
        let message = Message::new(
            MessageId(u128::from(number) + 1),
            "default".into(),
            vec![b'x'; 100].into(),
            REPLICAS,
        );
        let enqueue = Enqueue::new(vec![message.into()], Duration::from_secs(10));
        let request = world.request(number as usize % hosts, Request::Enqueue(enqueue));
        assert!(world.wait_reply(request, Duration::from_secs(10)).is_some(), "an answer");
    }
    let spent = began.elapsed().as_secs_f64() - idle * (world.now - began_at) as f64 / 1e6;
    let sent = world.sent.take().unwrap_or_default();
    let frames = sent.iter().filter(|sent| !matches!(sent.frame, Frame::Digest { .. })).count();
    (frames as f64 / MESSAGES as f64, spent * 1e6 / MESSAGES as f64)
}

/// Dequeues as many through one host.
fn dequeue(world: &mut World, hosts: usize, idle: f64) -> f64 {
    world.run_for(Duration::from_secs(2));
    let (began, began_at) = (Instant::now(), world.now);
    let mut got = 0;
    for _ in 0..MESSAGES {
        let dequeue = Dequeue {
            message_types: vec!["default".into()],
            messages_max: 1,
            lease: Duration::from_secs(600),
            wait: Duration::from_secs(1),
            forwarded: false,
        };
        let request = world.request(hosts - 1, Request::Dequeue(dequeue));
        if let Some(Reply::Dequeued(deliveries)) = world.wait_reply(request, Duration::from_secs(10)) {
            got += deliveries.len();
        }
    }
    let spent = began.elapsed().as_secs_f64() - idle * (world.now - began_at) as f64 / 1e6;
    if got < MESSAGES as usize {
        eprintln!("only {got} of {MESSAGES} were dequeued");
    }
    spent * 1e6 / MESSAGES as f64
}

/// What this process occupies.
fn memory_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}
