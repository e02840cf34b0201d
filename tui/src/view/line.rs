//! The line at the bottom that is typed, with its suggestions above it.

use ratatui::layout::{Position, Rect};

use super::ink::{Ink, width};
use crate::model::layout::lines;
use crate::model::{Line, LineKind};
use crate::theme::Role;

/// The most suggestions that are shown.
const SUGGESTIONS_MAX: usize = 8;

/// Draws the line; where the cursor stands.
pub(super) fn line(line: &Line, size: Rect, ink: &mut Ink<'_>) -> Option<Position> {
    if size.height == 0 || size.width < 4 {
        return None;
    }
    let area = lines(size, size.height - 1, 1);
    ink.clear(area);
    let prompt = match line.kind {
        LineKind::Command => ":",
        LineKind::Filter => "/",
        LineKind::Answer => "answer: ",
    };
    let x = area.x + ink.text(area.x, area.y, area.width, prompt, ink.style(Role::Key));
    let room = (area.x + area.width).saturating_sub(x + 1);
    let scroll = line.text.visual_scroll(usize::from(room));
    let shown: String = line.text.value().chars().skip(scroll).collect();
    ink.text(x, area.y, room, &shown, ink.style(Role::Text));
    above(line, size, ink);
    let at = u16::try_from(line.text.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    Some(Position { x: x + at.min(room), y: area.y })
}

/// What is wrong, or what can come next.
fn above(line: &Line, size: Rect, ink: &mut Ink<'_>) {
    let room = usize::from(size.height.saturating_sub(1));
    if let Some(problem) = &line.problem {
        let area = lines(size, size.height.saturating_sub(2), u16::from(room > 0));
        ink.clear(area);
        let mark = ink.glyphs().corrupt;
        ink.say(
            area.x,
            area.y,
            if area.height == 0 { 0 } else { area.width },
            &format!("{mark} {problem}"),
            Role::Danger,
        );
        return;
    }
    let shown = line.suggestions.len().min(SUGGESTIONS_MAX).min(room.saturating_sub(2));
    let first = (line.chosen + 1).saturating_sub(shown.max(1));
    let suggestions = &line.suggestions[first.min(line.suggestions.len())..];
    let suggestions = &suggestions[..shown.min(suggestions.len())];
    if suggestions.is_empty() {
        return;
    }
    let height = u16::try_from(shown).unwrap_or(0) + 2;
    let names = suggestions.iter().map(|each| width(&each.text)).max().unwrap_or(0).min(size.width / 2);
    let helps = suggestions.iter().map(|each| width(&each.help)).max().unwrap_or(0);
    let wide = (names + helps + 7).clamp(20, 100).min(size.width);
    let area = Rect { width: wide, ..lines(size, size.height - 1 - height, height) };
    ink.clear(area);
    let more = line.suggestions.len() - shown;
    let count = if more > 0 { format!("{more} more") } else { String::new() };
    let title = [ink.piece("tab takes it", Role::Dim), ink.piece(count, Role::Dim)];
    let inner = ink.frame(area, &title, ink.style(Role::Dim));
    for ((place, each), y) in suggestions.iter().enumerate().zip(inner.y..inner.y + inner.height) {
        let chosen = first + place == line.chosen;
        ink.say(inner.x + 1, y, 1, if chosen { ink.glyphs().cursor } else { " " }, Role::Strong);
        ink.say(inner.x + 3, y, names, &each.text, if chosen { Role::Strong } else { Role::Text });
        let help_x = inner.x + 3 + names + 2;
        ink.say(help_x, y, (inner.x + inner.width).saturating_sub(help_x), &each.help, Role::Dim);
    }
}
