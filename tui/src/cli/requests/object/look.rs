//! `hydraq object get`, `query`, `events` and `stores`: nothing is changed by looking.

use clap::Args;
use hydraq_cluster::client::objects::{ObjectPage, ObjectQuery};
use hydraq_cluster::client::{Client, ClientError};
use hydraq_cluster::report::{json, text};
use hydraq_cluster::scenario::run::Outcome;
use hydraq_core::objects::query::{Comparison, Condition};
use hydraq_core::objects::{ObjectEvent, ObjectId, Value};
use serde_json::json as shape;

use super::super::super::format::{Format, print_json, print_lines};
use super::{Answer, Ask, Target, answer};

/// How many objects one page of a query has at most.
const PAGE_MAX: u32 = 1000;

/// Which object is read.
#[derive(Debug, Args)]
pub(in crate::cli) struct GetArguments {
    /// The object.
    #[arg(value_name = "ID")]
    id: ObjectId,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Ask for GetArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let stored = client.one_pass(async |host| host.object(self.id).await).await?;
        Ok(answer(&Outcome::Object { verb: "read", stored }))
    }
}

/// What is looked for.
#[derive(Debug, Args)]
pub(in crate::cli) struct QueryArguments {
    /// The kind of object.
    #[arg(value_name = "KIND")]
    kind: String,
    #[command(flatten)]
    pub(super) target: Target,
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
    pub(super) target: Target,
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
        let show = |event: ObjectEvent, store: &str| {
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
    pub(super) target: Target,
}

impl Ask for StoresArguments {
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError> {
        let stores = client.one_pass(async |host| host.stores().await).await?;
        let rows: Vec<serde_json::Value> = stores.iter().map(json::store).collect();
        Ok(Answer::new(shape!({ "stores": rows }), text::stores_table(&stores)))
    }
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
    if let Some(mended) = value.strip_prefix('=') {
        return Err(format!("must have one of = < <= > >= ^=; did you mean `{attribute}{sign}{mended}`?"));
    }
    let value = match comparison {
        Comparison::Prefix => Value::Text(value.to_owned()),
        _ => Value::read(value),
    };
    Ok(Condition { attribute: attribute.to_owned(), comparison, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_sign_is_not_taken_for_a_value() {
        let refused = condition("total==5").expect_err("it is refused");
        assert!(refused.contains("did you mean `total=5`?"), "{refused}");
        assert_eq!(condition("total>=5").map(|condition| condition.comparison), Ok(Comparison::AtLeast));
    }
}
