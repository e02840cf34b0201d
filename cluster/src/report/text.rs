//! Words and tables for people.

use std::time::Duration;

use hydraq_core::objects::{Indexed, ObjectEvent};
use hydraq_core::request::Cause;

use super::json::status;
use super::table::Table;
use crate::client::objects::{IndexReport, StoreState, StoredObject};
use crate::client::types::{Copy, DeletedHow, Delivery, HostState, Knowledge, Listed, TypeDepth};

/// How many characters of a body are shown.
const BODY_SHOWN_MAX: usize = 60;

/// "alpha, bravo and charlie".
#[must_use]
pub fn names(names: &[String]) -> String {
    match names {
        [] => "nobody".into(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// "1 message", "3 messages".
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A duration in the unit that suits it: "340 µs", "12 ms", "3.4 s".
#[must_use]
pub fn duration(duration: Duration) -> String {
    match duration.as_micros() {
        0 => "0 s".into(),
        micros @ 1..1000 => format!("{micros} µs"),
        micros @ 1000..1_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// The beginning of a body on one line, in quotes; of one that is no text, its length.
#[must_use]
pub fn body(body: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(body) else { return format!("{} bytes", body.len()) };
    let shown: String = text.chars().take(BODY_SHOWN_MAX).collect();
    let more = if text.chars().nth(BODY_SHOWN_MAX).is_some() { "…" } else { "" };
    format!("\"{}{more}\"", shown.escape_debug())
}

/// A message that was handed out, in one line.
#[must_use]
pub fn delivery(delivery: &Delivery) -> String {
    let again = match (delivery.cause, delivery.count) {
        (Cause::First, 0 | 1) => String::new(),
        (cause, count) => format!(", delivery {count}: {}", cause.words()),
    };
    format!("{} {} from {}{again}", delivery.id, body(&delivery.body), delivery.owner)
}

/// An object, in one line.
#[must_use]
pub fn object(stored: &StoredObject) -> String {
    let object = &stored.object;
    let attributes: Vec<String> =
        object.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (id, kind, version, store) = (object.id, &object.kind, object.version, &stored.store);
    let mark = if stored.rolled_back { ", rolled back" } else { "" };
    format!("{id} {kind} v{version} in the store of {store}{mark}  {}", attributes.join(" "))
        .trim_end()
        .to_owned()
}

/// An event of a store's log, in one line.
#[must_use]
pub fn object_event(event: &ObjectEvent, store: &str) -> String {
    let (sequence, what, kind, id) = (event.sequence, event.what.word(), &event.kind, event.id);
    format!("{store} {sequence:>6}  {what} {kind} {id}  version {} to {}", event.before, event.after)
}

/// A table of stores.
#[must_use]
pub fn stores_table(stores: &[StoreState]) -> Vec<String> {
    let headings = ["host", "store", "state", "weight", "objects", "events", "propagated", "commit"];
    let mut table = Table::new(&headings);
    for store in stores {
        let known = |number: u64| if store.answered { number.to_string() } else { "-".to_owned() };
        table.row(vec![
            store.host.clone(),
            store.tag.clone(),
            store.absent.clone().unwrap_or_else(|| "available".to_owned()),
            store.weight.to_string(),
            known(store.objects),
            known(store.events_head),
            known(store.propagated),
            duration(Duration::from_micros(store.commit_us)),
        ]);
    }
    table.lines()
}

/// A table of which attributes are in the index, and how far it is built in each store.
#[must_use]
pub fn index_table(report: &IndexReport) -> Vec<String> {
    let mut table = Table::new(&["kind", "indexed", "store", "state"]);
    for kind in &report.kinds {
        let indexed = match &kind.declared {
            Indexed::All => "all attributes".to_owned(),
            Indexed::Only(some) if some.is_empty() => "no attribute".to_owned(),
            Indexed::Only(some) => some.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        for store in &kind.stores {
            let state = match (store.complete, store.done + store.left) {
                (true, _) => "complete".to_owned(),
                (false, 0) => "not begun".to_owned(),
                (false, all) => format!("{} of {all} objects done", store.done),
            };
            table.row(vec![kind.kind.clone(), indexed.clone(), store.host.clone(), state]);
        }
    }
    let mut lines = table.lines();
    if report.kinds.is_empty() {
        lines = vec!["nothing is declared: all attributes of all kinds are indexed".to_owned()];
    }
    if !report.silent.is_empty() {
        lines.push(format!("without the stores of {}, which did not answer", names(&report.silent)));
    }
    lines
}

/// How a message was deleted.
#[must_use]
pub fn deleted(how: &DeletedHow) -> String {
    let gone = if how.gone_already { "was gone already" } else { "deleted" };
    match how.unreached.as_slice() {
        [] => gone.to_owned(),
        hosts => format!("{gone}; {} not reached", names(hosts)),
    }
}

/// What a host knows of a message.
#[must_use]
pub fn knowledge(host: &str, knowledge: &Knowledge) -> String {
    match knowledge {
        Knowledge::Copy(copy) if copy.corrupt => "a copy that cannot be read".into(),
        Knowledge::Copy(copy) => {
            let serves = if copy.owner.as_deref() == Some(host) { ", serves it" } else { "" };
            format!("a copy, {}{serves}", state(copy))
        }
        Knowledge::Deleted { finished: true, .. } => "that it was deleted everywhere".into(),
        Knowledge::Deleted { holders, confirmed, .. } => {
            format!("a tombstone, confirmed by {} of {} holders", confirmed.len(), holders.len())
        }
        Knowledge::Nothing => "nothing".into(),
        Knowledge::Silent => "no answer".into(),
    }
}

/// The state of a copy, with what remains of it.
fn state(copy: &Copy) -> String {
    match copy.remaining {
        Some(remaining) => format!("{} ({} left)", status(copy.status), duration(remaining)),
        None => status(copy.status).to_owned(),
    }
}

/// A table of what hosts know of a message.
#[must_use]
pub fn knowledge_table(hosts: &[(String, Knowledge)]) -> Vec<String> {
    let mut table = Table::new(&["host", "has"]);
    for (host, known) in hosts {
        table.row(vec![host.clone(), knowledge(host, known)]);
    }
    table.lines()
}

/// A table of hosts.
#[must_use]
pub fn hosts_table(hosts: &[HostState], silent: &[String]) -> Vec<String> {
    let headings = ["host", "state", "copies", "ready", "leased", "delayed", "dead", "tombstones", "address"];
    let mut table = Table::new(&headings);
    for host in hosts {
        let state = match (host.serving, host.leaving, host.full) {
            (_, true, _) => "leaving",
            (false, ..) => "not serving",
            (true, _, true) => "full",
            (true, ..) => "serving",
        };
        let numbers = [host.copies, host.ready, host.leased, host.delayed, host.dead, host.tombstones];
        let mut row = vec![host.name.clone(), state.to_owned()];
        row.extend(numbers.iter().map(u64::to_string));
        row.push(host.address.clone());
        table.row(row);
    }
    for name in silent {
        let mut row = vec![name.clone(), "no answer".to_owned()];
        row.resize(headings.len(), "-".to_owned());
        table.row(row);
    }
    table.lines()
}

/// A table of message types.
#[must_use]
pub fn types_table(types: &[TypeDepth]) -> Vec<String> {
    let mut table = Table::new(&["type", "ready", "leased", "delayed", "dead", "copies", "oldest", "paused"]);
    for depth in types {
        let paused = match (depth.paused_in, depth.paused_out) {
            (false, false) => "no",
            (true, false) => "in",
            (false, true) => "out",
            (true, true) => "in and out",
        };
        let numbers = [depth.ready, depth.leased, depth.delayed, depth.dead, depth.copies];
        let mut row = vec![depth.message_type.clone()];
        row.extend(numbers.iter().map(u64::to_string));
        row.extend([duration(depth.oldest_age), paused.to_owned()]);
        table.row(row);
    }
    table.lines()
}

/// A table of messages.
#[must_use]
pub fn list_table(messages: &[Listed]) -> Vec<String> {
    let mut table = Table::new(&["id", "type", "state", "owner", "holders", "count", "body"]);
    for listed in messages {
        let copy = &listed.copy;
        table.row(vec![
            listed.id.to_string(),
            copy.message_type.clone(),
            if copy.corrupt { "corrupt".into() } else { state(copy) },
            copy.owner.clone().unwrap_or_else(|| "-".into()),
            copy.holders.join(" "),
            copy.count.to_string(),
            body(&listed.body),
        ]);
    }
    table.lines()
}
