//! The pure core of hydraq: one queue host as a state machine, without a clock, a disk, a network or chance of its own.
//!
//! [`host::Host`] takes events and the time, and says what is to be done. The real host process, the simulator and the
//! golden scripts all drive it; there is no second protocol. Read [`event`] for what goes in and out, [`host`] for the
//! protocol, and [`state`] for what a host keeps in memory.
//!
//! What is absent, on purpose: I/O, async, locks, wall time, hash maps with an order of their own, and knowledge of the wire.

pub mod balancer;
pub mod codec;
pub mod config;
pub mod detector;
pub mod event;
pub mod frame;
pub mod holders;
pub mod host;
pub mod host_set;
pub mod id_map;
pub mod ids;
pub mod journal;
pub mod message;
pub mod objects;
mod outbox;
pub mod plant;
pub mod random;
pub mod record;
pub mod request;
pub mod settings;
pub mod shared;
pub mod state;
pub mod time;
