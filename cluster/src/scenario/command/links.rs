//! The fields of the commands that disturb links.

use std::time::Duration;

use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::host::HostRef;

/// The link between two hosts, which differ as far as their names tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// One host; where a fault has a direction, the sender.
    pub a: HostRef,
    /// The other.
    pub b: HostRef,
}

fields!(Link { a: "A", b: "B" });

/// `cut A B [--one-way]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The link.
    pub link: Link,
    /// Whether only what `a` sends to `b` is lost.
    pub one_way: bool,
}

fields!(Cut { one_way: "--one-way" } link);

/// `delay A B D`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayLink {
    /// The link.
    pub link: Link,
    /// How much later everything arrives.
    pub delay: Duration,
}

fields!(DelayLink { delay: "D" } link);

/// `drop A B PERCENT`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropFrames {
    /// The link.
    pub link: Link,
    /// How much of what is sent is lost, 0 to 100.
    pub percent: u8,
}

fields!(DropFrames { percent: "PERCENT" } link);

/// `heal [A B]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heal {
    /// The link; `None`: all links.
    pub link: Option<Link>,
}

impl Fields for Heal {
    fn read(bag: &Bag) -> Option<Self> {
        match bag.first("A").or(bag.first("B")) {
            Some(_) => Link::read(bag).map(|link| Self { link: Some(link) }),
            None => Some(Self { link: None }),
        }
    }

    fn write(&self, bag: &mut Bag) {
        if let Some(link) = &self.link {
            link.write(bag);
        }
    }
}
