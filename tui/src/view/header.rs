//! The lines around every screen: badges, tabs, keys.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, pieces_width, width};
use crate::keymap::Intent;
use crate::model::{Model, Screen, layout};
use crate::theme::Role;

/// Draws the line with the badges: as much of it as fits.
pub(super) fn header(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    for part in model.header() {
        let style = ink.style(part.role);
        let style = if part.reversed { style.add_modifier(Modifier::REVERSED) } else { style };
        let room = (area.x + area.width).saturating_sub(part.x);
        ink.text(part.x, area.y, room, &part.text, style);
    }
}

/// Draws the line with the screens, and the keys that always work at its right.
pub(super) fn tabs(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let tabs = layout::tabs(area, model.screen, &model.keymap);
    for tab in &tabs {
        let role = if tab.screen == model.screen { Role::Strong } else { Role::Dim };
        ink.text(tab.area.x, area.y, tab.area.width, &tab.text, ink.style(role));
    }
    let left = tabs.last().map_or(area.x, |tab| tab.area.x + tab.area.width);
    let room = Rect { x: left, width: (area.x + area.width).saturating_sub(left), ..area };
    let help = model.keymap.all().find(|bound| bound.row.intent == Intent::Screen(6));
    let help = help.and_then(|bound| bound.keys.last()).map_or_else(String::new, ToString::to_string);
    let mut hints = vec![(help, "help")];
    hints.extend([
        (model.keymap.shown(Intent::Command), "command"),
        (model.keymap.shown(Intent::Quit), "quit"),
    ]);
    let mut pieces = Vec::new();
    for (key, word) in hints {
        let more = [
            ink.piece(key, Role::Key),
            ink.piece(format!(" {word}"), Role::Dim),
            ink.piece("  ", Role::Text),
        ];
        if pieces_width(&pieces) + pieces_width(&more) < room.width {
            pieces.extend(more);
        }
    }
    ink.pieces_right(room, &pieces);
}

/// Draws the keys of the screen, as many as fit, and the newest good notice.
pub(super) fn footer(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let scope = if model.card_takes_keys() { crate::keymap::Scope::Question } else { model.screen.scope() };
    let mut room = area.width.saturating_sub(1);
    if let Some(toast) = model.toasts.good() {
        let pieces = [
            ink.piece(ink.glyphs().check, Role::Serving),
            ink.piece(format!(" {} ", toast.words), Role::Text),
        ];
        let wide = pieces_width(&pieces).min(area.width * 2 / 3);
        ink.pieces(area.x + area.width - wide, area.y, wide, &pieces);
        room = room.saturating_sub(wide + 1);
    }
    let mut x = area.x + 1;
    let hints = model.keymap.in_scope(scope).chain(model.keymap.in_scope(model.screen.scope()));
    let mut shown = Vec::new();
    for bound in hints.filter(|bound| !bound.row.hint.is_empty()) {
        let word = hint(model, bound.row.intent, bound.row.hint);
        if word.is_empty() {
            continue;
        }
        let (key, word) = (bound.shown(), format!(" {word}"));
        let wide = width(&key) + width(&word);
        if shown.contains(&bound.row.name) || wide > room {
            continue;
        }
        shown.push(bound.row.name);
        x += ink.text(x, area.y, room, &key, ink.style(Role::Key));
        x += ink.text(x, area.y, room, &word, ink.style(Role::Dim)) + 2;
        room = room.saturating_sub(wide + 2);
    }
}

/// A hint as it fits what is selected.
fn hint<'a>(model: &Model, intent: Intent, hint: &'a str) -> &'a str {
    let paused =
        model.selected_host().is_some_and(|host| host.state == hydraq_cluster::observe::HostState::Paused);
    match intent {
        _ if intent.is_of_simulations() && model.picture().time.is_none() => "",
        _ if intent.is_of_processes() && model.attached => "",
        Intent::TimeHold if model.picture().time.is_some_and(|time| time.held) => "go on",
        Intent::Pause if paused => "resume",
        Intent::StopTime if model.plays() => "stop",
        Intent::StopTime if model.replays => "play",
        Intent::StopTime if model.stopped.is_some() => "let time go on",
        Intent::Open if model.picture().lesson.is_some() && model.screen == Screen::Lessons => "",
        Intent::Open if model.screen == Screen::Lessons && model.picture().lessons.is_empty() => "",
        Intent::Open if model.screen == Screen::Lessons => "begin",
        Intent::LessonNext if model.picture().lesson.is_none() => "",
        Intent::Open if model.screen == Screen::Timeline && model.replays => "",
        Intent::Open if model.screen == Screen::Timeline => {
            if model.plays() {
                "stop"
            } else {
                "play"
            }
        }
        Intent::Open if model.screen != Screen::Cluster => "",
        _ => hint,
    }
}
