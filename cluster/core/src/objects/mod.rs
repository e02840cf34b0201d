//! Independent data stores: objects, their events and their index entries, as decisions without a disk.
//!
//! Every host's store keeps objects of its own; none is copied. The id of an object says in which store it is, so there is no table
//! to look it up in, and a new object goes to a store that is drawn by how available each is.
//!
//! ```text
//!   create ─▶ draw ─▶ id ─▶ the store it names ─▶ apply ─▶ object + event + index entries, one transaction
//!   update, delete ──────▶ the store the id names ─▶ apply
//!   query ─▶ every store: a range of its index ─▶ merged in order
//!   events ─▶ in the log's order ─▶ messages of the queue; the position moves with the initial replica
//! ```
//!
//! [`apply`] decides about a change and writes what follows from it to whatever [`Tables`] it is given; the caller makes that
//! one transaction. What is absent: copies of objects, transactions over several objects, and locks. Changes are applied by
//! the one thread that commits; readers have snapshots.

pub mod apply;
mod build;
pub mod change;
pub mod declared;
pub mod draw;
pub mod event;
pub mod id;
pub mod index;
pub mod log;
pub mod query;
pub mod record;
pub mod tables;
pub mod value;

#[cfg(test)]
mod apply_tests;
#[cfg(test)]
mod query_tests;

pub use apply::apply;
pub use change::{Applied, Change, ObjectError, Outcome};
pub use declared::{Indexed, KindIndex};
pub use event::{ObjectEvent, What};
pub use id::{ObjectId, StoreTag};
pub use log::Log;
pub use record::{Deleted, Object, Row};
pub use tables::{Table, Tables};
pub use value::{Attributes, Value};
