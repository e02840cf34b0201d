//! The results of commands in one short line, for the console: it stands behind the command itself.

use super::oracle::record::Verdict;
use super::outcome::{Outcome, Sent, Settled};
use super::outcome_text::lines;
use crate::client::types::{DeletedHow, Delivery};
use crate::observe::words::{counted, short_id};
use crate::report::text::names;

/// How many characters of a body are shown.
const BODY_MAX: usize = 40;

/// What a command did; empty if the command says it all.
#[must_use]
pub fn line(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Hosts { hosts, .. } => names(hosts),
        Outcome::Link { ends: Some(_), .. } => String::new(),
        Outcome::Enqueued(sent) => enqueued(sent),
        Outcome::Dequeued(deliveries) => dequeued(deliveries),
        Outcome::Deleted(messages) => deleted(messages),
        Outcome::Leases { verb, messages } => settled(verb, messages),
        Outcome::Shown(sight) | Outcome::Explained(sight) => short_id(sight.record.id, "…"),
        other => lines(other).into_iter().next().unwrap_or_default(),
    }
}

fn enqueued(sent: &[Sent]) -> String {
    if let [sent] = sent
        && sent.verdict == Verdict::Acknowledged
    {
        return format!("{} on {}", short_id(sent.id, "…"), names(&sent.hosts));
    }
    // What went wrong with all of them stands behind it anyway.
    if sent.iter().all(|sent| sent.verdict == Verdict::Failed) {
        return String::new();
    }
    let of = |verdict: Verdict| sent.iter().filter(|sent| sent.verdict == verdict).count();
    let verdicts =
        [(Verdict::Acknowledged, "acknowledged"), (Verdict::Failed, "failed"), (Verdict::Unknown, "unknown")];
    let told = verdicts.map(|(verdict, word)| (of(verdict), word));
    let told = told.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn dequeued(deliveries: &[Delivery]) -> String {
    match deliveries {
        [] => "no message".to_owned(),
        [delivery] => {
            let body = String::from_utf8_lossy(&delivery.body);
            let body: String = body.chars().filter(|each| !each.is_control()).take(BODY_MAX).collect();
            let again = if delivery.count > 1 {
                format!(", delivery {}: {}", delivery.count, delivery.cause.words())
            } else {
                String::new()
            };
            format!("{} \"{body}\" from {}{again}", short_id(delivery.id, "…"), delivery.owner)
        }
        many => counted(many.len() as u64, "message"),
    }
}

fn deleted(messages: &[Settled<DeletedHow>]) -> String {
    let mut line = settled("deleted", messages);
    let mut unreached: Vec<String> = messages
        .iter()
        .filter_map(|one| one.result.as_ref().ok())
        .flat_map(|how| how.unreached.clone())
        .collect();
    unreached.sort();
    unreached.dedup();
    if !unreached.is_empty() {
        line.push_str(&format!("; not reached: {}", names(&unreached)));
    }
    line
}

fn settled<T>(verb: &str, messages: &[Settled<T>]) -> String {
    if messages.is_empty() {
        return format!("nothing to be {verb}");
    }
    let done = messages.iter().filter(|settled| settled.result.is_ok()).count();
    match messages.len() - done {
        0 => format!("{} {verb}", counted(done as u64, "message")),
        not => format!("{} {verb}, {not} not", counted(done as u64, "message")),
    }
}
