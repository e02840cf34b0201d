//! The commands that act on messages: enqueue, dequeue and what follows, once or in the background.

use super::super::value::Kind;
use super::super::value::choice::{Load, Shape};
use super::{COUNT, CommandWord, Join, ON, Occurs, Parameter, TIMEOUT, TYPE, argument, flag, option, row};

/// Requests a second.
const RATE: Kind = Kind::Number(1, 1_000_000);

/// How many messages.
const MESSAGES: Parameter = argument("N", COUNT, "how many messages").default("1");

/// What enqueue and produce have in common.
const ENQUEUE: &[Parameter] = &[
    TYPE,
    option("--replicas", "R", Kind::Number(1, 255), "how many hosts store each message")
        .default("2")
        .akin(&["copies", "replication", "r"]),
    option("--min-replicas", "K", Kind::Number(1, 255), "enough durable copies for OK when the time is up")
        .without("all"),
    option("--body", "B", Kind::Body, "the text of the message; {n} in it is the count, from 1")
        .default("message {n}")
        .akin(&["message", "text", "payload", "data"]),
    option("--size", "BYTES", Kind::Size, "a body of so many bytes instead")
        .joins(Join::Instead, "--body")
        .akin(&["bytes"]),
    ON,
    option("--shape", "star|chain|tree", Kind::OneOf(Shape::CHOICES), "how it reaches the other holders")
        .default("star"),
    option("--delay", "D", Kind::Duration, "invisible for this time first").default("0"),
    option("--ttl", "D", Kind::Term, "expires after this time").without("never").akin(&["expire", "expires"]),
    option("--max-deliveries", "N", COUNT, "dead after so many deliveries")
        .without("never")
        .akin(&["retries"]),
    option("--priority", "P", Kind::Number(0, 9), "9 goes before 0").without("as the cluster has it"),
    option("--id", "ULID", Kind::Id, "the id of the message").without("a new one"),
    TIMEOUT,
    flag("--async", "OK as soon as the first host has it on its disk"),
];

const TARGET: Parameter = argument(
    "TARGET",
    Kind::Target,
    "all: everything dequeued whose receipt is still held; last or an id: without receipt",
);

const LEASE: Parameter = option("--lease", "D", Kind::Term, "how long they stay invisible for others")
    .default("30s")
    .akin(&["visibility", "visibility-timeout", "invisible"]);

const WITHOUT_TARGET: &str = "Without a target: what the last dequeue returned.";

pub(super) const COMMANDS: &[CommandWord] = &[
    row(
        "enqueue",
        "put messages into the queue",
        &[MESSAGES],
        &["enqueue --replicas 3 --body \"order 41\"", "enqueue 100 --type orders"],
    )
    .shared(ENQUEUE)
    .akin(&["send", "put", "push", "publish", "add"]),
    row(
        "dequeue",
        "take messages, and keep their receipts",
        &[
            MESSAGES,
            TYPE.occurs(Occurs::Any),
            ON,
            LEASE,
            option("--wait", "D", Kind::Duration, "how long to ask on for what is not there yet")
                .default("0"),
        ],
        &["dequeue 10 --type orders --wait 2s"],
    )
    .notes("Fewer messages than asked for, or none, is a success.")
    .akin(&["receive", "get", "pop", "pull", "take", "poll"]),
    row(
        "delete",
        "delete messages: they are done",
        &[TARGET, ON],
        &["delete", "delete all", "delete last --on bravo"],
    )
    .notes("Without a target: what the last dequeue returned. A message that is gone already is a success.")
    .akin(&["ack", "acknowledge", "complete"]),
    row("release", "give messages back before their lease ends", &[TARGET, ON], &["release", "release all"])
        .notes(WITHOUT_TARGET)
        .akin(&["nack", "reject", "return", "requeue"]),
    row(
        "extend",
        "lengthen the lease of messages",
        &[
            argument("D", Kind::Term, "the time that the lease lasts from now on").occurs(Occurs::Required),
            TARGET,
            ON,
        ],
        &["extend 1m", "extend 30s last"],
    )
    .notes(WITHOUT_TARGET)
    .akin(&["renew", "touch"]),
    row(
        "consume",
        "dequeue and delete in the background, until `stop consume`",
        &[TYPE, ON, option("--rate", "R", RATE, "messages a second at most").without("as fast as they come")],
        &["consume --type orders --rate 50"],
    )
    .notes("What fails in the background is counted and does not fail the run."),
    row(
        "produce",
        "enqueue in the background, until `stop produce`",
        &[option("--rate", "R", RATE, "messages a second").default("10")],
        &["produce --rate 100 --replicas 3"],
    )
    .shared(ENQUEUE)
    .notes("What fails in the background is counted and does not fail the run."),
    row(
        "stop",
        "stop what runs in the background",
        &[argument("WHAT", Kind::OneOf(Load::CHOICES), "what is stopped")
            .placeholder("produce|consume")
            .occurs(Occurs::Required)],
        &["stop produce"],
    )
    .akin(&["end"]),
];
