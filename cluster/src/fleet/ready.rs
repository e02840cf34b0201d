//! The ready line, by which a host says that it serves and where:
//! `{"ready":{"name":"alpha","address":"http://127.0.0.1:40123"}}`.

use std::net::SocketAddr;

use serde::Deserialize;

/// Where a host serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// A URL.
    pub(super) address: String,
    /// The port in it, never 0.
    pub(super) port: u16,
}

#[derive(Deserialize)]
struct ReadyLine {
    ready: Ready,
}

#[derive(Deserialize)]
struct Ready {
    name: String,
    address: String,
}

/// Reads the ready line of the host with this name; says what is wrong with any other line.
pub(super) fn parse(line: &str, name: &str) -> Result<Place, String> {
    let ReadyLine { ready } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if ready.name != name {
        return Err(format!("it names {:?}", ready.name));
    }
    let socket_address = ready.address.strip_prefix("http://").and_then(|rest| {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        rest.parse::<SocketAddr>().ok().filter(|address| address.port() != 0)
    });
    match socket_address {
        Some(socket_address) => Ok(Place { address: ready.address, port: socket_address.port() }),
        None => Err(format!("{:?} is not of the form http://127.0.0.1:PORT", ready.address)),
    }
}

#[cfg(test)]
#[path = "ready_tests.rs"]
mod tests;
