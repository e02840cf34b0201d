//! Hosts: as cards, as lines, as a grid, or all in one line. A host that is gone has its name and its state on one line.

use hydraq_cluster::observe::words::{bytes, count, microseconds, short_count};
use hydraq_cluster::observe::{HostPicture, HostState};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, Piece, pieces_width, width};
use super::words::{self, host_phrase};
use crate::model::Model;
use crate::model::layout::{ClusterLayout, HostForm};
use crate::theme::Role;

/// Draws the hosts.
pub(super) fn hosts(model: &Model, layout: &ClusterLayout, ink: &mut Ink<'_>) {
    if model.picture().hosts.is_empty() {
        ink.say(
            layout.hosts.x + 1,
            layout.hosts.y,
            layout.hosts.width,
            "no host yet: n spawns one",
            Role::Dim,
        );
        return;
    }
    if layout.host_form == HostForm::OneLine {
        return one_line(model, layout.hosts, ink);
    }
    for (number, area) in &layout.host_areas {
        let Some(host) = model.picture().host(*number) else { continue };
        match layout.host_form {
            HostForm::Cards => card(model, host, *area, ink),
            HostForm::Lines => line(model, host, *area, ink),
            HostForm::Grid | HostForm::OneLine => cell(model, host, *area, ink),
        }
    }
    let hidden = model.picture().hosts.len() - layout.host_areas.len();
    if hidden > 0 && layout.hosts.height > 0 {
        let last = Rect { y: layout.hosts.y + layout.hosts.height - 1, height: 1, ..layout.hosts };
        ink.pieces_right(last, &[Piece { text: format!(" {hidden} more "), style: ink.style(Role::Dim) }]);
    }
}

/// The width of the longest name, within limits.
pub(super) fn names_width(model: &Model, least: u16, most: u16) -> u16 {
    let names = model.picture().hosts.iter().map(|host| width(&host.name));
    names.max().unwrap_or(least).clamp(least, most)
}

fn is_selected(model: &Model, host: &HostPicture) -> bool {
    model.selected_host().is_some_and(|selected| selected.number == host.number)
}

/// Glyph, name and state, the state in the words that fit.
fn title(model: &Model, host: &HostPicture, columns: u16, ink: &Ink<'_>) -> [Piece; 2] {
    let (glyph, role) = words::host(host.state, ink.glyphs());
    let cursor = if is_selected(model, host) { ink.glyphs().cursor } else { "" };
    let long = host_phrase(host, model.shown_ms());
    let short = long.replace(" ago", "");
    // Beside both stand a corner, a glyph, a line and blanks.
    let around = 10 + width(cursor);
    let name =
        words::short_name(&host.name, columns.saturating_sub(around + width(host.state.word())).max(4));
    let room = columns.saturating_sub(around + width(&name));
    let forms = [&*long, &*short, host.state.word()];
    let phrase = forms.into_iter().find(|form| width(form) <= room).unwrap_or(host.state.word());
    let name_role = if host.state.is_up() { Role::Strong } else { role };
    [
        ink.piece(format!("{cursor}{glyph} {name}"), name_role),
        ink.piece(phrase, if host.full { Role::Danger } else { role }),
    ]
}

fn card(model: &Model, host: &HostPicture, area: Rect, ink: &mut Ink<'_>) {
    let role = if host.state.is_gone() { Role::Danger } else { Role::Dim };
    let mut style = ink.style(role);
    if is_selected(model, host) {
        style = if host.state.is_gone() { style } else { ink.style(Role::Strong) };
    }
    if super::motion::fades(model, host.number) {
        style = style.add_modifier(Modifier::REVERSED);
    }
    let title = title(model, host, area.width, ink);
    let inner = ink.frame(area, &title, style);
    let lines = [
        numbers(host, inner.width, ink),
        activity(host, inner.width, ink),
        waiting(host, ink),
        disk(host, ink),
    ];
    for (y, pieces) in (inner.y..inner.y + inner.height).zip(lines) {
        ink.pieces(inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
    }
}

fn numbers(host: &HostPicture, columns: u16, ink: &Ink<'_>) -> Vec<Piece> {
    let gap = if columns >= 30 { "   " } else { " " };
    let serving_role = if host.serving > 0 { Role::Serving } else { Role::Dim };
    vec![
        ink.piece("serving", Role::Dim),
        ink.piece(format!("{:>6}", short_count(host.serving)), serving_role),
        ink.piece(format!("{gap}copies"), Role::Dim),
        ink.piece(format!("{:>6}", short_count(host.copies)), Role::Copy),
    ]
}

/// The rate with its history and the time of a commit; for a host that is gone, what that meant.
fn activity(host: &HostPicture, columns: u16, ink: &Ink<'_>) -> Vec<Piece> {
    if host.state.is_gone() {
        return vec![ink.piece(owners_here(host, ink), Role::Danger)];
    }
    if !host.state.is_up() {
        let word = if host.state == HostState::Paused { "it answers nobody" } else { "it synchronises" };
        return vec![ink.piece(word, Role::Leased)];
    }
    let rate = format!("  {:>6}", format!("{}/s", short_count(host.per_second)));
    let commit = format!("  {:>6}", microseconds(host.commit_us));
    let room = columns.saturating_sub(2 + width(&rate) + width(&commit));
    vec![
        ink.piece(sparkline(&host.rate_history, room.min(24), ink), Role::Serving),
        ink.piece(rate, Role::Text),
        ink.piece(commit, Role::Dim),
    ]
}

fn owners_here(host: &HostPicture, ink: &Ink<'_>) -> String {
    let had = if host.served_before == 1 { "had its owner here" } else { "had their owner here" };
    format!("{} {} {had}", ink.glyphs().dead, short_count(host.served_before))
}

fn waiting(host: &HostPicture, ink: &Ink<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (word, number, role) in [
        ("leased", host.leased, Role::Leased),
        ("delayed", host.delayed, Role::Text),
        ("dead", host.dead, Role::Danger),
    ] {
        let role = if number == 0 { Role::Dim } else { role };
        pieces.extend([
            ink.piece(format!("{word} "), Role::Dim),
            ink.piece(format!("{}  ", short_count(number)), role),
        ]);
    }
    pieces
}

fn disk(host: &HostPicture, ink: &Ink<'_>) -> Vec<Piece> {
    let mut pieces = vec![ink.piece("disk ", Role::Dim)];
    if host.full {
        pieces.push(ink.piece(format!("{} full", ink.glyphs().corrupt), Role::Danger));
    } else {
        pieces.push(ink.piece(bytes(host.disk_bytes), Role::Text));
    }
    if let Some(plant) = &host.plant {
        pieces.push(ink.piece(format!("  bug {plant}"), Role::Tombstone));
    } else if host.tombstones > 0 {
        pieces.push(ink.piece("  tombstones ", Role::Dim));
        pieces.push(ink.piece(count(host.tombstones), Role::Tombstone));
    }
    pieces
}

/// Bars for the newest values.
fn sparkline(history: &[u32], columns: u16, ink: &Ink<'_>) -> String {
    let shown = &history[history.len().saturating_sub(usize::from(columns))..];
    let most = u64::from(shown.iter().copied().max().unwrap_or(0).max(1));
    let bars = ink.glyphs().spark;
    let bar = |value: &u32| bars[usize::try_from(u64::from(*value) * 7 / most).unwrap_or(7).min(7)];
    let drawn: String = shown.iter().map(bar).collect();
    format!("{drawn:>0$}", usize::from(columns))
}

fn line(model: &Model, host: &HostPicture, area: Rect, ink: &mut Ink<'_>) {
    let selected = is_selected(model, host);
    let (glyph, role) = words::host(host.state, ink.glyphs());
    let cursor = if selected { ink.glyphs().cursor } else { " " };
    let name_role = if host.state.is_gone() { Role::Danger } else { Role::Strong };
    let mut x = area.x;
    let end = area.x + area.width;
    let name_columns = names_width(model, 9, 20);
    for (columns, text, role) in [
        (1, cursor, Role::Strong),
        (2, glyph, role),
        (name_columns + 1, &*host.name, name_role),
        (17, &*host_phrase(host, model.shown_ms()), if host.full { Role::Danger } else { role }),
    ] {
        ink.say(x, area.y, (columns - u16::from(columns > 2)).min(end.saturating_sub(x)), text, role);
        x += columns;
    }
    let room = end.saturating_sub(x);
    let mut pieces = vec![ink.piece(owners_here(host, ink), Role::Danger)];
    if !host.state.is_gone() {
        pieces = numbers(host, area.width / 2, ink);
        let leased_role = if host.leased > 0 { Role::Leased } else { Role::Dim };
        let more = [
            ink.piece("  leased ", Role::Dim),
            ink.piece(format!("{:>4}", short_count(host.leased)), leased_role),
            ink.piece(format!("  {:>5}/s", short_count(host.per_second)), Role::Text),
        ];
        for piece in more {
            if pieces_width(&pieces) + width(&piece.text) <= room {
                pieces.push(piece);
            }
        }
    }
    ink.pieces(x, area.y, room, &pieces);
    if selected {
        ink.shade(area, ink.style(Role::Crosshair));
    }
}

fn cell(model: &Model, host: &HostPicture, area: Rect, ink: &mut Ink<'_>) {
    let selected = is_selected(model, host);
    let (glyph, role) = words::host(host.state, ink.glyphs());
    let cursor = if selected { ink.glyphs().cursor } else { " " };
    let long = host_phrase(host, model.shown_ms()).replace(" ago", "");
    let forms = match host.state {
        HostState::Up if !host.full => ["", ""],
        HostState::Up => ["disk full", "full"],
        _ => [&*long, host.state.word()],
    };
    // The name stays whole as long as the state does.
    let room = area.width.saturating_sub(5 + width(&host.name));
    let phrase = forms.into_iter().find(|form| width(form) <= room).unwrap_or(forms[1]);
    let name_columns = area.width.saturating_sub(4 + if phrase.is_empty() { 0 } else { width(phrase) + 1 });
    let name = words::short_name(&host.name, name_columns.max(4));
    let name_role = if host.state.is_gone() { Role::Danger } else { Role::Text };
    let serving = if phrase.is_empty() { format!(" {}", short_count(host.serving)) } else { String::new() };
    let pieces = [
        ink.piece(cursor, Role::Strong),
        ink.piece(glyph, role),
        ink.piece(format!(" {name}"), if selected { Role::Selected } else { name_role }),
        ink.piece(format!(" {phrase}"), if phrase.is_empty() { Role::Text } else { Role::Danger }),
        ink.piece(serving.trim_start().to_owned(), Role::Dim),
    ];
    ink.pieces(area.x, area.y, area.width.saturating_sub(1), &pieces);
}

/// All hosts in one line: those that are not up first, in words.
fn one_line(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let (up, others): (Vec<_>, Vec<_>) = model.picture().hosts.iter().partition(|host| host.state.is_up());
    let mut pieces = Vec::new();
    for host in others {
        let (glyph, role) = words::host(host.state, ink.glyphs());
        pieces.push(ink.piece(format!("{glyph} {} {}  ", host.name, host.state.word()), role));
    }
    if !up.is_empty() {
        pieces.push(ink.piece(ink.glyphs().up, Role::Serving));
    }
    let mut hidden = 0;
    for host in up {
        let role = if is_selected(model, host) { Role::Selected } else { Role::Text };
        let name = [ink.piece(" ", Role::Text), ink.piece(host.name.clone(), role)];
        if hidden == 0 && pieces_width(&pieces) + pieces_width(&name) + 4 <= area.width {
            pieces.extend(name);
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        pieces.push(ink.piece(format!(" +{hidden}"), Role::Dim));
    }
    ink.pieces(area.x + 1, area.y, area.width.saturating_sub(1), &pieces);
}
