//! What end-to-end tests of `hydraq` share: starting the real binary, reading what it says, and making sure that nothing is left
//! of it afterwards.
//!
//! Nothing here knows how hydraq is made inside: what these tests see is what users and programs see.

pub mod binary;
pub mod cluster;
pub mod playground;
pub mod run;
pub mod stores;
