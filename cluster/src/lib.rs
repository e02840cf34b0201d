//! Everything of hydraq that does I/O: hosts, clients, local fleets, scenarios and the simulator.

pub mod client;
pub mod fleet;
pub mod host;
pub mod ids;
pub mod links;
pub mod load;
pub mod observe;
pub mod observer;
pub mod recording;
pub mod report;
pub mod scenario;
pub mod service;
pub mod sim;
pub mod store;
pub mod wire;
