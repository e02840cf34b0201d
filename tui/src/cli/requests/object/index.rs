//! `hydraq object index` and `events-kept`: what every store does beside what it is asked for.

use std::time::Duration;

use clap::Args;
use hydraq_cluster::client::{Client, ClientError};
use hydraq_cluster::report::{json, text};
use hydraq_cluster::scenario::run::Outcome;
use hydraq_core::host::EVENTS_KEPT_SETTING;
use hydraq_core::objects::Indexed;
use hydraq_core::objects::log::Keep;

use super::super::super::format::term;
use super::{Answer, Ask, Target, answer};

/// How often it is looked whether an index is built.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Which attributes are in the index.
#[derive(Debug, Args)]
pub(in crate::cli) struct IndexArguments {
    /// The kind of object; all for which something was declared if not given.
    #[arg(value_name = "KIND")]
    kind: Option<String>,
    #[command(flatten)]
    pub(super) target: Target,
    /// Have only this attribute in the index; may be given several times.
    #[arg(long = "attribute", value_name = "K", requires = "kind", group = "declared")]
    attributes: Vec<String>,
    /// Have all attributes in the index, as it is if nothing is declared.
    #[arg(long, requires = "kind", conflicts_with = "declared")]
    all: bool,
    /// Have no attribute in the index: objects are found by their kind alone.
    #[arg(long, requires = "kind", conflicts_with_all = ["declared", "all"])]
    none: bool,
    /// Wait at most so long until it is built in every store.
    #[arg(long, value_name = "D", value_parser = term)]
    wait: Option<Duration>,
}

impl IndexArguments {
    /// What is declared, if anything is.
    fn declared(&self) -> Option<Indexed> {
        match (self.all, self.none || !self.attributes.is_empty()) {
            (true, _) => Some(Indexed::All),
            (_, true) => Some(Indexed::Only(self.attributes.iter().cloned().collect())),
            _ => None,
        }
    }
}

impl Ask for IndexArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let (kind, mut declared) = (self.kind.clone().unwrap_or_default(), self.declared());
        let deadline = tokio::time::Instant::now() + self.wait.unwrap_or_default();
        loop {
            let asked = client.one_pass(async |host| host.object_index(&kind, declared.as_ref()).await);
            let report = asked.await?;
            if report.is_complete() || tokio::time::Instant::now() >= deadline {
                return Ok(Answer::new(json::index(&report), text::index_table(&report)));
            }
            declared = None;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// For how long events are kept.
#[derive(Debug, Args)]
pub(in crate::cli) struct EventsKeptArguments {
    /// How long after they have become messages: a number of events, such as 10000, or a time, such as 1h.
    #[arg(value_name = "N|D", value_parser = keep)]
    keep: Keep,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for EventsKeptArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let value = self.keep.to_string();
        client.first_that_can(async |host| host.configure(EVENTS_KEPT_SETTING, &value).await).await?;
        Ok(answer(&Outcome::Set { name: EVENTS_KEPT_SETTING.into(), value }))
    }
}

fn keep(text: &str) -> Result<Keep, String> {
    match text.parse() {
        Ok(count) => Ok(Keep::Events(count)),
        Err(_) => term(text).map(Keep::Time).map_err(|_| "must be a number of events or a time".into()),
    }
}
