//! The fields of the commands that act on messages.

use std::time::Duration;

use ulid::Ulid;

use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::choice::{Load, Shape};
use super::super::value::host::HostRef;
use super::super::value::name::MessageType;
use super::super::value::reference::Target;
use super::super::value::{Scalar, Value};

/// `enqueue [N] [options]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueue {
    /// How many messages, 1 to 1 000 000.
    pub count: u32,
    /// What they are like.
    pub options: EnqueueOptions,
}

fields!(Enqueue { count: "N" } options);

/// What `enqueue` and `produce` have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnqueueOptions {
    /// The message type.
    pub message_type: MessageType,
    /// How many hosts store each message, 1 to 255.
    pub replicas: u8,
    /// Enough durable copies for OK at the deadline, 1 to `replicas`; `None`: all.
    pub min_replicas: Option<u8>,
    /// Where the body comes from.
    pub body: Body,
    /// The only host to ask; `None`: live hosts in turn.
    pub on: Option<HostRef>,
    /// How the message reaches its other holders.
    pub shape: Shape,
    /// How long it is invisible at first.
    pub delay: Duration,
    /// When it expires, at least 1 ms; `None`: never.
    pub time_to_live: Option<Duration>,
    /// After how many deliveries it is dead, 1 to 1 000 000; `None`: never.
    pub max_deliveries: Option<u32>,
    /// 0 to 9, of which 9 goes first; `None`: as the cluster has it.
    pub priority: Option<u8>,
    /// Its id; `None`: a new one.
    pub id: Option<Ulid>,
    /// How long the request may take, at least 1 ms.
    pub timeout: Duration,
    /// Whether OK is said as soon as the initial replica is durable.
    pub is_async: bool,
}

fields!(EnqueueOptions {
    message_type: "--type",
    replicas: "--replicas",
    min_replicas: "--min-replicas",
    body: "--body",
    on: "--on",
    shape: "--shape",
    delay: "--delay",
    time_to_live: "--ttl",
    max_deliveries: "--max-deliveries",
    priority: "--priority",
    id: "--id",
    timeout: "--timeout",
    is_async: "--async"
});

/// Where the body of a message comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// This text, at most 1 MiB; `{n}` in it is the count.
    Text(String),
    /// So many bytes that the harness makes up, at most 1 MiB.
    Size(u32),
}

/// The text with the count, from 1, in place of each `{n}`.
pub fn numbered(text: &str, count: u64) -> String {
    text.replace("{n}", &count.to_string())
}

impl Field for Body {
    /// Two options make a body: `--size`, where it is given, replaces the default of `--body`.
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        match bag.first("--size") {
            Some(Value::Size(bytes)) => Some(Self::Size(*bytes)),
            Some(_) => None,
            None => String::from_value(bag.first(name)?).map(Self::Text),
        }
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        match self {
            Self::Text(text) => bag.add(name, text.to_value()),
            Self::Size(bytes) => bag.add("--size", Value::Size(*bytes)),
        }
    }
}

/// `dequeue [N] [--type T]... [--on HOST] [--lease D] [--wait D]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dequeue {
    /// How many messages at most, 1 to 1 000 000.
    pub count: u32,
    /// Of which types; at least one.
    pub message_types: Vec<MessageType>,
    /// The only host to ask; `None`: live hosts in turn.
    pub on: Option<HostRef>,
    /// How long they stay invisible, at least 1 ms.
    pub lease: Duration,
    /// How long to ask on for what is not there yet.
    pub wait: Duration,
}

fields!(Dequeue { count: "N", message_types: "--type", on: "--on", lease: "--lease", wait: "--wait" });

/// `delete` and `release`: `[all | last | ID] [--on HOST]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settle {
    /// Which messages.
    pub target: Target,
    /// The only host to ask; `None`: the one that issued the receipt, or live hosts in turn.
    pub on: Option<HostRef>,
}

fields!(Settle { target: "TARGET", on: "--on" });

/// `extend D [all | last | ID] [--on HOST]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extend {
    /// The time that the lease lasts from now on, at least 1 ms.
    pub lease: Duration,
    /// Which messages.
    pub target: Target,
    /// The only host to ask; `None`: the one that issued the receipt, or live hosts in turn.
    pub on: Option<HostRef>,
}

fields!(Extend { lease: "D", target: "TARGET", on: "--on" });

impl Field for Target {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        match bag.first(name) {
            Some(Value::Target(target)) => Some(*target),
            Some(_) => None,
            None => Some(Self::LastDequeue),
        }
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        if *self != Self::LastDequeue {
            bag.add(name, Value::Target(*self));
        }
    }
}

/// `consume [--type T] [--on HOST] [--rate R]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consume {
    /// Of which type.
    pub message_type: MessageType,
    /// The only host to ask; `None`: live hosts in turn.
    pub on: Option<HostRef>,
    /// Messages a second at most, 1 to 1 000 000; `None`: as fast as they come.
    pub rate: Option<u32>,
}

fields!(Consume { message_type: "--type", on: "--on", rate: "--rate" });

/// `produce [--rate R] [enqueue's options]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Produce {
    /// Messages a second, 1 to 1 000 000.
    pub rate: u32,
    /// What they are like.
    pub options: EnqueueOptions,
}

fields!(Produce { rate: "--rate" } options);

/// `stop produce|consume`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What is stopped.
    pub load: Load,
}

fields!(Stop { load: "WHAT" });
