//! How answers of hosts are told: as JSON for programs, as lines and tables for people.
//!
//! Scenario runs and single requests share these shapes and words, so that they say the same thing in the same way. Nothing here
//! prints.

pub mod json;
pub mod table;
pub mod text;
