//! The protocol, every order of it: three hosts, up to two messages with two replicas each, and what can go wrong in between. Small configurations
//! are explored to the end; which, and how far larger ones got, is in `cluster/CRASHES.md`.
//!
//! The transition function is [`hydraq_core::host::Host::step`] itself, so there is no second protocol to keep true to the first
//! (but for [`outline`], which is small enough to be explored to the end where the core is not). A state is the state of all
//! hosts, disks and links, and of what clients have been told; an action is one request, one delivery, one crash, one start, one cut. The checker tries
//! every order of them. Each host starts as a member of a cluster that is synchronised; what comes after that is free.
//!
//! To be finite, the model leaves out:
//!
//! - Time. It stands still, so no lease ends and nothing is given up for want of an answer; that a host is silent is an action. Only
//!   [`settle`](world::World::settle), which looks whether a state can still converge, lets it pass.
//! - The grain of the network. All that waits in one direction of a link is delivered as one batch, as it is after every commit that took a while.
//!   Coarser grains leave out more; [`Grain`] says what. A crash within a commit lets arrive what has left before it, a crash between two commits does not.
//! - Numbers that are only compared with each other: states are the same if they differ by such numbers only ([`print`](mod@print)).
//! - Which host is asked: the first message goes to the first host, the second to the second one. Deletes go to the host that was asked for the delivery.

pub mod explore;
pub mod node;
pub mod outline;
pub mod print;
pub mod promises;
pub mod world;

#[cfg(test)]
mod tests;

pub use explore::{Action, Commits, Exploration, Grain, State};
