//! The strip of links: that all are up, or which are not.

use hydraq_cluster::observe::{HostNumber, LinkPicture, LinkState};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width};
use super::words;
use crate::model::{Model, Picture};
use crate::theme::Role;

/// Draws the strip: what was done on purpose first, then who is suspected.
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
    let mut parts: Vec<Vec<Piece>> = Vec::new();
    let mut links: Vec<&LinkPicture> = picture.links.iter().collect();
    links.sort_by_key(|link| (rank(link.state), link.from, link.to));
    for link in links.iter().filter(|link| link.state != LinkState::Suspected && !is_second(link, &links)) {
        let both = links.iter().any(|other| is_way_back(link, other));
        parts.push(piece(picture, link, both, ink));
    }
    parts.extend(suspected(picture, &links, ink));
    let room = area.width.saturating_sub(10);
    let shown = parts.iter().take_while(|part| {
        let fits = pieces_width(&pieces) + pieces_width(part) <= room;
        if fits {
            pieces.extend(part.iter().cloned());
        }
        fits
    });
    let hidden = parts.len() - shown.count();
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

fn is_way_back(link: &LinkPicture, other: &LinkPicture) -> bool {
    other.from == link.to && other.to == link.from && other.state == link.state
}

/// Whether this is the way back of a link that is drawn already.
fn is_second(link: &LinkPicture, all: &[&LinkPicture]) -> bool {
    link.from > link.to && all.iter().any(|other| is_way_back(link, other))
}

fn piece(picture: &Picture, link: &LinkPicture, both: bool, ink: &Ink<'_>) -> Vec<Piece> {
    let shown = words::link(link.state, ink.glyphs());
    let arrow = if both { ink.glyphs().arrow_both } else { ink.glyphs().arrow_right };
    let ways = if link.state == LinkState::Cut && !both { " one way" } else { "" };
    let names = format!("{} {arrow} {}", picture.host_name(link.from), picture.host_name(link.to));
    vec![
        ink.piece(format!("{} ", shown.glyph), shown.role),
        ink.piece(names, Role::Text),
        ink.piece(format!(" {}{ways}   ", shown.fitting(u16::MAX)), shown.role),
    ]
}

/// Who is suspected, and by whom: a part for each host that is.
fn suspected(picture: &Picture, links: &[&LinkPicture], ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let mut parts = Vec::new();
    let up = picture.hosts.iter().filter(|host| host.state.is_up()).count();
    for host in picture.hosts.iter() {
        let by: Vec<HostNumber> = links
            .iter()
            .filter(|link| link.state == LinkState::Suspected && link.to == host.number)
            .map(|link| link.from)
            .collect();
        let others = up - usize::from(host.state.is_up());
        let whom = match by.len() {
            0 => continue,
            all if all >= others && all > 1 => format!("all {all} others"),
            1..4 => by.iter().map(|by| picture.host_name(*by)).collect::<Vec<_>>().join(" "),
            many => format!("{many} others"),
        };
        parts.push(vec![
            ink.piece(format!("{} {}", ink.glyphs().dead, host.name), Role::Danger),
            ink.piece(format!(" suspected by {whom}   "), Role::Text),
        ]);
    }
    parts
}
