//! The kinds of values that stand in a command, and what each accepts.
//!
//! The table of [words](super::words) gives every argument and option a [`Kind`]. [`Kind::read`] turns a user's text
//! into a [`Value`] or says why not; a [`Value`] prints as the text that reads as the same value. [`Scalar`] ties the
//! fields of the commands to values.

pub(super) mod attribute;
pub(super) mod choice;
pub(super) mod host;
pub(super) mod name;
pub(super) mod quantity;
pub(super) mod reference;

use std::fmt;
use std::time::Duration;

use ulid::Ulid;

use self::attribute::{Answer, Attribute, Condition};
use self::choice::Choice;
use self::host::HostRef;
use self::name::{HostName, MessageType, ObjectKind, PlantName};
use self::reference::{LengthLimit, MessageRef, ObjectRef, RedriveTarget, Target};
use super::diagnostic::Refusal;
use super::expectation::Metric;
use super::suggest::did_you_mean;

/// What an argument or an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: the option is there or not.
    Flag,
    /// A whole number with its least and its greatest value.
    Number(u64, u64),
    /// 0 to 100, with or without a per cent sign.
    Percent,
    /// A number of bytes.
    Size,
    /// A length of time, 0 included.
    Duration,
    /// A length of time of at least a millisecond.
    Term,
    /// Any text.
    Text,
    /// A text that fits into a message.
    Body,
    /// A name for a host.
    HostName,
    /// The name of a bug that is planted on purpose.
    Plant,
    /// The type of a message.
    MessageType,
    /// The kind of an object.
    ObjectKind,
    /// A host: name, number or role.
    Host,
    /// A message: `last` or its id.
    Message,
    /// An object: `last` or its id.
    Object,
    /// An id: 26 characters.
    Id,
    /// What delete, release and extend act on.
    Target,
    /// What redrive acts on.
    Redrive,
    /// A greatest number of messages, or `none`.
    LengthLimit,
    /// One of some words.
    OneOf(&'static [Choice]),
    /// `NAME=VALUE` of an object.
    Attribute,
    /// `NAME=VALUE`, `NAME>=VALUE` and so on: what a query asks for.
    Condition,
    /// An answer to choose: `a: text`.
    Answer,
    /// What an expectation measures.
    Metric,
}

/// A value that was read, of one of the [`Kind`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Flag,
    Number(u64),
    Size(u32),
    Duration(Duration),
    Text(String),
    HostName(HostName),
    Plant(PlantName),
    MessageType(MessageType),
    ObjectKind(ObjectKind),
    Host(HostRef),
    Message(MessageRef),
    Object(ObjectRef),
    Id(Ulid),
    Target(Target),
    Redrive(RedriveTarget),
    LengthLimit(LengthLimit),
    Word(&'static str),
    Attribute(Attribute),
    Condition(Condition),
    Answer(Answer),
    Metric(Metric),
}

impl Kind {
    /// Reads a value of this kind, or says what it must be.
    pub(super) fn read(self, text: &str) -> Result<Value, Refusal> {
        Ok(match self {
            Self::Flag => Value::Flag,
            Self::Number(from, to) => Value::Number(quantity::number(text, from, to)?),
            Self::Percent => Value::Number(quantity::percent(text)?),
            Self::Size => Value::Size(quantity::size(text)?),
            Self::Duration => Value::Duration(quantity::duration(text)?),
            Self::Term => Value::Duration(quantity::term(text)?),
            Self::Text => Value::Text(text.into()),
            Self::Body => Value::Text(quantity::body(text)?.into()),
            Self::HostName => Value::HostName(HostName::new(text)?),
            Self::Plant => Value::Plant(PlantName::new(text)?),
            Self::MessageType => Value::MessageType(MessageType::new(text)?),
            Self::ObjectKind => Value::ObjectKind(ObjectKind::new(text)?),
            Self::Host => Value::Host(HostRef::read(text)?),
            Self::Message => Value::Message(MessageRef::read(text)?),
            Self::Object => Value::Object(ObjectRef::read(text)?),
            Self::Id => Value::Id(reference::id(text)?),
            Self::Target => Value::Target(Target::read(text)?),
            Self::Redrive => Value::Redrive(RedriveTarget::read(text)?),
            Self::LengthLimit => Value::LengthLimit(LengthLimit::read(text)?),
            Self::OneOf(choices) => Value::Word(one_of(text, choices)?),
            Self::Attribute => Value::Attribute(Attribute::read(text)?),
            Self::Condition => Value::Condition(Condition::read(text)?),
            Self::Answer => Value::Answer(Answer::read(text)?),
            Self::Metric => Value::Metric(Metric::read(text)?),
        })
    }

    /// What a value of this kind looks like, for help: "a whole number from 1 to 255".
    pub(super) fn description(self) -> String {
        match self {
            Self::Flag => "nothing".into(),
            Self::Number(from, u64::MAX) => format!("a whole number, {from} or more"),
            Self::Number(from, to) => format!("a whole number from {from} to {to}"),
            Self::Percent => "a whole number from 0 to 100".into(),
            Self::Size => "a number of bytes, such as 100, 4KiB or 1MiB (the most)".into(),
            Self::Duration | Self::Term => "a duration, such as 250ms, 5s or 1m".into(),
            Self::Text => "a text; in quotes if it has spaces".into(),
            Self::Body => "a text of at most 1 MiB; in quotes if it has spaces".into(),
            Self::HostName => "a name of lower-case letters, digits and hyphens".into(),
            Self::Plant => "the name of a bug; `hydraq check --list-plants` lists them".into(),
            Self::MessageType => "a message type, such as orders".into(),
            Self::ObjectKind => "a kind of object, such as order".into(),
            Self::Host => "a name, a number from 1, or a role such as owner(last)".into(),
            Self::Message => "`last` or a message id".into(),
            Self::Object => "`last` or an object id".into(),
            Self::Id => "an id of 26 letters and digits".into(),
            Self::Target => "`all`, `last` or a message id".into(),
            Self::Redrive => "a message type, `last` or a message id".into(),
            Self::LengthLimit => "a whole number from 1, or `none`".into(),
            Self::OneOf(choices) => in_words(choices),
            Self::Attribute => "NAME=VALUE, such as customer=anna".into(),
            Self::Condition => "NAME=VALUE, or with < <= > >= or ^= (begins with)".into(),
            Self::Answer => "a letter, a colon and a text, such as \"a: nothing\"".into(),
            Self::Metric => "what to measure, such as ready or held(alpha)".into(),
        }
    }
}

fn one_of(text: &str, choices: &'static [Choice]) -> Result<&'static str, Refusal> {
    choices.iter().map(|choice| choice.word).find(|word| *word == text).ok_or_else(|| {
        Refusal::must_be(in_words(choices), text)
            .help_if(did_you_mean(text, choices.iter().map(|choice| choice.word)))
    })
}

/// "star, chain or tree".
fn in_words(choices: &[Choice]) -> String {
    let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
    match words.split_last() {
        Some((last, [])) => (*last).into(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Size(bytes) => f.write_str(&quantity::size_text(*bytes)),
            Self::Duration(duration) => f.write_str(&quantity::duration_text(*duration)),
            Self::Text(text) => f.write_str(text),
            Self::HostName(name) => name.fmt(f),
            Self::Plant(name) => name.fmt(f),
            Self::MessageType(message_type) => message_type.fmt(f),
            Self::ObjectKind(kind) => kind.fmt(f),
            Self::Host(host) => host.fmt(f),
            Self::Message(message) => message.fmt(f),
            Self::Object(object) => object.fmt(f),
            Self::Id(id) => id.fmt(f),
            Self::Target(target) => target.fmt(f),
            Self::Redrive(target) => target.fmt(f),
            Self::LengthLimit(limit) => limit.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Attribute(attribute) => attribute.fmt(f),
            Self::Condition(condition) => condition.fmt(f),
            Self::Answer(answer) => answer.fmt(f),
            Self::Metric(metric) => metric.fmt(f),
        }
    }
}

/// A type that one [`Value`] holds.
pub(super) trait Scalar: Sized {
    /// The value as this type; `None` if the table gave it another kind.
    fn from_value(value: &Value) -> Option<Self>;

    /// The same as a value.
    fn to_value(&self) -> Value;
}

macro_rules! scalars {
    ($($type:ty = $variant:ident,)+) => {$(
        impl Scalar for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Self::try_from(value.clone()).ok(),
                    _ => None,
                }
            }

            fn to_value(&self) -> Value {
                Value::$variant(self.clone().into())
            }
        }
    )+};
}

scalars! {
    u8 = Number,
    u32 = Number,
    u64 = Number,
    Duration = Duration,
    String = Text,
    HostName = HostName,
    PlantName = Plant,
    MessageType = MessageType,
    ObjectKind = ObjectKind,
    HostRef = Host,
    MessageRef = Message,
    ObjectRef = Object,
    Ulid = Id,
    LengthLimit = LengthLimit,
    Attribute = Attribute,
    Condition = Condition,
    Answer = Answer,
    Metric = Metric,
}
