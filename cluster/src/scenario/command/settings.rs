//! The fields of the commands that set how the cluster behaves.

use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::Value;
use super::super::value::choice::{RepairMode, Scheme};
use super::super::value::name::MessageType;
use super::super::value::reference::{LengthLimit, RedriveTarget};

/// The message type of `pause-type` and `resume-type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneType {
    /// The message type.
    pub message_type: MessageType,
}

fields!(OneType { message_type: "T" });

/// `limit-type T N|none`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitType {
    /// The message type.
    pub message_type: MessageType,
    /// How many messages of it there may be.
    pub limit: LengthLimit,
}

fields!(LimitType { message_type: "T", limit: "N" });

/// `redrive [T | last | ID]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// Which dead messages.
    pub target: RedriveTarget,
}

fields!(Redrive { target: "WHICH" });

impl Field for RedriveTarget {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        match bag.first(name) {
            Some(Value::Redrive(target)) => Some(target.clone()),
            Some(_) => None,
            None => Some(Self::All),
        }
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        if *self != Self::All {
            bag.add(name, Value::Redrive(self.clone()));
        }
    }
}

/// `repair [none|manual|auto]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The mode to set; `None`: repair now, once.
    pub mode: Option<RepairMode>,
}

fields!(Repair { mode: "MODE" });

/// `balance SCHEME`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The scheme, of the client and of the hosts.
    pub scheme: Scheme,
}

fields!(Balance { scheme: "SCHEME" });
