//! What stands over a screen and takes the keys until it is closed. One at a time.

use std::sync::Arc;

use hydraq_cluster::observe::{BlastRadius, HostNumber};

use super::form::EnqueueForm;
use super::input::SaveKind;
use super::line::Line;
use super::palette::Palette;
use crate::keymap::Scope;

/// What stands over the screen.
#[derive(Debug, Clone)]
pub(crate) enum Overlay {
    /// A question with yes and no.
    Confirm(Confirm),
    /// The same for a kill, with what it would do.
    Kill(KillBox),
    /// The other end of a link.
    Pick(Pick),
    /// The form for an enqueue.
    Enqueue(EnqueueForm),
    /// Everything that can be done.
    Palette(Palette),
    /// A line that is typed.
    Line(Line),
    /// What can be saved; the chosen one, from 0.
    Save(usize),
}

impl Overlay {
    /// Where its keys are; `None` for those that take keys as text.
    pub(crate) fn scope(&self) -> Option<Scope> {
        match self {
            Self::Confirm(_) | Self::Kill(_) => Some(Scope::Confirm),
            Self::Pick(_) => Some(Scope::Pick),
            Self::Palette(_) => Some(Scope::Palette),
            Self::Save(_) => Some(Scope::Save),
            Self::Enqueue(_) | Self::Line(_) => None,
        }
    }
}

/// A question with yes and no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirm {
    /// The question.
    pub(crate) title: String,
    /// What it means.
    pub(crate) lines: Vec<String>,
    /// The command that yes runs.
    pub(crate) command: String,
    /// What yes is called.
    pub(crate) verb: &'static str,
}

/// The question before a kill, or before a disk is emptied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KillBox {
    /// The host.
    pub(crate) host: HostNumber,
    /// Its name.
    pub(crate) name: String,
    /// Whether its disk is emptied, too.
    pub(crate) wipes: bool,
    /// What the kill would do, once that is told.
    pub(crate) blast: Option<Arc<BlastRadius>>,
}

impl KillBox {
    /// What is done to the host.
    pub(crate) fn verb(&self) -> &'static str {
        if self.wipes { "wipe" } else { "kill" }
    }
}

/// The other end of a link that is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    /// One end.
    pub(crate) from: (HostNumber, String),
    /// The other ends there are.
    pub(crate) to: Vec<(HostNumber, String)>,
    /// The chosen one, from 0.
    pub(crate) chosen: usize,
    /// Whether only this direction is cut.
    pub(crate) one_way: bool,
}

/// What can be saved, with its words.
pub(crate) const SAVES: [(SaveKind, &str); 4] = [
    (SaveKind::Commands, "the commands of this session, as a scenario (.hq)"),
    (SaveKind::FrameSvg, "this frame, as a picture (.svg)"),
    (SaveKind::FrameText, "this frame, as text (.txt)"),
    (SaveKind::Cast, "the session, as a film for asciinema (.cast)"),
];
