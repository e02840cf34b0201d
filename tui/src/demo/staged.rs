//! Pictures that are always the same: for snapshots, benches and the documentation.

use hydraq_cluster::observe::Request;

use super::Demo;

/// A cluster in the middle of things: messages, leases, deletions, and one host that was killed three seconds ago.
#[must_use]
pub fn staged(seed: u64, hosts: u16) -> Demo {
    let mut demo = Demo::new(seed, hosts);
    let replicas = hosts.clamp(1, 3);
    for round in 0..30 {
        if round % 10 == 0 {
            demo.run(&format!("enqueue 340 --type orders --replicas {replicas} --body \"order {{n}}\""));
        }
        demo.advance(150);
    }
    demo.run("enqueue 20 --type mails --replicas 2 --body \"mail {n}\"");
    demo.run("dequeue 12 --type orders");
    demo.advance(900);
    demo.run("dequeue 3 --type mails");
    demo.run("delete");
    demo.advance(1_200);
    for _ in 0..3 {
        demo.run("object create user");
    }
    demo
}

/// As [`staged`], with so many messages that only a window of them can be told.
#[must_use]
pub fn million(seed: u64, hosts: u16) -> Demo {
    let mut demo = staged(seed, hosts);
    demo.older = 1_000_000 - demo.messages.len() as u64;
    demo.request(Request::Run("kill bravo".to_owned()));
    demo
}
