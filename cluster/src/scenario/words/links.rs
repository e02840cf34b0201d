//! The commands that disturb the links between hosts.

use super::super::value::Kind;
use super::{CommandWord, Join, Occurs, Parameter, argument, flag, row};

const A: Parameter = argument("A", Kind::Host, "a host").occurs(Occurs::Required);
const B: Parameter = argument("B", Kind::Host, "the host at the other end").occurs(Occurs::Required);

pub(super) const COMMANDS: &[CommandWord] = &[
    row(
        "cut",
        "cut the link between two hosts",
        &[A, B, flag("--one-way", "only what A sends to B is lost")],
        &["cut alpha bravo", "cut owner(last) outsider(last) --one-way"],
    )
    .akin(&["partition", "disconnect", "split"]),
    row(
        "delay",
        "slow the link between two hosts down",
        &[A, B, argument("D", Kind::Duration, "how much later everything arrives").occurs(Occurs::Required)],
        &["delay alpha bravo 200ms"],
    )
    .akin(&["slow", "latency"]),
    row(
        "drop",
        "lose a part of what is sent between two hosts",
        &[A, B, argument("PERCENT", Kind::Percent, "how much of it is lost").occurs(Occurs::Required)],
        &["drop alpha bravo 30"],
    )
    .akin(&["lose", "loss"]),
    row(
        "heal",
        "mend the link between two hosts; without hosts, all links",
        &[
            argument("A", Kind::Host, "a host"),
            argument("B", Kind::Host, "the host at the other end").joins(Join::Together, "A"),
        ],
        &["heal alpha bravo", "heal"],
    )
    .akin(&["mend", "reconnect", "join"]),
];
