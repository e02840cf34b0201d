//! The console on a cluster that somebody else runs.

use std::fs::File;

use hydraq_tests::cluster::Cluster;
use hydraq_tests::playground::Playground;
use hydraq_tests::run::Running;

#[test]
fn a_cluster_that_takes_no_faults_is_only_looked_at() {
    let playground = Playground::new();
    let cluster = Cluster::start(&playground);
    cluster.done(&["enqueue", "of somebody else", "--type", "orders"]);
    let lines = playground.write("lines", "enqueue mine\ndelete\nexpect ready == 1 --within 5s\n");
    let mut command = playground.hydraq(&["--plain", "--attach", &cluster.addresses[0]]);
    let console = Running::start(
        &playground,
        "console",
        command.stdin(File::open(lines).expect("the lines can be read")),
    );
    let ran = console.end();
    let refused = ran.out.matches("only looked at").count();
    assert_eq!(refused, 2, "\n--- standard output\n{}\n--- standard error\n{}", ran.out, ran.err);
    assert_eq!(cluster.done(&["types"])["types"][0]["ready"], 1);
    assert_eq!(cluster.done(&["types"])["types"].as_array().map(Vec::len), Some(1), "nothing was added");
}
