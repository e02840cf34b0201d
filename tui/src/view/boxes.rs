//! Boxes that ask: before a kill, before a delete, which link, what to save.

use hydraq_cluster::observe::BlastRadius;
use hydraq_cluster::observe::words::count;
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width, width};
use crate::keymap::Intent;
use crate::model::layout::centered;
use crate::model::layout::wrapped;
use crate::model::{Confirm, KillBox, Model, Pick, SAVES, SaveKind};
use crate::theme::Role;

/// The width of a box that asks.
const BOX_WIDTH: u16 = 66;

/// Draws a box in the middle of the screen with these lines, and hints at its foot.
pub(super) fn boxed(
    size: Rect,
    title: Piece,
    lines: &[Vec<Piece>],
    hints: &[(String, &str)],
    role: Role,
    ink: &mut Ink<'_>,
) -> Rect {
    let height = u16::try_from(lines.len() + 2 + usize::from(!hints.is_empty())).unwrap_or(u16::MAX);
    let area = centered(size, BOX_WIDTH.min(size.width.saturating_sub(2)), height);
    ink.clear(area);
    let inner = ink.frame(area, &[title], ink.style(role));
    let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (y, pieces) in (body.y..body.y + body.height).zip(lines) {
        ink.pieces(body.x, y, body.width, pieces);
    }
    if !hints.is_empty() && body.height > 0 {
        let mut pieces = Vec::new();
        for (key, word) in hints {
            pieces.extend([ink.piece(key.clone(), Role::Key), ink.piece(format!(" {word}   "), Role::Dim)]);
        }
        let last = Rect { y: body.y + body.height - 1, height: 1, ..body };
        ink.clear(last);
        ink.pieces_right(last, &pieces);
    }
    body
}

fn yes_and_no(model: &Model, verb: &'static str) -> [(String, &'static str); 2] {
    let no = model.keymap.all().find(|bound| bound.row.intent == Intent::No);
    let no =
        no.map(|bound| bound.keys.iter().take(2).map(ToString::to_string).collect::<Vec<_>>().join(", "));
    [(model.keymap.shown(Intent::Yes), verb), (no.unwrap_or_default(), "leave")]
}

/// Draws a question with yes and no.
pub(super) fn confirm(model: &Model, confirm: &Confirm, size: Rect, ink: &mut Ink<'_>) {
    let columns = BOX_WIDTH.min(size.width.saturating_sub(2)).saturating_sub(4);
    let wrap = |line: &String| wrapped(line, columns);
    let mut lines: Vec<Vec<Piece>> =
        confirm.lines.iter().flat_map(wrap).map(|line| vec![ink.piece(line, Role::Text)]).collect();
    lines.push(vec![ink.piece("runs ", Role::Dim), ink.piece(confirm.command.clone(), Role::Strong)]);
    let title = ink.piece(confirm.title.clone(), Role::Danger);
    boxed(size, title, &lines, &yes_and_no(model, confirm.verb), Role::Danger, ink);
}

/// Draws the question before a kill, with what it would do.
pub(super) fn kill(model: &Model, kill: &KillBox, size: Rect, ink: &mut Ink<'_>) {
    let lines = match &kill.blast {
        Some(blast) => blast_lines(blast, kill, size.width < 60, ink),
        None => vec![vec![
            ink.piece("asking every host what would happen", Role::Dim),
            ink.piece(ink.glyphs().ellipsis, Role::Dim),
        ]],
    };
    let title = match kill.wipes {
        true => format!("kill {} and empty its disk?", kill.name),
        false => format!("kill {}?", kill.name),
    };
    let [yes, no] = yes_and_no(model, kill.verb());
    let hints = [
        yes,
        (model.keymap.shown(Intent::ShowHit), if size.width < 60 { "which" } else { "which ones" }),
        no,
    ];
    boxed(size, ink.piece(title, Role::Danger), &lines, &hints, Role::Danger, ink);
}

/// What a kill would do, line by line, the numbers below each other.
fn blast_lines(blast: &BlastRadius, kill: &KillBox, narrow: bool, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let by = |number: u64, one: &'static str, more: &'static str| if number == 1 { one } else { more };
    let message = by(blast.owner_changes, "message changes its owner", "messages change their owner");
    let fall = by(blast.fall_to_one, "falls to one copy", "fall to one copy");
    let only = by(blast.only_copy_here, "has its only copy here", "have their only copy here");
    let (goal, twice) = match narrow {
        true => (String::new(), "leased: may come twice".to_owned()),
        false => (
            format!(" (goal: within {} ms)", blast.takeover_goal_ms),
            format!("leased by a consumer through {}: may come twice", kill.name),
        ),
    };
    let (alone, only) = match (kill.wipes, narrow) {
        // Copies on other hosts that are down come back; those on this disk do not.
        (true, true) => (blast.only_disk, "on no other disk: lost"),
        (true, false) => {
            let are = by(blast.only_disk, "is on no other disk: lost", "are on no other disk: lost");
            (blast.only_disk, are)
        }
        (false, _) => (blast.only_copy_here, only),
    };
    let rows = [
        (blast.owner_changes, format!("{message}{goal}"), Role::Text),
        (blast.fall_to_one, fall.to_owned(), Role::Leased),
        (alone, only.to_owned(), Role::Danger),
        (blast.leased_through, twice, Role::Leased),
    ];
    let wide = rows.iter().map(|(number, ..)| count(*number).len()).max().unwrap_or(1);
    let line = |(number, words, role): (u64, String, Role)| {
        let role = if number == 0 { Role::Dim } else { role };
        let warns = if number > 0 && role == Role::Danger { "! " } else { "  " };
        vec![
            ink.piece(warns, Role::Danger),
            ink.piece(format!("{:>wide$} ", count(number)), role),
            ink.piece(words, if number == 0 { Role::Dim } else { Role::Text }),
        ]
    };
    rows.map(line).to_vec()
}

/// Draws the choice of a link's other end.
pub(super) fn pick(model: &Model, pick: &Pick, size: Rect, ink: &mut Ink<'_>) {
    let room = usize::from(size.height.saturating_sub(6)).clamp(1, 12);
    let first = (pick.chosen + 1).saturating_sub(room);
    let arrow = if pick.one_way { ink.glyphs().arrow_right } else { ink.glyphs().arrow_both };
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for (place, (_, name)) in pick.to.iter().enumerate().skip(first).take(room) {
        let chosen = place == pick.chosen;
        let cursor = if chosen { ink.glyphs().cursor } else { " " };
        let role = if chosen { Role::Strong } else { Role::Text };
        lines.push(vec![ink.piece(format!("{cursor} {} {arrow} {name}", pick.from.1), role)]);
    }
    let ways = if pick.one_way { "one way" } else { "both ways" };
    let title = ink.piece(format!("cut which link of {}, {ways}?", pick.from.1), Role::Danger);
    let hints = [
        (model.keymap.shown(Intent::BoxEnter), "cut"),
        (model.keymap.shown(Intent::PickOneWay), if pick.one_way { "both ways" } else { "one way" }),
        (model.keymap.shown(Intent::BoxClose), "leave"),
    ];
    boxed(size, title, &lines, &hints, Role::Danger, ink);
}

/// Draws the choice of what to save.
pub(super) fn save(model: &Model, chosen: usize, size: Rect, ink: &mut Ink<'_>) {
    let line = |(place, (kind, words)): (usize, &(SaveKind, &'static str))| {
        let words = match kind {
            // A fork: the session goes on from there in another way.
            SaveKind::Commands if model.stopped.is_some() => {
                "the commands until this moment, as a scenario (.hq)"
            }
            _ => *words,
        };
        let cursor = if place == chosen { ink.glyphs().cursor } else { " " };
        let role = if place == chosen { Role::Strong } else { Role::Text };
        vec![ink.piece(format!("{cursor} {words}"), role)]
    };
    let lines: Vec<Vec<Piece>> = SAVES.iter().enumerate().map(line).collect();
    let hints =
        [(model.keymap.shown(Intent::BoxEnter), "save"), (model.keymap.shown(Intent::BoxClose), "leave")];
    boxed(size, ink.piece("save", Role::Strong), &lines, &hints, Role::Text, ink);
}

/// The widest of these lines.
pub(super) fn widest(lines: &[Vec<Piece>]) -> u16 {
    lines.iter().map(|line| pieces_width(line)).max().unwrap_or(0)
}

/// How far a text's end lies from the left, for columns of numbers.
pub(super) fn right_aligned(text: &str, columns: u16) -> String {
    let gap = columns.saturating_sub(width(text));
    format!("{}{text}", " ".repeat(usize::from(gap)))
}
