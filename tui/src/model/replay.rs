//! A recorded session instead of a cluster: time is always stopped, and nothing can be done. What was recorded answers what is
//! asked about the lives of messages.

use std::sync::Arc;

use hydraq_cluster::observe::{Biography, Change, HappeningBy, MessageId, Request, Update};
use hydraq_cluster::observer::recorded_biography;
use hydraq_cluster::recording::Causal;

use super::Model;
use super::input::Action;

/// What happened in a recorded session, in causal order.
#[derive(Debug, Default)]
pub(crate) struct Happened {
    all: Vec<Causal<HappeningBy>>,
    /// Whose life was told last, and up to which moment.
    told: Option<(MessageId, u64)>,
}

impl Happened {
    /// What happened in a recording; nothing for a session that goes on.
    pub(super) fn new(all: Vec<Causal<HappeningBy>>) -> Self {
        Self { all, told: None }
    }

    /// The commands, with when they began.
    fn commands(&self) -> impl Iterator<Item = (u64, &str)> {
        self.all.iter().filter_map(|one| match &one.what {
            HappeningBy::Command(command) => Some((one.at_ms, &*command.line)),
            _ => None,
        })
    }
}

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

    /// Takes the commands of a recorded session for those of this one.
    pub(super) fn load_commands(&mut self) {
        self.happened.commands().for_each(|(at_ms, line)| self.session.push(at_ms, line));
    }

    /// Answers from the recording what it can answer, and keeps what can be done where nobody can be asked; says so of everything else.
    pub(super) fn refuse_asking(&mut self, actions: &mut Vec<Action>) {
        self.tell_recorded_life();
        for refused in actions.extract_if(.., |action| matches!(action, Action::Ask(_))) {
            let words = match refused {
                Action::Ask(Request::Explain(_)) if self.biography().is_some() => continue,
                Action::Ask(Request::Explain(_)) => "this recording does not have the life of this message",
                _ => "this is a recording: what happened cannot be changed",
            };
            self.toasts.push(self.now_ms, false, words);
        }
    }

    /// Tells the life of the explained message up to the moment that is shown, if that is not told already.
    fn tell_recorded_life(&mut self) {
        let wanted = self.explained.map(|message| (message, self.shown_ms()));
        let Some((message, _)) =
            wanted.filter(|_| self.happened.told != wanted || self.biography().is_none())
        else {
            return;
        };
        self.happened.told = wanted;
        let Some(life) = self.recorded_life(message) else { return };
        match &mut self.stopped {
            Some(stopped) => stopped.picture.biography = Some(Arc::new(life)),
            None => self.live.biography = Some(Arc::new(life)),
        }
    }

    /// What the recording says to a request, if it was asked then, too.
    pub(crate) fn recorded_answer(&self, request: &Request) -> Option<Update> {
        let change = match request {
            Request::Explain(message) => Change::Biography(self.recorded_life(*message)?),
            Request::Predict(hosts) => {
                let blast = self.picture().blast.as_deref().filter(|blast| blast.hosts == *hosts)?;
                Change::BlastRadius(blast.clone())
            }
            _ => return None,
        };
        Some(Update::one(self.now_ms, change))
    }

    /// The life of a message up to the moment that is shown, from what was recorded; none if nothing of it was.
    pub(crate) fn recorded_life(&self, message: MessageId) -> Option<Biography> {
        let (picture, shown_ms) = (self.picture(), self.shown_ms());
        let until_then = self.happened.all.iter().filter(|one| one.at_ms <= shown_ms);
        let is_of_it = |by: &HappeningBy| match by {
            HappeningBy::Host(told) => told.message.is_none_or(|about| about == message),
            HappeningBy::Command(_) | HappeningBy::Result(_) => true,
        };
        let told: Vec<_> =
            until_then.filter(|one| is_of_it(&one.what)).map(|one| (one.at_ms, &one.what)).collect();
        let is_about = |by: &HappeningBy| matches!(by, HappeningBy::Host(told) if told.message.is_some());
        let is_known = told.iter().any(|(_, by)| is_about(by));
        let row = picture.message(message);
        is_known.then(|| recorded_biography(message, told.into_iter(), row, &picture.hosts))
    }
}

#[cfg(test)]
mod tests {
    use hydraq_cluster::observe::{HappeningBy, HostHappening};
    use hydraq_cluster::recording::Causal;

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

    #[test]
    fn the_life_of_a_message_is_told_up_to_the_moment_that_is_shown() {
        let mut stage = Stage::new(Setup::default(), staged(7, 4));
        stage.command("kill bravo");
        (0..5).for_each(|_| stage.advance(3_000));
        let recorded: Vec<_> = stage.model.recording().updates().map(|update| (**update).clone()).collect();
        let (first_ms, message) = (recorded[0].at_ms, stage.model.live.window.rows[0].id);
        let happening = |id: u64, at_ms, host: &str, what: &str| {
            let (host, what) = (host.to_owned(), what.to_owned());
            let told = HostHappening { host, what, message: Some(message), ..HostHappening::default() };
            Causal { id, at_ms, sequence: id, causes: Vec::new(), what: HappeningBy::Host(told) }
        };
        let happened =
            vec![happening(1, first_ms, "alpha", "stored"), happening(2, first_ms + 1, "bravo", "delivered")];
        let mut model = Model::new(Setup { recorded, happened, ..Setup::default() });
        model.stop_at(model.recording.start());
        let actions = model.explain(message);
        let mut asked = actions;
        model.refuse_asking(&mut asked);
        assert!(asked.is_empty() && model.toasts.bad().count() == 0);
        let steps = |model: &Model| model.biography().map_or(0, |life| life.steps.len());
        let at_first = steps(&model);
        update(&mut model, Input::Key(Key::plain(KeyCode::Char('.'))));
        update(&mut model, Input::Key(Key::plain(KeyCode::Char('.'))));
        assert!(at_first > 0 && steps(&model) > at_first, "{at_first} then {}", steps(&model));
    }
}
