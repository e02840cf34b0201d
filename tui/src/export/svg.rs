//! A frame as a picture.
//!
//! Every run of letters is held to its columns, and every glyph that is no letter stands in a cell of its own, so that
//! all columns stay aligned in any font.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell as Symbol};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::shapes::{Cell, shape};
use crate::theme::{Look, Palette};

const CELL_WIDTH: f32 = 10.0;
const CELL_HEIGHT: f32 = 20.0;
const FONT_SIZE: f32 = 16.5;
const MARGIN: f32 = 12.0;
/// From the top of a cell to the line on which letters stand.
const BASELINE: f32 = 15.0;

/// How a cell looks in the end: after reversal, defaults and dimming.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paint {
    pub(super) foreground: String,
    pub(super) background: Option<String>,
    pub(super) bold: bool,
    pub(super) dim: bool,
    pub(super) underlined: bool,
}

/// A frame as an SVG picture, on a dark ground, or on a light one for the light colours.
#[must_use]
pub fn svg(buffer: &Buffer, look: &Look) -> String {
    let ground = ground(look);
    let width = f32::from(buffer.area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f32::from(buffer.area.height) * CELL_HEIGHT + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"'DejaVu Sans Mono', 'JetBrains Mono', Menlo, Consolas, monospace\" font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        ground.1
    );
    for y in buffer.area.top()..buffer.area.bottom() {
        row(buffer, y, ground, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// The colours of text and of what is behind it.
pub(super) fn ground(look: &Look) -> (&'static str, &'static str) {
    match look.palette {
        Palette::OkabeIto => ("#e4e7eb", "#11151a"),
        Palette::HighContrast => ("#ffffff", "#000000"),
        Palette::Light => ("#1c2024", "#fdfdfb"),
    }
}

fn row(buffer: &Buffer, y: u16, ground: (&str, &str), out: &mut String) {
    let top = f32::from(y - buffer.area.top()) * CELL_HEIGHT + MARGIN;
    let mut run: Option<(u16, String, Paint)> = None;
    let mut x = buffer.area.left();
    let mut written = String::new();
    while x < buffer.area.right() {
        let Some(symbol) = buffer.cell((x, y)) else { break };
        let wide = u16::try_from(symbol.symbol().width().max(1)).unwrap_or(1);
        let paint = paint(symbol, ground);
        if let Some(color) = &paint.background {
            let left = column(buffer, x);
            let columns = f32::from(wide) * CELL_WIDTH;
            let _ = write!(
                out,
                "<rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{columns:.2}\" height=\"{CELL_HEIGHT}\" fill=\"{color}\" shape-rendering=\"crispEdges\"/>"
            );
        }
        let letters = symbol.symbol().is_ascii();
        match &mut run {
            Some((_, text, same)) if letters && *same == paint => text.push_str(symbol.symbol()),
            _ => {
                flush(buffer, run.take(), top, &mut written);
                if letters {
                    run = Some((x, symbol.symbol().to_owned(), paint));
                } else {
                    glyph(buffer, x, symbol.symbol(), wide, &paint, top, &mut written);
                }
            }
        }
        x += wide;
    }
    flush(buffer, run, top, &mut written);
    out.push_str(&written);
    out.push('\n');
}

fn column(buffer: &Buffer, x: u16) -> f32 {
    f32::from(x - buffer.area.left()) * CELL_WIDTH + MARGIN
}

fn glyph(buffer: &Buffer, x: u16, symbol: &str, wide: u16, paint: &Paint, top: f32, out: &mut String) {
    let cell =
        Cell { x: column(buffer, x), y: top, width: f32::from(wide) * CELL_WIDTH, height: CELL_HEIGHT };
    let opacity = if paint.dim { " opacity=\"0.6\"" } else { "" };
    if paint.dim {
        out.push_str("<g opacity=\"0.6\">");
    }
    let drawn = shape(symbol, cell, &paint.foreground, out);
    if paint.dim {
        out.push_str("</g>");
    }
    if drawn {
        return;
    }
    let _ = write!(
        out,
        "<text x=\"{:.2}\" y=\"{:.2}\" text-anchor=\"middle\" fill=\"{}\"{opacity}>{}</text>",
        cell.x + cell.width / 2.0,
        top + BASELINE,
        paint.foreground,
        escaped(symbol)
    );
}

fn flush(buffer: &Buffer, run: Option<(u16, String, Paint)>, top: f32, out: &mut String) {
    let Some((x, text, paint)) = run else { return };
    let before = text.len() - text.trim_start().len();
    let shown = text.trim();
    if shown.is_empty() && !paint.underlined {
        return;
    }
    let (shown, before) = if paint.underlined { (&*text, 0) } else { (shown, before) };
    let left = column(buffer, x) + f32::from(u16::try_from(before).unwrap_or(0)) * CELL_WIDTH;
    let length = f32::from(u16::try_from(shown.len()).unwrap_or(0)) * CELL_WIDTH;
    let mut style = String::new();
    for (set, text) in [
        (paint.bold, " font-weight=\"bold\""),
        (paint.dim, " opacity=\"0.6\""),
        (paint.underlined, " text-decoration=\"underline\""),
    ] {
        if set {
            style.push_str(text);
        }
    }
    let _ = write!(
        out,
        "<text x=\"{left:.2}\" y=\"{:.2}\" textLength=\"{length:.2}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{style}>{}</text>",
        top + BASELINE,
        paint.foreground,
        escaped(shown)
    );
}

pub(super) fn paint(symbol: &Symbol, (text, ground): (&str, &str)) -> Paint {
    let mut foreground = color(symbol.fg).unwrap_or_else(|| text.to_owned());
    let mut background = color(symbol.bg);
    if symbol.modifier.contains(Modifier::REVERSED) {
        let behind = background.take().unwrap_or_else(|| ground.to_owned());
        background = Some(std::mem::replace(&mut foreground, behind));
    }
    Paint {
        foreground,
        background,
        bold: symbol.modifier.contains(Modifier::BOLD),
        dim: symbol.modifier.contains(Modifier::DIM),
        underlined: symbol.modifier.contains(Modifier::UNDERLINED),
    }
}

fn color(color: Color) -> Option<String> {
    Some(match color {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(number) => indexed(number),
        Color::Red | Color::LightRed => "#d55e00".to_owned(),
        Color::Green | Color::LightGreen => "#009e73".to_owned(),
        Color::Yellow | Color::LightYellow => "#e69f00".to_owned(),
        Color::Cyan | Color::LightCyan | Color::Blue | Color::LightBlue => "#56b4e9".to_owned(),
        Color::Magenta | Color::LightMagenta => "#cc79a7".to_owned(),
        Color::Black => "#000000".to_owned(),
        Color::White | Color::Gray => "#dddddd".to_owned(),
        Color::DarkGray => "#808080".to_owned(),
    })
}

/// A colour of the cube of 256.
fn indexed(number: u8) -> String {
    let step = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
    match number {
        232.. => {
            let grey = 8 + 10 * (number - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        16..232 => {
            let cube = number - 16;
            format!("#{:02x}{:02x}{:02x}", step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        _ => "#dddddd".to_owned(),
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
