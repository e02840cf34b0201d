//! The port of a host that is down, kept for it.
//!
//! A host keeps its address across restarts, but while it is down nothing stops the system from giving its port to
//! somebody else: to another host that asks for any port, or to the near end of a peer's attempt to reach the dead
//! host. So the fleet binds the port meanwhile. It never listens on it: whoever connects is refused at once, exactly
//! as with a free port, and that is what lets peers suspect the host at once.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Holds a port of 127.0.0.1 without listening on it, until dropped.
#[derive(Debug)]
pub(super) struct ReservedPort {
    _bound: Socket,
}

impl ReservedPort {
    /// Takes the port, or gives up: a host whose port could not be kept merely has to be luckier at its restart.
    pub(super) fn take(port: u16) -> Option<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
        socket.set_reuse_address(true).ok()?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()).ok()?;
        Some(Self { _bound: socket })
    }
}

#[cfg(test)]
#[path = "port_tests.rs"]
mod tests;
