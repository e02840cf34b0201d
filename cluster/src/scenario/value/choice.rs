//! Values that are one of a few words: each word with its meaning, once, for reading, completion and help.

use std::fmt;

use super::{Scalar, Value};

/// One of the words that a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word as it is typed.
    pub word: &'static str,
    /// What it means.
    pub help: &'static str,
}

macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal, $help:literal;)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $help] $variant,)+
        }

        impl $name {
            /// All words, with their meaning.
            pub const CHOICES: &'static [Choice] = &[$(Choice { word: $word, help: $help },)+];

            /// The word as it is typed.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl Scalar for $name {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $(Value::Word($word) => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn to_value(&self) -> Value {
                Value::Word(self.word())
            }
        }
    )+};
}

choices! {
    /// How an enqueued message reaches its holders.
    Shape {
        Star = "star", "the first host sends it to all others";
        Chain = "chain", "each host passes it on to the next";
        Tree = "tree", "each host sends it to two others, which share the rest";
    }

    /// How hosts are picked.
    Scheme {
        RoundRobin = "round-robin", "one after the other";
        Random = "random", "by lot";
        LeastLoaded = "least-loaded", "the less busy one of two drawn by lot";
    }

    /// When new replicas are made for holders that are gone for good.
    RepairMode {
        None = "none", "never";
        Manual = "manual", "when `repair` is given";
        Auto = "auto", "by itself, after `repair_after` (10s)";
    }

    /// What runs in the background.
    Load {
        Produce = "produce", "the enqueueing that `produce` started";
        Consume = "consume", "the dequeueing that `consume` started";
    }

    /// How an expectation compares what it measured with its value.
    Operator {
        Equal = "==", "equal to";
        NotEqual = "!=", "not equal to";
        Less = "<", "less than";
        AtMost = "<=", "at most";
        Greater = ">", "greater than";
        AtLeast = ">=", "at least";
    }
}

impl Operator {
    /// Whether `left OPERATOR right` is true.
    pub const fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }
}
