//! End to end: the real binary, real processes, real disks.
//!
//! Each test has a folder of its own, and makes sure that neither a process nor a file is left when it is over.

mod attached;
mod demos;
mod endings;
mod interrupts;
mod load;
mod mistakes;
mod objects;
mod objects_many;
mod options;
mod recordings;
mod reports;
mod requests;
mod rollback;
mod rules;
mod scenarios;
mod simulated;
mod statuses;
