//! Lessons: the list, and the card of the one that runs.

use hydraq_cluster::observe::{LessonPicture, LessonProgress};
use ratatui::layout::Rect;

use super::card;
use super::ink::Ink;
use crate::model::Model;
use crate::model::layout::{lesson_list, lines, wrapped};
use crate::theme::Role;

/// Draws the screen.
pub(super) fn lessons(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let runs = model.picture().lesson.is_some();
    if runs && model.presenter {
        return card::card(model, area, ink);
    }
    let card_height = model.lesson_card_height(area);
    list(model, lines(area, 0, area.height - card_height), ink);
    if runs {
        card::card(model, lines(area, area.height - card_height, card_height), ink);
    }
}

fn list(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let lessons = &model.picture().lessons;
    let done = lessons.iter().filter(|lesson| matches!(lesson.progress, LessonProgress::Done { .. })).count();
    let done = match lessons.len() {
        0 => String::new(),
        all => format!("{done} of {all} done"),
    };
    let title = [ink.piece("lessons", Role::Strong), ink.piece(done, Role::Dim)];
    let inner = ink.frame(area, &title, ink.style(Role::Text));
    if lessons.is_empty() && inner.height > 0 {
        let why = "lessons start hosts of their own: begin them in `hydraq`, without --sim, --attach or a recording";
        for (line, words) in (0..inner.height).zip(wrapped(why, inner.width.saturating_sub(2))) {
            ink.say(inner.x + 1, inner.y + line, inner.width.saturating_sub(2), &words, Role::Dim);
        }
        return;
    }
    let list = lesson_list(area, model.lesson);
    for (place, lesson) in lessons.iter().enumerate().skip(list.first).take(list.shown()) {
        lesson_lines(lesson, place == model.lesson, list.line(place), ink);
    }
}

fn lesson_lines(lesson: &LessonPicture, selected: bool, area: Rect, ink: &mut Ink<'_>) {
    let glyphs = ink.glyphs();
    let (glyph, progress, role) = match lesson.progress {
        LessonProgress::New => (glyphs.missing, String::new(), Role::Dim),
        LessonProgress::Begun => (glyphs.leased, "begun".to_owned(), Role::Leased),
        LessonProgress::Done { right, asked } => {
            (glyphs.copy, format!("done, {right} of {asked} right"), Role::Serving)
        }
    };
    let cursor = if selected { glyphs.cursor } else { " " };
    let head = [
        ink.piece(format!("{cursor} "), Role::Strong),
        ink.piece(glyph, role),
        ink.piece(format!(" {:>2}  ", lesson.number), Role::Dim),
        ink.piece(lesson.title.clone(), Role::Strong),
    ];
    let used = ink.pieces(area.x, area.y, area.width, &head);
    let tail = [ink.piece(progress.clone(), role)];
    let room = Rect { x: area.x + used, width: area.width - used, height: 1, ..area };
    let tail_width =
        if room.width > super::ink::width(&progress) + 2 { ink.pieces_right(room, &tail) } else { 0 };
    if area.height > 1 {
        ink.say(area.x + 8, area.y + 1, area.width.saturating_sub(9), &lesson.summary, Role::Dim);
    } else {
        let x = (area.x + 40).max(area.x + used + 2);
        let end = (area.x + area.width).saturating_sub(tail_width + 2);
        ink.say(x, area.y, end.saturating_sub(x), &lesson.summary, Role::Dim);
    }
    if selected {
        ink.shade(area, ink.style(Role::Crosshair));
    }
}
