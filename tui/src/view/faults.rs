//! Faults: the matrix of links, and what is wrong with hosts and disks.

use hydraq_cluster::observe::HostState;
use ratatui::layout::Rect;

use super::ink::{Ink, Piece};
use super::words::{self, host_phrase};
use super::{events, matrix};
use crate::keymap::{Intent, Scope};
use crate::model::layout::lines;
use crate::model::{Model, layout};
use crate::theme::Role;

/// The keys that are told on the screen.
const FAULTS: [Intent; 12] = [
    Intent::Kill,
    Intent::Restart,
    Intent::Pause,
    Intent::Wipe,
    Intent::Cut,
    Intent::OneWay,
    Intent::Delay,
    Intent::Drop,
    Intent::Heal,
    Intent::Fill,
    Intent::Free,
    Intent::Corrupt,
];

/// Draws the screen: links, hosts, and what was done to them.
pub(super) fn faults(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let layout = layout::faults(area, model.picture().hosts.len());
    matrix::matrix(model, layout.matrix, ink);
    troubles(model, layout.troubles, ink);
    if layout.events.height > 0 {
        events::events(model, layout.events, ink);
    }
}

/// What is wrong, in words.
fn troubles(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height == 0 {
        return;
    }
    let title = [ink.piece("hosts and disks", Role::Strong)];
    let inner = ink.frame(area, &title, ink.style(Role::Dim));
    let rows = rows(model, ink);
    let selected = model.selected_host().map(|host| host.number);
    let place = rows.iter().position(|(host, _)| Some(*host) == selected).unwrap_or(0);
    let first = (place + 1).saturating_sub(usize::from(inner.height));
    for (y, (host, pieces)) in (inner.y..inner.y + inner.height).zip(rows.iter().skip(first)) {
        let cursor = if Some(*host) == selected { ink.glyphs().cursor } else { " " };
        ink.say(inner.x, y, 1, cursor, Role::Strong);
        ink.pieces(inner.x + 1, y, inner.width.saturating_sub(1), pieces);
    }
    let used = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(1);
    keys(model, lines(inner, used, inner.height.saturating_sub(used)), ink);
}

/// What can be done here, at the foot, if there is room for all of it.
fn keys(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let bounds: Vec<_> =
        model.keymap.in_scope(Scope::Faults).filter(|bound| FAULTS.contains(&bound.row.intent)).collect();
    let height = u16::try_from(bounds.len()).unwrap_or(u16::MAX);
    if height > area.height {
        return;
    }
    for (bound, y) in bounds.into_iter().zip(area.y + area.height - height..) {
        ink.say(area.x + 1, y, 2, &bound.shown(), Role::Key);
        ink.say(area.x + 4, y, area.width.saturating_sub(4), bound.row.help, Role::Dim);
    }
}

fn rows(model: &Model, ink: &Ink<'_>) -> Vec<(hydraq_cluster::observe::HostNumber, Vec<Piece>)> {
    let mut rows = Vec::new();
    for host in model.picture().hosts.iter().filter(|host| host.state != HostState::Removed) {
        let (glyph, role) = words::host(host.state, ink.glyphs());
        let mut pieces = vec![
            ink.piece(format!("{glyph} "), role),
            ink.piece(format!("{:<9} ", words::short_name(&host.name, 9)), Role::Strong),
            ink.piece(host_phrase(host, model.shown_ms()), if host.full { Role::Danger } else { role }),
        ];
        if let Some(plant) = &host.plant {
            pieces.push(ink.piece(format!("  bug {plant}"), Role::Tombstone));
        }
        if host.tombstones_awaited > 0 {
            let wait = if host.tombstones_awaited == 1 { "tombstone waits" } else { "tombstones wait" };
            pieces.push(ink.piece(format!("  {} {wait} for it", host.tombstones_awaited), Role::Tombstone));
        }
        rows.push((host.number, pieces));
    }
    rows
}
