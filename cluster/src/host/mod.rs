//! A running host: the core with a disk, a clock and a network around it.

pub mod engine;
