use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};

use super::*;

#[test]
fn a_reserved_port_refuses_connections_and_is_free_again_afterwards() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("any port");
    let address = listener.local_addr().expect("its address");
    assert!(ReservedPort::take(address.port()).is_none(), "a port on which somebody listens was taken");
    drop(listener);

    let reserved = ReservedPort::take(address.port()).expect("the port is free");
    let refused = TcpStream::connect(address).expect_err("nobody listens");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    drop(reserved);

    TcpListener::bind(address).expect("the port is free again");
}
