//! A running host: the core with a disk, a clock and a network around it.

pub mod clock;
pub mod engine;
pub mod handle;
pub mod heartbeat;
pub mod process;
pub mod recorder;
pub mod runner;
pub mod space;
