//! The fields of the commands that act on objects.

use std::time::Duration;

use ulid::Ulid;

use super::super::fields::{Bag, Field, Fields, fields};
use super::super::value::attribute::{Attribute, Condition};
use super::super::value::host::HostRef;
use super::super::value::name::ObjectKind;
use super::super::value::reference::ObjectRef;

/// Which host an object's request goes to, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How long it may take, at least 1 ms.
    pub timeout: Duration,
    /// The only host to ask; `None`: live hosts in turn.
    pub on: Option<HostRef>,
}

fields!(Request { timeout: "--timeout", on: "--on" });

/// `object create KIND [N] [--attribute K=V]... [--id ID]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreate {
    /// The kind of object.
    pub kind: ObjectKind,
    /// How many objects, 1 to 1 000 000; 1 where an id is given.
    pub count: u32,
    /// Their attributes, each name once; `{n}` in a value is the count.
    pub attributes: Vec<Attribute>,
    /// The id of the one object; `None`: new ones.
    pub id: Option<Ulid>,
    /// How it is asked for.
    pub request: Request,
}

fields!(ObjectCreate { kind: "KIND", count: "N", attributes: "--attribute", id: "--id" } request);

/// `object get ID|last`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectGet {
    /// Which object.
    pub object: ObjectRef,
    /// How it is asked for.
    pub request: Request,
}

fields!(ObjectGet { object: "OBJECT" } request);

/// `object update ID|last --attribute K=V... [--replace] [--if-version N]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectUpdate {
    /// Which object.
    pub object: ObjectRef,
    /// The attributes to set, at least one, each name once.
    pub attributes: Vec<Attribute>,
    /// Whether all other attributes are dropped.
    pub replace: bool,
    /// The version that the object must have; `None`: any.
    pub if_version: Option<u64>,
    /// How it is asked for.
    pub request: Request,
}

fields!(ObjectUpdate {
    object: "OBJECT",
    attributes: "--attribute",
    replace: "--replace",
    if_version: "--if-version"
} request);

/// `object delete ID|last [--if-version N]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDelete {
    /// Which object.
    pub object: ObjectRef,
    /// The version that the object must have; `None`: any.
    pub if_version: Option<u64>,
    /// How it is asked for.
    pub request: Request,
}

fields!(ObjectDelete { object: "OBJECT", if_version: "--if-version" } request);

/// `object query KIND [--where CONDITION]... [--limit N] [--strict]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectQuery {
    /// The kind of object.
    pub kind: ObjectKind,
    /// What must be true of them, all of it.
    pub conditions: Vec<Condition>,
    /// How many at most, 1 to 1 000 000.
    pub limit: u32,
    /// Whether it fails if a store does not answer.
    pub strict: bool,
    /// How it is asked for.
    pub request: Request,
}

fields!(ObjectQuery { kind: "KIND", conditions: "--where", limit: "--limit", strict: "--strict" } request);
