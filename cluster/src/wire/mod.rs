//! Between the wire and the core: everything that comes in is validated here, once, and only asserted further in.
//!
//! What is refused is said with the field, the value and the limit. Nothing that a client or a peer sends can make this
//! module, or anything behind it, panic.

pub mod deliveries;
pub mod enqueue;
pub mod forward;
pub mod knowledge;
pub mod limits;
pub mod message;
pub mod names;
pub mod objects;
pub mod peer_in;
pub mod peer_out;
pub mod queue;
pub mod status;

#[cfg(test)]
mod peer_tests;

use thiserror::Error;

/// Why something that came in is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} {what}")]
pub struct Invalid {
    /// Which field.
    pub field: String,
    /// What is wrong with it: the value and the limit.
    pub what: String,
}

impl Invalid {
    /// A refusal.
    #[must_use]
    pub fn new(field: impl Into<String>, what: impl Into<String>) -> Self {
        Invalid { field: field.into(), what: what.into() }
    }

    /// The same refusal, of a field inside `outer`.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Invalid { field: format!("{outer}.{}", self.field), what: self.what }
    }

    /// A number that is out of range.
    #[must_use]
    pub fn range(field: &str, range: std::ops::RangeInclusive<u64>, value: impl Into<u64>) -> Self {
        let value = value.into();
        Invalid::new(field, format!("must be from {} to {}, not {value}", range.start(), range.end()))
    }
}

/// Checks that a number is in range.
pub(crate) fn in_range(
    field: &str,
    value: u64,
    range: std::ops::RangeInclusive<u64>,
) -> Result<u64, Invalid> {
    if range.contains(&value) { Ok(value) } else { Err(Invalid::range(field, range, value)) }
}
