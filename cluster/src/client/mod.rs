//! The client: one host, or several with retries.
//!
//! A [`HostClient`] says each request once. A [`Client`] has several hosts: it balances over them, tries again what is worth
//! trying again, with jitter, moves on to another host when one fails, and tells hosts when an enqueue may have been tried
//! before, so that it stays one message. Both speak in plain data; the wire stays in here.

mod balance;
pub(crate) mod convert;
mod error;
mod host;
pub mod objects;
pub mod sight;
pub mod streams;
pub mod types;
mod watch;
pub mod way;

pub use balance::Client;
pub use error::{ClientError, Kind};
pub use host::HostClient;
pub use watch::Watching;
