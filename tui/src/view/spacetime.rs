//! The life of a message as a space-time diagram: a lane a host, time goes down, arrows are what travels.
//!
//! Where lanes would be too narrow for that, the same steps are told in words, one a line.

use hydraq_cluster::observe::{Biography, Mark, Step, words as phrases};
use ratatui::layout::Rect;

use super::ink::{Ink, width};
use super::words;
use crate::model::Model;
use crate::theme::Role;

/// Columns for the time.
const TIME_WIDTH: u16 = 8;
/// The least columns between two lanes.
const LANE_WIDTH_MIN: u16 = 13;
/// The most columns between two lanes.
const LANE_WIDTH_MAX: u16 = 30;

/// Draws the diagram, from the step to which it is scrolled.
pub(super) fn spacetime(model: &Model, biography: &Biography, area: Rect, ink: &mut Ink<'_>) {
    let lanes = u16::try_from(biography.lanes.len()).unwrap_or(u16::MAX).max(1);
    let gap = (area.width.saturating_sub(TIME_WIDTH) / lanes).min(LANE_WIDTH_MAX);
    let last = biography.steps.len().saturating_sub(usize::from(area.height.saturating_sub(1)).max(1));
    let first = usize::from(model.scroll).min(last);
    if gap < LANE_WIDTH_MIN {
        return told(biography, first, area, ink);
    }
    let x = |lane: usize| area.x + TIME_WIDTH + 1 + gap * u16::try_from(lane).unwrap_or(0).min(lanes - 1);
    let diagram = Diagram { biography, lanes: (0..biography.lanes.len()).map(x).collect(), gap, area };
    diagram.heads(ink);
    let mut alive = vec![true; biography.lanes.len()];
    let mut last_time = String::new();
    for (place, step) in biography.steps.iter().enumerate() {
        let line = place.checked_sub(first).and_then(|line| u16::try_from(line).ok());
        let y = line.map(|line| area.y + 1 + line).filter(|y| *y < area.y + area.height);
        if let Some(y) = y {
            let time = time(step.at_ms);
            let shown = if time == last_time { "" } else { &time };
            ink.say(area.x, y, TIME_WIDTH - 1, &format!("{shown:>6}"), Role::Dim);
            diagram.lanes(&alive, y, ink);
            diagram.step(step, &alive, y, ink);
            last_time = time;
        }
        let end = step.to.unwrap_or(step.from);
        if let Some(lane) = alive.get_mut(end) {
            *lane = (*lane && step.mark != Mark::Gone) || step.mark == Mark::Back;
        }
    }
}

fn time(at_ms: u64) -> String {
    if at_ms < 1_000 { format!("{at_ms} ms") } else { phrases::span(at_ms) }
}

/// The same in words.
fn told(biography: &Biography, first: usize, area: Rect, ink: &mut Ink<'_>) {
    let name = |lane: usize| biography.lanes.get(lane).map_or("?", |lane| &*lane.name);
    for (y, step) in (area.y..area.y + area.height).zip(biography.steps.iter().skip(first)) {
        let (glyph, role) = words::mark(step.mark, ink.glyphs()).unwrap_or((ink.glyphs().cursor, Role::Dim));
        let what = [&*step.label, &*step.note]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
        let who = match step.to {
            Some(to) => format!("{} {} {}", name(step.from), ink.glyphs().arrow_right, name(to)),
            None => name(step.from).to_owned(),
        };
        let pieces = [
            ink.piece(format!("{:>6} ", time(step.at_ms)), Role::Dim),
            ink.piece(format!("{glyph} "), role),
            ink.piece(format!("{who}  "), Role::Text),
            ink.piece(what, role),
            ink.piece(
                step.because.as_ref().map_or_else(String::new, |because| format!("  {because}")),
                Role::Dim,
            ),
        ];
        ink.pieces(area.x, y, area.width, &pieces);
    }
}

/// Where everything of the diagram stands.
struct Diagram<'a> {
    biography: &'a Biography,
    /// The columns of the lanes.
    lanes: Vec<u16>,
    gap: u16,
    area: Rect,
}

impl Diagram<'_> {
    fn heads(&self, ink: &mut Ink<'_>) {
        for (lane, x) in self.biography.lanes.iter().zip(&self.lanes) {
            let half = (width(&lane.name) / 2).min(x - self.area.x);
            ink.say(x - half, self.area.y, self.gap - 1, &lane.name, Role::Strong);
        }
    }

    fn lanes(&self, alive: &[bool], y: u16, ink: &mut Ink<'_>) {
        for (x, _) in self.lanes.iter().zip(alive).filter(|(_, alive)| **alive) {
            ink.say(*x, y, 1, ink.glyphs().vertical, Role::Dim);
        }
    }

    fn step(&self, step: &Step, alive: &[bool], y: u16, ink: &mut Ink<'_>) {
        let end = step.to.unwrap_or(step.from);
        let (Some(from), Some(to)) = (self.lanes.get(step.from).copied(), self.lanes.get(end).copied())
        else {
            return;
        };
        if from != to {
            self.arrow((from, to), &step.label, alive, y, ink);
        }
        let mut note_x = to + 2;
        let shown = words::mark(step.mark, ink.glyphs());
        let role = shown.map_or(Role::Text, |(_, role)| role);
        if let Some((glyph, role)) = shown {
            ink.say(to, y, 1, glyph, role);
        }
        if to < from {
            note_x = from + 2;
        }
        let end = self.area.x + self.area.width;
        let room = if note_x >= self.last() { end.saturating_sub(note_x) } else { self.gap - 3 };
        note_x += ink.say(note_x, y, room.min(end.saturating_sub(note_x)), &step.note, role);
        if let Some(because) = &step.because {
            self.because(because, note_x.max(from.max(to) + 1), y, ink);
        }
    }

    fn last(&self) -> u16 {
        self.lanes.last().copied().unwrap_or(0)
    }

    /// The reason stands behind the last lane where there is room, else right after what happened.
    fn because(&self, because: &str, after: u16, y: u16, ink: &mut Ink<'_>) {
        let end = self.area.x + self.area.width;
        let behind = self.last() + 4;
        let x = if end.saturating_sub(behind.max(after)) >= width(because) {
            behind.max(after + 2)
        } else {
            after + 2
        };
        ink.say(x, y, end.saturating_sub(x), because, Role::Dim);
    }

    fn arrow(&self, (from, to): (u16, u16), label: &str, alive: &[bool], y: u16, ink: &mut Ink<'_>) {
        let glyphs = ink.glyphs();
        let style = ink.style(Role::Text);
        let (left, right) = (from.min(to), from.max(to));
        for x in left + 1..right {
            let crosses = self.lanes.iter().zip(alive).any(|(lane, alive)| *lane == x && *alive);
            ink.text(x, y, 1, if crosses { glyphs.crossing } else { glyphs.horizontal }, style);
        }
        ink.text(from, y, 1, if from < to { glyphs.tees[0] } else { glyphs.tees[1] }, style);
        let head = if from < to { (to - 1, glyphs.arrow_right) } else { (to + 1, glyphs.arrow_left) };
        ink.text(head.0, y, 1, head.1, style);
        let room = self.gap.min(right - left).saturating_sub(6);
        let label = super::ink::shortened(label, room, glyphs);
        if !label.is_empty() {
            let x = if from < to { from + 2 } else { from - 3 - width(&label) };
            ink.text(x, y, width(&label) + 2, &format!(" {label} "), style);
        }
    }
}
