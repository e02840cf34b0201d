//! Lines and blocks as shapes: drawn, not written, so that frames close whatever the font.

/// Where a cell stands, and how large it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// A symbol that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Strokes, as a path.
    Line(String),
    /// Filled rectangles, as a path, and how opaque they are.
    Block(String, f32),
}

/// A symbol as a shape; none if it is a letter, or not known.
pub(super) fn shape(symbol: &str, cell: Cell) -> Option<Shape> {
    if let Some(path) = line(symbol, cell) {
        return Some(Shape::Line(path));
    }
    let (parts, opacity) = block(symbol)?;
    let mut path = String::new();
    for [left, top, right, bottom] in parts {
        let (x, y) = (cell.x + left * cell.width, cell.y + top * cell.height);
        path.push_str(&rectangle(x, y, (right - left) * cell.width, (bottom - top) * cell.height));
    }
    Some(Shape::Block(path, opacity))
}

/// A rectangle as a part of a path.
pub(super) fn rectangle(x: f32, y: f32, wide: f32, high: f32) -> String {
    let [x, y, wide, high, back] = [x, y, wide, high, -wide].map(number);
    format!("M{x} {y}h{wide}v{high}h{back}z")
}

/// A number in as few characters as a tenth of a unit needs.
pub(super) fn number(value: f32) -> String {
    let written = format!("{value:.1}");
    written.strip_suffix(".0").map(str::to_owned).unwrap_or(written)
}

fn line(symbol: &str, cell: Cell) -> Option<String> {
    let (left, right) = (number(cell.x), number(cell.x + cell.width));
    let (top, bottom) = (number(cell.y), number(cell.y + cell.height));
    let (x, y) = (number(cell.x + cell.width / 2.0), number(cell.y + cell.height / 2.0));
    let round = cell.width / 2.0;
    let above = number(cell.y + cell.height / 2.0 - round);
    let below = number(cell.y + cell.height / 2.0 + round);
    Some(match symbol {
        "─" => format!("M{left} {y}H{right}"),
        "│" => format!("M{x} {top}V{bottom}"),
        "┼" => format!("M{left} {y}H{right}M{x} {top}V{bottom}"),
        "├" => format!("M{x} {top}V{bottom}M{x} {y}H{right}"),
        "┤" => format!("M{x} {top}V{bottom}M{x} {y}H{left}"),
        "╭" => format!("M{x} {bottom}V{below}Q{x} {y} {right} {y}"),
        "╮" => format!("M{x} {bottom}V{below}Q{x} {y} {left} {y}"),
        "╰" => format!("M{x} {top}V{above}Q{x} {y} {right} {y}"),
        "╯" => format!("M{x} {top}V{above}Q{x} {y} {left} {y}"),
        _ => return None,
    })
}

/// Left, top, right, bottom in parts of the cell.
type Part = [f32; 4];

fn block(symbol: &str) -> Option<(Vec<Part>, f32)> {
    let character = symbol.chars().next().filter(|_| symbol.chars().count() == 1)?;
    let whole = |opacity| (vec![[0.0, 0.0, 1.0, 1.0]], opacity);
    let solid = |part: Part| (vec![part], 1.0);
    Some(match character {
        '▁'..='█' => {
            let eighths = u32::from(character) - u32::from('▁') + 1;
            let eighths = f32::from(u8::try_from(eighths).unwrap_or(8));
            solid([0.0, 1.0 - eighths / 8.0, 1.0, 1.0])
        }
        '░' => whole(0.25),
        '▒' => whole(0.5),
        '▓' => whole(0.75),
        '▀' => solid([0.0, 0.0, 1.0, 0.5]),
        '▌' => solid([0.0, 0.0, 0.5, 1.0]),
        '▐' => solid([0.5, 0.0, 1.0, 1.0]),
        _ => (quadrants(character)?, 1.0),
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
    let part = |((x, y), _): ((f32, f32), bool)| [x, y, x + 0.5, y + 0.5];
    Some(places.into_iter().zip(quarters).filter(|(_, drawn)| *drawn).map(part).collect())
}
