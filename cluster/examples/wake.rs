//! How long a dequeue that waits takes to be woken: one consumer waits at a host, messages are enqueued one by one through another, and
//! the time from the acknowledgement to the delivery is taken. A delivery may come first: it does not rest on the acknowledgement.
//!
//! `cargo run --release -p hydraq-cluster --example wake -- http://127.0.0.1:7001 http://127.0.0.1:7002`

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use hydraq_cluster::client::types::{DeleteTarget, DequeueOptions, EnqueueOptions, NewMessage};
use hydraq_cluster::client::{ClientError, HostClient};
use hydraq_core::ids::{MessageId, Receipt};

/// How often it is done.
const MESSAGES: usize = 500;
/// How long the consumer waits before each message comes, at least.
const PAUSE: Duration = Duration::from_millis(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let addresses: Vec<String> = std::env::args().skip(1).collect();
    let [producer, consumer] = &addresses[..] else {
        return Err("name two hosts: where to enqueue, and where to wait".into());
    };
    let (producer, consumer) = (HostClient::new(producer)?, HostClient::new(consumer)?);
    let (mut from_start, mut from_answer) = (Vec::new(), Vec::new());
    for _ in 0..MESSAGES {
        let waiting = tokio::spawn(wait(consumer.clone()));
        tokio::time::sleep(PAUSE).await;
        let began = Instant::now();
        producer.enqueue(vec![message()], &EnqueueOptions::default()).await?;
        let answered = Instant::now();
        let (delivered, receipt) = waiting.await??;
        from_start.push((delivered - began).as_micros());
        from_answer.push(delivered.saturating_duration_since(answered).as_micros());
        consumer.delete(&[DeleteTarget::Receipt(receipt)], Duration::from_secs(5)).await?;
    }
    say("from the enqueue's beginning", from_start);
    say("from its acknowledgement", from_answer);
    Ok(())
}

fn message() -> NewMessage {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    NewMessage {
        id: MessageId(now.as_nanos()),
        message_type: "wake".into(),
        body: Bytes::from_static(&[b'.'; 256]),
        attributes: Vec::new(),
        replicas: 3,
        priority: 4,
        delay: None,
        time_to_live: None,
        deliveries_max: None,
        at_most_once: false,
    }
}

/// Waits for a message: when it came, and its receipt.
async fn wait(consumer: HostClient) -> Result<(Instant, Receipt), ClientError> {
    let (message_types, wait) = (vec!["wake".into()], Duration::from_secs(10));
    let options = DequeueOptions { message_types, messages_max: 1, lease: Duration::from_secs(30), wait };
    loop {
        if let Some(delivery) = consumer.dequeue(&options).await?.pop() {
            return Ok((Instant::now(), delivery.receipt));
        }
    }
}

fn say(what: &str, mut micros: Vec<u128>) {
    micros.sort_unstable();
    let at = |share: usize| micros[(micros.len() * share / 100).min(micros.len() - 1)];
    println!("{what}: p50 {} µs, p99 {} µs", at(50), at(99));
}
