//! Independent data stores: each with its weight and its event log, and how the last ones were drawn.

use hydraq_cluster::observe::words::{clock, count, short_count};
use hydraq_cluster::observe::{DrawPicture, HostNumber, StorePicture};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, width};
use super::words::short_name;
use crate::model::Model;
use crate::model::layout::lines;
use crate::theme::Role;

/// Draws the screen.
pub(super) fn stores(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let rows = u16::try_from(model.picture().stores.len()).unwrap_or(u16::MAX);
    let table_height = rows.saturating_add(3).min(area.height.saturating_sub(6)).max(area.height.min(5));
    table(model, lines(area, 0, table_height), ink);
    draws(model, lines(area, table_height, area.height - table_height), ink);
}

/// One column of the table.
struct Column {
    head: &'static str,
    /// Its width; it is left out on screens narrower than `from`.
    wide: u16,
    from: u16,
    text: fn(&StorePicture, u64) -> String,
}

const COLUMNS: [Column; 6] = [
    Column { head: "store", wide: 10, from: 90, text: |store, _| store.store.clone() },
    Column { head: "share", wide: 6, from: 0, text: |store, all| share(store, all) },
    Column { head: "objects", wide: 8, from: 0, text: |store, _| short_count(store.objects) },
    Column { head: "events to", wide: 10, from: 80, text: |store, _| short_count(store.events_head) },
    Column { head: "handed on", wide: 10, from: 80, text: |store, _| short_count(store.propagated) },
    Column {
        head: "behind",
        wide: 7,
        from: 50,
        text: |store, _| short_count(store.events_head.saturating_sub(store.propagated)),
    },
];

fn share(store: &StorePicture, all: u64) -> String {
    if store.available { format!("{}%", u64::from(store.weight) * 100 / all.max(1)) } else { "0%".to_owned() }
}

fn all_weights(model: &Model) -> u64 {
    model.picture().stores.iter().filter(|store| store.available).map(|store| u64::from(store.weight)).sum()
}

fn table(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let objects: u64 = picture.stores.iter().map(|store| store.objects).sum();
    let title = [
        ink.piece("independent data stores", Role::Strong),
        ink.piece(format!("{} objects, each in one store", count(objects)), Role::Dim),
    ];
    let inner = ink.frame(area, &title, ink.style(Role::Text));
    if inner.height == 0 {
        return;
    }
    if picture.stores.is_empty() {
        ink.say(
            inner.x + 1,
            inner.y,
            inner.width,
            "no store is known yet: object create makes an object",
            Role::Dim,
        );
        return;
    }
    let end = inner.x + inner.width;
    let columns = || COLUMNS.iter().filter(|column| area.width >= column.from);
    let mut x = inner.x + names_width(inner);
    for column in columns() {
        let head = format!("{:>1$}", column.head, usize::from(column.wide));
        ink.text(x, inner.y, column.wide.min(end.saturating_sub(x)), &head, ink.style(Role::Dim));
        x += column.wide + 2;
    }
    let all = all_weights(model);
    let selected = model.selected_host().map(|host| host.number);
    let place = picture.stores.iter().position(|store| Some(store.host) == selected).unwrap_or(0);
    let first = (place + 1).saturating_sub(usize::from(inner.height - 1).max(1));
    for (y, store) in (inner.y + 1..inner.y + inner.height).zip(picture.stores.iter().skip(first)) {
        let line = Rect { y, height: 1, ..inner };
        let x = store_line(model, store, line, ink);
        let mut x = x;
        for column in columns() {
            let text = format!("{:>1$}", (column.text)(store, all), usize::from(column.wide));
            ink.text(x, y, column.wide.min(end.saturating_sub(x)), &text, ink.style(Role::Text));
            x += column.wide + 2;
        }
        let room = (inner.x + inner.width).saturating_sub(x + 1);
        let bar = u64::from(store.weight) * u64::from(room.min(30)) / all.max(1);
        match &store.note {
            Some(note) => ink.say(x, y, room, note, Role::Leased),
            None if store.available => {
                let bar = ink.glyphs().spark[5].repeat(usize::try_from(bar).unwrap_or(0));
                ink.text(x, y, room, &bar, ink.style(Role::Copy))
            }
            None => 0,
        };
    }
}

/// Cursor, host and whether it is available; where the columns begin.
fn store_line(model: &Model, store: &StorePicture, line: Rect, ink: &mut Ink<'_>) -> u16 {
    let selected = model.selected_host().is_some_and(|host| host.number == store.host);
    let glyphs = ink.glyphs();
    let (glyph, word, role) = if store.available {
        (glyphs.up, "available", Role::Serving)
    } else {
        (glyphs.dead, "unavailable", Role::Danger)
    };
    ink.say(line.x, line.y, 1, if selected { glyphs.cursor } else { " " }, Role::Strong);
    ink.say(line.x + 1, line.y, 1, glyph, role);
    let name = short_name(&model.picture().host_name(store.host), 10);
    ink.say(line.x + 3, line.y, 10, &name, Role::Strong);
    let names = names_width(line);
    if names > 14 {
        ink.say(line.x + 14, line.y, 11, word, role);
    }
    line.x + names
}

/// Columns for glyph and name, and for the word where there is room.
fn names_width(area: Rect) -> u16 {
    if area.width < 58 { 14 } else { 26 }
}

/// The last draws: the number, and the weights it ran over.
fn draws(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height < 3 {
        return;
    }
    let title = [
        ink.piece("last draws", Role::Strong),
        ink.piece("a number over all weights selects the store", Role::Dim),
    ];
    let inner = ink.frame(area, &title, ink.style(Role::Dim));
    if model.picture().draws.is_empty() {
        let words = "none yet: object create draws a store, and makes an object there";
        ink.say(inner.x + 1, inner.y, inner.width.saturating_sub(2), words, Role::Dim);
    }
    let mut y = inner.y;
    for (place, draw) in model.picture().draws.iter().rev().enumerate() {
        if place == 0 && inner.height >= 4 {
            newest(model, draw, lines(inner, 0, 3), ink);
            y += 4;
            continue;
        }
        if y >= inner.y + inner.height {
            return;
        }
        ink.pieces(inner.x + 1, y, inner.width.saturating_sub(2), &sentence(model, draw, ink));
        y += 1;
    }
}

fn sentence(model: &Model, draw: &DrawPicture, ink: &Ink<'_>) -> Vec<Piece> {
    let all: u64 = draw.weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let at = clock(draw.at_ms, model.ahead_of_utc_seconds);
    vec![
        ink.piece(format!("{at}  "), Role::Dim),
        ink.piece(format!("{} of {} ", count(u64::from(draw.number)), count(all)), Role::Text),
        ink.piece(
            format!("{} {}", ink.glyphs().arrow_right, model.picture().host_name(draw.chosen)),
            Role::Serving,
        ),
        ink.piece(format!("   object {}", draw.object), Role::Dim),
    ]
}

/// The newest draw as a ruler of weights with the number on it.
fn newest(model: &Model, draw: &DrawPicture, area: Rect, ink: &mut Ink<'_>) {
    ink.pieces(area.x + 1, area.y, area.width.saturating_sub(2), &sentence(model, draw, ink));
    let all = draw.weights.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>().max(1);
    let room = u64::from(area.width.saturating_sub(2));
    let column = |sum: u64| u16::try_from(sum * room / all).unwrap_or(0);
    let mut sum = 0;
    for (host, weight) in &draw.weights {
        let (start, end) = (column(sum), column(sum + u64::from(*weight)));
        sum += u64::from(*weight);
        part(
            model,
            *host,
            *host == draw.chosen,
            Rect { x: area.x + 1 + start, y: area.y + 1, width: end - start, height: 1 },
            ink,
        );
    }
    let at = column(u64::from(draw.number)).min(area.width.saturating_sub(3));
    ink.say(area.x + 1 + at, area.y + 2, 1, "^", Role::Strong);
    let label = format!(" {}", count(u64::from(draw.number)));
    ink.say(area.x + 2 + at, area.y + 2, area.width.saturating_sub(at + 3), &label, Role::Strong);
}

fn part(model: &Model, host: HostNumber, chosen: bool, area: Rect, ink: &mut Ink<'_>) {
    if area.width == 0 {
        return;
    }
    let role = if chosen { Role::Serving } else { Role::Dim };
    let glyphs = ink.glyphs();
    let fill = if chosen { glyphs.heat[4] } else { glyphs.heat[1] };
    ink.text(area.x, area.y, area.width - 1, &fill.repeat(usize::from(area.width)), ink.style(role));
    let name = model.picture().host_name(host);
    if width(&name) + 4 < area.width {
        ink.text(
            area.x + 1,
            area.y,
            area.width - 2,
            &format!(" {name} "),
            ink.style(if chosen { Role::Selected } else { Role::Text }),
        );
    }
}
