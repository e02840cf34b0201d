//! The results of commands in words. The console's event line and headless runs use the same.

use super::oracle::record::Verdict;
use super::outcome::{ObjectMade, Outcome, Sent, Settled, Sight};
use crate::report::text::{self, count, duration, names};
use crate::scenario::{Ask, Expectation, Load};

/// How many messages are told one by one.
const SINGLE_MAX: usize = 5;

/// What a command did, in a few lines.
#[must_use]
pub fn lines(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Hosts { verb, hosts } => vec![format!("{verb}: {}", names(hosts))],
        Outcome::Link { verb, ends, how } => {
            let link = match ends {
                Some((a, b)) => format!("{a} ─ {b} {verb}"),
                None => format!("all links {verb}"),
            };
            vec![if how.is_empty() { link } else { format!("{link}: {how}") }]
        }
        Outcome::Corrupted { host, message } => {
            let message = message.map_or_else(|| "a copy".into(), |id| format!("the copy of {id}"));
            vec![format!("a byte of {message} on {host} was flipped")]
        }
        Outcome::Enqueued(sent) => enqueued(sent),
        Outcome::Dequeued(deliveries) if deliveries.is_empty() => vec!["no message".into()],
        Outcome::Dequeued(deliveries) => {
            let lines = deliveries.iter().map(text::delivery).collect();
            some_of(lines, |total| format!("{} delivered", count(total, "message")))
        }
        Outcome::Deleted(messages) => settled("deleted", messages, text::deleted),
        Outcome::Leases { verb, messages } => settled(verb, messages, |()| (*verb).to_owned()),
        Outcome::Started { load, rate } => {
            let rate = rate.map_or_else(|| "as fast as they come".into(), |rate| format!("{rate} a second"));
            let what = match load {
                Load::Produce => "enqueueing",
                Load::Consume => "dequeueing and deleting",
            };
            vec![format!("{what} in the background, {rate}")]
        }
        Outcome::Stopped { load, tasks: 0, .. } => vec![format!("no {load} was running")],
        Outcome::Stopped { load, tally, .. } => {
            let what = match load {
                Load::Produce => "acknowledged",
                Load::Consume => "deleted",
            };
            vec![format!("{} {what}, {} not", count(tally.done, "message"), tally.failed)]
        }
        Outcome::Set { name, value } => vec![format!("{name} is {value}")],
        Outcome::Repaired(hosts) => vec![format!("{} repair what they own", names(hosts))],
        Outcome::ObjectsCreated(made) => objects_created(made),
        Outcome::Object { verb, stored } => vec![format!("{verb}: {}", text::object(stored))],
        Outcome::ObjectsFound(page) => {
            let lines = page.objects.iter().map(text::object).collect();
            let mut lines = some_of(lines, |total| format!("{} found", count(total, "object")));
            if page.objects.is_empty() {
                lines.push("no object".into());
            }
            if !page.silent.is_empty() {
                lines.push(format!("without the stores of {}, which did not answer", names(&page.silent)));
            }
            lines
        }
        Outcome::Redriven(messages) => vec![format!("{} ready again", count((*messages).into(), "message"))],
        Outcome::Waited(_) => Vec::new(),
        Outcome::Said(said) => said.lines().map(str::to_owned).collect(),
        Outcome::Asked(ask) => asked(ask),
        Outcome::Revealed { ask, because, measured } => {
            let mut lines = vec![format!("the answer: {}", ask.right_text())];
            lines.extend(measured.iter().map(|(expectation, actual)| measure(expectation, *actual)));
            lines.extend(because.iter().flat_map(|because| because.lines().map(str::to_owned)));
            lines
        }
        Outcome::Measured { expectation, actual } => vec![measure(expectation, *actual)],
        Outcome::Shown(sight) => shown(sight),
        Outcome::Explained(sight) => explained(sight),
    }
}

/// A few lines as they are; of many the first ones, below their sum.
fn some_of(lines: Vec<String>, sum: impl Fn(u64) -> String) -> Vec<String> {
    let total = lines.len();
    if total <= SINGLE_MAX {
        return lines;
    }
    let first = lines.into_iter().take(SINGLE_MAX);
    let more = format!("… and {} more", total - SINGLE_MAX);
    std::iter::once(sum(total as u64)).chain(first).chain([more]).collect()
}

fn enqueued(sent: &[Sent]) -> Vec<String> {
    let line = |sent: &Sent| {
        let tries = if sent.tries > 1 { format!(" (try {})", sent.tries) } else { String::new() };
        match sent.verdict {
            Verdict::Acknowledged => format!("{} on {}{tries}", sent.id, names(&sent.hosts)),
            Verdict::Unknown => format!("{} UNKNOWN, confirmed by {}{tries}", sent.id, names(&sent.hosts)),
            Verdict::Failed => format!("{} FAILED{tries}", sent.id),
        }
    };
    let of = |verdict: Verdict| sent.iter().filter(|sent| sent.verdict == verdict).count();
    some_of(sent.iter().map(line).collect(), |_| {
        let mut sum = format!("{} acknowledged", count(of(Verdict::Acknowledged) as u64, "message"));
        for (verdict, word) in [(Verdict::Failed, "failed"), (Verdict::Unknown, "unknown")] {
            if of(verdict) > 0 {
                sum.push_str(&format!(", {} {word}", of(verdict)));
            }
        }
        sum
    })
}

fn objects_created(made: &[ObjectMade]) -> Vec<String> {
    let line = |made: &ObjectMade| match &made.result {
        Ok(created) => match &created.draw {
            Some(draw) => format!("{}  {draw}", created.stored.object.id),
            None => format!("{} in the store of {}", created.stored.object.id, created.stored.store),
        },
        Err(error) => format!("not created: {error}"),
    };
    let done = made.iter().filter(|made| made.result.is_ok()).count() as u64;
    some_of(made.iter().map(line).collect(), |_| format!("{} created", count(done, "object")))
}

fn settled<T>(verb: &str, messages: &[Settled<T>], how: impl Fn(&T) -> String) -> Vec<String> {
    if messages.is_empty() {
        return vec![format!("nothing to be {verb}")];
    }
    let line = |settled: &Settled<T>| match &settled.result {
        Ok(done) => format!("{} {}", settled.id, how(done)),
        Err(error) => format!("{} not {verb}: {error}", settled.id),
    };
    let done = messages.iter().filter(|settled| settled.result.is_ok()).count() as u64;
    some_of(messages.iter().map(line).collect(), |_| format!("{} {verb}", count(done, "message")))
}

fn measure(expectation: &Expectation, actual: Option<u64>) -> String {
    let actual = actual.map_or_else(|| "has no value".into(), |actual| format!("is {actual}"));
    format!("{} {actual}", expectation.metric)
}

fn asked(ask: &Ask) -> Vec<String> {
    let mut lines = vec![format!("? {}", ask.question)];
    lines.extend(ask.choices.iter().map(|choice| format!("  {}: {}", choice.key, choice.text)));
    lines.push(format!("answered: {}", ask.answer));
    lines.extend(ask.explanation.clone());
    lines
}

fn shown(sight: &Sight) -> Vec<String> {
    let record = &sight.record;
    let what = record.intent.as_ref().map_or_else(String::new, |intent| {
        format!(", type {}, {} asked for", intent.message_type, count(intent.replicas.into(), "replica"))
    });
    let mut lines = vec![format!("message {}{what}", record.id)];
    for (host, knowledge) in &sight.hosts {
        let rank = record.holders.iter().position(|holder| holder == host);
        let rank = rank.map_or_else(|| "        ".into(), |rank| format!("rank {rank}: "));
        let known = match knowledge {
            Ok(knowledge) => text::knowledge(host, knowledge),
            Err(why) => format!("({why})"),
        };
        lines.push(format!("  {rank}{host:10} {known}"));
    }
    lines
}

fn explained(sight: &Sight) -> Vec<String> {
    let mut lines = shown(sight);
    let began = sight.biography.first().map(|(at, _)| *at);
    for (at, words) in &sight.biography {
        let since = began.map_or_else(String::new, |began| duration(*at - began));
        lines.push(format!("  +{since:>8}  {words}"));
    }
    lines
}
