//! The limits of what is taken from outside.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest body, in bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// The longest name of a message type, in bytes.
pub const TYPE_BYTES_MAX: usize = 128;
/// The most attributes of one message.
pub const ATTRIBUTES_MAX: usize = 64;
/// The longest name of an attribute, in bytes.
pub const ATTRIBUTE_NAME_BYTES_MAX: usize = 128;
/// The longest value of an attribute, in bytes.
pub const ATTRIBUTE_VALUE_BYTES_MAX: usize = 4096;
/// How many things one request may be about.
pub const BATCH_MAX: usize = 10_000;
/// How many message types one dequeue may name.
pub const TYPES_MAX: usize = 64;
/// How long one gRPC message may be, in bytes.
pub const GRPC_BYTES_MAX: usize = 64 << 20;

/// Replica counts.
pub const REPLICAS: RangeInclusive<u64> = 1..=255;
/// Priorities.
pub const PRIORITIES: RangeInclusive<u64> = 0..=9;
/// Delays and times to live, in milliseconds: up to a year.
pub const LIFE_MS: RangeInclusive<u64> = 0..=365 * 24 * 3600 * 1000;
/// Leases, in milliseconds: up to twelve hours.
pub const LEASE_MS: RangeInclusive<u64> = 1..=12 * 3600 * 1000;
/// Waits and timeouts, in milliseconds: up to an hour.
pub const WAIT_MS: RangeInclusive<u64> = 0..=3600 * 1000;

/// What an enqueue asks for if it does not say.
pub const REPLICAS_DEFAULT: u8 = 2;
/// How long an enqueue may take if it does not say.
pub const ENQUEUE_TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// How long a lease is if it does not say.
pub const LEASE_DEFAULT: Duration = Duration::from_secs(30);
/// How long a delete waits for holders that do not answer if it does not say.
pub const DELETE_TIMEOUT_DEFAULT: Duration = Duration::from_secs(3);
