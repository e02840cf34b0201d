//! Which message's life is shown.

use hydraq_cluster::observe::{Biography, MessageId, Request};

use super::input::Action;
use super::{Model, Screen};

impl Model {
    /// Shows the life of a message, and asks for it.
    pub(crate) fn explain(&mut self, message: MessageId) -> Vec<Action> {
        self.explained = Some(message);
        self.screen = Screen::Message;
        self.scroll = 0;
        vec![Action::Ask(Request::Explain(message))]
    }

    /// The life of the message that is explained, once it is told.
    pub(crate) fn biography(&self) -> Option<&Biography> {
        let biography = self.picture().biography.as_deref()?;
        (Some(biography.message) == self.explained).then_some(biography)
    }

    /// Takes a biography that arrived: shown at once if somebody typed `explain`.
    pub(crate) fn biography_arrived(&mut self, message: MessageId) {
        if std::mem::take(&mut self.awaits_biography) {
            self.explained = Some(message);
            self.screen = Screen::Message;
            self.scroll = 0;
        }
    }
}
