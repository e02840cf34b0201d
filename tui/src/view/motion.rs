//! What moves on the replica map: copies and crowns on their way, and cards of hosts that were killed.

use hydraq_cluster::observe::{HostNumber, MessageId};
use ratatui::layout::Rect;

use super::ink::Ink;
use crate::model::layout::Columns;
use crate::model::{Model, Motion};
use crate::theme::Role;

/// Whether a host's card still fades; it blinks twice.
pub(super) fn fades(model: &Model, host: HostNumber) -> bool {
    model
        .motions
        .running(model.now_ms)
        .any(|(motion, permille)| motion == Motion::Fade(host) && permille % 500 < 250)
}

/// Draws what travels between the columns of a row, where the row is blank.
pub(super) fn travellers(model: &Model, area: Rect, columns: &Columns, ink: &mut Ink<'_>) {
    for (motion, permille) in model.motions.running(model.now_ms) {
        let (message, from, to, glyph, role) = match motion {
            Motion::Copy { message, from, to } => (message, from, to, ink.glyphs().traveller, Role::Copying),
            Motion::Crown { message, from, to } => (message, from, to, ink.glyphs().serving, Role::Serving),
            Motion::Fade(_) => continue,
        };
        let (Some(y), Some(from), Some(to)) =
            (row(model, message, area), columns.host(from), columns.host(to))
        else {
            continue;
        };
        let (start, end) = (i32::from(from.x), i32::from(to.x));
        let x = u16::try_from(start + (end - start) * i32::from(permille) / 1_000).unwrap_or(from.x);
        let blank = ink
            .buffer
            .cell((x, y))
            .is_some_and(|cell| cell.symbol() == " " || cell.symbol() == ink.glyphs().not_a_holder);
        if blank {
            ink.text(x, y, 1, glyph, ink.style(role));
        }
    }
}

/// The line of a message.
fn row(model: &Model, message: MessageId, area: Rect) -> Option<u16> {
    let window = &model.picture().window;
    let place = window.rows.iter().position(|row| row.id == message)?;
    let row = (window.offset + place as u64).checked_sub(model.map.top)?;
    let line = u16::try_from(row).ok().filter(|line| *line < area.height)?;
    Some(area.y + line)
}
