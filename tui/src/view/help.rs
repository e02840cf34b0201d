//! All keys, made from the table of keys.

use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width, width};
use super::words;
use crate::keymap::{Bound, Scope};
use crate::model::Model;
use crate::model::layout::lines;
use crate::model::layout::wrapped;
use crate::theme::Role;

/// The width of the keys, with what keeps them from their meaning.
const KEYS_WIDTH: u16 = 13;
/// The least width of a column.
const COLUMN_WIDTH_MIN: u16 = 56;
/// From which width on a column has the names of the keys, too.
const NAMES_FROM: u16 = 76;

/// Draws all keys in as many columns as fit; it scrolls.
pub(super) fn help(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let inner = crate::model::layout::inside(area);
    let columns = if inner.width >= 2 * NAMES_FROM { 2 } else { (inner.width / COLUMN_WIDTH_MIN).max(1) };
    let rebind = if inner.width / columns >= NAMES_FROM {
        "rebind them in hydraq.toml, section [keys], by the names at the right"
    } else {
        "a wider window shows the names by which they are rebound"
    };
    let wide = inner.width / columns;
    let rows = sections(model, wide.saturating_sub(2), ink);
    let height = usize::from(inner.height.max(1));
    let shown_at_once = height * usize::from(columns);
    let first = usize::from(model.scroll).min(rows.len().saturating_sub(shown_at_once));
    let below = rows.len().saturating_sub(first + shown_at_once);
    let mut title = vec![ink.piece("keys", Role::Strong), ink.piece(rebind, Role::Dim)];
    if below > 0 {
        title.insert(1, ink.piece(format!("down: {below} more lines"), Role::Key));
    }
    ink.frame(area, &title, ink.style(Role::Dim));
    for (place, row) in rows.iter().skip(first).take(shown_at_once).enumerate() {
        let (column, line) = (place / height, place % height);
        let (Ok(column), Ok(line)) = (u16::try_from(column), u16::try_from(line)) else { return };
        let at = lines(inner, line, 1);
        ink.pieces(at.x + 1 + column * wide, at.y, wide.saturating_sub(2).min(at.width), row);
    }
}

/// The rows of all sections: a heading, its keys, a blank row.
fn sections(model: &Model, columns: u16, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let mut rows = legend(columns, ink);
    let mut told: Vec<&str> = Vec::new();
    let everywhere = |bound: &&Bound| bound.row.scopes.len() >= 6;
    let common = |bound: &&Bound| {
        bound.row.scopes.len() >= 3
            && bound.row.scopes.len() < 6
            && bound.row.scopes.contains(&Scope::Cluster)
    };
    let groups: [(&str, Vec<&Bound>); 2] = [
        ("hosts and messages", model.keymap.all().filter(common).collect()),
        ("everywhere", model.keymap.all().filter(everywhere).collect()),
    ];
    let by_scope = Scope::ALL.map(|scope| (scope.word(), model.keymap.in_scope(scope).collect::<Vec<_>>()));
    let is_of_use = |bound: &&Bound| model.picture().time.is_some() || !bound.row.intent.is_of_simulations();
    for (heading, bounds) in groups.into_iter().chain(by_scope) {
        let bounds: Vec<&Bound> =
            bounds.into_iter().filter(|bound| is_of_use(bound) && !told.contains(&bound.row.name)).collect();
        if bounds.is_empty() {
            continue;
        }
        told.extend(bounds.iter().map(|bound| bound.row.name));
        rows.push(vec![ink.piece(heading, Role::Strong)]);
        rows.extend(bounds.into_iter().flat_map(|bound| key_rows(bound, columns, ink)));
        rows.push(Vec::new());
    }
    rows
}

/// What the glyphs of the replica map stand for, in as many rows as they need, and a blank one.
fn legend(columns: u16, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let mut rows = vec![vec![ink.piece("glyphs of the replica map", Role::Strong)], Vec::new()];
    let states = words::STATES.into_iter().map(|state| words::state(state, ink.glyphs()));
    let states = states.map(|shown| (shown.glyph, shown.fitting(u16::MAX).to_owned(), shown.role));
    for (glyph, word, role) in states.chain([(ink.glyphs().not_a_holder, "no holder".to_owned(), Role::Dim)])
    {
        let piece = ink.piece(format!("  {glyph} {word}"), role);
        match rows.last_mut() {
            Some(row) if pieces_width(row) + width(&piece.text) <= columns => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    rows.push(Vec::new());
    rows
}

/// The rows of one key: what does not fit beside its keys goes on below.
fn key_rows(bound: &Bound, columns: u16, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let name = if columns >= NAMES_FROM - 2 { bound.row.name } else { "" };
    let room = columns.saturating_sub(KEYS_WIDTH + 2 + width(name) + 2);
    let (keys, help) = (wrapped(&bound.all(), KEYS_WIDTH - 1), wrapped(bound.row.help, room));
    let row = |line: usize| {
        let at = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
        let (keys, help) = (at(&keys), at(&help));
        let gap = room.saturating_sub(width(&help)) + 2;
        let name = if line == 0 { name } else { "" };
        let keys =
            format!("  {keys}{}", " ".repeat(usize::from(KEYS_WIDTH.saturating_sub(width(&keys)).max(1))));
        vec![
            ink.piece(keys, Role::Key),
            ink.piece(help, Role::Text),
            ink.piece(format!("{}{name}", " ".repeat(usize::from(gap))), Role::Dim),
        ]
    };
    (0..keys.len().max(help.len())).map(row).collect()
}
