//! Lines and blocks as shapes: drawn, not written, so that frames close whatever the font.

use std::fmt::Write;

/// Where a cell stands, and how large it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Draws a symbol as a shape; `false` if it is none that is known.
pub(super) fn shape(symbol: &str, cell: Cell, color: &str, out: &mut String) -> bool {
    if let Some(path) = line(symbol, cell) {
        let _ = write!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\"/>");
        return true;
    }
    if let Some(parts) = block(symbol) {
        for [left, top, right, bottom, opacity] in parts {
            let (x, y) = (cell.x + left * cell.width, cell.y + top * cell.height);
            let (wide, high) = ((right - left) * cell.width, (bottom - top) * cell.height);
            let _ = write!(
                out,
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{wide:.2}\" height=\"{high:.2}\" fill=\"{color}\" fill-opacity=\"{opacity}\" shape-rendering=\"crispEdges\"/>"
            );
        }
        return true;
    }
    false
}

fn line(symbol: &str, cell: Cell) -> Option<String> {
    let (left, right) = (cell.x, cell.x + cell.width);
    let (top, bottom) = (cell.y, cell.y + cell.height);
    let (x, y) = (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0);
    let round = cell.width / 2.0;
    let horizontal = format!("M{left:.2} {y:.2}H{right:.2}");
    let vertical = format!("M{x:.2} {top:.2}V{bottom:.2}");
    Some(match symbol {
        "─" => horizontal,
        "│" => vertical,
        "┼" => format!("{horizontal}{vertical}"),
        "├" => format!("{vertical}M{x:.2} {y:.2}H{right:.2}"),
        "┤" => format!("{vertical}M{x:.2} {y:.2}H{left:.2}"),
        "╭" => format!("M{x:.2} {bottom:.2}V{:.2}Q{x:.2} {y:.2} {right:.2} {y:.2}", y + round),
        "╮" => format!("M{x:.2} {bottom:.2}V{:.2}Q{x:.2} {y:.2} {left:.2} {y:.2}", y + round),
        "╰" => format!("M{x:.2} {top:.2}V{:.2}Q{x:.2} {y:.2} {right:.2} {y:.2}", y - round),
        "╯" => format!("M{x:.2} {top:.2}V{:.2}Q{x:.2} {y:.2} {left:.2} {y:.2}", y - round),
        _ => return None,
    })
}

/// Left, top, right, bottom in parts of the cell, and opacity.
type Part = [f32; 5];

fn block(symbol: &str) -> Option<Vec<Part>> {
    let character = symbol.chars().next().filter(|_| symbol.chars().count() == 1)?;
    let whole = |opacity| vec![[0.0, 0.0, 1.0, 1.0, opacity]];
    Some(match character {
        '▁'..='█' => {
            let eighths = u32::from(character) - u32::from('▁') + 1;
            let eighths = f32::from(u8::try_from(eighths).unwrap_or(8));
            vec![[0.0, 1.0 - eighths / 8.0, 1.0, 1.0, 1.0]]
        }
        '░' => whole(0.25),
        '▒' => whole(0.5),
        '▓' => whole(0.75),
        '▀' => vec![[0.0, 0.0, 1.0, 0.5, 1.0]],
        '▌' => vec![[0.0, 0.0, 0.5, 1.0, 1.0]],
        '▐' => vec![[0.5, 0.0, 1.0, 1.0, 1.0]],
        _ => quadrants(character)?,
    })
}

/// The quarter blocks of big type.
fn quadrants(character: char) -> Option<Vec<Part>> {
    // Upper left, upper right, lower left, lower right.
    let quarters = match character {
        '▘' => [true, false, false, false],
        '▝' => [false, true, false, false],
        '▖' => [false, false, true, false],
        '▗' => [false, false, false, true],
        '▚' => [true, false, false, true],
        '▞' => [false, true, true, false],
        '▛' => [true, true, true, false],
        '▜' => [true, true, false, true],
        '▙' => [true, false, true, true],
        '▟' => [false, true, true, true],
        _ => return None,
    };
    let places = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)];
    let part = |((x, y), _): ((f32, f32), bool)| [x, y, x + 0.5, y + 0.5, 1.0];
    Some(places.into_iter().zip(quarters).filter(|(_, drawn)| *drawn).map(part).collect())
}
