//! The recorded session: how much happened when, where time stands, and what was typed.

use hydraq_cluster::observe::EventKind;
use hydraq_cluster::observe::words::{clock, span};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::{events, words};
use crate::model::Model;
use crate::model::layout::lines;
use crate::theme::Role;

/// Lines of the bar with its frame.
const BAR_HEIGHT: u16 = 6;

/// Draws the screen.
pub(super) fn timeline(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let bar_height = BAR_HEIGHT.min(area.height);
    bar(model, lines(area, 0, bar_height), ink);
    let rest = lines(area, bar_height, area.height - bar_height);
    if rest.height < 3 {
        return;
    }
    let commands_width = if rest.width >= 100 { rest.width / 3 } else { 0 };
    let left = Rect { width: rest.width - commands_width, ..rest };
    let title = [ink.piece("events until then", Role::Strong)];
    let inner = ink.frame(left, &title, ink.style(Role::Dim));
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    events::list(model, inner, true, ink);
    if commands_width > 0 {
        commands(model, Rect { x: left.x + left.width, width: commands_width, ..rest }, ink);
    }
}

fn bar(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let (glyph, word) = model.stopped_words();
    let state = match model.behind_ms() {
        Some(left_ms) if model.replays => {
            ink.piece(format!("{glyph} recording, {} left", span(left_ms)), Role::Leased)
        }
        Some(behind_ms) => ink.piece(format!("{glyph} {word}, {} ago", span(behind_ms)), Role::Leased),
        None => ink.piece(format!("{} now", ink.glyphs().up), Role::Serving),
    };
    let enter = if model.plays() { "stop" } else { "play" };
    let hints = format!("left, right: an event   enter: {enter}   end: now   S: save");
    let hints = ink.piece(hints, Role::Dim);
    let inner = ink.frame(area, &[ink.piece("session", Role::Strong), state, hints], ink.style(Role::Text));
    let Some((first_ms, last_ms)) = model.recording.span_ms() else { return };
    if inner.height < 2 || inner.width < 3 {
        return;
    }
    let room = inner.width - 2;
    let length_ms = (last_ms - first_ms).max(1);
    let column = |at_ms: u64| {
        let gone = at_ms.saturating_sub(first_ms).min(length_ms) * u64::from(room - 1) / length_ms;
        u16::try_from(gone).unwrap_or(0)
    };
    let mut counts = vec![0_usize; usize::from(room)];
    let mut marks: Vec<Option<EventKind>> = vec![None; usize::from(room)];
    for event in &model.live.events {
        let at = usize::from(column(event.at_ms));
        counts[at] += 1;
        if is_landmark(event.kind) {
            marks[at] = Some(event.kind);
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    for (x, (count, mark)) in (inner.x + 1..).zip(counts.iter().zip(&marks)) {
        if let Some((glyph, role)) = mark.map(|kind| words::event(kind, ink.glyphs())) {
            ink.say(x, inner.y, 1, glyph, role);
        }
        let bar = if *count == 0 {
            ink.glyphs().not_a_holder
        } else {
            ink.glyphs().spark[(count * 7 / most).min(7)]
        };
        ink.say(x, inner.y + 1, 1, bar, if *count == 0 { Role::Dim } else { Role::Copy });
    }
    let at_ms = model.stopped.as_ref().map_or(last_ms, |stopped| stopped.picture.at_ms);
    position(model, inner, column(at_ms), at_ms, ink);
}

/// The hand on the bar, and its time below it.
fn position(model: &Model, inner: Rect, column: u16, at_ms: u64, ink: &mut Ink<'_>) {
    if inner.height < 3 {
        return;
    }
    let x = inner.x + 1 + column;
    ink.say(x, inner.y + 2, 1, "^", Role::Strong);
    let time = clock(at_ms, model.ahead_of_utc_seconds);
    let wide = width(&time);
    let fits_right = x + 2 + wide < inner.x + inner.width;
    let at = if fits_right { x + 2 } else { x.saturating_sub(wide + 1).max(inner.x) };
    ink.say(at, inner.y + 2, wide, &time, Role::Strong);
}

/// What stands out on the bar.
fn is_landmark(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Killed
            | EventKind::Down
            | EventKind::Takeover
            | EventKind::Link
            | EventKind::Healed
            | EventKind::Paused
            | EventKind::Lost
            | EventKind::Resurrected
    )
}

fn commands(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let title = [ink.piece("commands", Role::Strong)];
    let inner = ink.frame(area, &title, ink.style(Role::Dim));
    let all: Vec<(u64, &str)> = model.session.commands().collect();
    let first = all.len().saturating_sub(usize::from(inner.height));
    if all.is_empty() {
        ink.say(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            "none yet: keys and : become commands",
            Role::Dim,
        );
    }
    for (y, (at_ms, line)) in (inner.y..inner.y + inner.height).zip(&all[first..]) {
        let at = clock(*at_ms, model.ahead_of_utc_seconds);
        let later = *at_ms > model.shown_ms();
        let at = at.get(..8).unwrap_or(&at);
        let used = ink.say(inner.x + 1, y, 8, at, Role::Dim);
        let room = inner.width.saturating_sub(used + 4);
        ink.say(inner.x + 1 + used + 2, y, room, line, if later { Role::Dim } else { Role::Text });
    }
}
