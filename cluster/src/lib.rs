//! Everything of hydraq that does I/O: hosts, clients, local fleets, scenarios and the simulator.

pub mod fleet;
pub mod observe;
