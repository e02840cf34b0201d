//! The checker: seeds that drive a simulated cluster through bad times, and invariants that must hold all the same.
//!
//! A seed decides a *plan*: the hosts, what clients do when, and what goes wrong when. First comes a safety phase under
//! faults; then everything heals, and the cluster must converge, drain, and be empty. The invariants are judged from what
//! clients have seen, from the durable images and from the trace, never from the cluster's own word.

pub mod campaign;
pub mod client;
pub mod history;
pub mod invariants;
pub mod objects;
pub mod plan;
pub mod run;

#[cfg(test)]
mod tests;
