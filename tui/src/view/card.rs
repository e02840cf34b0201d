//! The card of a lesson: what is said, what is asked, what is right; in big type for a stage.

use hydraq_cluster::observe::{LessonCard, LessonStep, Reveal};
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_big_text::{BigText, PixelSize};

use super::ink::{Ink, Piece};
use crate::keymap::Intent;
use crate::model::layout::{lines, wrapped};
use crate::model::{BIG, CardLine, Mark, Model, card_lines, main_text};
use crate::theme::Role;

/// Draws the card.
pub(super) fn card(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let Some(lesson) = &model.picture().lesson else { return };
    let role = match &lesson.step {
        LessonStep::Ask { reveal: None, .. } => Role::Copying,
        _ => Role::Text,
    };
    let mut titles = vec![ink.piece(lesson.heading(), Role::Strong)];
    if let Some(time) = model.lesson_time().filter(|_| model.presenter) {
        titles.push(ink.piece(time, Role::Dim));
    }
    let inner = ink.frame(area, &titles, ink.style(role));
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let hint = hint(model, lesson);
    if area.height > 1 {
        let foot = Rect {
            x: area.x + 2,
            y: area.y + area.height - 1,
            width: area.width.saturating_sub(4),
            height: 1,
        };
        ink.pieces_right(foot, &[ink.piece(format!(" {hint} "), Role::Dim)]);
    }
    let (used, answered) = if model.presenter { big(lesson, inner, ink) } else { (0, false) };
    if answered {
        return;
    }
    let small = card_lines(&lesson.step, inner.width, used == 0);
    // Where not all fits, what was asked goes before what came of it.
    let room = usize::from(inner.height.saturating_sub(used));
    let verdict = small.iter().position(|line| *line == CardLine::Verdict).unwrap_or(0);
    let skipped = small.len().saturating_sub(room).min(verdict);
    for (y, line) in (inner.y + used..inner.y + inner.height).zip(&small[skipped..]) {
        let pieces = pieces(line, lesson, ink);
        ink.pieces(inner.x, y, inner.width, &pieces);
    }
}

fn hint(model: &Model, lesson: &LessonCard) -> String {
    let next = model.keymap.shown(Intent::LessonNext);
    match &lesson.step {
        LessonStep::Say { .. } => format!("{next} to go on"),
        LessonStep::Ask { reveal: None, choices, .. } if choices.is_empty() => {
            format!("{} to answer, or {next} to see it", model.keymap.shown(Intent::AnswerText))
        }
        LessonStep::Ask { reveal: None, .. } => format!("answer, or {next} to see it"),
        LessonStep::Ask { reveal: Some(_), .. } | LessonStep::End { .. } => format!("{next} to go on"),
        LessonStep::Runs { .. } => "watch".to_owned(),
    }
}

fn pieces(line: &CardLine, lesson: &LessonCard, ink: &Ink<'_>) -> Vec<Piece> {
    match line {
        CardLine::Text(text) => vec![ink.piece(text.clone(), Role::Text)],
        CardLine::Choice { letter, text, mark } => {
            let (glyph, role) = match mark {
                Mark::Right => (ink.glyphs().check, Role::Serving),
                Mark::Wrong => (ink.glyphs().dead, Role::Danger),
                Mark::None => (" ", Role::Text),
            };
            let glyph = if letter.is_some() { glyph } else { " " };
            let letter = letter.map_or_else(|| " ".to_owned(), String::from);
            vec![
                ink.piece(format!("{glyph:<2}"), role),
                ink.piece(letter, Role::Key),
                ink.piece(format!("  {text}"), role),
            ]
        }
        CardLine::Verdict => match &lesson.step {
            LessonStep::Ask { reveal: Some(reveal), .. } => verdict(reveal, ink),
            _ => Vec::new(),
        },
    }
}

fn verdict(reveal: &Reveal, ink: &Ink<'_>) -> Vec<Piece> {
    let answer = format!("The answer is {}.", reveal.answer);
    match (&reveal.given, reveal.right) {
        (Some(_), true) => vec![
            ink.piece(format!("{} Right. ", ink.glyphs().check), Role::Serving),
            ink.piece(answer, Role::Text),
        ],
        (Some(given), false) => vec![
            ink.piece(format!("{} Not {given}. ", ink.glyphs().dead), Role::Danger),
            ink.piece(answer, Role::Strong),
        ],
        (None, _) => vec![ink.piece(answer, Role::Strong)],
    }
}

/// Writes what is said in big type, with the answers if these fit, too; how many lines that took, 0 if it does not fit.
fn big(lesson: &LessonCard, area: Rect, ink: &mut Ink<'_>) -> (u16, bool) {
    let columns = area.width / BIG.0;
    let question = wrapped(&main_text(&lesson.step), columns);
    let height = |lines: &[String]| u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_mul(BIG.1);
    let rest = u16::try_from(card_lines(&lesson.step, area.width, false).len()).unwrap_or(u16::MAX);
    let is_plain = !ink.glyphs().is_ascii() && main_text(&lesson.step).is_ascii();
    if !is_plain || height(&question).saturating_add(rest) > area.height {
        return (0, false);
    }
    let mut with_answers = question.clone();
    if let LessonStep::Ask { choices, reveal: None, .. } = &lesson.step {
        let answers = ('a'..='z').zip(choices).map(|(letter, choice)| format!("{letter} {choice}"));
        with_answers.extend(answers.flat_map(|answer| wrapped(&answer, columns)));
    }
    let fits = with_answers.len() > question.len() && height(&with_answers) <= area.height;
    let shown = if fits { with_answers } else { question };
    let text: Vec<ratatui::text::Line<'_>> = shown.iter().map(|line| line.as_str().into()).collect();
    let style = ink.style(Role::Strong);
    let big = BigText::builder().pixel_size(PixelSize::Quadrant).style(style).lines(text).build();
    big.render(lines(area, 0, height(&shown)), ink.buffer);
    (height(&shown), fits)
}
