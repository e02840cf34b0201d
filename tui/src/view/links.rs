//! The strip of links: that all are up, or which are not.

use std::collections::BTreeMap;

use hydraq_cluster::observe::words::count;
use hydraq_cluster::observe::{
    CONNECTING_TOLD_MAX, HostNumber, HostPicture, HostState, LinkPicture, LinkState,
};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width};
use super::words;
use crate::model::{Model, Picture};
use crate::theme::Role;

/// How many links that are being made are shown one by one.
const CONNECTING_MAX: usize = 3;
/// How many are looked at one by one at most.
const PAIRED_MAX: usize = 256;

/// Draws the strip: what was done on purpose first, then who is suspected.
pub(super) fn links(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height == 0 {
        return;
    }
    let picture = model.picture();
    let mut pieces = vec![ink.piece("links  ", Role::Dim)];
    // A host that starts has no link yet, and says nothing of any.
    let is_linked = |host: &&HostPicture| host.state != HostState::Starting && !host.state.is_gone();
    let hosts = picture.hosts.iter().filter(is_linked).count() as u64;
    if picture.links.is_empty() && hosts > 1 {
        let all = count(hosts * (hosts - 1) / 2);
        pieces.push(ink.piece(format!("{} all {all} up", ink.glyphs().up), Role::Serving));
    }
    let mut parts: Vec<Vec<Piece>> = on_purpose(picture, ink);
    parts.extend(connecting(picture, ink));
    parts.extend(suspected(picture, ink));
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

/// What was done on purpose: what is cut goes first.
fn on_purpose(picture: &Picture, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let is_harmed = |state| matches!(state, LinkState::Delayed { .. } | LinkState::Lossy { .. });
    let cut = picture.links.iter().filter(|link| link.state == LinkState::Cut);
    let harmed = picture.links.iter().filter(|link| is_harmed(link.state));
    let firsts = cut.chain(harmed).filter(|link| !is_second(picture, link));
    firsts.map(|link| piece(picture, link, ink)).collect()
}

/// Links that are being made: each, or how many.
fn connecting(picture: &Picture, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let links = || picture.links.iter().filter(|link| link.state == LinkState::Connecting);
    let firsts = || links().filter(|link| !is_second(picture, link));
    // Where there are that many, both ways of a link are being made.
    let all = links().count();
    match if all > PAIRED_MAX { all.div_ceil(2) } else { firsts().count() } {
        0..=CONNECTING_MAX => firsts().map(|link| piece(picture, link, ink)).collect(),
        many => {
            let shown = words::link(LinkState::Connecting, ink.glyphs());
            let over = if all >= CONNECTING_TOLD_MAX { "over " } else { "" };
            let words =
                format!("{} {over}{} {}   ", shown.glyph, count(many as u64), shown.fitting(u16::MAX));
            vec![vec![ink.piece(words, shown.role)]]
        }
    }
}

/// Whether the way back is as this way.
fn is_both_ways(picture: &Picture, link: &LinkPicture) -> bool {
    picture.link(link.to, link.from) == link.state
}

/// Whether this is the way back of a link that is drawn already.
fn is_second(picture: &Picture, link: &LinkPicture) -> bool {
    link.from > link.to && is_both_ways(picture, link)
}

fn piece(picture: &Picture, link: &LinkPicture, ink: &Ink<'_>) -> Vec<Piece> {
    let both = is_both_ways(picture, link);
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
fn suspected(picture: &Picture, ink: &Ink<'_>) -> Vec<Vec<Piece>> {
    let mut parts = Vec::new();
    let up = picture.hosts.iter().filter(|host| host.state.is_up()).count();
    let mut suspecting: BTreeMap<HostNumber, Vec<HostNumber>> = BTreeMap::new();
    for link in picture.links.iter().filter(|link| link.state == LinkState::Suspected) {
        suspecting.entry(link.to).or_default().push(link.from);
    }
    for (host, by) in suspecting {
        let Some(host) = picture.host(host) else { continue };
        let others = up - usize::from(host.state.is_up());
        let whom = match by.len() {
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
