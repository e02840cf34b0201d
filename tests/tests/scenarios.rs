//! Hard scenarios, each in a file of its own: hosts are killed, stopped, cut off, filled, and damaged, and everything that was
//! acknowledged comes back.

use std::collections::BTreeSet;

use hydraq_tests::playground::Playground;
use hydraq_tests::run::{Ran, hydraq, scenario};

fn play(file: &str) -> Ran {
    let playground = Playground::new();
    let path = format!("{}/scenarios/{file}.hq", env!("CARGO_MANIFEST_DIR"));
    let ran = hydraq(&playground, &["run", &path, "--format", "json"]);
    playground.assert_clean();
    ran
}

macro_rules! plays {
    ($($test:ident: $file:literal,)*) => {
        $(
            #[test]
            fn $test() {
                play($file).assert_status(0);
            }
        )*
    };
}

plays! {
    a_killed_owner_is_stood_in_for: "takeover",
    load_goes_on_while_hosts_are_killed: "load-under-kills",
    a_stopped_host_is_stood_in_for: "pause",
    cut_links_are_mended: "cut-and-heal",
    a_lost_disk_is_made_anew: "wipe",
    a_full_disk_takes_nothing_more: "full-disk",
    a_flipped_byte_is_never_delivered: "corrupt",
    hosts_leave_and_are_removed: "leave-and-remove",
    leases_are_extended_released_and_run_out: "leases",
    limits_hold: "limits",
    deleted_stays_deleted: "deleted-stays-deleted",
    one_id_is_one_message: "same-id",
    the_oracle_finds_what_is_lost: "lost-is-found",
    slow_and_lossy_links_break_nothing: "slow-and-lossy",
    any_two_of_seven_hosts_may_die: "any-two-of-seven",
    a_delete_outlives_the_origin: "origin-killed-then-deleted",
    a_delete_waits_for_holders_that_are_all_down: "deleted-while-all-holders-are-down",
    a_replica_on_every_host_waits_for_the_last: "seven-of-seven",
    one_host_hands_out_what_all_have: "one-consumer-for-all",
    a_lease_that_is_extended_holds: "leases-tell-their-cause",
    a_wiped_disk_is_repaired: "wiped-and-repaired",
    a_disk_that_went_back_brings_nothing_back: "rolled-back",
    both_sides_of_a_cut_agree_again: "cut-in-two",
    a_holder_that_stops_answering_is_replaced: "holder-replaced",
    a_store_is_drawn_as_soon_as_it_serves: "objects-right-after-a-restart",
}

#[test]
fn a_thousand_messages_survive_the_death_of_all_hosts_byte_for_byte() {
    let ran = play("all-killed");
    ran.assert_status(0);
    // Judged by what came, not only by the oracle.
    let steps = ran.steps();
    let dequeued = steps.iter().find(|step| step["command"] == "dequeue").expect("there is a dequeue");
    let messages = dequeued["result"]["messages"].as_array().expect("with messages");
    let bodies: BTreeSet<&str> =
        messages.iter().map(|message| message["body"].as_str().expect("a body")).collect();
    let enqueued: Vec<String> =
        (1..=1000).map(|number| format!("message {number}: this must come back as it was")).collect();
    assert_eq!(bodies, enqueued.iter().map(String::as_str).collect());
    assert_eq!(messages.len(), 1000, "each came once");
}

#[test]
fn a_loss_that_nobody_expects_fails_the_run() {
    let ran = scenario("spawn 2\nenqueue 3 --replicas 1 --on alpha\nwipe alpha\n");
    ran.assert_status(1);
    assert_eq!(ran.summaries()[0]["lost"], 3);
    assert_eq!(ran.summaries()[0]["passed"], false);
}
