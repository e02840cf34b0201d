//! A session becomes a scenario that runs as it is.

use hydraq_cluster::scenario::parse_script;

use crate::demo::{Stage, staged};
use crate::export::text;
use crate::model::Setup;

fn stage(hosts: u32) -> Stage {
    Stage::new(Setup { size: (120, 40), hosts, ..Setup::default() }, staged(7, 4))
}

#[test]
fn a_session_is_a_scenario() {
    let mut stage = stage(0);
    stage.keys("right k y");
    stage.advance(2_500);
    stage.command("enqueue --replicas 9");
    let written = stage.model.session().scenario(u64::MAX);
    assert_eq!(written, "# a session of the console\nkill bravo\nwait 3s\ntry enqueue --replicas 9\n");
}

#[test]
fn a_saved_session_spawns_the_hosts_that_it_began_with_and_ends_where_time_is_stopped() {
    let mut stage = stage(4);
    stage.command("kill bravo");
    stage.advance(500);
    stage.command("restart bravo");
    let scenario = |stage: &Stage| stage.model.session().scenario(stage.model.shown_ms());
    let whole = "# a session of the console\nspawn 4\nkill bravo\nrestart bravo\n";
    assert_eq!(scenario(&stage), whole);
    assert!(parse_script("saved.hq", whole).is_ok());
    let box_says = |stage: &Stage| text(&stage.draw()).contains("the commands until this moment");
    stage.keys("S");
    assert!(!box_says(&stage));
    stage.keys("esc");
    let restarted_ms = stage.model.session().commands().last().map(|(at_ms, _)| at_ms);
    for _ in 0..20 {
        if Some(stage.model.shown_ms()) >= restarted_ms {
            stage.keys(",");
        }
    }
    assert_eq!(scenario(&stage), "# a session of the console\nspawn 4\nkill bravo\n");
    stage.keys("S");
    assert!(box_says(&stage));
}
