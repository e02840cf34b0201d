//! What must fit together in a command whose values are each good by themselves.

use std::ops::Range;

use super::command::Command;
use super::command::lessons::Ask;
use super::command::links::Link;
use super::command::messages::{Body, EnqueueOptions, numbered};
use super::diagnostic::{Problem, shown};
use super::suggest::did_you_mean;
use super::value::attribute::Attribute;
use super::value::host::{HostRef, Role};
use super::value::quantity::{BODY_BYTES_MAX, too_many_bytes};

/// The bytes of the line where a parameter's value stands, or the command's if it was not given.
type SpanOf<'a> = &'a dyn Fn(&str) -> Range<usize>;

/// Everything that does not fit together.
pub(super) fn check(command: &Command, span_of: SpanOf) -> Vec<Problem> {
    let mut problems = Vec::new();
    match command {
        Command::Spawn(spawn) => {
            let what = spawn.name.as_ref().map(|_| ("--name", "host"));
            problems.extend(one_only(what, spawn.count, span_of));
        }
        Command::Enqueue(enqueue) => {
            enqueued(&enqueue.options, u64::from(enqueue.count), span_of, &mut problems);
        }
        Command::Produce(produce) => enqueued(&produce.options, 1, span_of, &mut problems),
        Command::Cut(cut) => problems.extend(two_hosts(&cut.link, span_of)),
        Command::Delay(delay) => problems.extend(two_hosts(&delay.link, span_of)),
        Command::Drop(drop) => problems.extend(two_hosts(&drop.link, span_of)),
        Command::Heal(heal) => problems.extend(heal.link.as_ref().and_then(|link| two_hosts(link, span_of))),
        Command::ObjectCreate(create) => {
            problems.extend(one_only(create.id.map(|_| ("--id", "object")), create.count, span_of));
            problems.extend(names_once(&create.attributes, span_of));
        }
        Command::ObjectUpdate(update) => problems.extend(names_once(&update.attributes, span_of)),
        Command::Ask(ask) => answered(ask, span_of, &mut problems),
        _ => {}
    }
    problems
}

fn one_only(what: Option<(&str, &str)>, count: u32, span_of: SpanOf) -> Option<Problem> {
    let (option, noun) = what.filter(|_| count > 1)?;
    let message = format!("{option} is for one {noun}, but N is {count}");
    Some(Problem::new(span_of(option), message).help(format!("leave out N or {option}")))
}

fn enqueued(options: &EnqueueOptions, count_max: u64, span_of: SpanOf, problems: &mut Vec<Problem>) {
    if let Some(least) = options.min_replicas.filter(|least| *least > options.replicas) {
        let message =
            format!("--min-replicas must be at most --replicas ({}), not {least}", options.replicas);
        let help = format!("for example `--replicas {least} --min-replicas {}`", options.replicas);
        problems.push(Problem::new(span_of("--min-replicas"), message).help(help));
    }
    if let Body::Text(text) = &options.body {
        let bytes = numbered(text, count_max).len();
        if bytes > BODY_BYTES_MAX as usize {
            let message = format!("--body with its {{n}} filled in {}", too_many_bytes(bytes).message);
            problems.push(Problem::new(span_of("--body"), message));
        }
    }
}

fn two_hosts(link: &Link, span_of: SpanOf) -> Option<Problem> {
    let certainly_same = link.a == link.b && link.a != HostRef::Role(Role::Random);
    certainly_same.then(|| {
        let message = format!("B must be another host than A, not {} again", shown(&link.b.to_string()));
        Problem::new(span_of("B"), message).help("a link is between two hosts")
    })
}

fn names_once(attributes: &[Attribute], span_of: SpanOf) -> Option<Problem> {
    let again = |at: usize| attributes[..at].iter().any(|earlier| earlier.name == attributes[at].name);
    let twice = (1..attributes.len()).find(|at| again(*at))?;
    let message = format!("--attribute names {} twice", shown(attributes[twice].name.as_str()));
    Some(Problem::new(span_of("--attribute"), message).help("an attribute has one value"))
}

fn answered(ask: &Ask, span_of: SpanOf, problems: &mut Vec<Problem>) {
    let keys = || ask.choices.iter().map(|choice| choice.key.as_str());
    if ask.choices.len() == 1 {
        let problem = Problem::new(span_of("--choice"), "--choice must be given at least twice, not once");
        problems.push(problem.help("without any --choice, the answer is a text that is typed"));
    }
    if let Some((_, twice)) =
        keys().enumerate().find(|(at, key)| keys().take(*at).any(|earlier| earlier == *key))
    {
        problems.push(Problem::new(span_of("--choice"), format!("--choice has {} twice", shown(twice))));
    }
    if !ask.choices.is_empty() && !keys().any(|key| key == ask.answer) {
        let list = keys().collect::<Vec<_>>().join(", ");
        let message = format!("--answer must be one of the choices ({list}), not {}", shown(&ask.answer));
        problems.push(Problem::new(span_of("--answer"), message).help_if(did_you_mean(&ask.answer, keys())));
    } else if let Some(metric) = ask.metric.as_ref().filter(|_| ask.number().is_none()) {
        let right = shown(ask.right_text());
        let message = format!("--metric {metric} is a number, but the right answer is {right}");
        let help = "write the number first, such as \"b: 0, the tombstone wins\"";
        problems.push(Problem::new(span_of("--metric"), message).help(help));
    }
}
