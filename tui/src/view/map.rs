//! The replica map: messages × hosts.

use std::mem::discriminant;

use hydraq_cluster::observe::words::{count, span};
use hydraq_cluster::observe::{CopyPicture, CopyState, HostNumber, MessagePicture};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::ink::{Ink, Piece, width};
use super::words::{self, short_name};
use super::{heat, motion, together};
use crate::model::layout::{ClusterLayout, Columns};
use crate::model::{Focus, Model};
use crate::theme::Role;

/// Draws the map with all that is in its frame.
pub(super) fn map(model: &Model, layout: &ClusterLayout, ink: &mut Ink<'_>) {
    let columns = model.map_columns(layout.map_heads);
    let title = title(model, &columns, layout.map.width, ink);
    let frame_role = if model.focus == Focus::Map { Role::Text } else { Role::Dim };
    ink.frame(layout.map, &title, ink.style(frame_role));
    if !columns.words {
        legend(model, layout, ink);
    }
    heads(model, layout.map_heads, &columns, ink);
    rows(model, layout.rows, &columns, ink);
    motion::travellers(model, layout.rows, &columns, ink);
    heat::heat(model, layout, &columns, ink);
    together::together(model, layout, ink);
}

/// What is shown: as many parts as fit, the less important ones left out first.
fn title(model: &Model, columns: &Columns, room: u16, ink: &Ink<'_>) -> Vec<Piece> {
    let window = &model.picture().window;
    let filter = &model.map.filter;
    let (filter_words, filter_role, filter_goes) = match filter.is_empty() {
        true => ("all types".to_owned(), Role::Dim, 3),
        false => (filter.to_string(), Role::Leased, 0),
    };
    let messages =
        if window.total == 1 { "1 message".to_owned() } else { format!("{} messages", count(window.total)) };
    let under = match window.under_replicated {
        0 => String::new(),
        number => format!("{} under-replicated", count(number)),
    };
    // Each with how early it is left out; 0 stays.
    let mut parts = vec![
        (0, ink.piece("replicas", Role::Strong)),
        (filter_goes, ink.piece(filter_words, filter_role)),
        (2, ink.piece(model.map.sort.words(), Role::Dim)),
        (1, ink.piece(messages, Role::Text)),
        (0, ink.piece(under, Role::Danger)),
        (0, ink.piece(hidden(columns, ink), Role::Dim)),
    ];
    parts.retain(|(_, piece)| !piece.text.is_empty());
    for goes in (1..4).rev() {
        let wide: u16 = parts.iter().map(|(_, piece)| width(&piece.text) + 3).sum();
        if wide + 3 > room {
            parts.retain(|(when, _)| *when != goes);
        }
    }
    parts.into_iter().map(|(_, piece)| piece).collect()
}

/// How many hosts have no column.
fn hidden(columns: &Columns, ink: &Ink<'_>) -> String {
    let glyphs = ink.glyphs();
    let more = |hosts| if hosts == 1 { "1 more host".to_owned() } else { format!("{hosts} more hosts") };
    match columns.hidden {
        (0, 0) => String::new(),
        (0, right) => format!("{} {}", more(right), glyphs.arrow_right),
        (left, 0) => format!("{} {}", glyphs.arrow_left, more(left)),
        (left, right) => {
            format!("{} {left} and {right} more hosts {}", glyphs.arrow_left, glyphs.arrow_right)
        }
    }
}

/// What the glyphs of the visible rows stand for, in the foot of the frame: there is no room for words beside them.
fn legend(model: &Model, layout: &ClusterLayout, ink: &mut Ink<'_>) {
    let window = &model.picture().window;
    let first = usize::try_from(model.map.top.saturating_sub(window.offset)).unwrap_or(usize::MAX);
    let visible = || window.rows.iter().skip(first).take(usize::from(layout.rows.height));
    let is = |copy: &CopyPicture, state: CopyState| discriminant(&copy.state) == discriminant(&state);
    let stands = |state| visible().flat_map(|message| &message.copies).any(|copy| is(copy, state));
    let seen = words::STATES.into_iter().filter(|state| stands(*state));
    let pieces: Vec<Piece> = seen
        .map(|state| {
            let shown = words::state(state, ink.glyphs());
            ink.piece(format!("{} {}", shown.glyph, shown.fitting(u16::MAX)), shown.role)
        })
        .collect();
    ink.foot(layout.map, &pieces);
}

fn heads(model: &Model, area: Rect, columns: &Columns, ink: &mut Ink<'_>) {
    if area.height == 0 {
        return;
    }
    let rows = [
        ("message", columns.id),
        ("type", columns.message_type),
        ("   age", columns.age),
        ("copies", columns.copies),
        ("served by", columns.owner),
        ("body", columns.body),
    ];
    let (copies_x, copies_wide) = columns.copies;
    let heat = [("type", columns.id), ("messages", ((copies_x + copies_wide).saturating_sub(8), 8))];
    let named = if model.map.shows_rows() { &rows[..] } else { &heat[..] };
    for (name, (x, wide)) in named.iter().copied() {
        ink.text(x, area.y, wide, name, ink.style(Role::Dim));
    }
    let selected = model.selected_host().map(|host| host.number);
    for column in &columns.hosts {
        let Some(host) = model.picture().host(column.host) else { continue };
        let room = column.width - 1;
        let (glyph, role) = words::host(host.state, ink.glyphs());
        let text = match host.state.is_up() {
            true => short_name(&host.name, room),
            false => {
                let long = format!("{glyph} {} {}", host.name, host.state.word());
                let short = format!("{glyph}{}", short_name(&host.name, room.saturating_sub(1)));
                if width(&long) <= room { long } else { short }
            }
        };
        let role = if host.state.is_up() { Role::Strong } else { role };
        let reversed = if selected == Some(column.host) { Modifier::REVERSED } else { Modifier::empty() };
        ink.text(column.x, area.y, room, &text, ink.style(role).add_modifier(reversed));
    }
}

fn rows(model: &Model, area: Rect, columns: &Columns, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let window = &picture.window;
    if window.total == 0 && area.height > 0 {
        return nothing(model, area, ink);
    }
    let selected = model.selected_host().map(|host| host.number);
    for (y, row) in (area.y..area.y + area.height).zip(model.map.top..window.total) {
        let line = Rect { y, height: 1, ..area };
        let place = row.checked_sub(window.offset).and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| window.rows.get(place)) {
            Some(message) => message_row(model, message, line, columns, ink),
            None => {
                ink.say(columns.id.0, y, columns.id.1, ink.glyphs().ellipsis, Role::Dim);
            }
        }
        if row == model.map.cursor {
            ink.text(columns.cursor, y, 1, ink.glyphs().cursor, ink.style(Role::Strong));
            ink.shade(line, ink.style(Role::Crosshair));
        }
    }
    if let Some(column) = selected.and_then(|host| columns.host(host)) {
        let shown = u16::try_from(window.total - model.map.top.min(window.total)).unwrap_or(u16::MAX);
        let strip = Rect { x: column.x, width: column.width - 1, height: area.height.min(shown), ..area };
        ink.shade(strip, Style { fg: None, ..ink.style(Role::Crosshair) });
    }
}

fn nothing(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let words = if model.picture().hosts.is_empty() {
        "no host yet: n spawns one"
    } else if model.map.filter.is_empty() {
        "no messages yet: e enqueues some, 6 has lessons, ? tells all keys"
    } else {
        "no message fits the filter: esc forgets it"
    };
    let wide = width(words).min(area.width);
    ink.say(area.x + (area.width - wide) / 2, area.y + area.height / 2, wide, words, Role::Dim);
}

fn message_row(model: &Model, message: &MessagePicture, line: Rect, columns: &Columns, ink: &mut Ink<'_>) {
    let gone_ms = model.shown_ms().saturating_sub(model.picture().window_at_ms);
    let glyphs = ink.glyphs();
    let put = |ink: &mut Ink<'_>, (x, wide): (u16, u16), text: &str, role| {
        if wide > 0 {
            ink.say(x, line.y, wide, text, role);
        }
    };
    put(ink, columns.id, &words::short_id(message.id, glyphs), Role::Text);
    put(ink, columns.message_type, &message.message_type, Role::Text);
    put(ink, columns.age, &format!("{:>6}", span(message.age_ms + gone_ms)), Role::Dim);
    let (copies, role) = copies(message);
    put(ink, columns.copies, &copies, role);
    let owner = message.owner.map_or_else(|| "nobody".to_owned(), |owner| model.picture().host_name(owner));
    put(ink, columns.owner, &owner, if message.owner.is_some() { Role::Serving } else { Role::Danger });
    put(ink, columns.body, &message.body, Role::Dim);
    for column in &columns.hosts {
        cell(message, column.host, (column.x, column.width), line.y, columns.words, gone_ms, ink);
    }
}

/// "2 of 3 !", or that it is deleted.
pub(super) fn copies(message: &MessagePicture) -> (String, Role) {
    use hydraq_cluster::observe::MessageState;
    if message.state == MessageState::Deleted {
        return ("deleted".to_owned(), Role::Tombstone);
    }
    let live = message.live_copies();
    let words = format!("{live} of {}", message.asked);
    if message.is_under_replicated() { (format!("{words} !"), Role::Danger) } else { (words, Role::Text) }
}

fn cell(
    message: &MessagePicture,
    host: HostNumber,
    (x, wide): (u16, u16),
    y: u16,
    with_words: bool,
    gone_ms: u64,
    ink: &mut Ink<'_>,
) {
    let shown = words::copy(message.on(host), gone_ms, ink.glyphs());
    let style = ink.style(shown.role);
    ink.text(x, y, 1, shown.glyph, style);
    if with_words {
        let room = wide.saturating_sub(3);
        ink.text(x + 2, y, room, shown.fitting(room), style);
    }
}
