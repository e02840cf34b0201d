//! hydraq's hosts, clients, local fleets, scenarios and simulator.
//!
//! - [`scenario`]: the command language of the console's `:` line, of scenario files and of headless mode.

pub mod scenario;
