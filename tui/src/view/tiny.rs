//! The cluster's screen where there is hardly any room: the selected message, a line a holder.

use hydraq_cluster::observe::words::span;
use ratatui::layout::Rect;

use super::ink::Ink;
use super::{map, words};
use crate::model::Model;
use crate::theme::Role;

/// Draws the selected message.
pub(super) fn message(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height == 0 {
        return;
    }
    let picture = model.picture();
    let Some(message) = model.selected_message() else {
        ink.say(area.x + 1, area.y, area.width.saturating_sub(1), "no message: e enqueues one", Role::Dim);
        return;
    };
    let gone_ms = model.shown_ms().saturating_sub(picture.window_at_ms);
    let (copies, copies_role) = map::copies(message);
    let place = format!("{} of {}", model.map.cursor + 1, picture.window.total);
    let head = [
        ink.piece(words::short_id(message.id, ink.glyphs()), Role::Strong),
        ink.piece(format!("  {copies}"), copies_role),
        ink.piece(format!("  {}", span(message.age_ms + gone_ms)), Role::Dim),
        ink.piece(format!("  {place}"), Role::Dim),
    ];
    let room = area.width.saturating_sub(2);
    ink.pieces(area.x + 1, area.y, room, &head);
    let body = [
        ink.piece(format!("{}  ", message.message_type), Role::Text),
        ink.piece(message.body.clone(), Role::Dim),
    ];
    if area.height > 1 {
        ink.pieces(area.x + 1, area.y + 1, room, &body);
    }
    let lines = area.y + 2..area.y + area.height;
    for (y, copy) in lines.zip(&message.copies) {
        let shown = words::copy(Some(copy.state), gone_ms, ink.glyphs());
        let name = picture.host_name(copy.host);
        ink.say(area.x + 2, y, 1, shown.glyph, shown.role);
        ink.say(area.x + 4, y, 12.min(room), &name, Role::Text);
        ink.say(area.x + 17, y, room.saturating_sub(16), shown.fitting(u16::MAX), shown.role);
    }
}
