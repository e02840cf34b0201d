//! The matrix of links: senders down, receivers across.

use hydraq_cluster::observe::{HostNumber, LinkState};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::words::{self, short_name};
use crate::model::Model;
use crate::theme::Role;

/// The width of the names of senders.
const NAME_WIDTH: u16 = 11;

/// Which part of the matrix is seen.
struct Part {
    inner: Rect,
    /// Columns of one receiver.
    wide: u16,
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
}

/// Draws the matrix around the selected link.
pub(super) fn matrix(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let hosts = model.picture().host_numbers();
    let selected = model.selected_link();
    let mut title =
        vec![ink.piece("links", Role::Strong), ink.piece("senders down, receivers across", Role::Dim)];
    if let Some((from, to)) = selected {
        let picture = model.picture();
        let arrow = ink.glyphs().arrow_right;
        title.insert(
            1,
            ink.piece(format!("{} {arrow} {}", picture.host_name(from), picture.host_name(to)), Role::Leased),
        );
    }
    let inner = ink.frame(area, &title, ink.style(Role::Text));
    if inner.height < 2 || hosts.is_empty() {
        return;
    }
    let room = inner.width.saturating_sub(NAME_WIDTH + 1);
    let count = u16::try_from(hosts.len()).unwrap_or(u16::MAX);
    let wide = (room / count).clamp(3, 14);
    let around = |host: Option<HostNumber>, fitting: usize| {
        let place = host.and_then(|host| hosts.iter().position(|each| *each == host)).unwrap_or(0);
        let fitting = fitting.clamp(1, hosts.len());
        let first = (place + 1).saturating_sub(fitting);
        first..(first + fitting).min(hosts.len())
    };
    let part = Part {
        inner,
        wide,
        columns: around(selected.map(|(_, to)| to), usize::from(room / wide)),
        rows: around(selected.map(|(from, _)| from), usize::from(inner.height - 1)),
    };
    heads(model, &hosts, &part, ink);
    rows(model, &hosts, &part, ink);
}

fn heads(model: &Model, hosts: &[HostNumber], part: &Part, ink: &mut Ink<'_>) {
    let to = model.selected_link().map(|(_, to)| to);
    for (place, host) in part.columns.clone().enumerate() {
        let x = part.inner.x + NAME_WIDTH + 1 + part.wide * u16::try_from(place).unwrap_or(0);
        let name = short_name(&model.picture().host_name(hosts[host]), part.wide - 1);
        let role = if Some(hosts[host]) == to { Role::Selected } else { Role::Dim };
        ink.text(x, part.inner.y, part.wide - 1, &name, ink.style(role));
    }
}

fn rows(model: &Model, hosts: &[HostNumber], part: &Part, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let selected = model.selected_link();
    for (y, from) in (part.inner.y + 1..).zip(part.rows.clone().map(|row| hosts[row])) {
        let Some(host) = picture.host(from) else { continue };
        let (glyph, role) = words::host(host.state, ink.glyphs());
        ink.say(part.inner.x + 1, y, 1, glyph, role);
        let name_role =
            if selected.is_some_and(|(sender, _)| sender == from) { Role::Selected } else { Role::Text };
        let name = short_name(&host.name, NAME_WIDTH - 3);
        ink.text(part.inner.x + 3, y, NAME_WIDTH - 3, &name, ink.style(name_role));
        for (place, to) in part.columns.clone().map(|column| hosts[column]).enumerate() {
            let x = part.inner.x + NAME_WIDTH + 1 + part.wide * u16::try_from(place).unwrap_or(0);
            let is_selected = selected == Some((from, to));
            cell(model, (from, to), Rect { x, y, width: part.wide - 1, height: 1 }, is_selected, ink);
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
        true => (ink.glyphs().not_a_holder, "", Role::Dim),
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
