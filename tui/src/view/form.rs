//! The form for an enqueue.

use ratatui::layout::{Position, Rect};

use super::ink::{Ink, width};
use crate::model::layout::centered;
use crate::model::{EnqueueForm, Field};
use crate::theme::Role;

/// The width of the labels.
const LABEL_WIDTH: u16 = 12;

/// Draws the form; where the cursor stands.
pub(super) fn form(form: &EnqueueForm, size: Rect, ink: &mut Ink<'_>) -> Option<Position> {
    let fields = form.shown();
    let rows = u16::try_from(fields.len()).unwrap_or(u16::MAX);
    let area = centered(size, 72.min(size.width.saturating_sub(2)), rows + 5);
    ink.clear(area);
    let inner = ink.frame(area, &[ink.piece("enqueue", Role::Strong)], ink.style(Role::Text));
    let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    // The field that is edited is always seen, also where the box is cut short.
    let room = usize::from(body.height.saturating_sub(3)).max(1);
    let first = (form.at + 1).saturating_sub(room).min(fields.len().saturating_sub(room));
    let mut cursor = None;
    let mut y = body.y;
    for (place, each) in fields.iter().enumerate().skip(first).take(room) {
        let line = Rect { y, height: 1, ..body };
        let found = field(each, line, place == form.at, ink);
        cursor = found.or(cursor);
        y += 1;
    }
    fold(form, Rect { y, height: 1, ..body }, fields.len(), ink);
    foot(form, body, ink);
    cursor
}

fn field(field: &Field, line: Rect, edited: bool, ink: &mut Ink<'_>) -> Option<Position> {
    let label_role = if edited { Role::Strong } else { Role::Dim };
    let mark = if edited { ink.glyphs().cursor } else { " " };
    ink.say(line.x, line.y, 1, mark, Role::Strong);
    ink.say(line.x + 2, line.y, LABEL_WIDTH.min(line.width), field.label, label_role);
    let x = line.x + 2 + LABEL_WIDTH;
    let room = (line.x + line.width).saturating_sub(x);
    let value_room = if line.width >= 60 { 26.min(room) } else { room };
    let scroll = field.text.visual_scroll(usize::from(value_room.max(1) - 1));
    let shown: String = field.text.value().chars().skip(scroll).collect();
    let style = ink.style(if edited { Role::Crosshair } else { Role::Text });
    ink.text(x, line.y, value_room, &" ".repeat(usize::from(value_room)), style);
    ink.text(x, line.y, value_room, &shown, style);
    if room > value_room + 2 {
        ink.say(x + value_room + 2, line.y, room - value_room - 2, field.help, Role::Dim);
    }
    let at = u16::try_from(field.text.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    (edited && value_room > 0).then(|| Position { x: x + at.min(value_room - 1), y: line.y })
}

fn fold(form: &EnqueueForm, line: Rect, place: usize, ink: &mut Ink<'_>) {
    let at = form.at == place;
    let mark = if at { ink.glyphs().cursor } else { " " };
    let words = if form.unfolded { "fewer options" } else { "more options: host, delay, lifetime, shape" };
    ink.say(line.x, line.y, 1, mark, Role::Strong);
    ink.say(
        line.x + 2,
        line.y,
        line.width.saturating_sub(2),
        words,
        if at { Role::Strong } else { Role::Dim },
    );
}

fn foot(form: &EnqueueForm, body: Rect, ink: &mut Ink<'_>) {
    if body.height < 3 {
        return;
    }
    let bottom = body.y + body.height;
    let (words, role) = match (form.problem.clone(), form.command()) {
        (Some((_, words)), _) | (None, Err((_, words))) => {
            (format!("{} {words}", ink.glyphs().corrupt), Role::Danger)
        }
        (None, Ok(command)) => (command, Role::Copy),
    };
    ink.say(body.x, bottom - 2, body.width, &words, role);
    let pieces = [
        ink.piece("enter", Role::Key),
        ink.piece(" enqueue   ", Role::Dim),
        ink.piece("tab", Role::Key),
        ink.piece(" next   ", Role::Dim),
        ink.piece("esc", Role::Key),
        ink.piece(" leave", Role::Dim),
    ];
    let wide: u16 = pieces.iter().map(|piece| width(&piece.text)).sum();
    if wide <= body.width {
        ink.pieces_right(Rect { y: bottom - 1, height: 1, ..body }, &pieces);
    } else {
        ink.say(body.x, bottom - 1, body.width, "enter enqueues, esc leaves", Role::Dim);
    }
}
