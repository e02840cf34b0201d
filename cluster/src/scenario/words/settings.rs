//! The commands that set how the cluster behaves.

use super::super::value::Kind;
use super::super::value::choice::{RepairMode, Scheme};
use super::{CommandWord, Occurs, Parameter, argument, row};

const TYPE: Parameter = argument("T", Kind::MessageType, "the message type").occurs(Occurs::Required);

pub(super) const COMMANDS: &[CommandWord] = &[
    row("pause-type", "take no messages of a type, and give none out", &[TYPE], &["pause-type orders"]),
    row("resume-type", "take and give out messages of a type again", &[TYPE], &["resume-type orders"]),
    row(
        "limit-type",
        "refuse messages of a type once so many are there",
        &[TYPE, argument("N", Kind::LengthLimit, "how many, or `none`").occurs(Occurs::Required)],
        &["limit-type orders 1000", "limit-type orders none"],
    ),
    row(
        "redrive",
        "make dead messages ready again",
        &[argument("WHICH", Kind::Redrive, "a type, `last` or an id").without("all")],
        &["redrive orders", "redrive"],
    )
    .akin(&["requeue", "retry"]),
    row(
        "repair",
        "set when lost replicas are made anew; without a mode, make them now",
        &[argument("MODE", Kind::OneOf(RepairMode::CHOICES), "the mode; manual at the start")
            .placeholder("none|manual|auto")],
        &["repair auto", "repair"],
    ),
    row(
        "balance",
        "set how hosts are picked",
        &[argument("SCHEME", Kind::OneOf(Scheme::CHOICES), "the scheme").occurs(Occurs::Required)],
        &["balance least-loaded"],
    )
    .akin(&["balancer", "scheme"]),
];
