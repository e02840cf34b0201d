//! The table of the command language: every command with its arguments, options, help and examples, as data.
//!
//! Parser, printer, completion and manual read it, and nothing else knows a command's words. To add a command, add
//! its row here, its fields to the module `command` and a line to the list of commands there; a test says if
//! one of them is missing.

pub(super) mod hosts;
pub(super) mod lessons;
pub(super) mod links;
pub(super) mod messages;
pub(super) mod metrics;
pub(super) mod objects;
pub(super) mod settings;
#[cfg(test)]
mod tests;

use super::value::Kind;

/// How often an argument or option stands in one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Once or not at all.
    Optional,
    /// Once.
    Required,
    /// As often as wanted, or not at all.
    Any,
    /// Once or more often.
    Some,
}

/// How two parameters of a command belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// One or the other.
    Instead,
    /// Both or none.
    Together,
}

/// An argument or an option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// An option's name, such as `--replicas`, or an argument's placeholder, such as `HOST`. Unique in its command.
    pub name: &'static str,
    /// What stands for the value in help, such as `R`; empty for a flag.
    pub placeholder: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// How often it may stand.
    pub occurs: Occurs,
    /// The value if it is not given, as it would be typed.
    pub default: Option<&'static str>,
    /// What happens if it is not given, where no value says that; may be empty.
    pub without: &'static str,
    /// Another parameter of the command that it cannot stand with, or not without; said of the later one only.
    pub joins: Option<(Join, &'static str)>,
    /// Words that users of other systems might try instead; for suggestions only.
    pub akin: &'static [&'static str],
    /// What it is for, in one line.
    pub help: &'static str,
}

/// One command of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandWord {
    /// Its word, or its two words: `spawn`, `object create`.
    pub words: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Its arguments in their order, then its own options.
    pub parameters: &'static [Parameter],
    /// Options that it has in common with another command.
    pub shared: &'static [Parameter],
    /// Whether the cluster can refuse it: only then may `try` stand before it.
    pub may_fail: bool,
    /// What there is to know beyond that; may be empty.
    pub notes: &'static str,
    /// Words that users of other systems might try instead; for suggestions only.
    pub akin: &'static [&'static str],
    /// Lines that show its use; never empty.
    pub examples: &'static [&'static str],
}

/// Commands that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The heading in the manual.
    pub title: &'static str,
    /// The commands, in the order of the manual.
    pub commands: &'static [CommandWord],
}

/// The whole table.
pub const GROUPS: &[Group] = &[
    Group { title: "Hosts", commands: hosts::COMMANDS },
    Group { title: "Messages", commands: messages::COMMANDS },
    Group { title: "Links between hosts", commands: links::COMMANDS },
    Group { title: "Objects in the data stores", commands: objects::COMMANDS },
    Group { title: "Settings", commands: settings::COMMANDS },
    Group { title: "Looking, telling, asking, expecting", commands: lessons::COMMANDS },
];

/// The word that stands before a command that may fail.
pub const TRY: &str = "try";

/// Every command of the table.
pub fn commands() -> impl Iterator<Item = &'static CommandWord> {
    GROUPS.iter().flat_map(|group| group.commands)
}

/// The command of these words.
pub fn command_word(words: &str) -> Option<&'static CommandWord> {
    commands().find(|command| command.words == words)
}

/// The commands whose first of two words this is.
pub(super) fn family(word: &str) -> impl Iterator<Item = &'static CommandWord> {
    commands().filter(move |command| command.words.split_once(' ').is_some_and(|(first, _)| first == word))
}

impl CommandWord {
    /// Its arguments and options, in the order in which they are written.
    pub fn all_parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.parameters.iter().chain(self.shared)
    }

    /// Its arguments, in their order.
    pub fn arguments(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.all_parameters().filter(|parameter| !parameter.is_option())
    }

    /// Its options.
    pub fn options(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.all_parameters().filter(|parameter| parameter.is_option())
    }

    /// How it is written: `wait D`, `kill HOST...`, `spawn [N] [--name NAME]`. Options that exclude each other
    /// stand in one pair of brackets.
    pub fn usage(&self) -> String {
        let mut usage = self.words.to_owned();
        for parameter in self.all_parameters().filter(|parameter| parameter.joins.is_none()) {
            usage.push(' ');
            let joined =
                self.all_parameters().find(|other| other.joins.is_some_and(|(_, to)| to == parameter.name));
            usage.push_str(&match joined.and_then(|other| Some((other.joins?.0, other))) {
                Some((Join::Instead, other)) => format!("[{} | {}]", parameter.usage(), other.usage()),
                Some((Join::Together, other)) => format!("[{} {}]", parameter.usage(), other.usage()),
                None => match parameter.occurs {
                    Occurs::Optional => format!("[{}]", parameter.usage()),
                    Occurs::Required => parameter.usage(),
                    Occurs::Any => format!("[{}]...", parameter.usage()),
                    Occurs::Some => format!("{}...", parameter.usage()),
                },
            });
        }
        usage
    }
}

impl Parameter {
    /// Whether it is an option rather than an argument.
    pub fn is_option(&self) -> bool {
        self.name.starts_with('-')
    }

    /// Whether it may stand more than once.
    pub fn repeats(&self) -> bool {
        matches!(self.occurs, Occurs::Any | Occurs::Some)
    }

    /// How it is written: `HOST`, `--replicas R`, `--async`.
    pub fn usage(&self) -> String {
        match (self.is_option(), self.placeholder) {
            (false, placeholder) => placeholder.into(),
            (true, "") => self.name.into(),
            (true, placeholder) => format!("{} {placeholder}", self.name),
        }
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn without(mut self, without: &'static str) -> Self {
        self.without = without;
        self
    }

    const fn occurs(mut self, occurs: Occurs) -> Self {
        self.occurs = occurs;
        self
    }

    const fn joins(mut self, join: Join, other: &'static str) -> Self {
        self.joins = Some((join, other));
        self
    }

    const fn placeholder(mut self, placeholder: &'static str) -> Self {
        self.placeholder = placeholder;
        self
    }

    const fn akin(mut self, akin: &'static [&'static str]) -> Self {
        self.akin = akin;
        self
    }
}

/// An argument that may be left out.
const fn argument(name: &'static str, kind: Kind, help: &'static str) -> Parameter {
    let occurs = Occurs::Optional;
    Parameter {
        name,
        placeholder: name,
        kind,
        occurs,
        default: None,
        without: "",
        joins: None,
        akin: &[],
        help,
    }
}

/// An option with a value, which may be given once.
const fn option(name: &'static str, placeholder: &'static str, kind: Kind, help: &'static str) -> Parameter {
    argument(name, kind, help).placeholder(placeholder)
}

/// An option without a value.
const fn flag(name: &'static str, help: &'static str) -> Parameter {
    option(name, "", Kind::Flag, help)
}

/// A command that the cluster can refuse, without notes.
const fn row(
    words: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    examples: &'static [&'static str],
) -> CommandWord {
    CommandWord { words, summary, parameters, shared: &[], may_fail: true, notes: "", akin: &[], examples }
}

impl CommandWord {
    const fn shared(mut self, shared: &'static [Parameter]) -> Self {
        self.shared = shared;
        self
    }

    const fn never_fails(mut self) -> Self {
        self.may_fail = false;
        self
    }

    const fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }

    const fn akin(mut self, akin: &'static [&'static str]) -> Self {
        self.akin = akin;
        self
    }
}

/// How many times, where nothing else is said.
const COUNT: Kind = Kind::Number(1, 1_000_000);
/// The host that a request goes to.
const ON: Parameter = option("--on", "HOST", Kind::Host, "ask this host and no other")
    .without("live hosts in turn")
    .akin(&["host", "at", "via", "to"]);
/// The time that a request may take.
const TIMEOUT: Parameter =
    option("--timeout", "D", Kind::Term, "give up after this time").default("10s").akin(&["deadline"]);
/// A message type for requests that name one.
const TYPE: Parameter = option("--type", "T", Kind::MessageType, "the message type")
    .default("default")
    .akin(&["queue", "topic", "channel"]);
