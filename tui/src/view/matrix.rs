//! The matrix of links: senders down, receivers across.

use hydraq_cluster::observe::{HostNumber, LinkState};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::words::{self, short_name};
use crate::model::Model;
use crate::model::layout::{Matrix, NAME_WIDTH};
use crate::theme::Role;

/// Draws the matrix around the selected link.
pub(super) fn matrix(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let selected = model.selected_link();
    let mut title =
        vec![ink.piece("links", Role::Strong), ink.piece("senders down, receivers across", Role::Dim)];
    if let Some((from, to)) = selected {
        let arrow = ink.glyphs().arrow_right;
        title.insert(
            1,
            ink.piece(format!("{} {arrow} {}", picture.host_name(from), picture.host_name(to)), Role::Leased),
        );
    }
    ink.frame(area, &title, ink.style(Role::Text));
    let Some(part) = Matrix::new(area, &picture.host_numbers(), selected) else { return };
    heads(model, &part, ink);
    rows(model, &part, ink);
}

fn heads(model: &Model, part: &Matrix, ink: &mut Ink<'_>) {
    let to = model.selected_link().map(|(_, to)| to);
    for (place, host) in part.columns.iter().enumerate() {
        let name = short_name(&model.picture().host_name(*host), part.wide - 1);
        let role = if Some(*host) == to { Role::Selected } else { Role::Dim };
        ink.text(part.x(place), part.inner.y, part.wide - 1, &name, ink.style(role));
    }
}

fn rows(model: &Model, part: &Matrix, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let selected = model.selected_link();
    for (y, from) in (part.inner.y + 1..).zip(part.rows.iter().copied()) {
        let Some(host) = picture.host(from) else { continue };
        let (glyph, role) = words::host(host.state, ink.glyphs());
        ink.say(part.inner.x + 1, y, 1, glyph, role);
        let name_role =
            if selected.is_some_and(|(sender, _)| sender == from) { Role::Selected } else { Role::Text };
        let name = short_name(&host.name, NAME_WIDTH - 3);
        ink.text(part.inner.x + 3, y, NAME_WIDTH - 3, &name, ink.style(name_role));
        for (place, to) in part.columns.iter().copied().enumerate() {
            let area = Rect { x: part.x(place), y, width: part.wide - 1, height: 1 };
            cell(model, (from, to), area, selected == Some((from, to)), ink);
        }
    }
}

fn cell(model: &Model, (from, to): (HostNumber, HostNumber), area: Rect, selected: bool, ink: &mut Ink<'_>) {
    if from == to {
        ink.say(area.x, area.y, 1, ink.glyphs().not_a_holder, Role::Dim);
        return;
    }
    let picture = model.picture();
    let gone = |host| picture.host(host).is_none_or(|host| host.state.is_gone());
    let state = picture.link(from, to);
    let nobody_there = (gone(from) || gone(to))
        && !matches!(state, LinkState::Cut | LinkState::Delayed { .. } | LinkState::Lossy { .. });
    let shown = words::link(state, ink.glyphs());
    let (glyph, word, role) = match nobody_there {
        true => (ink.glyphs().dead, if area.width >= 6 { "down" } else { "" }, Role::Dim),
        false => (shown.glyph, shown.fitting(area.width.saturating_sub(2)), shown.role),
    };
    ink.say(area.x, area.y, 1, glyph, role);
    if width(word) > 0 {
        ink.say(area.x + 2, area.y, area.width.saturating_sub(2), word, role);
    }
    if selected {
        ink.shade(area, ink.style(Role::Selected));
    }
}
