//! `hydraq show`, `hydraq list`, `hydraq types` and `hydraq hosts`: nothing is changed by looking.

use clap::Args;
use clap::builder::PossibleValuesParser;
use hydraq_cluster::client::types::{HostKnowledge, Knowledge, ListOptions};
use hydraq_cluster::client::{Client, ClientError, Kind};
use hydraq_cluster::report::{json, text};
use hydraq_core::ids::MessageId;
use hydraq_core::state::condition::Status;
use serde_json::{Value, json as shape};

use super::enqueue::message_type;
use super::{Answer, Ask, Target};

/// The states that can be asked for.
const STATES: [(&str, Status); 4] = [
    ("ready", Status::Ready),
    ("leased", Status::Leased),
    ("delayed", Status::Delayed),
    ("dead", Status::Dead),
];
/// How many messages one page has at most.
const PAGE_MAX: u32 = 1000;

/// Which message is shown.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The message.
    #[arg(value_name = "ID")]
    id: MessageId,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for ShowArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let known = client.first_that_can(async |host| host.show(self.id).await).await?;
        let shapes = known.iter().map(|known| json::knowledge(&known.host, &known.knowledge));
        let result = shape!({ "id": self.id.to_string(), "hosts": shapes.collect::<Vec<Value>>() });
        let is_nowhere = |known: &HostKnowledge| matches!(known.knowledge, Knowledge::Nothing);
        let error = known
            .iter()
            .all(is_nowhere)
            .then(|| ClientError::new(Kind::NotFound, format!("no host knows of a message {}", self.id)));
        let rows: Vec<(String, Knowledge)> =
            known.into_iter().map(|known| (known.host, known.knowledge)).collect();
        Ok(Answer { result, lines: text::knowledge_table(&rows), error })
    }
}

/// What is listed.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    pub(super) target: Target,
    /// Only messages of this type.
    #[arg(long = "type", value_name = "T", value_parser = message_type)]
    message_type: Option<String>,
    /// Only messages in this state.
    #[arg(long, value_parser = PossibleValuesParser::new(STATES.map(|(word, _)| word)))]
    state: Option<String>,
    /// All copies on this host, by its name; without it, each message once.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    limit: u32,
    /// Newest first.
    #[arg(long)]
    newest: bool,
    /// Show so many bytes of each body.
    #[arg(long, value_name = "BYTES", default_value_t = 100)]
    body_bytes: u32,
    /// Go on where an earlier list ended.
    #[arg(long, value_name = "CURSOR", default_value = "")]
    cursor: String,
}

impl Ask for ListArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let status = self.state.as_deref().and_then(|word| STATES.iter().find(|(known, _)| *known == word));
        let mut options = ListOptions {
            message_type: self.message_type.clone(),
            status: status.map(|(_, status)| *status),
            host: self.host.clone(),
            messages_max: 0,
            newest_first: self.newest,
            body_bytes_max: self.body_bytes,
            cursor: self.cursor.clone(),
        };
        let (mut messages, mut silent) = (Vec::new(), Vec::new());
        loop {
            let missing = self.limit - u32::try_from(messages.len()).unwrap_or(self.limit).min(self.limit);
            options.messages_max = missing.min(PAGE_MAX);
            let page = client.first_that_can(async |host| host.list(&options).await).await?;
            messages.extend(page.messages);
            silent.extend(page.silent);
            options.cursor = page.cursor;
            if options.cursor.is_empty() || messages.len() >= self.limit as usize {
                break;
            }
        }
        silent.sort();
        silent.dedup();
        let mut lines = match messages.is_empty() {
            true => vec!["no message".to_owned()],
            false => text::list_table(&messages),
        };
        if !options.cursor.is_empty() {
            lines.push(format!("there are more: --cursor {}", options.cursor));
        }
        if !silent.is_empty() {
            lines.push(format!("{} did not answer", text::names(&silent)));
        }
        let shapes: Vec<Value> = messages.iter().map(json::listed).collect();
        Ok(Answer::new(shape!({ "messages": shapes, "cursor": options.cursor, "silent": silent }), lines))
    }
}

/// Whom to ask for the message types.
#[derive(Debug, Args)]
pub(in crate::cli) struct TypesArguments {
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for TypesArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let types = client.first_that_can(async |host| host.types(false).await).await?;
        let shapes: Vec<Value> = types.iter().map(json::type_depth).collect();
        Ok(Answer::new(shape!({ "types": shapes }), text::types_table(&types)))
    }
}

/// Whom to ask for the hosts.
#[derive(Debug, Args)]
pub(in crate::cli) struct HostsArguments {
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for HostsArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let (hosts, silent) = client.first_that_can(async |host| host.hosts().await).await?;
        let shapes: Vec<Value> = hosts.iter().map(json::host).collect();
        let lines = text::hosts_table(&hosts, &silent);
        Ok(Answer::new(shape!({ "hosts": shapes, "silent": silent }), lines))
    }
}
