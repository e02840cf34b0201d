//! The one function that changes the model.

use std::sync::Arc;

use hydraq_cluster::observe::{Change, CommandOutcome, Filter, LessonRequest, Request, TimeCommand, Update};

use super::completer::Known;
use super::form::FormEnd;
use super::input::{Action, Input};
use super::lesson_line::LessonCommand;
use super::line::{Line, LineKind};
use super::overlay::Overlay;
use super::prompts::{edit, paste};
use super::tape::TapeCommand;
use super::{Model, palette};
use crate::keymap::{Key, KeyCode};

/// How long the box about the last kill stays, in milliseconds.
const AFTERMATH_MS: u64 = 30_000;

/// Takes one input in; what the shell is to do comes back.
pub fn update(model: &mut Model, input: Input) -> Vec<Action> {
    let mut actions = match input {
        Input::Key(key) => model.key(key),
        Input::Paste(text) => model.paste(&text),
        Input::Mouse(mouse) => model.mouse(mouse),
        Input::Resize(width, height) => {
            (model.size.width, model.size.height) = (width, height);
            Vec::new()
        }
        Input::Tick { elapsed_ms } => {
            model.now_ms += elapsed_ms;
            model.play(elapsed_ms);
            Vec::new()
        }
        Input::Update(update) => {
            model.take_update(update);
            Vec::new()
        }
        Input::Ended => {
            model.ended = true;
            Vec::new()
        }
        Input::Saved(Ok(name)) => {
            model.toasts.push(model.now_ms, true, format!("saved {name}"));
            Vec::new()
        }
        Input::Tape(told) => model.tape_told(told),
        Input::Saved(Err(words)) => {
            model.toasts.push(model.now_ms, false, words);
            Vec::new()
        }
    };
    model.motions.expire(model.now_ms);
    model.toasts.expire(model.now_ms);
    model.aftermath = model.aftermath.take().filter(|(told_ms, _)| told_ms + AFTERMATH_MS > model.now_ms);
    actions.extend(model.watch());
    if model.replays {
        model.refuse_asking(&mut actions);
    }
    actions
}

impl Model {
    /// Asks for the rows that the screen shows now, if they are others than before.
    fn watch(&mut self) -> Option<Action> {
        if self.stopped.is_some() {
            return None;
        }
        let visible = self.visible_rows();
        self.map.request(visible).map(|request| Action::Ask(Request::Watch(request)))
    }

    fn take_update(&mut self, update: Update) {
        self.now_ms = self.now_ms.max(update.at_ms);
        let update = Arc::new(update);
        self.recording.push(&self.live, Arc::clone(&update));
        let moves = self.look.motion && self.stopped.is_none();
        let (hosts, window) = (Arc::clone(&self.live.hosts), Arc::clone(&self.live.window));
        let lesson = self.live.lesson.as_ref().map(|card| card.number);
        self.live.apply(&update);
        if moves {
            self.motions.compare(self.now_ms, (&hosts, &window), &self.live);
        }
        for change in &update.changes {
            self.notice(change);
        }
        self.follow_lesson(lesson);
    }

    /// What a change means beyond the picture of the cluster.
    fn notice(&mut self, change: &Change) {
        match change {
            Change::Window(window) if self.stopped.is_none() => {
                let visible = self.visible_rows();
                self.map.arrived(window, visible);
            }
            Change::Outcome(outcome) => self.command_ended(outcome),
            Change::Biography(biography) => self.biography_arrived(biography.message),
            Change::BlastRadius(blast) => {
                if let Some(Overlay::Kill(kill)) = &mut self.overlay
                    && blast.hosts == [kill.host]
                {
                    kill.blast = Some(Arc::new(blast.clone()));
                }
            }
            // The card of a lesson says what matters, and must not be covered.
            Change::Aftermath(_) if self.live.lesson.is_some() => {}
            Change::Aftermath(aftermath) => self.aftermath = Some((self.now_ms, Arc::new(aftermath.clone()))),
            _ => {}
        }
    }

    fn command_ended(&mut self, outcome: &CommandOutcome) {
        self.session.ended(&outcome.line, outcome.ok);
        let words = if outcome.words.is_empty() {
            outcome.line.clone()
        } else {
            format!("{}: {}", outcome.line, outcome.words)
        };
        self.toasts.push(self.now_ms, outcome.ok, words);
    }

    /// Runs a command: it is kept, and time goes on, so that what it does is seen.
    pub(crate) fn run(&mut self, line: &str) -> Vec<Action> {
        if self.replays {
            // It is refused, and is no command of the session.
            return vec![Action::Ask(Request::Run(line.to_owned()))];
        }
        self.resume_time();
        // What is said to virtual time is no command of a scenario.
        if !TimeCommand::is_meant_by(line) {
            self.session.push(self.now_ms, line);
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        self.awaits_biography = matches!(first, "explain" | "show");
        vec![Action::Ask(Request::Run(line.to_owned()))]
    }

    fn key(&mut self, key: Key) -> Vec<Action> {
        match self.overlay.take() {
            Some(Overlay::Line(line)) => self.line_key(line, key),
            Some(Overlay::Enqueue(form)) => self.form_key(form, key),
            Some(Overlay::Palette(palette)) if palette_types(key) => {
                self.palette_key(palette, key);
                Vec::new()
            }
            overlay => {
                self.overlay = overlay;
                match self.keymap.intent(key, &self.scopes()) {
                    Some(intent) => self.intend(intent),
                    None => Vec::new(),
                }
            }
        }
    }

    fn palette_key(&mut self, mut palette: palette::Palette, key: Key) {
        if edit(&mut palette.text, key) {
            palette.search();
        }
        self.overlay = Some(Overlay::Palette(palette));
    }

    fn form_key(&mut self, mut form: super::EnqueueForm, key: Key) -> Vec<Action> {
        match form.key(key) {
            FormEnd::Open => {
                self.overlay = Some(Overlay::Enqueue(form));
                Vec::new()
            }
            FormEnd::Closed => Vec::new(),
            FormEnd::Sent(command) => {
                // The next one begins as this one was filled in.
                (form.at, form.problem) = (0, None);
                self.form = form;
                self.run(&command)
            }
        }
    }

    fn line_key(&mut self, mut line: Line, key: Key) -> Vec<Action> {
        match key.code {
            KeyCode::Esc => return self.leave_line(&line),
            KeyCode::Char('c') if key.ctrl => return self.leave_line(&line),
            KeyCode::Enter => return self.line_entered(line),
            KeyCode::Backspace if line.text.value().is_empty() => return self.leave_line(&line),
            KeyCode::Up => line.recall(self.history(line.kind), true),
            KeyCode::Down => line.recall(self.history(line.kind), false),
            KeyCode::Char('n') if key.ctrl => line.choose(true),
            KeyCode::Char('p') if key.ctrl => line.choose(false),
            KeyCode::BackTab => line.choose(true),
            KeyCode::Tab => {
                line.accept();
                line.complete(&*self.completer, &self.known());
                self.filter_as_typed(&line);
            }
            _ => {
                if edit(&mut line.text, key) {
                    line.complete(&*self.completer, &self.known());
                    self.filter_as_typed(&line);
                }
            }
        }
        self.overlay = Some(Overlay::Line(line));
        Vec::new()
    }

    fn history(&self, kind: LineKind) -> &[String] {
        if kind == LineKind::Command { self.session.history() } else { &[] }
    }

    /// Leaves a line without taking it. A filter is gone then.
    fn leave_line(&mut self, line: &Line) -> Vec<Action> {
        if line.kind == LineKind::Filter {
            self.set_filter(Filter::default());
        }
        Vec::new()
    }

    fn filter_as_typed(&mut self, line: &Line) {
        if line.kind == LineKind::Filter
            && let Ok(filter) = Filter::parse(line.text.value())
        {
            self.set_filter(filter);
        }
    }

    pub(super) fn set_filter(&mut self, filter: Filter) {
        if self.map.filter != filter {
            self.map.filter = filter;
            self.map.follow();
        }
    }

    fn line_entered(&mut self, mut line: Line) -> Vec<Action> {
        let text = line.text.value().trim().to_owned();
        let refused = match line.kind {
            LineKind::Filter => {
                Filter::parse(&text).map(|filter| self.set_filter(filter)).map_err(|e| e.to_string())
            }
            LineKind::Command if matches!(&*text, "" | "q" | "quit" | "exit") => Ok(()),
            LineKind::Command if TapeCommand::is_meant_by(&text) => TapeCommand::parse(&text).map(|_| ()),
            LineKind::Command if LessonCommand::is_meant_by(&text) => LessonCommand::parse(&text).map(|_| ()),
            LineKind::Command => self.completer.check(&text),
            LineKind::Answer => Ok(()),
        };
        if let Err(words) = refused {
            line.problem = Some(words);
            self.overlay = Some(Overlay::Line(line));
            return Vec::new();
        }
        match line.kind {
            LineKind::Filter => Vec::new(),
            _ if text.is_empty() => Vec::new(),
            LineKind::Answer => vec![Action::Ask(Request::Lesson(LessonRequest::Answer(text)))],
            LineKind::Command if matches!(&*text, "q" | "quit" | "exit") => vec![Action::Quit],
            LineKind::Command if TapeCommand::is_meant_by(&text) => {
                self.session.remember(&text);
                TapeCommand::parse(&text).map(|command| self.tell_tape(command)).unwrap_or_default()
            }
            LineKind::Command if LessonCommand::is_meant_by(&text) => {
                self.session.remember(&text);
                LessonCommand::parse(&text).map(|command| self.tell_lessons(command)).unwrap_or_default()
            }
            LineKind::Command => {
                self.session.remember(&text);
                self.run(&text)
            }
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Action> {
        let known = self.known();
        match &mut self.overlay {
            Some(Overlay::Line(line)) => {
                paste(&mut line.text, text);
                line.complete(&*self.completer, &known);
                let line = line.clone();
                self.filter_as_typed(&line);
            }
            Some(Overlay::Enqueue(form)) => form.paste(text),
            Some(Overlay::Palette(palette)) => {
                paste(&mut palette.text, text);
                palette.search();
            }
            _ => {}
        }
        Vec::new()
    }

    /// What completion needs to know.
    pub(crate) fn known(&self) -> Known {
        Known {
            hosts: self.live.hosts.iter().map(|host| host.name.clone()).collect(),
            message_types: self.live.types.iter().map(|each| each.name.clone()).collect(),
        }
    }
}

/// Whether a key goes into the palette's text, rather than through the table of keys.
fn palette_types(key: Key) -> bool {
    let edits = matches!(
        key.code,
        KeyCode::Char(_)
            | KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End
    );
    edits && !(key.ctrl && matches!(key.code, KeyCode::Char('c' | 'p')))
}
