//! A frame as a picture.
//!
//! Every run of letters is held to its columns, and every glyph that is no letter stands in a cell of its own, so that
//! all columns stay aligned in any font. What looks alike is said once: colours are classes, and all lines of a colour are
//! one path, so that a picture is small.

use std::collections::BTreeMap;
use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell as Symbol};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::shapes::{Cell, Shape, number, rectangle, shape};
use crate::theme::{Look, Palette};

const CELL_WIDTH: f32 = 10.0;
const CELL_HEIGHT: f32 = 20.0;
const FONT_SIZE: f32 = 16.5;
const MARGIN: f32 = 12.0;
/// From the top of a cell to the line on which letters stand.
const BASELINE: f32 = 15.0;
/// How much of a dimmed colour is left.
const DIMMED: f32 = 0.6;

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
    let mut drawing = Drawing::new(buffer, ground);
    for y in buffer.area.top()..buffer.area.bottom() {
        drawing.row(y);
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"'DejaVu Sans Mono', 'JetBrains Mono', Menlo, Consolas, monospace\" font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">\n"
    );
    drawing.styles(&mut out);
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>", ground.1);
    drawing.paths(&mut out);
    out.push_str(&drawing.texts);
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

/// What has been drawn so far.
struct Drawing<'a> {
    buffer: &'a Buffer,
    ground: (&'static str, &'static str),
    /// Styles of texts; their names are made of their places.
    classes: Vec<String>,
    /// Filled parts, by colour and opacity in percent.
    filled: BTreeMap<(String, u8), String>,
    /// Strokes, by colour and whether they are dimmed.
    strokes: BTreeMap<(String, bool), String>,
    texts: String,
}

impl<'a> Drawing<'a> {
    fn new(buffer: &'a Buffer, ground: (&'static str, &'static str)) -> Self {
        Self {
            buffer,
            ground,
            classes: Vec::new(),
            filled: BTreeMap::new(),
            strokes: BTreeMap::new(),
            texts: String::new(),
        }
    }

    fn row(&mut self, y: u16) {
        let top = f32::from(y - self.buffer.area.top()) * CELL_HEIGHT + MARGIN;
        let mut run: Option<(u16, String, Paint)> = None;
        let mut x = self.buffer.area.left();
        let before = self.texts.len();
        while x < self.buffer.area.right() {
            let Some(symbol) = self.buffer.cell((x, y)) else { break };
            let wide = u16::try_from(symbol.symbol().width().max(1)).unwrap_or(1);
            let paint = paint(symbol, self.ground);
            let (left, columns) = (self.column(x), f32::from(wide) * CELL_WIDTH);
            if let Some(color) = &paint.background {
                let path = rectangle(left, top, columns, CELL_HEIGHT);
                self.filled.entry((color.clone(), 100)).or_default().push_str(&path);
            }
            let letters = symbol.symbol().is_ascii();
            match &mut run {
                Some((_, text, same)) if letters && *same == paint => text.push_str(symbol.symbol()),
                _ => {
                    self.flush(run.take(), top);
                    if letters {
                        run = Some((x, symbol.symbol().to_owned(), paint));
                    } else {
                        let cell = Cell { x: left, y: top, width: columns, height: CELL_HEIGHT };
                        self.glyph(cell, symbol.symbol(), &paint);
                    }
                }
            }
            x += wide;
        }
        self.flush(run, top);
        if self.texts.len() > before {
            self.texts.push('\n');
        }
    }

    fn column(&self, x: u16) -> f32 {
        f32::from(x - self.buffer.area.left()) * CELL_WIDTH + MARGIN
    }

    fn glyph(&mut self, cell: Cell, symbol: &str, paint: &Paint) {
        match shape(symbol, cell) {
            Some(Shape::Line(path)) => {
                let strokes = self.strokes.entry((paint.foreground.clone(), paint.dim)).or_default();
                extend(strokes, &path, cell);
            }
            Some(Shape::Block(path, opacity)) => {
                let opacity = if paint.dim { opacity * DIMMED } else { opacity };
                let percent = (opacity * 100.0).round() as u8;
                self.filled.entry((paint.foreground.clone(), percent)).or_default().push_str(&path);
            }
            None => {
                let class = self.class(paint);
                let (x, y) = (number(cell.x + cell.width / 2.0), number(cell.y + BASELINE));
                let symbol = escaped(symbol);
                let _ = write!(self.texts, "<text class=\"m {class}\" x=\"{x}\" y=\"{y}\">{symbol}</text>");
            }
        }
    }

    fn flush(&mut self, run: Option<(u16, String, Paint)>, top: f32) {
        let Some((x, text, paint)) = run else { return };
        let columns = |count: usize| f32::from(u16::try_from(count).unwrap_or(0)) * CELL_WIDTH;
        let pieces = if paint.underlined { vec![(0, &*text)] } else { pieces(&text) };
        for (before, shown) in pieces {
            let (left, length) = (number(self.column(x) + columns(before)), number(columns(shown.len())));
            let (class, y, shown) = (self.class(&paint), number(top + BASELINE), escaped(shown));
            let _ = write!(
                self.texts,
                "<text class=\"{class}\" x=\"{left}\" y=\"{y}\" textLength=\"{length}\">{shown}</text>"
            );
        }
    }

    /// The class of texts that look like this.
    fn class(&mut self, paint: &Paint) -> String {
        let mut style = format!("fill:{}", paint.foreground);
        for (is_set, words) in [
            (paint.bold, ";font-weight:bold"),
            (paint.dim, ";opacity:0.6"),
            (paint.underlined, ";text-decoration:underline"),
        ] {
            if is_set {
                style.push_str(words);
            }
        }
        let known = self.classes.iter().position(|class| *class == style);
        let place = known.unwrap_or_else(|| {
            self.classes.push(style);
            self.classes.len() - 1
        });
        format!("t{place}")
    }

    fn styles(&self, out: &mut String) {
        out.push_str("<style>.m{text-anchor:middle}");
        for (place, style) in self.classes.iter().enumerate() {
            let _ = write!(out, ".t{place}{{{style}}}");
        }
        out.push_str("</style>\n");
    }

    fn paths(&self, out: &mut String) {
        for ((color, percent), path) in &self.filled {
            let opacity =
                if *percent == 100 { String::new() } else { format!(" fill-opacity=\"0.{percent:02}\"") };
            let _ = writeln!(
                out,
                "<path d=\"{path}\" fill=\"{color}\"{opacity} shape-rendering=\"crispEdges\"/>"
            );
        }
        for ((color, dim), path) in &self.strokes {
            let opacity = if *dim { " opacity=\"0.6\"" } else { "" };
            let _ = writeln!(
                out,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\"{opacity}/>"
            );
        }
    }
}

/// Adds a stroke to others; a level one that goes on where the last one ended makes that longer.
fn extend(strokes: &mut String, stroke: &str, cell: Cell) {
    let (left, middle) = (number(cell.x), number(cell.y + cell.height / 2.0));
    let goes_on = stroke.strip_prefix(&format!("M{left} {middle}H"));
    match (goes_on, strokes.strip_suffix(&format!("H{left}"))) {
        (Some(end), Some(before)) if level(before) == Some(&middle) && !end.contains('M') => {
            let kept = before.len();
            strokes.truncate(kept);
            strokes.push('H');
            strokes.push_str(end);
        }
        _ => strokes.push_str(stroke),
    }
}

/// The height of a path's last stroke, if nothing but its beginning has been said of it.
fn level(path: &str) -> Option<&str> {
    let (_, begun) = path.rsplit_once('M')?;
    let (_, height) = begun.split_once(' ')?;
    height.bytes().all(|each| each.is_ascii_digit() || each == b'.').then_some(height)
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

/// What stands between two blanks and more, and where each piece begins: browsers make one of them, whatever an attribute says.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    for part in text.split("  ") {
        let shown = part.trim();
        if !shown.is_empty() {
            pieces.push((at + part.len() - part.trim_start().len(), shown));
        }
        at += part.len() + 2;
    }
    pieces
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
