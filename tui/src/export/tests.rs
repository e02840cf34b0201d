//! Exported frames are what was on the screen, in formats that others read.

use super::{cast, svg, text};
use crate::demo::{Stage, screens, staged};
use crate::model::Setup;
use crate::theme::Look;

#[test]
fn text_is_the_screen() {
    let stage = Stage::new(Setup { size: (80, 24), ..Setup::default() }, staged(7, 4));
    let written = text(&stage.draw());
    assert_eq!(written.lines().count(), 24);
    assert!(written.contains("● charlie"), "{written}");
    assert!(written.lines().all(|line| line.trim_end() == line));
}

#[test]
fn a_picture_is_closed_and_escaped() {
    for (name, stage) in screens((120, 40)) {
        let written = svg(&stage.draw(), &Look::default());
        for tag in ["svg", "text", "g"] {
            let opened = written.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, written.matches(&format!("</{tag}>")).count(), "{name}: {tag}");
        }
        assert!(!written.contains("& "), "{name}");
    }
}

#[test]
fn a_film_has_a_header_and_grows_in_time() {
    let mut stage = Stage::new(Setup { size: (80, 24), ..Setup::default() }, staged(7, 4));
    stage.command("kill bravo");
    for _ in 0..5 {
        stage.advance(3_000);
    }
    let film = cast(&stage.model);
    let mut lines = film.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!((header["version"].as_u64(), header["width"].as_u64()), (Some(2), Some(80)));
    let times: Vec<f64> = lines.map(|line| line[0].as_f64().unwrap()).collect();
    assert!(times.len() > 5 && times.is_sorted(), "{times:?}");
    assert!(times.last().is_some_and(|last| *last < 12.0), "long pauses are cut short: {times:?}");
    assert!(film.contains("killed"));
}
