//! What moves is what changed, and it arrives.

use hydraq_cluster::observe::HostNumber;

use super::Motion;
use crate::demo::{Stage, staged};
use crate::model::{Input, Setup};

fn stage() -> Stage {
    Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 4))
}

#[test]
fn a_kill_fades_and_crowns_move() {
    let mut stage = stage();
    stage.command("kill bravo");
    let running: Vec<Motion> =
        stage.model.motions.running(stage.model.now_ms).map(|(motion, _)| motion).collect();
    assert!(running.contains(&Motion::Fade(HostNumber(2))), "{running:?}");
    assert!(
        running.iter().any(|motion| matches!(motion, Motion::Crown { from: HostNumber(2), .. })),
        "{running:?}"
    );
    assert_eq!(stage.model.next_tick_ms(), Some(33));
    stage.input(Input::Tick { elapsed_ms: 2_000 });
    assert_ne!(stage.model.next_tick_ms(), Some(33), "it has arrived");
}

#[test]
fn copies_travel_from_the_owner() {
    let mut stage = stage();
    stage.command("kill bravo");
    let mut travelled = false;
    for _ in 0..60 {
        stage.advance(100);
        let mut running = stage.model.motions.running(stage.model.now_ms);
        travelled |= running.any(|(motion, _)| matches!(motion, Motion::Copy { from, to, .. } if from != to));
    }
    assert!(travelled);
}

#[test]
fn nothing_moves_where_motion_is_off() {
    let mut setup = Setup::default();
    setup.look.motion = false;
    let mut stage = Stage::new(setup, staged(7, 4));
    stage.command("kill bravo");
    assert_eq!(stage.model.motions.running(stage.model.now_ms).count(), 0);
}
