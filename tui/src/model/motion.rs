//! Motion that explains: a copy travels, a crown moves over, a kill fades. Short, and only while something changes.
//!
//! Motions are found by comparing the rows before and after an update; where they are drawn is up to the view.

use std::sync::Arc;

use hydraq_cluster::observe::{CopyState, HostNumber, HostPicture, MessageId, MessagePicture, MessageWindow};

use super::picture::Picture;

/// How long something travels, in milliseconds.
const TRAVEL_MS: u64 = 450;
/// How long a kill fades, in milliseconds.
const FADE_MS: u64 = 900;
/// The most motions at a time: beyond that nobody could follow.
const MOTIONS_MAX: usize = 48;

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    /// A copy goes from the owner to another host.
    Copy {
        /// Of this message.
        message: MessageId,
        /// From here.
        from: HostNumber,
        /// To there.
        to: HostNumber,
    },
    /// Another host becomes owner.
    Crown {
        /// Of this message.
        message: MessageId,
        /// The owner before.
        from: HostNumber,
        /// The owner now.
        to: HostNumber,
    },
    /// A host is gone.
    Fade(HostNumber),
}

/// All that moves now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Motions(Vec<(u64, Motion)>);

impl Motion {
    fn length_ms(self) -> u64 {
        if matches!(self, Self::Fade(_)) { FADE_MS } else { TRAVEL_MS }
    }
}

impl Motions {
    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes away what has arrived.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        self.0.retain(|(start_ms, motion)| start_ms + motion.length_ms() > now_ms);
    }

    /// Whether anything moves.
    pub(crate) fn is_moving(&self, now_ms: u64) -> bool {
        self.0.iter().any(|(start_ms, motion)| start_ms + motion.length_ms() > now_ms)
    }

    /// What moves, and how far it is, in thousandths.
    pub(crate) fn running(&self, now_ms: u64) -> impl Iterator<Item = (Motion, u16)> + '_ {
        self.0.iter().filter_map(move |(start_ms, motion)| {
            let gone_ms = now_ms.saturating_sub(*start_ms);
            let permille = u16::try_from(gone_ms * 1_000 / motion.length_ms()).ok()?;
            (permille < 1_000).then_some((*motion, permille))
        })
    }

    fn push(&mut self, now_ms: u64, motion: Motion) {
        if self.0.len() < MOTIONS_MAX {
            self.0.push((now_ms, motion));
        }
    }

    /// Finds what moved between hosts and rows as they were, and a picture.
    pub(crate) fn compare(
        &mut self,
        now_ms: u64,
        (hosts, window): (&[HostPicture], &Arc<MessageWindow>),
        after: &Picture,
    ) {
        for host in after.hosts.iter().filter(|host| host.state.is_gone()) {
            if hosts.iter().any(|known| known.number == host.number && !known.state.is_gone()) {
                self.push(now_ms, Motion::Fade(host.number));
            }
        }
        if !Arc::ptr_eq(window, &after.window) {
            self.compare_rows(now_ms, window, &after.window);
        }
    }

    fn compare_rows(&mut self, now_ms: u64, before: &MessageWindow, after: &MessageWindow) {
        let mut known: Vec<(MessageId, &MessagePicture)> =
            before.rows.iter().map(|row| (row.id, row)).collect();
        known.sort_unstable_by_key(|(id, _)| *id);
        for row in &after.rows {
            if let Ok(place) = known.binary_search_by_key(&row.id, |(id, _)| *id) {
                self.compare_row(now_ms, known[place].1, row);
            }
        }
    }

    fn compare_row(&mut self, now_ms: u64, before: &MessagePicture, after: &MessagePicture) {
        let message = after.id;
        if let (Some(from), Some(to)) = (before.owner, after.owner)
            && from != to
        {
            self.push(now_ms, Motion::Crown { message, from, to });
        }
        let Some(from) = after.owner else { return };
        for copy in after.copies.iter().filter(|copy| copy.host != from) {
            let arrives = match (before.on(copy.host), copy.state) {
                (None | Some(CopyState::Missing), CopyState::Copying | CopyState::Copy) => true,
                (Some(CopyState::Copying), state) => state.is_live(),
                _ => false,
            };
            if arrives {
                self.push(now_ms, Motion::Copy { message, from, to: copy.host });
            }
        }
    }
}

#[cfg(test)]
#[path = "motion_tests.rs"]
mod tests;
