//! What the console knows and where it stands: plain state, and one function that changes it.
//!
//! ```text
//!   keys, mouse, ticks ──┐
//!                        ├─▶ update(&mut Model, Input) ─▶ Vec<Action> ─▶ shell ─▶ observer, files
//!   updates ─────────────┘             │
//!                                      ▼
//!                            view(&Model, &mut Frame)
//! ```
//!
//! Promises: nothing here draws, waits, reads a clock or does I/O. Time comes with updates and ticks; what should be
//! done comes out as data. A picture of the past (stopped time) is shown by the same views as the present.
//!
//! Left out: what keys are called ([`crate::keymap`]), how things look ([`crate::theme`], [`crate::view`]).

mod acts;
mod biography;
mod card;
mod completer;
mod form;
mod header;
mod input;
mod intents;
pub(crate) mod layout;
mod lesson_line;
mod lessons;
mod line;
mod map;
mod motion;
mod mouse;
mod overlay;
mod palette;
mod picture;
mod prompts;
mod recording;
mod replay;
mod screen;
mod session;
mod setup;
mod tape;
mod time;
mod toast;
mod update;

use std::sync::Arc;

use hydraq_cluster::observe::{EventSerial, HostNumber, HostPicture, MessageId, MessagePicture, Update};
use ratatui::layout::Rect;

pub(crate) use card::{BIG, CardLine, Mark, card_lines, card_ms, main_text};
pub use completer::{CommandHelp, Completer, Known, NoCompleter, Suggestion};
pub(crate) use form::{EnqueueForm, Field};
pub use input::{Action, Input, Mouse, MouseKind, SaveKind};
pub(crate) use lesson_line::LESSON_WORDS;
pub use lesson_line::LessonCommand;
pub(crate) use line::{Line, LineKind};
pub(crate) use map::{MapState, message_at};
pub(crate) use motion::{Motion, Motions};
pub(crate) use overlay::{Confirm, KillBox, Overlay, Pick, SAVES};
pub(crate) use palette::{Entry, Palette};
pub use picture::Picture;
pub use recording::Recording;
pub(crate) use replay::Happened;
pub(crate) use screen::Focus;
pub use screen::Screen;
pub use session::Session;
pub use setup::Setup;
pub(crate) use tape::TAPE_WORDS;
pub use tape::{TapeCommand, TapeTold};
pub(crate) use time::Stopped;
pub(crate) use toast::Toasts;
pub use update::update;

use crate::keymap::{Keymap, Scope};
use crate::theme::Look;

/// The state of the console.
pub struct Model {
    pub(crate) keymap: Keymap,
    pub(crate) look: Look,
    pub(crate) completer: Arc<dyn Completer>,
    pub(crate) ahead_of_utc_seconds: i32,
    pub(crate) size: Rect,
    /// The observer's clock, carried on by ticks.
    pub(crate) now_ms: u64,
    pub(crate) live: Picture,
    pub(crate) recording: Recording,
    /// Set while time is stopped.
    pub(crate) stopped: Option<Stopped>,
    pub(crate) screen: Screen,
    pub(crate) focus: Focus,
    /// The selected host; the sender, where a link is selected.
    pub(crate) host: Option<HostNumber>,
    /// The receiver, where a link is selected.
    pub(crate) peer: Option<HostNumber>,
    pub(crate) map: MapState,
    /// The message whose life is shown.
    pub(crate) explained: Option<MessageId>,
    /// Whether a biography that arrives is shown at once: somebody typed `explain`.
    pub(crate) awaits_biography: bool,
    /// The selected event; `None` follows the newest.
    pub(crate) event: Option<EventSerial>,
    /// The selected badge, from 0.
    pub(crate) badge: usize,
    /// Lines scrolled on screens that are lists.
    pub(crate) scroll: u16,
    /// The selected lesson, from 0.
    pub(crate) lesson: usize,
    /// When the lesson that runs began, by the observer's clock.
    pub(crate) lesson_began_ms: Option<u64>,
    pub(crate) overlay: Option<Overlay>,
    /// What the last kill did, until it is closed, with the moment it was told.
    pub(crate) aftermath: Option<(u64, Arc<hydraq_cluster::observe::Aftermath>)>,
    pub(crate) toasts: Toasts,
    pub(crate) motions: Motions,
    pub(crate) session: Session,
    /// What the form was filled with last.
    pub(crate) form: EnqueueForm,
    pub(crate) presenter: bool,
    /// Whether no more updates come.
    pub(crate) ended: bool,
    /// Whether a recorded session is shown: time is always stopped then.
    pub(crate) replays: bool,
    /// What hosts did in a recorded session, for the lives of its messages.
    pub(crate) happened: Happened,
    /// The file into which this session is recorded.
    pub(crate) tape: Option<String>,
    /// Whether the hosts' processes are not ours.
    pub(crate) attached: bool,
}

impl Model {
    /// The state at the start: nothing is known yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut model = Self {
            keymap: setup.keymap,
            look: setup.look,
            completer: setup.completer,
            ahead_of_utc_seconds: setup.ahead_of_utc_seconds,
            size: Rect { x: 0, y: 0, width: setup.size.0, height: setup.size.1 },
            now_ms: 0,
            live: Picture::default(),
            recording: Recording::default(),
            stopped: None,
            screen: setup.screen,
            focus: Focus::default(),
            host: None,
            peer: None,
            map: MapState::default(),
            explained: None,
            awaits_biography: false,
            event: None,
            badge: 0,
            scroll: 0,
            lesson: 0,
            lesson_began_ms: None,
            overlay: None,
            aftermath: None,
            toasts: Toasts::default(),
            motions: Motions::default(),
            session: Session::new(setup.hosts),
            form: EnqueueForm::default(),
            presenter: setup.presenter,
            ended: false,
            replays: false,
            happened: Happened::new(setup.happened),
            tape: None,
            attached: setup.attached,
        };
        model.load_commands();
        if !setup.recorded.is_empty() {
            model.load(setup.recorded);
        }
        model
    }

    /// What a model that shows the same session from its beginning is started with.
    #[must_use]
    pub fn replay_setup(&self) -> Setup {
        Setup {
            keymap: self.keymap.clone(),
            look: self.look.clone(),
            completer: Arc::clone(&self.completer),
            ahead_of_utc_seconds: self.ahead_of_utc_seconds,
            size: (self.size.width, self.size.height),
            presenter: self.presenter,
            screen: self.screen,
            hosts: 0,
            attached: false,
            recorded: Vec::new(),
            happened: Vec::new(),
        }
    }

    /// The screen that is shown.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// The commands of this session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Everything that is seen now, as one update.
    pub(crate) fn snapshot(&self) -> Update {
        self.live.snapshot()
    }

    /// Every update so far, as far as it is kept.
    #[must_use]
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The cluster as it is shown: now, or at the moment where time is stopped.
    pub(crate) fn picture(&self) -> &Picture {
        self.stopped.as_ref().map_or(&self.live, |stopped| &stopped.picture)
    }

    /// The moment that is shown, in milliseconds of the Unix epoch.
    pub(crate) fn shown_ms(&self) -> u64 {
        self.stopped.as_ref().map_or(self.now_ms, |stopped| stopped.picture.at_ms)
    }

    /// The selected host: the one that was picked, else the first one.
    pub(crate) fn selected_host(&self) -> Option<&HostPicture> {
        let picture = self.picture();
        self.host.and_then(|number| picture.host(number)).or_else(|| picture.hosts.first())
    }

    /// The selected message, if the window has it.
    pub(crate) fn selected_message(&self) -> Option<&MessagePicture> {
        let window = &self.picture().window;
        let id = self.map.selected.or_else(|| message_at(window, self.map.cursor))?;
        self.picture().message(id)
    }

    /// Where keys are looked up, the innermost place first.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        if let Some(scope) = self.overlay.as_ref().and_then(Overlay::scope) {
            return vec![scope];
        }
        let mut scopes = Vec::with_capacity(2);
        if self.card_takes_keys() {
            scopes.push(Scope::Question);
        }
        scopes.push(self.screen.scope());
        scopes
    }

    /// What the last kill did, where there is a place for it.
    pub(crate) fn shown_aftermath(&self) -> Option<&hydraq_cluster::observe::Aftermath> {
        let body = layout::chrome(self.size).body;
        let has_room = self.screen == Screen::Cluster || (self.screen == Screen::Faults && body.height > 16);
        self.aftermath.as_ref().filter(|_| has_room && self.overlay.is_none()).map(|(_, told)| &**told)
    }

    /// The layout of the cluster's screen as it is now.
    pub(crate) fn cluster_layout(&self) -> layout::ClusterLayout {
        let picture = self.picture();
        let heat = self.map.shows_heat(picture.window.total);
        let wish = layout::Wish {
            broken_links: !picture.links.is_empty(),
            heat_rows: if heat { u16::try_from(picture.heat.rows.len()).unwrap_or(24).min(24) } else { 0 },
            message_rows: self.map.shows_rows(),
            card_height: self.card_height(),
            placements: u16::try_from(picture.placements.len()).unwrap_or(u16::MAX),
        };
        let mut order = picture.host_numbers();
        let layout = layout::cluster(self.size, &order, wish);
        if layout.host_areas.len() == order.len() || layout.host_form == layout::HostForm::OneLine {
            return layout;
        }
        // Not all fit: those that are not up stand first, so that nobody misses them.
        order.sort_by_key(|number| picture.host(*number).is_none_or(|host| host.state.is_up()));
        layout::cluster(self.size, &order, wish)
    }

    /// How many rows of messages are on the screen.
    pub(crate) fn visible_rows(&self) -> u64 {
        u64::from(self.cluster_layout().rows.height)
    }

    /// After how many milliseconds a tick is wanted; `None` while nothing moves and no time is counted.
    #[must_use]
    pub fn next_tick_ms(&self) -> Option<u64> {
        if self.motions.is_moving(self.now_ms) || self.plays() {
            return Some(33);
        }
        if let Some(left_ms) = self.toasts.next_end(self.now_ms) {
            return Some(left_ms.clamp(1, 1_000));
        }
        let counts = self.stopped.is_none()
            && !self.ended
            && ((self.presenter && self.lesson_began_ms.is_some())
                || !self.live.window.rows.is_empty()
                || self.live.hosts.iter().any(|host| !host.state.is_up()));
        counts.then_some(1_000)
    }
}

#[cfg(test)]
mod tests;
