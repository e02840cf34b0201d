//! Files are written, and none over another.

use super::save;
use crate::demo::{Stage, staged};
use crate::model::{SaveKind, Setup};

#[test]
fn every_kind_is_saved_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(Setup::default(), staged(7, 4));
    stage.command("kill bravo");
    for (kind, begins) in [
        (SaveKind::Commands, "# a session"),
        (SaveKind::FrameText, " hydraq"),
        (SaveKind::FrameSvg, "<svg"),
        (SaveKind::Cast, "{\"version\":2"),
    ] {
        let first = save(&stage.model, kind, folder.path()).unwrap();
        let second = save(&stage.model, kind, folder.path()).unwrap();
        assert_ne!(first, second);
        let content = std::fs::read_to_string(folder.path().join(&first)).unwrap();
        assert!(content.starts_with(begins), "{first}: {content:.40}");
        assert_eq!(content, std::fs::read_to_string(folder.path().join(&second)).unwrap());
    }
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::new(Setup::default(), staged(7, 1));
    let refused = save(&stage.model, SaveKind::Commands, &folder.path().join("nowhere")).unwrap_err();
    assert!(refused.starts_with("cannot write "), "{refused}");
}
