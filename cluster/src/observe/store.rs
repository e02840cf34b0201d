//! Independent data stores.

use serde::{Deserialize, Serialize};

use super::HostNumber;

/// The data store of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorePicture {
    /// Its host.
    pub host: HostNumber,
    /// The bits of its `store_id` that object ids carry, as text.
    pub store: String,
    /// Whether new objects can go there.
    pub available: bool,
    /// Its weight in the draw; the share is its part of all weights.
    pub weight: u32,
    /// Objects in it.
    pub objects: u64,
    /// The sequence of the newest event in its log.
    pub events_head: u64,
    /// Up to which sequence events were handed to the queue.
    pub propagated: u64,
    /// The oldest event that is still kept.
    pub events_tail: u64,
    /// Something that must be known of it, such as `rolled back, serves what it has`.
    pub note: Option<String>,
}

/// One draw of a store for a new object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawPicture {
    /// When, in milliseconds of the Unix epoch.
    pub at_ms: u64,
    /// The number drawn, from 0 up to the sum of all weights.
    pub number: u32,
    /// The weights at that moment, in the order in which the number ran over them.
    pub weights: Vec<(HostNumber, u32)>,
    /// The host whose store it selected.
    pub chosen: HostNumber,
    /// The object's id.
    pub object: String,
}
