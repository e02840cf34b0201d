//! `hydraq object create|get|update|delete|query|events|stores`, and `hydraq object check` for the store of a host that is down.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use hydraq_cluster::client::objects::{NewObject, ObjectPage, ObjectQuery, ObjectUpdate};
use hydraq_cluster::client::{Client, ClientError, HostClient};
use hydraq_cluster::report::{json, text};
use hydraq_cluster::scenario::run::{ObjectMade, Outcome, outcome_json, outcome_lines};
use hydraq_cluster::scenario::{BODY_BYTES_MAX, numbered};
use hydraq_cluster::store::check_objects::check_objects;
use hydraq_core::objects::query::{Comparison, Condition};
use hydraq_core::objects::{Attributes, ObjectId, Value};
use serde_json::json as shape;

use super::super::USAGE;
use super::super::format::{Format, print_json, print_lines, term};
use super::{Answer, Ask, Target, ask, heaviest};

/// How many objects are created at once.
const IN_FLIGHT: usize = 64;

/// How many objects one page of a query has at most.
const PAGE_MAX: u32 = 1000;

/// What can be done with objects.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ObjectRequest {
    /// Create objects, each in a store that is drawn.
    Create(CreateArguments),
    /// Read an object.
    Get(GetArguments),
    /// Change an object.
    Update(UpdateArguments),
    /// Delete an object.
    Delete(DeleteArguments),
    /// Find objects by their attributes, in all stores.
    Query(QueryArguments),
    /// Show the events of a store.
    Events(EventsArguments),
    /// List the stores.
    Stores(StoresArguments),
    /// Check the store file of a host that is down: objects, events and index entries must match.
    Check(CheckArguments),
}

/// What is created.
#[derive(Debug, Args)]
pub(in crate::cli) struct CreateArguments {
    /// The kind of object.
    #[arg(value_name = "KIND")]
    kind: String,
    #[command(flatten)]
    target: Target,
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
        use futures_util::StreamExt;
        let one = async |number: u32| {
            let value = |text: &String| Value::read(&numbered(text, u64::from(number)));
            let attributes = self.attributes.iter().map(|(name, text)| (name.clone(), value(text))).collect();
            let body = self.body.clone().into();
            let new = NewObject { kind: self.kind.clone(), attributes, body, id: self.id };
            match client.create_object(new, self.timeout).await {
                Ok(created) => ObjectMade { id: Some(created.stored.object.id), result: Ok(created) },
                Err(failed) => ObjectMade { id: failed.id, result: Err(failed.error) },
            }
        };
        let made = futures_util::stream::iter(1..=self.count).map(one).buffered(IN_FLIGHT);
        let made: Vec<ObjectMade> = made.collect().await;
        let error = heaviest(made.iter().filter_map(|made| made.result.clone().err()));
        let outcome = Outcome::ObjectsCreated(made);
        Ok(Answer { result: outcome_json(&outcome), lines: outcome_lines(&outcome), error })
    }
}

fn answer(outcome: &Outcome) -> Answer {
    Answer::new(outcome_json(outcome), outcome_lines(outcome))
}

/// Which object is read.
#[derive(Debug, Args)]
pub(in crate::cli) struct GetArguments {
    /// The object.
    #[arg(value_name = "ID")]
    id: ObjectId,
    #[command(flatten)]
    target: Target,
}

impl Ask for GetArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let stored = client.one_pass(async |host| host.object(self.id).await).await?;
        Ok(answer(&Outcome::Object { verb: "read", stored }))
    }
}

/// What is changed.
#[derive(Debug, Args)]
pub(in crate::cli) struct UpdateArguments {
    /// The object.
    #[arg(value_name = "ID")]
    id: ObjectId,
    #[command(flatten)]
    target: Target,
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
    target: Target,
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

/// What is looked for.
#[derive(Debug, Args)]
pub(in crate::cli) struct QueryArguments {
    /// The kind of object.
    #[arg(value_name = "KIND")]
    kind: String,
    #[command(flatten)]
    target: Target,
    /// NAME=VALUE, or with < <= > >= or ^= (begins with); may be given several times, all must be true.
    #[arg(long = "where", value_name = "CONDITION", value_parser = condition)]
    conditions: Vec<Condition>,
    /// In the order of this attribute; objects without it are left out.
    #[arg(long, value_name = "K")]
    order_by: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    limit: u32,
    /// Go on where an earlier answer has ended.
    #[arg(long, value_name = "C", default_value = "")]
    cursor: String,
    /// Fail if a store does not answer.
    #[arg(long)]
    strict: bool,
}

impl Ask for QueryArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let mut query = ObjectQuery {
            kind: self.kind.clone(),
            conditions: self.conditions.clone(),
            order_by: self.order_by.clone(),
            cursor: self.cursor.clone(),
            strict: self.strict,
            ..ObjectQuery::default()
        };
        let mut page = ObjectPage::default();
        loop {
            query.objects_max = (self.limit - page.objects.len() as u32).min(PAGE_MAX);
            let more = client.one_pass(async |host| host.query_objects(&query).await).await?;
            page.objects.extend(more.objects);
            page.silent.extend(more.silent);
            query.cursor.clone_from(&more.cursor);
            page.cursor = more.cursor;
            if page.cursor.is_empty() || page.objects.len() as u32 >= self.limit {
                break;
            }
        }
        page.silent.sort();
        page.silent.dedup();
        let mut answer = answer(&Outcome::ObjectsFound(page.clone()));
        answer.lines = page.objects.iter().map(text::object).collect();
        if !page.silent.is_empty() {
            let silent = text::names(&page.silent);
            answer.lines.push(format!("without the stores of {silent}, which did not answer"));
        }
        Ok(answer)
    }
}

/// Which events are shown.
#[derive(Debug, Args)]
pub(in crate::cli) struct EventsArguments {
    #[command(flatten)]
    target: Target,
    /// The host of the store; the one that is asked if not given.
    #[arg(long, value_name = "HOST", default_value = "")]
    store: String,
    /// From this sequence on; 0: the oldest that is kept.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = u64::MAX, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Go on with events as they happen, one line each.
    #[arg(long)]
    follow: bool,
}

impl Ask for EventsArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let (mut events, mut lines, mut seen) = (Vec::new(), Vec::new(), 0);
        let is_json = self.target.format == Format::Json;
        let host = client.next_host();
        let show = |event: hydraq_core::objects::ObjectEvent, store: &str| {
            seen += 1;
            let (value, line) = (json::object_event(&event, store), text::object_event(&event, store));
            match (self.follow, is_json) {
                (true, true) => print_json(&value),
                (true, false) => print_lines(&[line]),
                (false, _) => {
                    events.push(value);
                    lines.push(line);
                }
            }
            seen < self.limit
        };
        host.tail_events(&self.store, self.from, self.follow, show).await?;
        Ok(Answer::new(shape!({ "events": events, "count": seen }), lines))
    }
}

/// Which stores are listed.
#[derive(Debug, Args)]
pub(in crate::cli) struct StoresArguments {
    #[command(flatten)]
    target: Target,
}

impl Ask for StoresArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let stores = client.one_pass(async |host| host.stores().await).await?;
        let rows: Vec<serde_json::Value> = stores.iter().map(json::store).collect();
        Ok(Answer::new(shape!({ "stores": rows }), text::stores_table(&stores)))
    }
}

/// Which file is checked.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// The data folder of a host that is down, or its store file.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Asks, and prints the answer.
pub(super) fn run(request: &ObjectRequest) -> ExitCode {
    match request {
        ObjectRequest::Create(request) => ask("object create", &request.target, request),
        ObjectRequest::Get(request) => ask("object get", &request.target, request),
        ObjectRequest::Update(request) if is_empty(request) => {
            eprintln!("hydraq object update: nothing to change: --attribute, --drop, --replace or --body");
            ExitCode::from(USAGE)
        }
        ObjectRequest::Update(request) => ask("object update", &request.target, request),
        ObjectRequest::Delete(request) => ask("object delete", &request.target, request),
        ObjectRequest::Query(request) => ask("object query", &request.target, request),
        ObjectRequest::Events(request) => ask("object events", &request.target, request),
        ObjectRequest::Stores(request) => ask("object stores", &request.target, request),
        ObjectRequest::Check(request) => check(request),
    }
}

fn is_empty(update: &UpdateArguments) -> bool {
    update.attributes.is_empty() && update.drop.is_empty() && !update.replace && update.body.is_none()
}

fn check(arguments: &CheckArguments) -> ExitCode {
    let is_folder = arguments.path.is_dir();
    let path = if is_folder { arguments.path.join("store.redb") } else { arguments.path.clone() };
    let checked = match check_objects(&path) {
        Ok(checked) => checked,
        Err(problem) => {
            eprintln!("hydraq object check: {problem}");
            return ExitCode::from(3);
        }
    };
    let ids: Vec<String> = checked.objects.iter().map(ToString::to_string).collect();
    let log = checked.log;
    match arguments.format {
        Format::Json => print_json(&shape!({
            "objects": ids,
            "deleted": checked.deleted,
            "index_entries": checked.entries,
            "events_head": log.head,
            "propagated": log.propagated,
            "events_tail": log.tail,
            "problems": checked.problems,
        })),
        Format::Text => {
            let (objects, deleted, entries) = (ids.len(), checked.deleted, checked.entries);
            let mut lines = vec![
                format!("{objects} objects, {deleted} deleted, {entries} index entries"),
                format!("events {} to {}, propagated to {}", log.tail, log.head, log.propagated),
            ];
            lines.extend(checked.problems.iter().map(|problem| format!("WRONG: {problem}")));
            print_lines(&lines);
        }
    }
    if checked.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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

/// The signs of comparisons; the longer ones first.
const SIGNS: [(&str, Comparison); 6] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("^=", Comparison::Prefix),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

fn condition(text: &str) -> Result<Condition, String> {
    let refusal = || "must be NAME=VALUE, or with < <= > >= or ^=".to_owned();
    let (attribute, rest) = text.split_at(text.find(['<', '>', '^', '=']).ok_or_else(refusal)?);
    let found = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)).filter(|_| !attribute.is_empty());
    let (sign, comparison) = *found.ok_or_else(refusal)?;
    let value = &rest[sign.len()..];
    let value = match comparison {
        Comparison::Prefix => Value::Text(value.to_owned()),
        _ => Value::read(value),
    };
    Ok(Condition { attribute: attribute.to_owned(), comparison, value })
}
