//! A session as a film of a terminal (asciicast, version 2).
//!
//! Each picture is written as what differs from the one before.

use std::fmt::Write;

use hydraq_cluster::observe::Update;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::film::{Film, Picture};
use crate::model::{Model, Setup};

/// The session of a model as a film.
#[must_use]
pub fn cast(model: &Model) -> String {
    let mut fresh = Model::new(model.replay_setup());
    fresh.live = model.recording().first_picture();
    written(fresh, model.recording().updates().map(|update| (**update).clone()))
}

/// Recorded updates as a film.
#[must_use]
pub fn cast_of(setup: Setup, updates: impl IntoIterator<Item = Update>) -> String {
    written(Model::new(setup), updates.into_iter())
}

fn written(model: Model, updates: impl Iterator<Item = Update>) -> String {
    let mut shown = Buffer::empty(model.size);
    let (width, height) = (model.size.width, model.size.height);
    let mut film = format!(
        "{{\"version\":2,\"width\":{width},\"height\":{height},\"title\":\"hydraq\",\"env\":{{\"TERM\":\"xterm-256color\"}}}}\n"
    );
    for (place, Picture { film_ms, buffer, .. }) in Film::new(model, updates).enumerate() {
        let mut sent = String::new();
        if place == 0 {
            sent.push_str("\u{1b}[?25l\u{1b}[2J");
        }
        differences(&shown, &buffer, &mut sent);
        if !sent.is_empty() {
            let (seconds, rest_ms) = (film_ms / 1_000, film_ms % 1_000);
            let _ = writeln!(film, "[{seconds}.{rest_ms:03},\"o\",\"{}\"]", escaped(&sent));
        }
        shown = buffer;
    }
    film
}

/// What a terminal must be sent to come from one picture to the next.
fn differences(before: &Buffer, after: &Buffer, out: &mut String) {
    let mut style = None;
    let mut at = None;
    for (x, y, cell) in before.diff(after) {
        if at != Some((x, y)) {
            let _ = write!(out, "\u{1b}[{};{}H", y + 1, x + 1);
        }
        let wanted = (cell.fg, cell.bg, cell.modifier);
        if style != Some(wanted) {
            codes(cell, out);
            style = Some(wanted);
        }
        out.push_str(cell.symbol());
        let wide = u16::try_from(unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1)).unwrap_or(1);
        at = Some((x + wide, y));
    }
    if style.is_some() {
        out.push_str("\u{1b}[0m");
    }
}

fn codes(cell: &Cell, out: &mut String) {
    out.push_str("\u{1b}[0");
    for (modifier, code) in
        [(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::UNDERLINED, 4), (Modifier::REVERSED, 7)]
    {
        if cell.modifier.contains(modifier) {
            let _ = write!(out, ";{code}");
        }
    }
    for (color, base) in [(cell.fg, 30), (cell.bg, 40)] {
        match color {
            Color::Rgb(red, green, blue) => {
                let _ = write!(out, ";{};2;{red};{green};{blue}", base + 8);
            }
            Color::Indexed(number) => {
                let _ = write!(out, ";{};5;{number}", base + 8);
            }
            Color::Red => out.push_str(&format!(";{}", base + 1)),
            Color::Green => out.push_str(&format!(";{}", base + 2)),
            Color::Yellow => out.push_str(&format!(";{}", base + 3)),
            Color::Magenta => out.push_str(&format!(";{}", base + 5)),
            Color::Cyan => out.push_str(&format!(";{}", base + 6)),
            _ => {}
        }
    }
    out.push('m');
}

/// A text inside of the quotes of JSON.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            _ if character.is_control() => {
                let _ = write!(written, "\\u{:04x}", u32::from(character));
            }
            _ => written.push(character),
        }
    }
    written
}
