//! Requests of operators: who belongs to the cluster, and how it behaves.

use clap::Args;
use clap::builder::PossibleValuesParser;
use hydraq_cluster::client::{Client, ClientError, HostClient};
use hydraq_cluster::report::text;
use hydraq_cluster::scenario::{Choice, RepairMode, Scheme};
use hydraq_core::ids::MessageId;
use serde_json::json as shape;

use super::enqueue::message_type;
use super::{Answer, Ask, Target};

fn words(choices: &'static [Choice]) -> PossibleValuesParser {
    PossibleValuesParser::new(choices.iter().map(|choice| choice.word))
}

/// Sets something for the whole cluster.
async fn set(client: &Client, name: &str, value: &str) -> Result<(), ClientError> {
    client.first_that_can(async |host| host.configure(name, value).await).await
}

fn is_set(name: &str, value: &str) -> Answer {
    Answer::new(shape!({ "setting": name, "value": value }), vec![format!("{name} is {value}")])
}

/// Who leaves: the host that is asked.
#[derive(Debug, Args)]
pub(in crate::cli) struct LeaveArguments {
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for LeaveArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let leave = async |host: &HostClient| host.leave().await.map(|()| host.address().to_owned());
        let host = client.first_that_can(leave).await?;
        Ok(Answer::new(shape!({ "leaving": host }), vec![format!("{host} gives its copies away and leaves")]))
    }
}

/// Who is removed.
#[derive(Debug, Args)]
pub(in crate::cli) struct RemoveArguments {
    /// The host, by its name or its id.
    #[arg(value_name = "HOST")]
    host: String,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for RemoveArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        client.first_that_can(async |host| host.remove(&self.host).await).await?;
        let lines = vec![format!("{} was removed for ever", self.host)];
        Ok(Answer::new(shape!({ "removed": self.host }), lines))
    }
}

/// When lost replicas are made anew.
#[derive(Debug, Args)]
pub(in crate::cli) struct RepairArguments {
    /// The mode to set; without it, they are made now.
    #[arg(value_name = "MODE", value_parser = words(RepairMode::CHOICES))]
    mode: Option<String>,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for RepairArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        if let Some(mode) = &self.mode {
            set(client, "repair", mode).await?;
            return Ok(is_set("repair", mode));
        }
        // Each host repairs what it owns.
        let (hosts, _) = client.first_that_can(async |host| host.hosts().await).await?;
        let mut asked = Vec::new();
        for host in hosts {
            HostClient::new(&host.address)?.repair(None, true).await?;
            asked.push(host.name);
        }
        let lines = vec![format!("{} repair what they own", text::names(&asked))];
        Ok(Answer::new(shape!({ "asked": asked }), lines))
    }
}

/// What is redriven.
#[derive(Debug, Args)]
pub(in crate::cli) struct RedriveArguments {
    /// A type, or the id of a message; without it, all dead messages.
    #[arg(value_name = "T|ID", value_parser = message_type)]
    which: Option<String>,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for RedriveArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let id: Option<MessageId> = self.which.as_deref().and_then(|which| which.parse().ok());
        let message_type = self.which.as_deref().filter(|_| id.is_none());
        let messages = client.first_that_can(async |host| host.redrive(message_type, id).await).await?;
        let lines = vec![format!("{} ready again", text::count(messages.into(), "message"))];
        Ok(Answer::new(shape!({ "redriven": messages }), lines))
    }
}

/// How hosts are picked.
#[derive(Debug, Args)]
pub(in crate::cli) struct BalanceArguments {
    /// The scheme.
    #[arg(value_name = "SCHEME", value_parser = words(Scheme::CHOICES))]
    scheme: String,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for BalanceArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        set(client, "balance", &self.scheme).await?;
        Ok(is_set("balance", &self.scheme))
    }
}

/// Which type is paused, or goes on.
#[derive(Debug, Args)]
pub(in crate::cli) struct TypeArguments {
    /// The message type.
    #[arg(value_name = "T", value_parser = message_type)]
    message_type: String,
    #[command(flatten)]
    pub(super) target: Target,
}

impl TypeArguments {
    /// The request to pause the type, or to let it go on.
    pub(super) fn pause(&self, pause: bool) -> Pause<'_> {
        Pause { message_type: &self.message_type, pause }
    }
}

/// A type is paused, or goes on.
pub(super) struct Pause<'a> {
    message_type: &'a str,
    pause: bool,
}

impl Ask for Pause<'_> {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let value = if self.pause { "yes" } else { "no" };
        for way in ["pause-in", "pause-out"] {
            set(client, &format!("{way}/{}", self.message_type), value).await?;
        }
        Ok(is_set(&format!("pause/{}", self.message_type), value))
    }
}

/// How many messages of a type there may be.
#[derive(Debug, Args)]
pub(in crate::cli) struct LimitArguments {
    /// The message type.
    #[arg(value_name = "T", value_parser = message_type)]
    message_type: String,
    /// How many, or `none`.
    #[arg(value_name = "N", value_parser = length)]
    length: String,
    #[command(flatten)]
    pub(super) target: Target,
}

fn length(text: &str) -> Result<String, String> {
    let is_number = text.parse::<u64>().is_ok_and(|length| (1..=1_000_000_000).contains(&length));
    if is_number || text == "none" {
        return Ok(text.to_owned());
    }
    Err("must be a whole number from 1 to 1000000000, or none".into())
}

impl Ask for LimitArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let name = format!("length-max/{}", self.message_type);
        set(client, &name, &self.length).await?;
        Ok(is_set(&name, &self.length))
    }
}
