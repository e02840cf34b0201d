//! What the console is started with.

use std::sync::Arc;

use hydraq_cluster::observe::{HappeningBy, Update};
use hydraq_cluster::recording::Causal;

use super::completer::{Completer, NoCompleter};
use super::screen::Screen;
use crate::keymap::Keymap;
use crate::theme::Look;

/// What the console is started with.
pub struct Setup {
    /// The keys.
    pub keymap: Keymap,
    /// How it looks.
    pub look: Look,
    /// Completes and checks command lines.
    pub completer: Arc<dyn Completer>,
    /// How far the local time is ahead of UTC, in seconds.
    pub ahead_of_utc_seconds: i32,
    /// Columns and lines of the screen.
    pub size: (u16, u16),
    /// Whether big type is on from the beginning.
    pub presenter: bool,
    /// The screen to begin with.
    pub screen: Screen,
    /// How many hosts are started before the first command; 0 where others start them, or nobody.
    pub hosts: u32,
    /// Whether the hosts are processes of somebody else: nobody here can kill them, or start any.
    pub attached: bool,
    /// A recorded session that is shown instead of a cluster; none if this is empty.
    pub recorded: Vec<Update>,
    /// What happened in it, in causal order: the lives of its messages are told from this.
    pub happened: Vec<Causal<HappeningBy>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            keymap: Keymap::default(),
            look: Look::default(),
            completer: Arc::new(NoCompleter),
            ahead_of_utc_seconds: 0,
            size: (80, 24),
            presenter: false,
            screen: Screen::default(),
            hosts: 0,
            attached: false,
            recorded: Vec::new(),
            happened: Vec::new(),
        }
    }
}
