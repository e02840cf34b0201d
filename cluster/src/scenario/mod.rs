//! The command language: one for the console's `:` line, for scenario files (`.hq`) and for headless mode.
//!
//! ```text
//! spawn 3
//! enqueue --replicas 3 --body "order 41"
//! kill owner(last)
//! dequeue --wait 5s
//! expect delivered == 1
//! ```
//!
//! This module promises:
//! - Every line is either read in full, or refused with its place, what is wrong and what to do about it; nothing in a
//!   [`Command`] is text that must be read again, and no input makes it panic.
//! - All files are checked before anything is started ([`load_files`]).
//! - A command prints as text that reads as the same command, so that a session can be saved as a scenario.
//! - Parser, printer, completion and manual follow from one table ([`GROUPS`], [`METRICS`]), so they cannot disagree.
//!
//! What it leaves out: whether a host or a message of that name exists. Only a run can know that.
//!
//! ```text
//! text ─ lexer ─▶ words ─ arrange ─▶ places ─ value ─▶ values ─ fields ─▶ Command ─ rules ─▶ Step
//!                            ▲          │                 ▲                  │
//!                            └────── words (the table) ───┘                  └─ display ─▶ text
//!                                       └─ complete, manual
//! ```

mod arrange;
mod command;
mod complete;
mod diagnostic;
mod display;
mod expectation;
mod fields;
mod file;
mod lexer;
mod manual;
mod parse;
mod questions;
mod rules;
pub mod run;
pub mod soak;
mod suggest;
mod value;
mod words;

#[cfg(test)]
mod complete_tests;
#[cfg(test)]
mod diagnostic_tests;
#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod lexer_tests;
#[cfg(test)]
mod manual_tests;
#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod property_tests;

pub use self::command::Command;
pub use self::command::hosts::{Corrupt, Hosts, OneHost, Spawn};
pub use self::command::lessons::{Ask, OneMessage, Reveal, Say, Wait};
pub use self::command::links::{Cut, DelayLink, DropFrames, Heal, Link};
pub use self::command::messages::{
    Body, Consume, Dequeue, Enqueue, EnqueueOptions, Extend, Produce, Settle, Stop, numbered,
};
pub use self::command::objects::{ObjectCreate, ObjectDelete, ObjectGet, ObjectQuery, ObjectUpdate, Request};
pub use self::command::settings::{Balance, LimitType, OneType, Redrive, Repair};
pub use self::complete::{Completion, CompletionContext, complete};
pub use self::diagnostic::{Diagnostic, Diagnostics, Problem, Refusal};
pub use self::expectation::{Expectation, Metric};
pub use self::file::load_files;
pub use self::manual::{command_manual, manual};
pub use self::parse::{Script, Step, parse_line, parse_script};
pub use self::value::Kind;
pub use self::value::attribute::{Answer, Attribute, Comparison, Condition};
pub use self::value::choice::{Choice, Load, Operator, RepairMode, Scheme, Shape};
pub use self::value::host::{HostRef, Role};
pub use self::value::name::{AttributeName, HostName, MessageType, ObjectKind, PlantName};
pub use self::value::quantity::{
    BODY_BYTES_MAX, duration as read_duration, size as read_size, term as read_term,
};
pub use self::value::reference::{LengthLimit, MessageRef, ObjectRef, RedriveTarget, Target};
pub use self::words::metrics::{METRICS, MetricWord, Scope};
pub use self::words::{CommandWord, GROUPS, Group, Join, Occurs, Parameter, TRY, command_word, commands};
