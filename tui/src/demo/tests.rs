//! The same seed gives the same pictures, and the pictures are plausible.

use hydraq_cluster::observe::{Change, HostNumber, HostState, Request};

use super::{Demo, staged};

#[test]
fn the_same_seed_gives_the_same_pictures() {
    assert_eq!(staged(7, 4).advance(100), staged(7, 4).advance(100));
    assert_ne!(staged(7, 4).advance(100), staged(8, 4).advance(100));
}

#[test]
fn a_kill_moves_owners_as_predicted() {
    let mut demo = staged(7, 4);
    let predicted = demo.blast(&[HostNumber(2)]);
    assert!(predicted.owner_changes > 100, "{predicted:?}");
    demo.request(Request::Run("kill bravo".to_owned()));
    let update = demo.advance(50);
    let told = update.changes.iter().find_map(|change| match change {
        Change::Aftermath(aftermath) => Some(aftermath.clone()),
        _ => None,
    });
    assert_eq!(told.map(|aftermath| aftermath.predicted), Some(predicted));
    assert_eq!(demo.hosts[1].state, HostState::Killed);
    assert_eq!(demo.hosts[1].serving, 0);
}

#[test]
fn too_many_replicas_are_refused() {
    let mut demo = Demo::new(1, 2);
    demo.request(Request::Run("enqueue --replicas 3".to_owned()));
    let refused = demo
        .advance(1)
        .changes
        .iter()
        .any(|change| matches!(change, Change::Outcome(outcome) if !outcome.ok));
    assert!(refused);
}
