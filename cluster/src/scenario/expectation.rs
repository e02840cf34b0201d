//! What `expect` measures, and what it compares it with.
//!
//! The words and meanings of the metrics are in [the table](super::words::metrics); here they become types.

use std::fmt;
use std::time::Duration;

use super::diagnostic::Refusal;
use super::suggest::nearest;
use super::value::Value;
use super::value::choice::Operator;
use super::value::host::{HostRef, bracketed};
use super::value::name::MessageType;
use super::value::reference::MessageRef;
use super::words::metrics::{METRICS, MetricWord};

/// `expect METRIC OP VALUE [--within D]`: fails the run if it is not so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// What is measured.
    pub metric: Metric,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: u64,
    /// For how long it is measured anew until it is so; `None`: once.
    pub within: Option<Duration>,
}

macro_rules! metrics {
    ($($(#[$meta:meta])* $plain:ident = $plain_word:literal,)+ ; $($(#[$with_meta:meta])* $with:ident($type:ty, $value:ident) = $word:literal,)+) => {
        /// What an expectation measures. Messages count once, however many replicas they have.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$meta])* $plain,)+
            $($(#[$with_meta])* $with($type),)+
        }

        impl Metric {
            /// The word as it is typed, without its argument.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Self::$plain => $plain_word,)+
                    $(Self::$with(_) => $word,)+
                }
            }

            /// The metric of a word and of its argument; `None` if they do not fit together.
            fn of(word: &str, argument: Option<Value>) -> Option<Self> {
                match (word, argument) {
                    $(($plain_word, None) => Some(Self::$plain),)+
                    $(($word, Some(Value::$value(argument))) => Some(Self::$with(argument)),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for Metric {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$with(argument) => write!(f, "{}({argument})", $word),)+
                    plain => f.write_str(plain.word()),
                }
            }
        }
    };
}

metrics! {
    /// Enqueues with the outcome OK.
    Acknowledged = "acknowledged",
    /// Enqueues with the outcome FAILED.
    Failed = "failed",
    /// Enqueues with the outcome UNKNOWN.
    Unknown = "unknown",
    /// Deliveries.
    Delivered = "delivered",
    /// Messages delivered at least once.
    Distinct = "distinct",
    /// Deliveries beyond the first of each message.
    Duplicates = "duplicates",
    /// Duplicates that the harness's own log of faults, leases and releases does not explain.
    UnexplainedDuplicates = "unexplained_duplicates",
    /// Deletes acknowledged.
    Deleted = "deleted",
    /// Requests that were not OK.
    Errors = "errors",
    /// Deliveries whose body counter is below an earlier delivered one of its type.
    OutOfOrder = "out_of_order",
    /// Hosts running, not stopped, and serving.
    HostsUp = "hosts.up",
    /// Messages that a live host would serve now.
    Ready = "ready",
    /// Messages that are leased.
    Leased = "leased",
    /// Messages whose delay is not over.
    Delayed = "delayed",
    /// Messages delivered as often as they may be.
    Dead = "dead",
    /// Undeleted messages with fewer copies on live hosts than asked for.
    UnderReplicated = "under_replicated",
    /// Tombstones on live hosts, as copies.
    Tombstones = "tombstones",
    /// Objects in the stores of live hosts.
    Objects = "objects",
    /// Events of objects that are not messages of the queue yet.
    Unpropagated = "unpropagated",
    /// Milliseconds from the last SIGKILL of an owner to another holder serving.
    TakeoverMs = "takeover_ms",
    /// Acknowledged messages that are on no disk any more, though they should be.
    Lost = "lost",
    /// Deliveries after the delete that cannot be excused.
    Resurrected = "resurrected",
    /// Deliveries with other bytes than were enqueued.
    Corrupt = "corrupt",
    ;
    /// Ready messages of a type.
    Depth(MessageType, MessageType) = "depth",
    /// Copies of a message on live hosts.
    Replicas(MessageRef, Message) = "replicas",
    /// Copies on a host.
    Held(HostRef, Host) = "held",
}

impl Metric {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let (word, argument) = match bracketed(text)? {
            Some((word, argument)) => (word, Some(argument)),
            None => (text, None),
        };
        let known = METRICS.iter().find(|metric| metric.word == word).ok_or_else(|| unknown(text, word))?;
        let value = match (known.argument, argument) {
            (None, None) => None,
            (Some((_, kind)), Some(argument)) => Some(kind.read(argument).map_err(|refusal| {
                Refusal::new(format!("is `{word}` of something that {}", refusal.message))
                    .help_if(refusal.help)
            })?),
            (Some(_), None) => {
                return Err(Refusal::new(format!("must say of what: `{}`", known.usage()))
                    .help(format!("for example {}", known.example)));
            }
            (None, Some(_)) => {
                return Err(Refusal::new(format!("must be `{word}` without brackets")));
            }
        };
        Self::of(word, value).ok_or_else(|| unknown(text, word))
    }
}

fn unknown(text: &str, word: &str) -> Refusal {
    let refusal = Refusal::must_be("something that can be measured", text);
    if text.contains(['=', '<', '>', '!']) {
        return refusal.help("put spaces around the comparison, as in `expect ready == 3`");
    }
    let near = nearest(word, METRICS.iter().map(|metric| metric.word));
    let near = near.map(|near| format!("did you mean `{}`?", text.replacen(word, near, 1)));
    refusal.help("`hydraq help scenario` lists what can be measured").help_if(near)
}

impl MetricWord {
    /// The word with the place of its argument: `held(HOST)`.
    pub fn usage(&self) -> String {
        match self.argument {
            Some((placeholder, _)) => format!("{}({placeholder})", self.word),
            None => self.word.into(),
        }
    }
}
