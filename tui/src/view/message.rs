//! One message: what it is, where its copies are, its life across hosts, and why it is not delivered now.

use hydraq_cluster::observe::words::{bytes, counted, span};
use hydraq_cluster::observe::{MessageId, MessagePicture, MessageState};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width};
use super::{map, spacetime, words};
use crate::model::Model;
use crate::model::layout::lines;
use crate::model::layout::wrapped;
use crate::theme::Role;

/// Draws the screen.
pub(super) fn message(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let Some(id) = model.explained else {
        let words = "no message is selected: pick one on the cluster's screen, then enter";
        ink.say(area.x + 2, area.y + area.height / 2, area.width.saturating_sub(2), words, Role::Dim);
        return;
    };
    let picture = model.picture();
    let row = picture.message(id);
    let columns = area.width.saturating_sub(4);
    let why = model.biography().map_or_else(Vec::new, |biography| wrapped(&biography.why, columns));
    let head = head(model, id, row, columns, ink);
    let (head_height, why_height) = heights(area.height, head.len(), why.len());
    let top = lines(area, 0, head_height);
    let middle = lines(area, head_height, area.height.saturating_sub(head_height + why_height));
    let bottom = lines(area, area.height.saturating_sub(why_height), why_height);
    let glyphs = ink.glyphs();
    let short = if area.width < 60 { words::short_id(id, glyphs) } else { id.to_string() };
    let inner = ink.frame(top, &[ink.piece(short, Role::Strong)], ink.style(Role::Text));
    for (y, pieces) in (inner.y..inner.y + inner.height).zip(&head) {
        ink.pieces(inner.x + 1, y, inner.width.saturating_sub(2), pieces);
    }
    life(model, middle, ink);
    if bottom.height > 2 {
        let title = [ink.piece("why is it not delivered now?", Role::Strong)];
        let inner = ink.frame(bottom, &title, ink.style(Role::Leased));
        for (y, line) in (inner.y..inner.y + inner.height).zip(&why) {
            ink.say(inner.x + 1, y, inner.width.saturating_sub(2), line, Role::Text);
        }
    }
}

/// Lines for what it is, and for why it is not delivered, frames included. Its life has what is left; where there is
/// hardly any room, nothing.
fn heights(all: u16, head: usize, why: usize) -> (u16, u16) {
    let framed = |lines: usize| {
        if lines == 0 { 0 } else { u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2) }
    };
    let (head, why) = (framed(head).min(all), framed(why));
    if head.saturating_add(why).saturating_add(4) <= all {
        return (head, why);
    }
    let why = why.min(all / 2);
    (head.min(all - why), why)
}

fn head(
    model: &Model,
    id: MessageId,
    row: Option<&MessagePicture>,
    columns: u16,
    ink: &Ink<'_>,
) -> Vec<Vec<Piece>> {
    let mut head = Vec::new();
    if let Some(message) = row {
        let (copies, role) = map::copies(message);
        // Then `copies` has said it.
        let is_deleted = message.state == MessageState::Deleted;
        let gone_ms = gone_ms(model);
        let mut facts = vec![
            ink.piece(message.message_type.clone(), Role::Strong),
            ink.piece(format!("  {:?}", message.body), Role::Text),
            ink.piece(format!("  {}", bytes(message.body_bytes)), Role::Dim),
            ink.piece(format!("  {copies}"), role),
            ink.piece(format!("  {}", if is_deleted { "" } else { message.state.word() }), Role::Text),
            ink.piece(format!("  delivered {}", counted(u64::from(message.deliveries), "time")), Role::Dim),
            ink.piece(format!("  {} old", span(message.age_ms + gone_ms)), Role::Dim),
        ];
        facts.retain(|fact| !fact.text.trim().is_empty());
        if message.priority != 0 {
            facts.push(ink.piece(format!("  priority {}", message.priority), Role::Dim));
        }
        head.extend(flowed(facts, columns));
        head.extend(flowed(holders(model, message, ink), columns));
    }
    match model.biography() {
        Some(biography) => {
            head.extend(
                wrapped(&biography.summary, columns).into_iter().map(|line| vec![ink.piece(line, Role::Dim)]),
            );
        }
        None if model.replays => {
            let words = "the recording has nothing of it until this moment";
            head.push(vec![ink.piece(words, Role::Dim)]);
        }
        None if row.is_none() => {
            head.push(vec![ink.piece(format!("asking every host about {id}"), Role::Dim)]);
        }
        None => head.push(vec![ink.piece("asking every host for its life", Role::Dim)]),
    }
    head
}

/// Pieces in as many lines as they need.
fn flowed(pieces: Vec<Piece>, columns: u16) -> Vec<Vec<Piece>> {
    let mut flowed: Vec<Vec<Piece>> = vec![Vec::new()];
    for mut piece in pieces {
        let Some(line) = flowed.last_mut() else { break };
        if !line.is_empty() && pieces_width(line) + super::ink::width(&piece.text) > columns {
            piece.text = piece.text.trim_start().to_owned();
            flowed.push(vec![piece]);
        } else {
            line.push(piece);
        }
    }
    flowed
}

fn holders(model: &Model, message: &MessagePicture, ink: &Ink<'_>) -> Vec<Piece> {
    let gone_ms = gone_ms(model);
    let between = if model.size.width < 60 { "  " } else { "    " };
    let piece = |(place, copy): (usize, &hydraq_cluster::observe::CopyPicture)| {
        let shown = words::copy(Some(copy.state), gone_ms, ink.glyphs());
        let name = model.picture().host_name(copy.host);
        let before = if place == 0 { "" } else { between };
        ink.piece(format!("{before}{} {name} {}", shown.glyph, shown.fitting(u16::MAX)), shown.role)
    };
    message.copies.iter().enumerate().map(piece).collect()
}

/// How long ago its row was true.
fn gone_ms(model: &Model) -> u64 {
    model.shown_ms().saturating_sub(model.picture().window_at_ms)
}

fn life(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    if area.height < 3 {
        return;
    }
    let title = [ink.piece("its life", Role::Strong)];
    let inner = ink.frame(area, &title, ink.style(Role::Dim));
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    if let Some(biography) = model.biography() {
        spacetime::spacetime(model, biography, inner, ink);
    }
}
