//! `hydraq enqueue`.

use std::io::{IsTerminal, Read};
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use hydraq_cluster::client::types::{EnqueueOptions, NewMessage, Outcome as Enqueued};
use hydraq_cluster::client::{Client, ClientError, Kind};
use hydraq_cluster::scenario::run::oracle::record::Verdict;
use hydraq_cluster::scenario::run::{Outcome, Sent, outcome_json, outcome_lines};
use hydraq_cluster::scenario::{BODY_BYTES_MAX, Shape, numbered};
use hydraq_core::config::Shape as CoreShape;
use hydraq_core::ids::MessageId;

use super::super::format::{duration, term};
use super::{Answer, Ask, Target, heaviest};

/// How many enqueues are under way at once.
const IN_FLIGHT: usize = 64;

/// What is enqueued.
#[derive(Debug, Args)]
pub(in crate::cli) struct EnqueueArguments {
    /// The body; without it, or as `-`, it is read from standard input.
    #[arg(value_name = "BODY")]
    body: Option<String>,
    #[command(flatten)]
    pub(super) target: Target,
    /// The message type.
    #[arg(long = "type", value_name = "T", default_value = "default", value_parser = message_type)]
    message_type: String,
    /// How many hosts store each message.
    #[arg(long, value_name = "R", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    replicas: u8,
    /// Enough durable copies for OK when the time is up; all if not given.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..))]
    min_replicas: Option<u8>,
    /// How it reaches its other holders.
    #[arg(long, default_value = "star", value_parser = shapes())]
    shape: String,
    /// Invisible for this time first.
    #[arg(long, value_name = "D", default_value = "0", value_parser = duration)]
    delay: Duration,
    /// Expires after this time.
    #[arg(long, value_name = "D", value_parser = term)]
    ttl: Option<Duration>,
    /// Dead after so many deliveries.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_deliveries: Option<u32>,
    /// 9 goes before 0.
    #[arg(long, value_name = "P", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=9))]
    priority: u8,
    /// Deleted before it is handed out; needs `--replicas 1`.
    #[arg(long)]
    at_most_once: bool,
    /// A name and a value that travel along; may be given several times.
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
    attributes: Vec<(String, String)>,
    /// The id; given again, it is a retry of the same message.
    #[arg(long, value_name = "ULID", conflicts_with = "count")]
    id: Option<MessageId>,
    /// How long it may take.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = term)]
    timeout: Duration,
    /// OK as soon as the first host has it on its disk.
    #[arg(long = "async")]
    is_async: bool,
    /// How many messages; {n} in the body is the count, from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: Option<u32>,
}

fn shapes() -> PossibleValuesParser {
    PossibleValuesParser::new(Shape::CHOICES.iter().map(|choice| choice.word))
}

/// A message type, checked as the command language does.
pub(super) fn message_type(text: &str) -> Result<String, String> {
    hydraq_cluster::scenario::MessageType::new(text)
        .map(|name| name.as_str().to_owned())
        .map_err(|refusal| refusal.message)
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "must be NAME=VALUE".into())
}

impl EnqueueArguments {
    /// The body, from wherever it comes.
    fn body(&self) -> Result<Vec<u8>, String> {
        let stdin = std::io::stdin();
        let body = match self.body.as_deref() {
            Some(body) if body != "-" => body.as_bytes().to_vec(),
            None if stdin.is_terminal() && self.count.is_some() => b"message {n}".to_vec(),
            None if stdin.is_terminal() => b"message 1".to_vec(),
            _ => {
                let mut body = Vec::new();
                let limit = u64::from(BODY_BYTES_MAX) + 1;
                let read = stdin.lock().take(limit).read_to_end(&mut body);
                read.map_err(|error| format!("standard input cannot be read: {error}"))?;
                body
            }
        };
        if body.len() > BODY_BYTES_MAX as usize {
            return Err(format!("the body must be at most 1 MiB ({BODY_BYTES_MAX} bytes)"));
        }
        Ok(body)
    }

    /// What is wrong about the arguments, beyond what can be told of each alone; and the body.
    fn check(&self) -> Result<Vec<u8>, String> {
        if let Some(least) = self.min_replicas.filter(|least| *least > self.replicas) {
            return Err(format!(
                "--min-replicas must be at most --replicas ({}), not {least}",
                self.replicas
            ));
        }
        if self.at_most_once && self.replicas != 1 {
            return Err(format!("--at-most-once needs --replicas 1, not {}", self.replicas));
        }
        self.body()
    }

    fn options(&self) -> EnqueueOptions {
        let shape = match self.shape.as_str() {
            "chain" => CoreShape::Chain,
            "tree" => CoreShape::Tree,
            _ => CoreShape::Star,
        };
        EnqueueOptions {
            shape,
            timeout: self.timeout,
            replicas_min: self.min_replicas,
            asynchronous: self.is_async,
            retry: self.id.is_some(),
        }
    }

    fn message(&self, id: MessageId, body: &[u8], number: u32) -> NewMessage {
        // Without a number of messages to count, every byte means itself.
        let body = match (self.count.is_some(), std::str::from_utf8(body)) {
            (true, Ok(text)) => numbered(text, number.into()).into_bytes(),
            _ => body.to_vec(),
        };
        NewMessage {
            id,
            message_type: self.message_type.clone(),
            body: body.into(),
            attributes: self.attributes.clone(),
            replicas: self.replicas,
            priority: self.priority,
            delay: Some(self.delay).filter(|delay| *delay > Duration::ZERO),
            time_to_live: self.ttl,
            deliveries_max: self.max_deliveries,
            at_most_once: self.at_most_once,
        }
    }
}

impl EnqueueArguments {
    /// The request, once its arguments and its body are known to be good.
    ///
    /// # Errors
    /// They are not; what is wrong.
    pub(super) fn checked(&self) -> Result<Checked<'_>, String> {
        Ok(Checked { arguments: self, body: self.check()? })
    }
}

/// An enqueue that can be asked.
pub(super) struct Checked<'a> {
    arguments: &'a EnqueueArguments,
    body: Vec<u8>,
}

impl Ask for Checked<'_> {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let Self { arguments, body } = self;
        let messages = (1..=arguments.count.unwrap_or(1)).map(|number| {
            let id = arguments.id.unwrap_or_else(|| client.draw_id());
            arguments.message(id, body, number)
        });
        let enqueued = client.enqueue_all(messages.collect(), &arguments.options(), IN_FLIGHT).await;
        let sent: Vec<Sent> = enqueued.into_iter().map(|(id, outcome)| sent(id, outcome)).collect();
        let error = heaviest(sent.iter().filter_map(|sent| sent.error.clone()));
        let outcome = Outcome::Enqueued(sent);
        Ok(Answer { result: outcome_json(&outcome), lines: outcome_lines(&outcome), error })
    }
}

fn sent(id: MessageId, outcome: Enqueued) -> Sent {
    let unknown =
        || ClientError::new(Kind::Unknown, "the outcome is unknown: too few hosts confirmed it in time");
    let (verdict, hosts, error) = match outcome {
        Enqueued::Ok(hosts) => (Verdict::Acknowledged, hosts, None),
        Enqueued::Unknown(hosts) => (Verdict::Unknown, hosts, Some(unknown())),
        Enqueued::Failed(error) => (Verdict::Failed, Vec::new(), Some(error)),
    };
    Sent { id, verdict, hosts, tries: 1, retried: false, error }
}
