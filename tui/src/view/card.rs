//! The card of a lesson: what is said, what is asked, what is right; in big type for a stage.

use hydraq_cluster::observe::{LessonCard, LessonStep, Reveal};
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_big_text::{BigText, PixelSize};

use super::ink::{Ink, Piece, wrapped};
use crate::keymap::Intent;
use crate::model::Model;
use crate::model::layout::lines;
use crate::theme::Role;

/// Columns and lines of one big letter.
const BIG: (u16, u16) = (4, 4);

/// Draws the card.
pub(super) fn card(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let Some(lesson) = &model.picture().lesson else { return };
    let role = match &lesson.step {
        LessonStep::Ask { reveal: None, .. } => Role::Copying,
        _ => Role::Text,
    };
    let title = format!("lesson {} of {}: {}", lesson.number, lesson.of, lesson.title);
    let inner = ink.frame(area, &[ink.piece(title, Role::Strong)], ink.style(role));
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
    let text = text(lesson, inner.width, ink);
    let (used, answered) = if model.presenter { big(lesson, inner, ink) } else { (0, false) };
    let small = match (used, answered) {
        (0, _) => text,
        (_, true) => Vec::new(),
        (_, false) => rest_of(lesson, inner.width, ink),
    };
    for (y, pieces) in (inner.y + used..inner.y + inner.height).zip(&small) {
        ink.pieces(inner.x, y, inner.width, pieces);
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

/// What is said or asked.
fn main_text(lesson: &LessonCard) -> String {
    match &lesson.step {
        LessonStep::Say { text } => text.clone(),
        LessonStep::Ask { question, .. } => question.clone(),
        LessonStep::Runs { line } => format!(": {line}"),
        LessonStep::End { right, asked } => format!("The end. {right} of {asked} answered rightly."),
    }
}

fn text(lesson: &LessonCard, columns: u16, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = wrapped(&main_text(lesson), columns)
        .into_iter()
        .map(|line| vec![ink.piece(line, Role::Text)])
        .collect();
    lines.extend(rest_of(lesson, columns, ink));
    lines
}

/// The answers, and what came of them.
fn rest_of(lesson: &LessonCard, columns: u16, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let LessonStep::Ask { choices, reveal, .. } = &lesson.step else { return Vec::new() };
    let mut lines = Vec::new();
    for (letter, choice) in ('a'..='z').zip(choices) {
        let letter = letter.to_string();
        let (mark, role) = match reveal {
            Some(reveal) if reveal.answer == letter => (ink.glyphs().check, Role::Serving),
            Some(reveal) if reveal.given.as_ref() == Some(&letter) => (ink.glyphs().dead, Role::Danger),
            _ => (" ", Role::Text),
        };
        lines.push(vec![
            ink.piece(format!("{mark:<2}"), role),
            ink.piece(letter, Role::Key),
            ink.piece(format!("  {choice}"), role),
        ]);
    }
    if let Some(reveal) = reveal {
        lines.push(verdict(reveal, ink));
        lines.extend(
            wrapped(&reveal.because, columns).into_iter().map(|line| vec![ink.piece(line, Role::Text)]),
        );
    }
    lines
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
    let question = wrapped(&main_text(lesson), columns);
    let height = |lines: &[String]| u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_mul(BIG.1);
    let rest = u16::try_from(rest_of(lesson, area.width, ink).len()).unwrap_or(u16::MAX);
    let is_plain = !ink.glyphs().is_ascii() && main_text(lesson).is_ascii();
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
