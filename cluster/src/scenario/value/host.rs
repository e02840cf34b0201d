//! How a command points at hosts: by name, by number, or by what a host does at that moment.

use std::fmt;

use super::super::diagnostic::{Refusal, shown};
use super::super::suggest::nearest;
use super::name::HostName;
use super::quantity::number;
use super::reference::MessageRef;

/// The words of the roles that a host can have.
pub(super) const ROLE_WORDS: [&str; 4] = ["owner", "holder", "outsider", "random"];
/// The greatest rank of a holder: there are at most 255 of them, from 0.
const RANK_MAX: u64 = 254;

/// A host as a command names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostRef {
    /// By its name.
    Name(HostName),
    /// By its number in the order of spawning, from 1.
    Number(u32),
    /// By what it does at that moment.
    Role(Role),
}

/// A host by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The host that serves the message now.
    Owner {
        /// Of which message.
        message: MessageRef,
    },
    /// The holder of a rank.
    Holder {
        /// Of which message.
        message: MessageRef,
        /// The rank, from 0 (the initial replica) to 254.
        rank: u8,
    },
    /// A live host that holds nothing of the message.
    Outsider {
        /// Of which message.
        message: MessageRef,
    },
    /// Any live host, drawn by the seed; several in one command differ.
    Random,
}

impl HostRef {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let number_like = text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit());
        if number_like {
            let number = text.parse().ok().filter(|number| *number > 0);
            return number.map(Self::Number).ok_or_else(|| Refusal::must_be("a host's number, from 1", text));
        }
        if text.contains(['(', ')']) || ROLE_WORDS.contains(&text) {
            return Role::read(text).map(Self::Role);
        }
        HostName::new(text).map(Self::Name).map_err(|refusal| {
            Refusal::must_be("a host's name, a number from 1, or a role such as owner(last)", text)
                .help_if(refusal.help)
        })
    }
}

impl Role {
    fn read(text: &str) -> Result<Self, Refusal> {
        let (word, arguments) = match bracketed(text)? {
            Some((word, inner)) => (word, inner.split(',').map(str::trim).collect()),
            None => (text, Vec::new()),
        };
        match (word, arguments.as_slice()) {
            ("random", []) => Ok(Self::Random),
            ("owner", [message]) => Ok(Self::Owner { message: message_of("owner", message)? }),
            ("outsider", [message]) => Ok(Self::Outsider { message: message_of("outsider", message)? }),
            ("holder", [message, rank]) => {
                let message = message_of("holder", message)?;
                let rank = number(rank, 0, RANK_MAX)
                    .map_err(|refusal| Refusal::new(format!("is a holder whose rank {}", refusal.message)))?;
                Ok(Self::Holder { message, rank: u8::try_from(rank).unwrap_or(u8::MAX) })
            }
            ("random", _) => Err(role("random", text)),
            ("owner", _) => Err(role("owner(last)", text)),
            ("outsider", _) => Err(role("outsider(last)", text)),
            ("holder", _) => {
                Err(role("holder(last,0)", text).help("holder needs a message and a rank from 0"))
            }
            _ => Err(Refusal::must_be(
                "one of the roles owner(last), holder(last,0), outsider(last), random",
                text,
            )
            .help_if(
                nearest(word, ROLE_WORDS)
                    .map(|near| format!("did you mean `{}`?", text.replacen(word, near, 1))),
            )),
        }
    }
}

fn role(form: &str, text: &str) -> Refusal {
    Refusal::new(format!("must be written as `{form}`, not {}", shown(text)))
}

fn message_of(role: &str, text: &str) -> Result<MessageRef, Refusal> {
    MessageRef::read(text).map_err(|refusal| {
        Refusal::new(format!("is the {role} of a message that {}", refusal.message)).help_if(refusal.help)
    })
}

/// The word before a bracket, and what is in the brackets; `None` where there are none.
pub(in super::super) fn bracketed(text: &str) -> Result<Option<(&str, &str)>, Refusal> {
    match (text.split_once('('), text.strip_suffix(')')) {
        (Some((word, _)), Some(open)) => Ok(Some((word, &open[word.len() + 1..]))),
        (None, None) => Ok(None),
        _ => Err(Refusal::new(format!("has a bracket without its pair: {}", shown(text)))
            .help("no spaces in the brackets: `holder(last,1)`")),
    }
}

impl fmt::Display for HostRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Role(role) => role.fmt(f),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner { message } => write!(f, "owner({message})"),
            Self::Holder { message, rank } => write!(f, "holder({message},{rank})"),
            Self::Outsider { message } => write!(f, "outsider({message})"),
            Self::Random => f.write_str("random"),
        }
    }
}
