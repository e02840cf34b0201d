//! The names of things: hosts, messages, stores, boots, commits, leases and the receipts made of them.
//!
//! Every identifier is a newtype, so that no two kinds can be confused. None of them is drawn here: randomness is
//! an argument of whoever creates one.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use ulid::Ulid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The text is not a ULID: 26 characters of Crockford's base 32, the first one at most `7`.
    #[error("{kind} must be a ULID of 26 characters, not {text:?}")]
    NotUlid {
        /// What was expected: `message id`, `host id`, …
        kind: &'static str,
        /// What was given.
        text: String,
    },
    /// The text is not a receipt: `message:host:boot:lease`.
    #[error("receipt must be MESSAGE:HOST:BOOT:LEASE, as a dequeue gives it, not {0:?}")]
    NotReceipt(String),
}

macro_rules! ulid_newtype {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u128);

        impl $name {
            /// The 16 bytes, big-endian: their order is the order of the texts.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// Takes back what [`Self::to_bytes`] gave; `None` if there are not exactly 16 bytes.
            #[must_use]
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(Ulid(self.0).array_to_str(&mut [0; ulid::ULID_LEN]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let not_ulid = || IdError::NotUlid { kind: $kind, text: text.to_owned() };
                // `Ulid` lets the two top bits of 26 characters overflow; an id that reads back differently is refused.
                let id = Ulid::from_string(text).map_err(|_| not_ulid())?;
                if text.as_bytes().first().is_some_and(|first| *first > b'7') { Err(not_ulid()) } else { Ok(Self(id.0)) }
            }
        }
    };
}

ulid_newtype!(
    /// Names a message: 128 bits, picked by the client, written as a ULID.
    MessageId,
    "message id"
);
ulid_newtype!(
    /// Names a host for as long as its disk keeps what it was trusted with. Drawn at random; kept in the host's store.
    HostId,
    "host id"
);
ulid_newtype!(
    /// Names one store file's lineage. A wiped or rolled back disk comes back under a new one.
    StoreId,
    "store id"
);

impl MessageId {
    /// The milliseconds since 1970 that a ULID carries in its top 48 bits; for display only.
    #[must_use]
    pub fn time_ms(self) -> u64 {
        (self.0 >> 80) as u64
    }
}

/// One start of a host process: a counter that only grows, and a random number that tells clones apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Boot {
    /// Counts the starts of this store, from 1; durable before anything else happens.
    pub counter: u64,
    /// Random; differs between two processes that started from copies of one disk.
    pub nonce: u64,
}

impl fmt::Display for Boot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "boot {}", self.counter)
    }
}

/// Counts the durable commits of one store, from 1, over all boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Commit(pub u64);

/// A place in one host's own order of records; grows with every record and is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sequence(pub u64);

/// Names one request of a client at one host, for as long as the host runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Numbers the leases of one message, over all owners, from 1: a new one is one above the highest that its owner knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LeaseNumber(pub u32);

/// Names one lease of one message: what a consumer shows to delete, release or extend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    /// The message that was delivered.
    pub message: MessageId,
    /// The host that delivered it.
    pub owner: HostId,
    /// The owner's boot counter at that time.
    pub boot: u64,
    /// The lease's number.
    pub lease: LeaseNumber,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.message, self.owner, self.boot, self.lease.0)
    }
}

impl FromStr for Receipt {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let not_receipt = || IdError::NotReceipt(text.to_owned());
        let mut parts = text.split(':');
        let mut part = || parts.next().ok_or_else(not_receipt);
        let receipt = Receipt {
            message: part()?.parse()?,
            owner: part()?.parse()?,
            boot: part()?.parse().map_err(|_| not_receipt())?,
            lease: LeaseNumber(part()?.parse().map_err(|_| not_receipt())?),
        };
        if parts.next().is_some() { Err(not_receipt()) } else { Ok(receipt) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back() {
        let receipt =
            Receipt { message: MessageId(u128::MAX), owner: HostId(7), boot: 3, lease: LeaseNumber(9) };
        assert_eq!(receipt.to_string().parse(), Ok(receipt));
        assert_eq!(MessageId::from_bytes(&MessageId(5).to_bytes()), Some(MessageId(5)));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        assert!("8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<MessageId>().is_err());
        assert!("short".parse::<HostId>().is_err());
        assert!("a:b:c:d".parse::<Receipt>().is_err());
        assert!("7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<MessageId>().is_ok());
    }
}
