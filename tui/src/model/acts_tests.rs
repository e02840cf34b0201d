//! Keys that do something: what they ask before, and what they refuse at once.

use super::super::{Overlay, Setup};
use crate::demo::{Stage, staged};
use crate::export::text;

#[test]
fn processes_of_others_are_not_asked_for() {
    let setup = Setup { size: (120, 40), attached: true, ..Setup::default() };
    let mut stage = Stage::new(setup, staged(7, 4));
    for key in ["k", "r", "p", "W", "n"] {
        stage.keys(key);
        assert!(stage.model.overlay.is_none(), "{key}");
        assert!(stage.model.toasts.bad().any(|toast| toast.words.contains("not ours")), "{key}");
        stage.keys("esc");
    }
    assert!(stage.commands().is_empty());
    assert!(!text(&stage.draw()).contains("k kill"));
    stage.keys("c enter");
    assert_eq!(stage.commands(), ["cut alpha bravo"], "links can be cut where hosts allow it");
}

#[test]
fn a_wipe_tells_what_is_on_no_other_disk() {
    let mut stage = Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 4));
    stage.keys("W");
    assert!(matches!(&stage.model.overlay, Some(Overlay::Kill(kill)) if kill.wipes && kill.blast.is_some()));
    let drawn = text(&stage.draw());
    assert!(drawn.contains("kill alpha and empty its disk?"), "{drawn}");
    assert!(drawn.contains("on no other disk: lost"), "{drawn}");
    stage.keys("y");
    assert_eq!(stage.commands(), ["wipe alpha"]);
}
