//! The events of the whole cluster: when, who, what, how long; the cause of the selected one is marked.

use hydraq_cluster::observe::EventPicture;
use hydraq_cluster::observe::words::{clock, microseconds};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::words;
use crate::model::{Focus, Model};
use crate::theme::Role;

/// Draws the newest events, or those around the selected one; without a frame where there is one line only.
pub(super) fn events(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let focused = model.focus == Focus::Events;
    let inner = if area.height < 3 {
        Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }
    } else {
        let title = [ink.piece("events", Role::Strong)];
        let inner = ink.frame(area, &title, ink.style(if focused { Role::Text } else { Role::Dim }));
        Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
    };
    list(model, inner, focused, ink);
}

/// Draws events into an area, so that the selected one, or the newest one, is seen.
pub(super) fn list(model: &Model, area: Rect, focused: bool, ink: &mut Ink<'_>) {
    let picture = model.picture();
    let selected = model.event.and_then(|serial| picture.event_place(serial));
    let shown = model.events_shown(area.height);
    let cursor = selected.or(picture.events.len().checked_sub(1)).filter(|_| focused);
    let cause = cursor.and_then(|place| picture.events.get(place)).and_then(|event| event.cause);
    for (y, place) in (area.y..area.y + area.height).zip(shown) {
        let Some(event) = picture.events.get(place) else { break };
        let line = Rect { y, height: 1, ..area };
        event_line(model, event, line, cause == Some(event.serial), ink);
        if cursor == Some(place) {
            ink.shade(line, ink.style(Role::Selected));
        }
    }
}

fn event_line(model: &Model, event: &EventPicture, line: Rect, is_cause: bool, ink: &mut Ink<'_>) {
    let (glyph, role) = words::event(event.kind, ink.glyphs());
    let at = clock(event.at_ms, model.ahead_of_utc_seconds);
    let narrow = line.width < 70;
    let at = if narrow { at.get(..8).unwrap_or(&at) } else { &at };
    let end = line.x + line.width;
    let mut x = line.x;
    x += ink.text(x, line.y, line.width, at, ink.style(Role::Dim)) + if narrow { 1 } else { 2 };
    x += ink.text(x, line.y, end.saturating_sub(x), glyph, ink.style(role)) + 1;
    let name_columns =
        if narrow { width(&event.who) + 1 } else { super::hosts::names_width(model, 8, 14) + 1 };
    ink.say(x, line.y, (name_columns - 1).min(end.saturating_sub(x)), &event.who, Role::Strong);
    x += name_columns;
    let mut tail = event.took_us.map(microseconds).unwrap_or_default();
    if is_cause {
        tail = format!("{} cause   {tail}", ink.glyphs().arrow_left);
    }
    let tail_width = width(&tail);
    let room = end.saturating_sub(x + if tail.is_empty() { 0 } else { tail_width + 2 });
    let words_role = if role == Role::Danger { Role::Danger } else { Role::Text };
    ink.say(x, line.y, room, &event.words, words_role);
    if tail_width < end.saturating_sub(x) {
        ink.text(
            end - tail_width,
            line.y,
            tail_width,
            &tail,
            ink.style(if is_cause { Role::Leased } else { Role::Dim }),
        );
    }
}
