//! The strip of links: that all are up, or which are not.

use hydraq_cluster::observe::{LinkPicture, LinkState};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width};
use super::words;
use crate::model::Model;
use crate::theme::Role;

/// Draws the strip: what was done on purpose first.
pub(super) fn links(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height == 0 {
        return;
    }
    let picture = model.picture();
    let mut pieces = vec![ink.piece("links  ", Role::Dim)];
    let hosts = picture.hosts.len();
    if picture.links.is_empty() && hosts > 1 {
        pieces.push(
            ink.piece(format!("{} all {} up", ink.glyphs().up, hosts * (hosts - 1) / 2), Role::Serving),
        );
    }
    let mut links: Vec<&LinkPicture> = picture.links.iter().collect();
    links.sort_by_key(|link| (rank(link.state), link.from, link.to));
    let room = area.width.saturating_sub(12);
    let mut hidden = 0;
    for link in links.iter().filter(|link| !is_second(link, &links)) {
        let both = links
            .iter()
            .any(|other| other.from == link.to && other.to == link.from && other.state == link.state);
        let more = piece(model, link, both, ink);
        if hidden == 0 && pieces_width(&pieces) + pieces_width(&more) <= room {
            pieces.extend(more);
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        pieces.push(ink.piece(format!("{hidden} more"), Role::Dim));
    }
    ink.pieces(area.x + 1, area.y, area.width.saturating_sub(1), &pieces);
}

fn rank(state: LinkState) -> u8 {
    match state {
        LinkState::Cut => 0,
        LinkState::Delayed { .. } | LinkState::Lossy { .. } => 1,
        LinkState::Suspected => 2,
        LinkState::Connecting | LinkState::Up => 3,
    }
}

/// Whether this is the way back of a link that is drawn already.
fn is_second(link: &LinkPicture, all: &[&LinkPicture]) -> bool {
    link.from > link.to
        && all.iter().any(|other| other.from == link.to && other.to == link.from && other.state == link.state)
}

fn piece(model: &Model, link: &LinkPicture, both: bool, ink: &Ink<'_>) -> Vec<Piece> {
    let shown = words::link(link.state, ink.glyphs());
    let picture = model.picture();
    let arrow = if both { ink.glyphs().arrow_both } else { ink.glyphs().arrow_right };
    let ways = if link.state == LinkState::Cut && !both { " one way" } else { "" };
    let names = format!("{} {arrow} {}", picture.host_name(link.from), picture.host_name(link.to));
    vec![
        ink.piece(format!("{} ", shown.glyph), shown.role),
        ink.piece(names, Role::Text),
        ink.piece(format!(" {}{ways}   ", shown.fitting(u16::MAX)), shown.role),
    ]
}
