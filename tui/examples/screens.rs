//! Writes pictures of all screens, at several sizes, into a folder: `cargo run --example screens -- FOLDER`.
//!
//! The cluster is a pretended one, so that the pictures are the same each time.

use std::path::Path;

use hydraq::demo::{Stage, million, staged};
use hydraq::export::{svg, text};
use hydraq::keymap::Keymap;
use hydraq::model::{Screen, Setup};
use hydraq::theme::{ColorDepth, Glyphs, Look, Palette};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "screens".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for size in SIZES {
        for (name, stage) in scenes(size) {
            let name = format!("{name}-{}x{}", size.0, size.1);
            let frame = stage.draw();
            std::fs::write(folder.join(format!("{name}.txt")), text(&frame))?;
            std::fs::write(folder.join(format!("{name}.svg")), svg(&frame, &look()))?;
        }
    }
    Ok(())
}

fn look() -> Look {
    Look { motion: false, ..Look::default() }
}

fn stage(size: (u16, u16), hosts: u16) -> Stage {
    let setup = Setup { look: look(), size, keymap: Keymap::default(), ..Setup::default() };
    Stage::new(setup, staged(7, hosts))
}

/// Every screen and every box, in the middle of things.
fn scenes(size: (u16, u16)) -> Vec<(&'static str, Stage)> {
    let mut scenes = Vec::new();
    let mut scene = |name, prepare: &dyn Fn(&mut Stage), hosts| {
        let mut stage = stage(size, hosts);
        prepare(&mut stage);
        scenes.push((name, stage));
    };
    let killed = |stage: &mut Stage| {
        stage.keys("right k y");
        for _ in 0..4 {
            stage.advance(1_000);
        }
    };
    scene(
        "cluster",
        &|stage| {
            killed(stage);
            stage.keys("esc down down down");
        },
        4,
    );
    scene("cluster-quiet", &|_| {}, 4);
    scene("cluster-empty", &|stage| stage.demo = hydraq::demo::Demo::new(1, 3), 3);
    scene(
        "cluster-faults",
        &|stage| {
            stage.command("cut alpha charlie --one-way");
            stage.command("cut bravo delta");
            stage.command("delay alpha delta 200ms");
            stage.command("pause charlie");
            stage.command("fill delta");
            stage.advance(5_000);
        },
        4,
    );
    scene("cluster-8", &|stage| killed(stage), 8);
    scene("cluster-12", &|stage| killed(stage), 12);
    scene("cluster-64", &|stage| killed(stage), 64);
    scene("kill", &|stage| stage.keys("right right k"), 4);
    scene(
        "aftermath",
        &|stage| {
            stage.keys("right k y");
            stage.advance(400);
        },
        4,
    );
    scene("cut", &|stage| stage.keys("c down"), 4);
    scene("delete", &|stage| stage.keys("x"), 4);
    scene("enqueue", &|stage| stage.keys("e tab"), 4);
    scene("enqueue-more", &|stage| stage.keys("e up enter"), 4);
    scene(
        "palette",
        &|stage| {
            stage.keys("ctrl-p");
            stage.text("kil");
        },
        4,
    );
    scene(
        "filter",
        &|stage| {
            stage.keys("/");
            stage.text("type:mails st");
        },
        4,
    );
    scene("refused", &|stage| stage.command("enqueue --replicas 9"), 4);
    scene(
        "message",
        &|stage| {
            killed(stage);
            stage.keys("/");
            stage.text("under");
            stage.keys("enter down down enter");
        },
        4,
    );
    scene(
        "message-leased",
        &|stage| {
            stage.keys("/");
            stage.text("state:leased");
            stage.keys("enter enter");
        },
        4,
    );
    scene(
        "stores",
        &|stage| {
            for _ in 0..5 {
                stage.command("object create user");
            }
            stage.keys("3");
        },
        4,
    );
    scene(
        "faults",
        &|stage| {
            stage.command("cut alpha charlie --one-way");
            stage.command("delay alpha delta 200ms");
            stage.command("drop bravo delta 30");
            stage.command("pause charlie");
            stage.command("kill bravo");
            stage.keys("4 down right");
        },
        4,
    );
    scene(
        "faults-64",
        &|stage| {
            stage.command("kill bravo");
            stage.keys("4 down right");
        },
        64,
    );
    scene(
        "timeline",
        &|stage| {
            killed(stage);
            stage.command("enqueue 3 --type orders");
            stage.keys("5 left left left");
        },
        4,
    );
    scene(
        "stopped",
        &|stage| {
            killed(stage);
            stage.keys(", ,");
        },
        4,
    );
    scene("lessons", &|stage| stage.keys("6 down down"), 4);
    scene("lesson", &|stage| stage.keys("6 down down down enter space 1"), 4);
    scene("lesson-revealed", &|stage| stage.keys("6 down down down enter space b 1"), 4);
    scene("presenter", &|stage| stage.keys("P 6 down down down enter space"), 4);
    scene("help", &|stage| stage.keys("?"), 4);
    let setup = Setup { look: look(), size, ..Setup::default() };
    scenes.push(("million", Stage::new(setup, million(7, 64))));
    let setup = Setup { look: look(), size, ..Setup::default() };
    scenes.push(("million-4", Stage::new(setup, million(7, 4))));
    let ascii = Look { glyphs: &Glyphs::ASCII, depth: ColorDepth::None, ..look() };
    let mut stage = Stage::new(Setup { look: ascii, size, ..Setup::default() }, staged(7, 4));
    killed(&mut stage);
    scenes.push(("ascii", stage));
    let light = Look { palette: Palette::Light, ..look() };
    let mut stage =
        Stage::new(Setup { look: light, size, screen: Screen::Cluster, ..Setup::default() }, staged(7, 4));
    killed(&mut stage);
    scenes.push(("light", stage));
    scenes
}
