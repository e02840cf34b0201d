//! The replica map in lines: a message a line, with what each host has of it.
//!
//! Ages and what is left of a lease are left out: a line is to be told again when something happened, not when time passed.

use hydraq_cluster::observe::words::counted;
use hydraq_cluster::observe::{CopyPicture, CopyState, MessagePicture, MessageState};

use crate::model::Picture;
use crate::theme::Glyphs;
use crate::view::words::{copy, short_id};

/// The most messages that are told; of more there is a count.
const ROWS_MAX: usize = 12;
/// The most characters of a body.
const BODY_MAX: usize = 30;

/// The map; without lines if there is no message.
pub(super) fn lines(picture: &Picture) -> Vec<String> {
    let window = &picture.window;
    if window.total == 0 {
        return Vec::new();
    }
    let order = if window.total == 1 { "" } else { ", newest first" };
    let mut told = vec![format!("replica map: {}{order}", counted(window.total, "message"))];
    let rows = window.rows.iter().take(ROWS_MAX);
    told.extend(rows.map(|message| row(picture, message)));
    match window.total.saturating_sub(told.len() as u64 - 1) {
        0 => {}
        more if more == window.total => told.push("  no host is up that could tell of it".to_owned()),
        more => told.push(format!("  and {more} more")),
    }
    told
}

fn row(picture: &Picture, message: &MessagePicture) -> String {
    let copies = match message.state {
        MessageState::Deleted => "deleted".to_owned(),
        _ => format!("{} of {} copies", message.live_copies(), message.asked),
    };
    let held = |held: &CopyPicture| format!("{} {}", picture.host_name(held.host), word(held.state));
    let held: Vec<String> = message.copies.iter().map(held).collect();
    let named = short_id(message.id, &Glyphs::UNICODE);
    format!("  {named} {}{}: {copies}; {}", message.message_type, body(message), held.join(", "))
}

/// The beginning of the body, in quotes.
fn body(message: &MessagePicture) -> String {
    if message.body.is_empty() {
        return String::new();
    }
    let beginning: String = message.body.chars().take(BODY_MAX).collect();
    let ellipsis = if beginning.len() < message.body.len() { Glyphs::UNICODE.ellipsis } else { "" };
    format!(" \"{beginning}{ellipsis}\"")
}

fn word(state: CopyState) -> String {
    match state {
        CopyState::Leased { .. } => "leased".to_owned(),
        CopyState::Delayed { .. } => "delayed".to_owned(),
        state => copy(Some(state), 0, &Glyphs::UNICODE).words.swap_remove(0),
    }
}
