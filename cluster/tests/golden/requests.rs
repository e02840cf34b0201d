//! The commands by which clients and operators ask hosts for something.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::config::Shape;
use hydraq_core::event::Order;
use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::message::{Message, Priority};
use hydraq_core::request::{Attempt, Delete, DeleteTarget, Dequeue, Enqueue, Redrive, Request};

use crate::command::{Command, duration};
use crate::stage::Stage;

const SECONDS_30: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Carries a command out if it is a request; whether it is.
pub(crate) fn perform(stage: &mut Stage, command: &mut Command) -> Result<bool, String> {
    match command.verb.as_str() {
        "leave" => {
            let host = command.word("a host")?;
            order(stage, &host, Order::Leave)?;
            return Ok(true);
        }
        "remove" => {
            let (host, on) = (command.word("a host")?, on(command)?);
            let id = stage.names.host_id(&host)?;
            order(stage, &on, Order::Remove(id))?;
            return Ok(true);
        }
        "repair" => {
            let on = on(command)?;
            order(stage, &on, Order::Repair)?;
            return Ok(true);
        }
        "set" => {
            let (name, value, on) = (command.word("a setting")?, command.word("a value")?, on(command)?);
            order(stage, &on, Order::Set(name, value))?;
            return Ok(true);
        }
        "enqueue" | "dequeue" | "delete" | "release" | "extend" | "redrive" | "ask" => {}
        _ => return Ok(false),
    }
    let (verb, host, later) = (command.verb.clone(), on(command)?, command.flag("later"));
    let node = stage.host(&host)?;
    let (names, request) = match verb.as_str() {
        "enqueue" => enqueue(stage, command)?,
        "dequeue" => (Vec::new(), dequeue(command)?),
        "delete" => delete(stage, command)?,
        "release" => receipts(stage, command, None)?,
        "extend" => {
            let by = command.duration("by")?.ok_or("extend needs by=DURATION")?;
            receipts(stage, command, Some(by))?
        }
        "redrive" => (Vec::new(), redrive(stage, command)),
        _ => {
            let name = command.word("a message")?;
            (Vec::new(), Request::Show(stage.names.message(&name)))
        }
    };
    command.end()?;
    stage.ask(node, format!("{verb} on {host}"), names, request, later)?;
    Ok(true)
}

fn on(command: &mut Command) -> Result<String, String> {
    command.option("on").ok_or_else(|| format!("{} needs on=HOST", command.verb))
}

fn order(stage: &mut Stage, host: &str, order: Order) -> Result<(), String> {
    let node = stage.host(host)?;
    stage.world()?.order(node, order);
    Ok(())
}

fn enqueue(stage: &mut Stage, command: &mut Command) -> Result<(Vec<String>, Request), String> {
    let shape = match command.option("shape").as_deref() {
        None | Some("star") => Shape::Star,
        Some("chain") => Shape::Chain,
        Some("tree") => Shape::Tree,
        Some(other) => return Err(format!("there is no shape {other}")),
    };
    let attempt = match (command.flag("retry"), command.option("tried")) {
        (false, None) => Attempt::First,
        (true, None) => Attempt::Retry(None),
        (_, Some(tried)) => {
            let ids = tried.split(',').map(|name| stage.names.host_id(name)).collect::<Result<_, _>>()?;
            Attempt::Retry(Some(ids))
        }
    };
    let timeout = command.duration("timeout")?.unwrap_or(TIMEOUT);
    let (replicas_min, asynchronous) = (command.number("min")?, command.flag("async"));
    let like = Message {
        id: MessageId(0),
        message_type: command.option("type").unwrap_or_else(|| "orders".into()).into(),
        body: Bytes::from(command.option("body").unwrap_or_default()),
        attributes: Vec::new(),
        replicas: command.number("replicas")?.unwrap_or(2),
        priority: Priority(command.number("priority")?.unwrap_or(0)),
        delay: command.duration("delay")?,
        time_to_live: command.duration("ttl")?,
        deliveries_max: command.number("max-deliveries")?,
        at_most_once: command.flag("at-most-once"),
        enqueued_at_ms: 0,
    };
    let names = command.rest();
    let message = |name: &String| {
        let body = if like.body.is_empty() { Bytes::from(name.clone()) } else { like.body.clone() };
        Arc::new(Message { id: stage.names.message(name), body, ..like.clone() })
    };
    let messages = names.iter().map(message).collect();
    let enqueue = Enqueue { messages, shape, timeout, replicas_min, asynchronous, attempt, placed: false };
    Ok((names, Request::Enqueue(enqueue)))
}

fn dequeue(command: &mut Command) -> Result<Request, String> {
    let types = command.option("type").unwrap_or_else(|| "orders".into());
    Ok(Request::Dequeue(Dequeue {
        message_types: types.split(',').map(Into::into).collect(),
        messages_max: command.number("max")?.unwrap_or(1),
        lease: command.duration("lease")?.unwrap_or(SECONDS_30),
        wait: command.option("wait").map_or(Ok(Duration::ZERO), |wait| duration(&wait))?,
        forwarded: false,
    }))
}

/// A plain name deletes by id; `name#1` by the first receipt that clients got.
fn delete(stage: &mut Stage, command: &mut Command) -> Result<(Vec<String>, Request), String> {
    let timeout = command.duration("timeout")?.unwrap_or(Duration::from_secs(3));
    let names = command.rest();
    let target = |name: &String| -> Result<DeleteTarget, String> {
        if name.contains('#') {
            let receipt = stage.names.receipt(name)?;
            return Ok(DeleteTarget { id: receipt.message, lease: Some(receipt.lease) });
        }
        Ok(DeleteTarget { id: stage.names.message(name), lease: None })
    };
    let targets = names.iter().map(target).collect::<Result<_, _>>()?;
    Ok((names, Request::Delete(Delete { targets, timeout })))
}

fn receipts(
    stage: &mut Stage,
    command: &mut Command,
    by: Option<Duration>,
) -> Result<(Vec<String>, Request), String> {
    let names = command.rest();
    let receipts: Vec<Receipt> =
        names.iter().map(|name| stage.names.receipt(name)).collect::<Result<_, _>>()?;
    let request = match by {
        Some(by) => Request::Extend(receipts, by),
        None => Request::Release(receipts),
    };
    Ok((names, request))
}

fn redrive(stage: &mut Stage, command: &mut Command) -> Request {
    let message = command.word("a message").ok();
    let redrive = match message {
        Some(name) => Redrive::Message(stage.names.message(&name)),
        None => Redrive::Type(command.option("type").map(Into::into)),
    };
    Request::Redrive(redrive)
}
