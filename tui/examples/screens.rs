//! Writes pictures of all screens and boxes, at several sizes, into a folder: `cargo run --example screens -- FOLDER`.
//!
//! The cluster is a pretended one, so that the pictures are the same each time.

use std::path::Path;

use hydraq::demo::{boxes, screens};
use hydraq::export::{svg, text};
use hydraq::theme::{Look, Palette};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "screens".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for size in SIZES {
        for (name, stage) in screens(size).into_iter().chain(boxes(size)) {
            let palette = if name == "light" { Palette::Light } else { Palette::OkabeIto };
            let look = Look { palette, ..Look::default() };
            let name = format!("{name}-{}x{}", size.0, size.1);
            let frame = stage.draw();
            std::fs::write(folder.join(format!("{name}.txt")), text(&frame))?;
            std::fs::write(folder.join(format!("{name}.svg")), svg(&frame, &look))?;
        }
    }
    Ok(())
}
