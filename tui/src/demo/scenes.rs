//! Every screen and every box, in the middle of things: for snapshots and pictures.

use super::{Demo, Stage, million, staged};
use crate::model::Setup;
use crate::theme::{ColorDepth, Glyphs, Look, Palette};

/// What leads to a scene.
type Prepare = fn(&mut Stage);

/// A scene's name, how many hosts it has, and what leads to it.
type Scene = (&'static str, u16, Prepare);

/// Kills bravo, and waits until the first copies are made anew.
fn killed(stage: &mut Stage) {
    stage.keys("right k y");
    (0..4).for_each(|_| stage.advance(1_000));
}

/// Some faults of every kind.
fn faults(stage: &mut Stage) {
    let lines = [
        "cut alpha charlie --one-way",
        "delay alpha delta 200ms",
        "drop bravo delta 30",
        "pause charlie",
        "fill delta",
    ];
    lines.into_iter().for_each(|line| stage.command(line));
}

/// The scenes that are screens.
const SCREENS: [Scene; 15] = [
    ("cluster", 4, |stage| {
        killed(stage);
        stage.keys("esc down down down");
    }),
    ("cluster-empty", 3, |stage| stage.demo = Demo::new(1, 3)),
    ("cluster-faults", 4, |stage| {
        faults(stage);
        stage.advance(5_000);
    }),
    ("cluster-8", 8, killed),
    ("cluster-64", 64, killed),
    ("message", 4, |stage| {
        killed(stage);
        stage.keys("/");
        stage.text("under");
        stage.keys("enter down down enter");
    }),
    ("stores", 4, |stage| {
        (0..5).for_each(|_| stage.command("object create user"));
        stage.keys("3");
    }),
    ("faults", 4, |stage| {
        faults(stage);
        stage.command("kill bravo");
        stage.keys("4 down right");
    }),
    ("timeline", 4, |stage| {
        killed(stage);
        stage.command("enqueue 3 --type orders");
        stage.keys("5 left left left");
    }),
    ("stopped", 4, |stage| {
        killed(stage);
        stage.keys("esc , ,");
    }),
    ("lessons", 4, |stage| stage.keys("6 down down")),
    ("lesson", 4, |stage| stage.keys("6 down down down enter space 1")),
    ("lesson-revealed", 4, |stage| stage.keys("6 down down down enter space a 1")),
    ("presenter", 4, |stage| stage.keys("P 6 down down down enter space")),
    ("help", 4, |stage| stage.keys("?")),
];

/// The scenes that are boxes over a screen.
const BOXES: [Scene; 12] = [
    ("kill", 4, |stage| stage.keys("right right k")),
    ("aftermath", 4, |stage| {
        stage.keys("right k y");
        stage.advance(400);
    }),
    ("cut", 4, |stage| stage.keys("c down")),
    ("delete", 4, |stage| stage.keys("x")),
    ("wipe", 4, |stage| stage.keys("W")),
    ("save", 4, |stage| stage.keys("S down")),
    ("enqueue", 4, |stage| stage.keys("e tab")),
    ("enqueue-more", 4, |stage| stage.keys("e up enter")),
    ("palette", 4, |stage| {
        stage.keys("ctrl-p");
        stage.text("kil");
    }),
    ("filter", 4, |stage| {
        stage.keys("/");
        stage.text("type:mails st");
    }),
    ("refused", 4, |stage| stage.command("enqueue --replicas 9")),
    ("command", 4, |stage| {
        stage.keys(":");
        stage.text("enqueue 5 --type orders --body \"order {n}\"");
    }),
];

fn still() -> Look {
    Look { motion: false, ..Look::default() }
}

fn stage(size: (u16, u16), look: Look, demo: Demo) -> Stage {
    Stage::new(Setup { look, size, ..Setup::default() }, demo)
}

fn all(scenes: &[Scene], size: (u16, u16)) -> Vec<(&'static str, Stage)> {
    let prepared = |(name, hosts, prepare): &Scene| {
        let mut stage = stage(size, still(), staged(7, *hosts));
        prepare(&mut stage);
        (*name, stage)
    };
    scenes.iter().map(prepared).collect()
}

/// Every screen at a size, by name.
#[must_use]
pub fn screens(size: (u16, u16)) -> Vec<(&'static str, Stage)> {
    let mut scenes = all(&SCREENS, size);
    scenes.push(("million", stage(size, still(), million(7, 4))));
    scenes.push(("million-64", stage(size, still(), million(7, 64))));
    let ascii = Look { glyphs: &Glyphs::ASCII, depth: ColorDepth::None, ..still() };
    scenes.push(("ascii", stage(size, ascii, staged(7, 4))));
    let light = Look { palette: Palette::Light, ..still() };
    scenes.push(("light", stage(size, light, staged(7, 4))));
    for (_, stage) in scenes.iter_mut().filter(|(name, _)| matches!(*name, "ascii" | "light")) {
        killed(stage);
    }
    scenes
}

/// Every box at a size, by name.
#[must_use]
pub fn boxes(size: (u16, u16)) -> Vec<(&'static str, Stage)> {
    all(&BOXES, size)
}
