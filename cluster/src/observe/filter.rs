//! Which messages are shown, and in which order: parsed from what somebody types behind `/`.
//!
//! ```text
//! type:orders host:bravo owner:charlie state:leased under 01J8ZK
//! ```
//!
//! All parts must fit. `host:` means "holds a copy, or may"; a bare word is the beginning of an id; `under` means
//! fewer live copies than were asked for; `owner:` and `only:` find what a kill of that host would hit. Hosts are kept as typed: a name may come to life later.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{CopyState, HostNumber, MessagePicture};

/// What a message is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageState {
    /// It can be delivered.
    Ready,
    /// It is handed out.
    Leased,
    /// It waits for its delay.
    Delayed,
    /// It was delivered too often.
    Dead,
    /// It is deleted, and its tombstone not gone yet.
    Deleted,
    /// No live host has it.
    Unavailable,
}

impl MessageState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Ready, Self::Leased, Self::Delayed, Self::Dead, Self::Deleted, Self::Unavailable];

    /// The state in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Delayed => "delayed",
            Self::Dead => "dead",
            Self::Deleted => "deleted",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The order of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Those that miss most copies first.
    FewestCopies,
    /// By type, then newest first.
    Type,
    /// Most deliveries first.
    Deliveries,
}

impl Sort {
    /// All orders, in the order in which a key walks through them.
    pub const ALL: [Self; 5] = [Self::Newest, Self::Oldest, Self::FewestCopies, Self::Type, Self::Deliveries];

    /// The order in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Oldest => "oldest first",
            Self::FewestCopies => "fewest copies first",
            Self::Type => "by type",
            Self::Deliveries => "most deliveries first",
        }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|sort| *sort == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }
}

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Of this type.
    pub message_type: Option<String>,
    /// With a copy on this host, by name or number.
    pub host: Option<String>,
    /// That this host serves, by name or number: a kill changes their owner.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whose only live copy is on this host, by name or number: a kill makes them unavailable.
    #[serde(default)]
    pub only: Option<String>,
    /// In this state.
    pub state: Option<MessageState>,
    /// Only those with fewer live copies than were asked for.
    pub under_replicated: bool,
    /// Whose id begins so, in capitals.
    pub id_prefix: Option<String>,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterError {
    /// There is no such state.
    #[error("state:{0} is none of ready, leased, delayed, dead, deleted, unavailable")]
    State(String),
    /// There is no such part.
    #[error("{0}: is none of type:, host:, owner:, only:, state:")]
    Part(String),
    /// A part without its value.
    #[error("{0}: wants a value behind it")]
    Empty(String),
    /// Neither a part nor the beginning of an id.
    #[error("{0} is not the beginning of an id; use type:, host:, owner:, only:, state: or under")]
    Word(String),
}

impl Filter {
    /// Whether all messages fit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads what somebody typed. Later parts replace earlier ones of their kind.
    ///
    /// # Errors
    ///
    /// The first part that means nothing.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for word in text.split_whitespace() {
            filter.take(word)?;
        }
        Ok(filter)
    }

    /// Whether a message fits; `named` finds the host that a name or a number stands for.
    pub fn fits(&self, message: &MessagePicture, named: impl Fn(&str) -> Option<HostNumber>) -> bool {
        let is_of = |name: &Option<String>, holds: &dyn Fn(HostNumber) -> bool| {
            name.as_ref().is_none_or(|name| named(name).is_some_and(holds))
        };
        let is_only = |host| message.live_copies() == 1 && message.on(host).is_some_and(CopyState::is_live);
        self.message_type.as_ref().is_none_or(|name| *name == message.message_type)
            && self.state.is_none_or(|state| state == message.state)
            && is_of(&self.host, &|host| message.on(host).is_some())
            && is_of(&self.owner, &|host| message.owner == Some(host))
            && is_of(&self.only, &is_only)
            && (!self.under_replicated || message.is_under_replicated())
            && self
                .id_prefix
                .as_ref()
                .is_none_or(|prefix| message.id.to_string().starts_with(prefix.as_str()))
    }

    fn take(&mut self, word: &str) -> Result<(), FilterError> {
        let Some((part, value)) = word.split_once(':') else { return self.take_bare(word) };
        if value.is_empty() {
            return Err(FilterError::Empty(part.to_owned()));
        }
        match part {
            "type" => self.message_type = Some(value.to_owned()),
            "host" => self.host = Some(value.to_owned()),
            "owner" => self.owner = Some(value.to_owned()),
            "only" => self.only = Some(value.to_owned()),
            "state" => {
                let found = MessageState::ALL.into_iter().find(|state| state.word() == value);
                self.state = Some(found.ok_or_else(|| FilterError::State(value.to_owned()))?);
            }
            _ => return Err(FilterError::Part(part.to_owned())),
        }
        Ok(())
    }

    fn take_bare(&mut self, word: &str) -> Result<(), FilterError> {
        if matches!(word, "under" | "under-replicated") {
            self.under_replicated = true;
            return Ok(());
        }
        let capitals = word.to_ascii_uppercase();
        let is_crockford = |each: char| each.is_ascii_alphanumeric() && !"ILOU".contains(each);
        if capitals.len() <= 26
            && capitals.chars().all(is_crockford)
            && capitals.starts_with(|first| first <= '7')
        {
            self.id_prefix = Some(capitals);
            Ok(())
        } else {
            Err(FilterError::Word(word.to_owned()))
        }
    }
}

impl fmt::Display for Filter {
    /// As it would be typed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.message_type.as_ref().map(|name| format!("type:{name}")));
        parts.extend(self.host.as_ref().map(|name| format!("host:{name}")));
        parts.extend(self.owner.as_ref().map(|name| format!("owner:{name}")));
        parts.extend(self.only.as_ref().map(|name| format!("only:{name}")));
        parts.extend(self.state.map(|state| format!("state:{}", state.word())));
        parts.extend(self.under_replicated.then(|| "under".to_owned()));
        parts.extend(self.id_prefix.clone());
        formatter.write_str(&parts.join(" "))
    }
}
