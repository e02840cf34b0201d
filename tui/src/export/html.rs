//! A session as one page that plays by itself in a browser, and needs nothing else: no network, no other file.
//!
//! A picture is a list of rows, and every row that is ever to be seen is in the page once. Glyphs that are no letters stand in
//! cells of their own, so that columns stay aligned in any font.

use std::collections::HashMap;
use std::fmt::Write;

use hydraq_cluster::observe::Update;
use hydraq_cluster::observe::words::clock;
use ratatui::buffer::Buffer;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::film::{Film, Picture};
use super::svg::{Paint, escaped, ground, paint};
use crate::model::{Model, Setup};
use crate::theme::Palette;

/// The page, with places for the title, the colours and the session.
const PAGE: &str = include_str!("page.html");

/// Recorded updates as a page.
#[must_use]
pub fn html(setup: Setup, title: &str, updates: impl IntoIterator<Item = Update>) -> String {
    let ground = ground(&setup.look);
    let scheme = if setup.look.palette == Palette::Light { "light" } else { "dark" };
    let ahead_of_utc_seconds = setup.ahead_of_utc_seconds;
    let (mut rows, mut styles) = (Known::default(), Known::default());
    let mut frames = Vec::new();
    for Picture { film_ms, at_ms, buffer } in Film::new(Model::new(setup), updates.into_iter()) {
        let lines = buffer.area.top()..buffer.area.bottom();
        let shown: Vec<usize> = lines.map(|y| rows.number(row(&buffer, y, ground, &mut styles))).collect();
        frames.push(json!([film_ms, clock(at_ms, ahead_of_utc_seconds), shown]));
    }
    let mut css =
        format!("html,body{{color:{};background:{}}}:root{{color-scheme:{scheme}}}\n", ground.0, ground.1);
    for (number, style) in styles.all.iter().enumerate() {
        let _ = writeln!(css, ".s{number}{{{style}}}");
    }
    // Nothing in it ends the element that it stands in.
    let session = json!({ "rows": rows.all, "frames": frames }).to_string().replace('<', "\\u003c");
    filled(&[("@title@", &escaped(title)), ("@colours@", &css), ("@session@", &session)])
}

/// The page with something at each of its places, in their order. What is put in is not looked at again.
fn filled(parts: &[(&str, &str)]) -> String {
    let (mut page, mut rest) = (String::new(), PAGE);
    for (place, content) in parts {
        let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(content);
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Texts, each once.
#[derive(Default)]
struct Known {
    all: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Known {
    fn number(&mut self, text: String) -> usize {
        let next = self.all.len();
        *self.numbers.entry(text).or_insert_with_key(|text| {
            self.all.push(text.clone());
            next
        })
    }
}

/// A row of the screen: runs of cells that look alike.
fn row(buffer: &Buffer, y: u16, ground: (&str, &str), styles: &mut Known) -> String {
    let mut written = String::new();
    let mut run: Option<(Paint, String)> = None;
    let mut x = buffer.area.left();
    while x < buffer.area.right() {
        let Some(cell) = buffer.cell((x, y)) else { break };
        let width = cell.symbol().width().max(1);
        let paint = paint(cell, ground);
        let symbol = match (cell.symbol().is_ascii(), width) {
            (true, _) => escaped(cell.symbol()),
            (false, 1) => format!("<i>{}</i>", escaped(cell.symbol())),
            (false, _) => format!("<b>{}</b>", escaped(cell.symbol())),
        };
        match &mut run {
            Some((same, text)) if *same == paint => text.push_str(&symbol),
            _ => finish(run.replace((paint, symbol)), styles, &mut written),
        }
        x += u16::try_from(width).unwrap_or(1);
    }
    // Blanks at the end are seen only on a ground of their own.
    if run.as_ref().is_some_and(|(paint, text)| {
        paint.background.is_some() || paint.underlined || !text.trim().is_empty()
    }) {
        finish(run, styles, &mut written);
    }
    written
}

fn finish(run: Option<(Paint, String)>, styles: &mut Known, written: &mut String) {
    let Some((paint, text)) = run else { return };
    let number = styles.number(style(&paint));
    let _ = write!(written, "<span class=\"s{number}\">{text}</span>");
}

fn style(paint: &Paint) -> String {
    let mut style = format!("color:{}", paint.foreground);
    if let Some(background) = &paint.background {
        let _ = write!(style, ";background:{background}");
    }
    for (is_set, words) in [
        (paint.bold, ";font-weight:bold"),
        (paint.dim, ";opacity:0.6"),
        (paint.underlined, ";text-decoration:underline"),
    ] {
        if is_set {
            style.push_str(words);
        }
    }
    style
}
