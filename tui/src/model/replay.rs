//! A recorded session instead of a cluster: time is always stopped, and nothing can be asked or done.

use std::sync::Arc;

use hydraq_cluster::observe::{Request, Update};

use super::Model;
use super::input::Action;

impl Model {
    /// Shows a recorded session from its beginning; nothing of it changes any more.
    pub(super) fn load(&mut self, updates: Vec<Update>) {
        for recorded in updates {
            self.now_ms = self.now_ms.max(recorded.at_ms);
            let recorded = Arc::new(recorded);
            self.recording.push(&self.live, Arc::clone(&recorded));
            self.live.apply(&recorded);
        }
        (self.replays, self.ended) = (true, true);
        self.stop_at(self.recording.start());
    }

    /// Keeps what can be done where nobody can be asked; says so of everything else.
    pub(super) fn refuse_asking(&mut self, actions: &mut Vec<Action>) {
        for refused in actions.extract_if(.., |action| matches!(action, Action::Ask(_))) {
            let words = match refused {
                Action::Ask(Request::Explain(_)) => {
                    "a recording has the lives only of messages that were explained then"
                }
                _ => "this is a recording: what happened cannot be changed",
            };
            self.toasts.push(self.now_ms, false, words);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::demo::{Stage, staged};
    use crate::keymap::{Key, KeyCode};
    use crate::model::{Input, Model, Setup, update};

    #[test]
    fn a_recording_begins_at_its_beginning_stays_stopped_and_refuses_commands() {
        let mut stage = Stage::new(Setup::default(), staged(7, 4));
        stage.command("kill bravo");
        for _ in 0..5 {
            stage.advance(3_000);
        }
        let recorded: Vec<_> = stage.model.recording().updates().map(|update| (**update).clone()).collect();
        let (first_ms, last_ms) = (recorded[0].at_ms, recorded[recorded.len() - 1].at_ms);
        let mut model = Model::new(Setup { recorded, ..Setup::default() });
        assert_eq!(model.shown_ms(), first_ms);
        // Beyond the last event stands the end, which is no present.
        model.step_time(true, 1_000);
        assert_eq!((model.shown_ms(), model.stopped.is_some()), (last_ms, true));
        model.step_time(false, 1_000);
        assert_eq!(model.shown_ms(), first_ms);
        // Stopping time lets the recording play, and stops that.
        model.toggle_time();
        assert!(model.plays());
        update(&mut model, Input::Tick { elapsed_ms: 1_000_000 });
        assert_eq!((model.shown_ms(), model.plays()), (last_ms, false));
        model.toggle_time();
        model.toggle_time();
        assert!(!model.plays() && model.stopped.is_some());
        // Each key that would do something is answered with a word.
        for key in ['n', 'd', 'r'] {
            let before = model.shown_ms();
            let actions = update(&mut model, Input::Key(Key::plain(KeyCode::Char(key))));
            assert!(actions.is_empty(), "{key}: {actions:?}");
            assert_eq!(model.shown_ms(), before);
            assert!(model.session().history().is_empty());
        }
    }
}
