//! `hydraq object create`, `update` and `delete`.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use hydraq_cluster::client::objects::{NewObject, ObjectUpdate};
use hydraq_cluster::client::{Client, ClientError, HostClient};
use hydraq_cluster::scenario::run::{ObjectMade, Outcome, outcome_json, outcome_lines};
use hydraq_cluster::scenario::{BODY_BYTES_MAX, numbered};
use hydraq_core::objects::{Attributes, ObjectId, Value};

use super::super::super::format::term;
use super::{Answer, Ask, Target, answer, heaviest};

/// How many objects are created at once.
const IN_FLIGHT: usize = 64;

/// What is created.
#[derive(Debug, Args)]
pub(in crate::cli) struct CreateArguments {
    /// The kind of object.
    #[arg(value_name = "KIND")]
    kind: String,
    #[command(flatten)]
    pub(super) target: Target,
    /// An attribute; may be given several times; {n} in its value is the count.
    #[arg(long = "attribute", value_name = "K=V", value_parser = attribute)]
    attributes: Vec<(String, String)>,
    /// The content.
    #[arg(long, value_name = "B", default_value = "", value_parser = body)]
    body: String,
    /// The id that an earlier try was told.
    #[arg(long, value_name = "ID", conflicts_with = "count")]
    id: Option<ObjectId>,
    /// How many objects.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// How long each may take.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = term)]
    timeout: Duration,
}

impl Ask for CreateArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let one = async |number: u32| {
            let value = |text: &String| Value::read(&numbered(text, u64::from(number)));
            let attributes = self.attributes.iter().map(|(name, text)| (name.clone(), value(text))).collect();
            let body = self.body.clone().into();
            let new = NewObject { kind: self.kind.clone(), attributes, body, id: self.id };
            let made = match client.create_object(new, self.timeout).await {
                Ok(created) => ObjectMade { id: Some(created.stored.object.id), result: Ok(created) },
                Err(failed) => ObjectMade { id: failed.id, result: Err(failed.error) },
            };
            (number, made)
        };
        // One whose store has died under it waits for that store; the others go on meanwhile.
        let made = futures_util::stream::iter(1..=self.count).map(one).buffer_unordered(IN_FLIGHT);
        let made: BTreeMap<u32, ObjectMade> = made.collect().await;
        let made: Vec<ObjectMade> = made.into_values().collect();
        let error = heaviest(made.iter().filter_map(|made| made.result.clone().err()));
        let outcome = Outcome::ObjectsCreated(made);
        Ok(Answer { result: outcome_json(&outcome), lines: outcome_lines(&outcome), error })
    }
}

/// What is changed.
#[derive(Debug, Args)]
pub(in crate::cli) struct UpdateArguments {
    /// The object.
    #[arg(value_name = "ID")]
    id: ObjectId,
    #[command(flatten)]
    pub(super) target: Target,
    /// An attribute to set; may be given several times.
    #[arg(long = "attribute", value_name = "K=V", value_parser = attribute)]
    attributes: Vec<(String, String)>,
    /// An attribute to drop; may be given several times.
    #[arg(long, value_name = "K")]
    drop: Vec<String>,
    /// Drop all attributes that are not given.
    #[arg(long)]
    replace: bool,
    /// The new content.
    #[arg(long, value_name = "B", value_parser = body)]
    body: Option<String>,
    /// Only if the object has this version.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    if_version: Option<u64>,
    /// How long it may take.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = term)]
    timeout: Duration,
}

impl Ask for UpdateArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let attributes: Attributes =
            self.attributes.iter().map(|(name, text)| (name.clone(), Value::read(text))).collect();
        let update = ObjectUpdate {
            attributes,
            drop: self.drop.clone(),
            replace: self.replace,
            body: self.body.clone().map(Into::into),
            expected: self.if_version,
        };
        let ask = async |host: &HostClient| host.update_object(self.id, &update, self.timeout).await;
        let stored = client.one_pass(ask).await?;
        Ok(answer(&Outcome::Object { verb: "updated", stored }))
    }
}

/// What is deleted.
#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArguments {
    /// The object.
    #[arg(value_name = "ID")]
    id: ObjectId,
    #[command(flatten)]
    pub(super) target: Target,
    /// Only if the object has this version.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    if_version: Option<u64>,
    /// How long it may take.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = term)]
    timeout: Duration,
}

impl Ask for DeleteArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let ask = async |host: &HostClient| host.delete_object(self.id, self.if_version, self.timeout).await;
        let stored = client.one_pass(ask).await?;
        Ok(answer(&Outcome::Object { verb: "deleted", stored }))
    }
}

impl UpdateArguments {
    /// Whether there is nothing to be changed.
    pub(super) fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.drop.is_empty() && !self.replace && self.body.is_none()
    }
}

/// How many replicas events get.
#[derive(Debug, Args)]
pub(in crate::cli) struct EventReplicasArguments {
    /// How many hosts store the message of each event; fewer if there are not so many.
    #[arg(value_name = "R", value_parser = clap::value_parser!(u8).range(1..=9))]
    replicas: u8,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for EventReplicasArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let value = self.replicas.to_string();
        client.first_that_can(async |host| host.configure("event-replicas", &value).await).await?;
        Ok(answer(&Outcome::Set { name: "event-replicas".into(), value }))
    }
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "must be NAME=VALUE".into())
}

fn body(text: &str) -> Result<String, String> {
    if text.len() > BODY_BYTES_MAX as usize {
        return Err(format!("must be at most {BODY_BYTES_MAX} bytes, not {}", text.len()));
    }
    Ok(text.to_owned())
}
