//! Bad notices, at the upper right until they end or are closed.

use ratatui::layout::Rect;

use super::ink::Ink;
use crate::model::Model;
use crate::model::layout::wrapped;
use crate::theme::Role;

/// Draws all of them, one below the other, as many as fit.
pub(super) fn toasts(model: &Model, body: Rect, ink: &mut Ink<'_>) {
    let mut top = body.y;
    for toast in model.toasts.bad() {
        let width = 60.min(body.width);
        let lines = wrapped(&toast.words, width.saturating_sub(4));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
        if top.saturating_add(height) > body.y + body.height {
            return;
        }
        let area = Rect { x: body.x + body.width - width, y: top, width, height };
        ink.clear(area);
        let title = [
            ink.piece(format!("{} did not work", ink.glyphs().corrupt), Role::Danger),
            ink.piece("esc closes", Role::Dim),
        ];
        let inner = ink.frame(area, &title, ink.style(Role::Danger));
        for (y, line) in (inner.y..).zip(&lines) {
            ink.say(inner.x + 1, y, inner.width.saturating_sub(2), line, Role::Text);
        }
        top += height;
    }
}
