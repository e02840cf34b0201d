//! A running host: the core with a disk, a clock and a network around it.

pub mod answering;
mod apart;
pub mod clock;
mod committing;
pub mod engine;
pub mod handle;
pub mod heartbeat;
pub(crate) mod objects;
pub mod process;
mod propagation;
pub mod recorder;
pub mod runner;
mod serving;
mod set_aside;
pub mod space;
pub mod stores;
mod upkeep;

#[cfg(test)]
mod objects_tests;
