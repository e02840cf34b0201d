//! Where copies are together: how many messages have their copies on the same hosts.

use hydraq_cluster::observe::Placement;
use hydraq_cluster::observe::words::count;

use super::ink::{Ink, Piece, pieces_width};
use crate::model::Model;
use crate::model::layout::ClusterLayout;
use crate::theme::Role;

/// The longest bar, and the part of the width that it may take.
const BAR_MAX: u16 = 16;
const BAR_PART: u16 = 12;

/// Draws the strip at the foot of the replica map.
pub(super) fn together(model: &Model, layout: &ClusterLayout, ink: &mut Ink<'_>) {
    let area = layout.together;
    if area.height == 0 {
        return;
    }
    let title = [ink.piece("where copies are together", Role::Strong)];
    ink.divider(layout.map, area.y - 1, &title, ink.style(Role::Dim));
    let placements = &model.picture().placements;
    let most = placements.iter().map(|placement| placement.messages).max().unwrap_or(1).max(1);
    let mut rest = &placements[..];
    for y in area.y..area.y + area.height {
        let mut pieces: Vec<Piece> = Vec::new();
        while let Some((placement, others)) = rest.split_first() {
            let more = segment(model, placement, (most, (area.width / BAR_PART).min(BAR_MAX)), ink);
            // Room for "12 more" stays at the end.
            if pieces_width(&pieces) + pieces_width(&more) + 10 > area.width && !pieces.is_empty() {
                break;
            }
            pieces.extend(more);
            rest = others;
        }
        if y + 1 == area.y + area.height && !rest.is_empty() {
            pieces.push(ink.piece(format!("{} more", rest.len()), Role::Dim));
        }
        ink.pieces(area.x + 2, y, area.width.saturating_sub(3), &pieces);
    }
}

fn segment(model: &Model, placement: &Placement, (most, longest): (u64, u16), ink: &Ink<'_>) -> Vec<Piece> {
    let picture = model.picture();
    let names: Vec<String> = placement.hosts.iter().map(|host| picture.host_name(*host)).collect();
    let all_gone =
        placement.hosts.iter().all(|host| picture.host(*host).is_none_or(|host| !host.state.is_up()));
    let length = usize::try_from(placement.messages * u64::from(longest) / most).unwrap_or(1).max(1);
    let role = if all_gone { Role::Danger } else { Role::Copy };
    vec![
        ink.piece(names.join(" "), if all_gone { Role::Danger } else { Role::Text }),
        ink.piece(format!("  {}", ink.glyphs().bar.repeat(length)), role),
        ink.piece(format!(" {}     ", count(placement.messages)), Role::Text),
    ]
}
