//! After a kill: what was predicted beside what happened.

use hydraq_cluster::observe::words::count;
use ratatui::layout::Rect;

use super::boxes::{right_aligned, widest};
use super::ink::{Ink, Piece};
use crate::model::Model;
use crate::theme::Role;

/// Draws the box at the right of the screen, where it hides least; it takes no keys.
pub(super) fn aftermath(model: &Model, body: Rect, ink: &mut Ink<'_>) {
    let Some(aftermath) = model.shown_aftermath() else { return };
    let (predicted, happened) = (&aftermath.predicted, &aftermath.happened);
    let label = if body.width < 60 { 16 } else { 22 };
    let heads = format!("{:label$}{:>10}{:>10}", "", "predicted", "happened");
    let mut lines = vec![vec![ink.piece(heads, Role::Dim)]];
    let rows = [
        ("owner changes", predicted.owner_changes, happened.owner_changes),
        ("fell to one copy", predicted.fall_to_one, happened.fall_to_one),
        ("only copy there", predicted.only_copy_here, happened.only_copy_here),
        ("leased there", predicted.leased_through, happened.leased_through),
    ];
    for (words, before, after) in rows {
        let role = if before == after { Role::Text } else { Role::Leased };
        lines.push(vec![
            ink.piece(format!("{words:<label$}"), Role::Text),
            ink.piece(right_aligned(&count(before), 10), Role::Dim),
            ink.piece(right_aligned(&count(after), 10), role),
        ]);
    }
    lines.push(takeover(aftermath.takeover_ms, predicted.takeover_goal_ms, label, ink));
    let names: Vec<String> = predicted.hosts.iter().map(|host| model.live.host_name(*host)).collect();
    let width = (widest(&lines) + 4).min(body.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(8).min(body.height);
    let area = Rect {
        x: body.x + body.width - width,
        y: body.y + body.height.saturating_sub(height),
        width,
        height,
    };
    ink.clear(area);
    let what = if aftermath.wiped { "wipe" } else { "kill" };
    let title = [
        ink.piece(format!("after the {what} of {}", names.join(", ")), Role::Strong),
        ink.piece("esc closes", Role::Dim),
    ];
    let inner = ink.frame(area, &title, ink.style(Role::Text));
    for (y, pieces) in (inner.y..inner.y + inner.height).zip(&lines) {
        ink.pieces(inner.x + 1, y, inner.width.saturating_sub(2), pieces);
    }
}

fn takeover(takeover_ms: Option<u64>, goal_ms: u64, label: usize, ink: &Ink<'_>) -> Vec<Piece> {
    let goal = if label < 20 { format!("{goal_ms} ms") } else { format!("goal {goal_ms} ms") };
    let (happened, role) = match takeover_ms {
        Some(took_ms) if took_ms <= goal_ms => {
            (format!("{took_ms} ms {}", ink.glyphs().check), Role::Serving)
        }
        Some(took_ms) => (format!("{took_ms} ms"), Role::Danger),
        None => ("not yet".to_owned(), Role::Leased),
    };
    vec![
        ink.piece(format!("{:<1$}", "takeover", label - 4), Role::Text),
        ink.piece(right_aligned(&goal, 14), Role::Dim),
        ink.piece(right_aligned(&happened, 10), role),
    ]
}
