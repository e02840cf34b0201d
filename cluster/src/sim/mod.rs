//! A simulated cluster: the real core on virtual time, with disks and a network that do what they do in bad times.
//!
//! One [`world::World`] holds all hosts, their disks and the links between them, and one queue of what happens when. Everything
//! that is left to chance comes from one seed, so a run can be repeated to the last event. Golden scripts drive a world step by
//! step; the checker drives one with a random workload and random faults.

pub mod audit;
pub mod check;
pub mod drive;
pub mod network;
pub mod node;
pub mod service;
pub mod speed;
pub mod world;

#[cfg(test)]
mod world_tests;
