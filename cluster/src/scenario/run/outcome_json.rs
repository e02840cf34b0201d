//! The results of commands as JSON.

use serde_json::{Value, json};

use super::outcome::{ObjectMade, Outcome, Sent, Settled, Sight};
use crate::report::json::{self, millis};

/// The `result` of a command.
#[must_use]
pub fn shape(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Hosts { verb, hosts } => json!({ "hosts": hosts, "done": verb }),
        Outcome::Link { verb, ends, how } => {
            let ends = ends.as_ref().map(|(a, b)| [a, b]);
            json!({ "link": ends, "done": verb, "how": how })
        }
        Outcome::Corrupted { host, message } => {
            json!({ "host": host, "message": message.map(|id| id.to_string()) })
        }
        Outcome::Enqueued(sent) => enqueued(sent),
        Outcome::Dequeued(deliveries) => {
            let messages: Vec<Value> = deliveries.iter().map(json::delivery).collect();
            json!({ "delivered": messages.len(), "messages": messages })
        }
        Outcome::Deleted(messages) => settled("deleted", messages, json::put_deleted),
        Outcome::Leases { verb, messages } => settled(verb, messages, |_, ()| {}),
        Outcome::Started { load, rate } => json!({ "started": load.word(), "rate": rate }),
        Outcome::Stopped { load, tasks, tally } => json!({
            "stopped": load.word(),
            "tasks": tasks,
            "done": tally.done,
            "failed": tally.failed,
        }),
        Outcome::Set { name, value } => json!({ "setting": name, "value": value }),
        Outcome::Repaired(hosts) => json!({ "asked": hosts }),
        Outcome::ObjectsCreated(made) => objects_created(made),
        Outcome::Object { verb, stored } => json!({ "done": verb, "object": json::object(stored) }),
        Outcome::ObjectsFound(page) => json!({
            "found": page.objects.len(),
            "objects": page.objects.iter().map(json::object).collect::<Vec<Value>>(),
            "cursor": page.cursor,
            "silent": page.silent,
        }),
        Outcome::Redriven(messages) => json!({ "redriven": messages }),
        Outcome::Waited(time) => json!({ "waited_ms": millis(*time) }),
        Outcome::Said(text) => json!({ "said": text }),
        Outcome::Asked(ask) => {
            let choices = ask.choices.iter().map(|choice| json!({ "key": choice.key, "text": choice.text }));
            json!({
                "question": ask.question,
                "choices": choices.collect::<Vec<Value>>(),
                "answer": ask.answer,
                "explanation": ask.explanation,
            })
        }
        Outcome::Revealed { ask, because, measured } => json!({
            "question": ask.question,
            "answer": ask.answer,
            "explanation": because,
            "metric": measured.as_ref().map(|(expectation, _)| expectation.metric.to_string()),
            "expected": measured.as_ref().map(|(expectation, _)| expectation.value),
            "actual": measured.as_ref().and_then(|(_, actual)| *actual),
        }),
        Outcome::Measured { expectation, actual } => json!({
            "metric": expectation.metric.to_string(),
            "operator": expectation.operator.word(),
            "expected": expectation.value,
            "actual": actual,
        }),
        Outcome::Shown(sight) => sighted(sight, false),
        Outcome::Explained(sight) => sighted(sight, true),
    }
}

fn enqueued(sent: &[Sent]) -> Value {
    let count = |word: &str| sent.iter().filter(|sent| sent.verdict.word() == word).count();
    let message = |sent: &Sent| {
        let mut shape = json!({
            "id": sent.id.to_string(),
            "outcome": sent.verdict.word(),
            "hosts": sent.hosts,
        });
        if sent.tries > 1 {
            shape["tries"] = sent.tries.into();
        }
        if let Some(error) = &sent.error {
            shape["error"] = json::error(error);
        }
        shape
    };
    json!({
        "acknowledged": count("ok"),
        "failed": count("failed"),
        "unknown": count("unknown"),
        "messages": sent.iter().map(message).collect::<Vec<Value>>(),
    })
}

fn objects_created(made: &[ObjectMade]) -> Value {
    let object = |made: &ObjectMade| match &made.result {
        Ok(created) => {
            let mut shape = json::object(&created.stored);
            shape["outcome"] = "ok".into();
            shape["draw"] = created.draw.as_ref().map(ToString::to_string).into();
            shape["sequence"] = created.sequence.into();
            shape
        }
        Err(error) => {
            let outcome = if error.kind == crate::client::Kind::Unknown { "unknown" } else { "failed" };
            let id = made.id.map(|id| id.to_string());
            json!({ "id": id, "outcome": outcome, "error": json::error(error) })
        }
    };
    let created = made.iter().filter(|made| made.result.is_ok()).count();
    json!({ "created": created, "objects": made.iter().map(object).collect::<Vec<Value>>() })
}

fn settled<T>(verb: &str, messages: &[Settled<T>], put: impl Fn(&mut Value, &T)) -> Value {
    let message = |settled: &Settled<T>| {
        let mut shape = json!({ "id": settled.id.to_string(), "ok": settled.result.is_ok() });
        match &settled.result {
            Ok(how) => put(&mut shape, how),
            Err(error) => shape["error"] = json::error(error),
        }
        shape
    };
    let done = messages.iter().filter(|settled| settled.result.is_ok()).count();
    json!({ verb: done, "messages": messages.iter().map(message).collect::<Vec<Value>>() })
}

fn sighted(sight: &Sight, with_biography: bool) -> Value {
    let record = &sight.record;
    let host = |(name, knowledge): &(String, Result<_, String>)| match knowledge {
        Ok(knowledge) => json::knowledge(name, knowledge),
        Err(why) => json!({ "host": name, "knows": Value::Null, "why": why }),
    };
    let mut shape = json!({
        "id": record.id.to_string(),
        "type": record.intent.as_ref().map(|intent| intent.message_type.clone()),
        "replicas": record.intent.as_ref().map(|intent| intent.replicas),
        "holders": &*record.holders,
        "delivered": record.deliveries.len(),
        "deleted": record.is_deleted(),
        "hosts": sight.hosts.iter().map(host).collect::<Vec<Value>>(),
    });
    if with_biography {
        let event =
            |(at, words): &(super::stage::Moment, String)| json!({ "at_ms": at.0 / 1000, "event": words });
        shape["biography"] = sight.biography.iter().map(event).collect();
    }
    shape
}
