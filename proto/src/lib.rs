//! The wire contract of hydraq: package `hydraq.v1`, and the code made from it.
//!
//! Nothing here checks anything: what comes off the wire is validated where it is turned into the core's terms.

#![allow(missing_docs, unused_qualifications, clippy::all, clippy::too_many_lines)]

/// Package `hydraq.v1`.
pub mod v1 {
    tonic::include_proto!("hydraq.v1");
}

/// The encoded descriptors of the package, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
