//! The local fleet: starts queue hosts as real processes, and leaves none behind.

mod error;
mod first_line;
mod folder;
pub mod guard;
mod guard_handle;
mod names;
mod report;

pub use error::{FleetError, LogEnd};
pub use folder::DataFolder;
pub use names::{NAME_LENGTH_MAX, next_name};
pub use report::{Exit, HostNumber, HostProcess, HostStatus, HostTimes};
