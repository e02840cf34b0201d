//! The palette.

use ratatui::layout::{Position, Rect};

use super::ink::{Ink, width};
use crate::model::layout::{palette_box, palette_list};
use crate::model::{Entry, Palette};
use crate::theme::Role;

/// Draws the palette at the top of the screen; where the cursor stands.
pub(super) fn palette(palette: &Palette, size: Rect, ink: &mut Ink<'_>) -> Option<Position> {
    let area = palette_box(size);
    ink.clear(area);
    let title = [
        ink.piece("what do you want to do?", Role::Strong),
        ink.piece("enter does it, esc leaves", Role::Dim),
    ];
    let inner = ink.frame(area, &title, ink.style(Role::Text));
    if inner.height == 0 {
        return None;
    }
    ink.say(inner.x + 1, inner.y, 1, ink.glyphs().cursor, Role::Strong);
    let room = inner.width.saturating_sub(4);
    ink.say(inner.x + 3, inner.y, room, palette.text.value(), Role::Text);
    let list = palette_list(size, palette.chosen);
    for (place, entry) in palette.entries().enumerate().skip(list.first).take(list.shown()) {
        entry_line(entry, place == palette.chosen, list.line(place), ink);
    }
    if palette.found.is_empty() && inner.height > 1 {
        ink.say(inner.x + 3, inner.y + 1, room, "nothing fits", Role::Dim);
    }
    let at = u16::try_from(palette.text.visual_cursor()).unwrap_or(0).min(room);
    Some(Position { x: inner.x + 3 + at, y: inner.y })
}

fn entry_line(entry: &Entry, chosen: bool, line: Rect, ink: &mut Ink<'_>) {
    let key_width = width(&entry.key);
    let room = line.width.saturating_sub(4);
    let name_columns = 20.min(room / 2);
    ink.say(line.x + 3, line.y, name_columns, &entry.name, Role::Strong);
    let help_room = room.saturating_sub(name_columns + key_width + 3);
    ink.say(line.x + 3 + name_columns + 1, line.y, help_room, &entry.help, Role::Dim);
    if key_width + 2 < line.width {
        ink.say(line.x + line.width - key_width - 1, line.y, key_width, &entry.key, Role::Key);
    }
    if chosen {
        ink.say(line.x + 1, line.y, 1, ink.glyphs().cursor, Role::Strong);
        ink.shade(line, ink.style(Role::Selected));
    }
}
