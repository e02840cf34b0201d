//! What one host keeps in memory about messages: containers that hold their own rules and know no protocol.

pub mod condition;
pub mod deliveries;
pub mod digest;
pub mod groups;
pub mod messages;
pub mod recent;
pub mod slab;
pub mod standing;
pub mod tombstones;
