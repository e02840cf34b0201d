//! `hydraq dequeue`.

use std::time::Duration;

use clap::Args;
use hydraq_cluster::client::types::{Delivery, DequeueOptions};
use hydraq_cluster::client::{Client, ClientError};
use hydraq_cluster::report::text;
use hydraq_cluster::scenario::run::{Outcome, outcome_json};
use tokio::time::Instant;

use super::super::format::{duration, term};
use super::enqueue::message_type;
use super::{Answer, Ask, Target};

/// How many messages one request asks for at most: their bodies must fit into one answer.
const BATCH_MAX: u32 = 32;

/// How long to pause when a host has nothing though it was to wait longer.
const PAUSE: Duration = Duration::from_millis(20);

/// What is dequeued.
#[derive(Debug, Args)]
pub(in crate::cli) struct DequeueArguments {
    /// How many messages at most.
    #[arg(value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    number: u32,
    #[command(flatten)]
    pub(super) target: Target,
    /// The same as N.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: Option<u32>,
    /// Of which type; may be given several times.
    #[arg(long = "type", value_name = "T", default_value = "default", value_parser = message_type)]
    message_types: Vec<String>,
    /// How long they stay invisible for others.
    #[arg(long, value_name = "D", default_value = "30s", value_parser = term)]
    lease: Duration,
    /// How long to go on asking for as many; fewer, or none, is an answer.
    #[arg(long, value_name = "D", default_value = "0", value_parser = duration)]
    wait: Duration,
}

impl Ask for DequeueArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let count = self.count.unwrap_or(self.number) as usize;
        let deadline = Instant::now() + self.wait;
        let mut deliveries: Vec<Delivery> = Vec::new();
        let mut error = None;
        // A host gives what it owns; it, or another one, is asked on for what is missing.
        let mut empty = 0;
        while deliveries.len() < count && (empty < client.hosts().len() || Instant::now() < deadline) {
            let wait = deadline.saturating_duration_since(Instant::now());
            let missing = u32::try_from(count - deliveries.len()).unwrap_or(u32::MAX);
            let options = DequeueOptions {
                message_types: self.message_types.clone(),
                messages_max: missing.min(BATCH_MAX),
                lease: self.lease,
                wait,
            };
            match client.dequeue(&options).await {
                Ok(more) if more.is_empty() => {
                    empty += 1;
                    let left = deadline.saturating_duration_since(Instant::now());
                    tokio::time::sleep(PAUSE.min(left)).await;
                }
                Ok(more) => {
                    empty = 0;
                    deliveries.extend(more);
                }
                // What was handed out already must be told.
                Err(problem) => {
                    error = Some(problem);
                    break;
                }
            }
        }
        let lines = lines(&deliveries);
        Ok(Answer { result: outcome_json(&Outcome::Dequeued(deliveries)), lines, error })
    }
}

/// Each message, with the receipt that settles it.
fn lines(deliveries: &[Delivery]) -> Vec<String> {
    if deliveries.is_empty() {
        return vec!["no message".into()];
    }
    let told = |delivery: &Delivery| [text::delivery(delivery), format!("  receipt {}", delivery.receipt)];
    deliveries.iter().flat_map(told).collect()
}
