//! Commands for property tests, made of the table: every command, every option, values of every kind.

use std::time::Duration;

use hydraq_core::plant::Plant;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use ulid::Ulid;

use super::fields::Bag;
use super::value::Value;
use super::words::metrics::METRICS;
use super::words::{Join, Occurs, Parameter};
use super::*;

/// Any command of the language that keeps its rules.
pub(super) fn any_command() -> impl Strategy<Value = Command> {
    select(commands().collect::<Vec<_>>()).prop_flat_map(|command| {
        let values: Vec<BoxedStrategy<Vec<Value>>> = command.all_parameters().map(values_of).collect();
        values.prop_map(move |values| {
            let mut bag = Bag::default();
            for (parameter, values) in command.all_parameters().zip(values) {
                add(&mut bag, parameter, values);
            }
            keep_rules(Command::read(command.words, &bag).expect("the table and the commands agree"))
        })
    })
}

/// As many values as a parameter may have.
fn values_of(parameter: &'static Parameter) -> BoxedStrategy<Vec<Value>> {
    let most = match parameter.occurs {
        Occurs::Optional | Occurs::Required => 1,
        Occurs::Any | Occurs::Some => 4,
    };
    let least = usize::from(matches!(parameter.occurs, Occurs::Required | Occurs::Some));
    vec(value_of(parameter.kind), least..=most).boxed()
}

/// Adds values, or the default, as the parser does; a joined parameter follows the other.
fn add(bag: &mut Bag, parameter: &Parameter, mut values: Vec<Value>) {
    match parameter.joins {
        Some((Join::Together, other)) => {
            let both = bag.first(other).is_some();
            values = if both { vec![Value::Host(HostRef::Role(Role::Random))] } else { Vec::new() };
        }
        Some((Join::Instead, _)) | None => {}
    }
    if let (true, Some(default)) = (values.is_empty(), parameter.default) {
        values.extend(parameter.kind.read(default));
    }
    for value in values {
        bag.add(parameter.name, value);
    }
}

/// Mends what does not fit together.
fn keep_rules(mut command: Command) -> Command {
    let once = |attributes: &mut Vec<Attribute>| {
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        attributes.dedup_by(|a, b| a.name == b.name);
    };
    let options = match &mut command {
        Command::Enqueue(enqueue) => Some(&mut enqueue.options),
        Command::Produce(produce) => Some(&mut produce.options),
        _ => None,
    };
    if let Some(options) = options {
        options.min_replicas = options.min_replicas.map(|least| least.min(options.replicas));
    }
    match &mut command {
        Command::Spawn(spawn) if spawn.name.is_some() => spawn.count = 1,
        Command::Cut(Cut { link, .. })
        | Command::Delay(DelayLink { link, .. })
        | Command::Drop(DropFrames { link, .. })
            if link.a == link.b =>
        {
            link.b = HostRef::Role(Role::Random);
        }
        Command::ObjectCreate(create) => {
            once(&mut create.attributes);
            create.count = if create.id.is_some() { 1 } else { create.count };
        }
        Command::ObjectUpdate(update) => once(&mut update.attributes),
        Command::Ask(ask) => {
            ask.choices.sort_by(|a, b| a.key.cmp(&b.key));
            ask.choices.dedup_by(|a, b| a.key == b.key);
            match ask.choices.as_slice() {
                [] => {}
                [_] => ask.choices.clear(),
                [_, second, ..] => ask.answer.clone_from(&second.key),
            }
            // What is measured is a number.
            ask.metric = ask.metric.take().filter(|_| ask.number().is_some());
        }
        _ => {}
    }
    command
}

/// Any value of a kind.
fn value_of(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Flag => Just(Value::Flag).boxed(),
        Kind::Number(from, to) => {
            prop_oneof![from..=to, Just(from), Just(to)].prop_map(Value::Number).boxed()
        }
        Kind::Percent => (0..=100_u64).prop_map(Value::Number).boxed(),
        Kind::Size => prop_oneof![0..=BODY_BYTES_MAX, (0..=1024_u32).prop_map(|kib| kib * 1024)]
            .prop_map(Value::Size)
            .boxed(),
        Kind::Duration => {
            (0..10_000_000_u64).prop_map(|ms| Value::Duration(Duration::from_millis(ms))).boxed()
        }
        Kind::Term => {
            let whole =
                |unit_ms: u64| (1..1000_u64).prop_map(move |count| Duration::from_millis(count * unit_ms));
            prop_oneof![whole(1), whole(1000), whole(60_000), whole(3_600_000)]
                .prop_map(Value::Duration)
                .boxed()
        }
        Kind::Text | Kind::Body => text().prop_map(Value::Text).boxed(),
        Kind::HostName => host_name().prop_map(Value::HostName).boxed(),
        Kind::Plant => (0..Plant::ALL.len())
            .prop_map(|at| Value::Plant(PlantName::new(Plant::ALL[at].name()).expect("a bug")))
            .boxed(),
        Kind::MessageType => message_type().prop_map(Value::MessageType).boxed(),
        Kind::ObjectKind => message_type()
            .prop_map(|name| Value::ObjectKind(ObjectKind::new(name.as_str()).expect("a kind")))
            .boxed(),
        Kind::Host => host().prop_map(Value::Host).boxed(),
        Kind::Message => message().prop_map(Value::Message).boxed(),
        Kind::Object => {
            prop_oneof![Just(ObjectRef::Last), id().prop_map(ObjectRef::Id)].prop_map(Value::Object).boxed()
        }
        Kind::Id => id().prop_map(Value::Id).boxed(),
        Kind::Target => prop_oneof![Just(Target::All), message().prop_map(Target::Message)]
            .prop_map(Value::Target)
            .boxed(),
        Kind::Redrive => prop_oneof![
            message().prop_map(RedriveTarget::Message),
            message_type().prop_filter_map("a type that reads as a message", |name| {
                let read = Kind::Redrive.read(name.as_str()).ok()?;
                (read == Value::Redrive(RedriveTarget::Type(name.clone())))
                    .then_some(RedriveTarget::Type(name))
            }),
        ]
        .prop_map(Value::Redrive)
        .boxed(),
        Kind::LengthLimit => {
            prop_oneof![Just(LengthLimit::None), (1..=1_000_000_000_u64).prop_map(LengthLimit::AtMost)]
                .prop_map(Value::LengthLimit)
                .boxed()
        }
        Kind::OneOf(choices) => select(choices).prop_map(|choice| Value::Word(choice.word)).boxed(),
        Kind::Attribute => (attribute_name(), text())
            .prop_map(|(name, value)| Value::Attribute(Attribute { name, value }))
            .boxed(),
        Kind::Condition => condition().prop_map(Value::Condition).boxed(),
        Kind::Answer => ("[a-z0-9]{1,8}", text())
            .prop_map(|(key, text)| Value::Answer(Answer { key, text: format!("x{text}x") }))
            .boxed(),
        Kind::Metric => metric(),
    }
}

fn metric() -> BoxedStrategy<Value> {
    select(METRICS)
        .prop_flat_map(|metric| {
            let argument =
                metric.argument.map(|(_, kind)| value_of(kind)).unwrap_or_else(|| Just(Value::Flag).boxed());
            argument.prop_map(move |argument| {
                let text = match metric.argument {
                    Some(_) => format!("{}({argument})", metric.word),
                    None => metric.word.into(),
                };
                Kind::Metric.read(&text).expect("a metric")
            })
        })
        .boxed()
}

fn condition() -> impl Strategy<Value = Condition> {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less, Prefix};
    let comparison = select(vec![Equal, Less, AtMost, Greater, AtLeast, Prefix]);
    (attribute_name(), comparison, text()).prop_map(|(name, comparison, value)| Condition {
        name,
        comparison,
        value: value.trim_start_matches('=').into(),
    })
}

/// Text with everything that might confuse a reader of quotes.
pub(super) fn text() -> impl Strategy<Value = String> {
    let odd = select(
        "\"'\\$`#=-–( ),;{}n\n\r\t\u{0}\u{1b}\u{85}\u{a0}\u{2028}\u{feff}“漢🦀e\u{301}"
            .chars()
            .collect::<Vec<_>>(),
    );
    vec(prop_oneof![3 => odd, 1 => any::<char>(), 2 => proptest::char::range('a', 'z')], 0..12)
        .prop_map(|characters| characters.into_iter().collect())
}

fn simple() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,31}"
}

fn host_name() -> impl Strategy<Value = HostName> {
    simple().prop_filter_map("the word of a role", |text| HostName::new(&text).ok())
}

fn message_type() -> impl Strategy<Value = MessageType> {
    text().prop_map(|text| {
        let name: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        MessageType::new(if name.is_empty() { "orders" } else { &name }).expect("a message type")
    })
}

fn attribute_name() -> impl Strategy<Value = AttributeName> {
    "[a-zA-Z_][a-zA-Z0-9_.-]{0,31}".prop_map(|text| AttributeName::new(&text).expect("a name"))
}

fn id() -> impl Strategy<Value = Ulid> {
    any::<u128>().prop_map(Ulid)
}

fn message() -> impl Strategy<Value = MessageRef> {
    prop_oneof![Just(MessageRef::Last), id().prop_map(MessageRef::Id)]
}

fn host() -> impl Strategy<Value = HostRef> {
    let role = prop_oneof![
        message().prop_map(|message| Role::Owner { message }),
        (message(), 0..=254_u8).prop_map(|(message, rank)| Role::Holder { message, rank }),
        message().prop_map(|message| Role::Outsider { message }),
        Just(Role::Random),
    ];
    prop_oneof![
        host_name().prop_map(HostRef::Name),
        (1..=u32::MAX).prop_map(HostRef::Number),
        role.prop_map(HostRef::Role),
    ]
}

/// A line that looks like a command, more or less.
pub(super) fn nearly_a_line() -> impl Strategy<Value = String> {
    let mut words: Vec<String> =
        ["try", "object", "last", "all", "--", "=", "==", "0", "-1", "300", "5s", "1MiB"]
            .map(String::from)
            .into();
    words.extend(
        ["owner(last)", "holder(", "\"", "'", "$'", "\\", "#", "\u{feff}", "a=b", "--x=", "--size=9"]
            .map(String::from),
    );
    for command in commands() {
        words.extend(command.words.split(' ').map(String::from));
        words.extend(command.options().map(|option| option.name.to_owned()));
        words.extend(command.akin.iter().map(|akin| (*akin).to_owned()));
    }
    words.extend(METRICS.iter().map(|metric| metric.example.to_owned()));
    let word = prop_oneof![4 => select(words), 1 => text()];
    (vec(word, 0..10), any::<Index>()).prop_map(|(words, cut)| {
        let mut line = words.join(" ");
        let at = cut.index(line.len() + 1);
        if !at.is_multiple_of(3) && line.is_char_boundary(at) {
            line.truncate(at);
        }
        line
    })
}
