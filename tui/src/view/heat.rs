//! All messages in a few rows: how many of each row every host has.

use hydraq_cluster::observe::words::{count, short_count};
use hydraq_cluster::observe::{HeatCell, HeatMap, HeatRow, HostState};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::words;
use crate::model::Model;
use crate::model::layout::{ClusterLayout, Columns, lines};
use crate::theme::Role;

/// Draws the heat map into its part of the replica map.
pub(super) fn heat(model: &Model, layout: &ClusterLayout, columns: &Columns, ink: &mut Ink<'_>) {
    let area = layout.heat;
    if area.height == 0 {
        return;
    }
    if layout.rows.height > 0 {
        let total = format!("all {} messages", count(model.picture().window.total));
        let title = [ink.piece(total, Role::Strong), ink.piece("shade: the host's share", Role::Dim)];
        ink.divider(layout.map, area.y - 1, &title, ink.style(Role::Dim));
    }
    let map = HeatMap::clone(&model.picture().heat).fitted(usize::from(area.height));
    for (y, row) in (area.y..area.y + area.height).zip(&map.rows) {
        heat_row(model, row, lines(area, y - area.y, 1), columns, ink);
    }
}

fn heat_row(model: &Model, row: &HeatRow, line: Rect, columns: &Columns, ink: &mut Ink<'_>) {
    let end = columns.copies.0 + columns.copies.1;
    let number = short_count(row.messages);
    let room = end.saturating_sub(columns.id.0 + width(&number) + 3);
    ink.say(columns.id.0, line.y, room, &row.label, Role::Text);
    let role = if row.under_replicated > 0 { Role::Danger } else { Role::Text };
    let number = if row.under_replicated > 0 { format!("{number} !") } else { format!("{number}  ") };
    ink.text(end.saturating_sub(width(&number)), line.y, width(&number), &number, ink.style(role));
    for column in &columns.hosts {
        let cell = row.cells.iter().find(|cell| cell.host == column.host);
        let place = (column.x, column.width);
        let state = model.picture().host(column.host).map(|host| host.state);
        match (cell, state) {
            (Some(cell), Some(state)) if state.is_gone() || state == HostState::Paused => {
                silent_cell(cell, state, place, line.y, columns.words, ink);
            }
            _ => heat_cell(row, cell, place, line.y, columns.words, ink),
        }
    }
}

fn heat_cell(
    row: &HeatRow,
    cell: Option<&HeatCell>,
    (x, wide): (u16, u16),
    y: u16,
    words: bool,
    ink: &mut Ink<'_>,
) {
    let (copies, serving) = cell.map_or((0, 0), |cell| (cell.copies, cell.serving));
    let shades = ink.glyphs().heat;
    let shade = match copies {
        0 => 0,
        _ => usize::try_from((copies * 4).div_ceil(row.messages.max(1))).unwrap_or(4).clamp(1, 4),
    };
    let role = if serving * 2 >= copies && serving > 0 { Role::Serving } else { Role::Copy };
    let bar_width = if words { 4 } else { wide.saturating_sub(1) };
    let bar = if copies == 0 {
        ink.glyphs().not_a_holder.to_owned()
    } else {
        shades[shade].repeat(usize::from(bar_width))
    };
    let style = ink.style(if copies == 0 { Role::Dim } else { role });
    ink.text(x, y, bar_width, &bar, style);
    if words && copies > 0 {
        ink.text(x + 5, y, wide.saturating_sub(6), &short_count(copies), ink.style(Role::Text));
    }
}

/// What a host has that does not answer: its copies are on its disk, and no share of it serves.
fn silent_cell(
    cell: &HeatCell,
    state: HostState,
    (x, wide): (u16, u16),
    y: u16,
    words: bool,
    ink: &mut Ink<'_>,
) {
    let (glyph, role) = words::host(state, ink.glyphs());
    ink.text(x, y, 1, glyph, ink.style(role));
    if words {
        let told = format!(
            "{} on {} host",
            short_count(cell.copies),
            if state.is_gone() { "dead" } else { "paused" }
        );
        let short = short_count(cell.copies);
        let room = wide.saturating_sub(6);
        ink.text(x + 5, y, room, if width(&told) <= room { &told } else { &short }, ink.style(role));
    }
}
