//! The fields of the commands that act on hosts and their disks.

use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::host::HostRef;
use super::super::value::name::{HostName, PlantName};
use super::super::value::reference::MessageRef;

/// `spawn [N] [--name NAME] [--plant BUG]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawn {
    /// How many hosts, 1 to 1000; 1 where a name is given.
    pub count: u32,
    /// The name of the one host; `None`: the next free names in order.
    pub name: Option<HostName>,
    /// The bug planted in each of them.
    pub plant: Option<PlantName>,
}

fields!(Spawn { count: "N", name: "--name", plant: "--plant" });

/// The hosts of `kill`, `restart`, `pause`, `resume`, `wipe`, `rollback`, `leave` and `remove`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// At least one; the same host may be meant twice.
    pub hosts: Vec<HostRef>,
}

fields!(Hosts { hosts: "HOST" });

/// The host of `fill` and `free`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneHost {
    /// The host.
    pub host: HostRef,
}

fields!(OneHost { host: "HOST" });

/// `corrupt HOST [MESSAGE]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrupt {
    /// The host whose disk is hit.
    pub host: HostRef,
    /// The message whose copy is hit; `None`: any copy there.
    pub message: Option<MessageRef>,
}

fields!(Corrupt { host: "HOST", message: "MESSAGE" });
