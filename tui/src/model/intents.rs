//! What each intent does to the model: one arm an intent, the work in functions beside it.

use hydraq_cluster::observe::{EventSerial, Filter, LessonRequest, Request};

use super::input::Action;
use super::line::{Line, LineKind};
use super::overlay::{Overlay, SAVES};
use super::palette::{Deed, Palette};
use super::{Focus, Model, Screen};
use crate::keymap::Intent;

impl Model {
    /// Does what somebody wants.
    pub(crate) fn intend(&mut self, intent: Intent) -> Vec<Action> {
        match intent {
            Intent::Enqueue => self.open(Overlay::Enqueue(self.form.clone())),
            Intent::Filter => self.open_filter(),
            Intent::Command => self.open_command(""),
            Intent::Palette => {
                let palette = Palette::new(&self.keymap, self.screen.scope(), &*self.completer);
                self.open(Overlay::Palette(palette))
            }
            Intent::Save => self.open(Overlay::Save(0)),
            Intent::Record => self.toggle_tape(),
            Intent::Open => self.open_selected(),
            Intent::StopTime => self.silently(Self::toggle_time),
            Intent::StepBack => self.silently(|model| model.step_time(false, 1)),
            Intent::StepForward => self.silently(|model| model.step_time(true, 1)),
            Intent::TimeHold => self.tell_time("hold"),
            Intent::TimeStep => self.tell_time("step"),
            Intent::TimeFaster => self.tell_time("faster"),
            Intent::TimeSlower => self.tell_time("slower"),
            Intent::Sort => self.silently(|model| {
                model.map.sort = model.map.sort.next();
                model.map.follow();
            }),
            Intent::MapForm => self.silently(|model| model.map.next_form()),
            Intent::LessonNext | Intent::LessonForward => self.lesson_next(),
            Intent::LessonBack => vec![Action::Ask(Request::Lesson(LessonRequest::Back))],
            Intent::Answer(number) => self.answer(number),
            Intent::LessonLeave => vec![Action::Ask(Request::Lesson(LessonRequest::Leave))],
            Intent::AnswerText => self.silently(Self::open_answer),
            Intent::Presenter => self.silently(Self::toggle_presenter),
            Intent::Theme => self.silently(|model| model.look.palette = model.look.palette.next()),
            Intent::Up | Intent::Down | Intent::Left | Intent::Right => {
                self.silently(|model| model.arrow(intent))
            }
            Intent::PageUp | Intent::PageDown | Intent::Home | Intent::End => {
                self.silently(|model| model.leap(intent))
            }
            Intent::NextFocus => self.silently(|model| model.turn_focus(true)),
            Intent::PreviousFocus => self.silently(|model| model.turn_focus(false)),
            Intent::Screen(number) => self.show_screen(number),
            Intent::Close => self.silently(Self::close),
            Intent::Quit => vec![Action::Quit],
            Intent::Yes | Intent::No => self.answer_box(intent == Intent::Yes),
            Intent::ShowHit => self.show_hit(),
            Intent::BoxUp | Intent::BoxDown => {
                self.silently(|model| model.choose_in_box(intent == Intent::BoxDown))
            }
            Intent::BoxEnter => self.enter_box(),
            Intent::BoxClose => self.silently(|model| model.overlay = None),
            Intent::PickOneWay => self.silently(|model| {
                if let Some(Overlay::Pick(pick)) = &mut model.overlay {
                    pick.one_way = !pick.one_way;
                }
            }),
            _ => self.act(intent),
        }
    }

    fn silently(&mut self, change: impl FnOnce(&mut Self)) -> Vec<Action> {
        change(self);
        Vec::new()
    }

    /// Opens something over the screen.
    pub(crate) fn open(&mut self, overlay: Overlay) -> Vec<Action> {
        self.overlay = Some(overlay);
        Vec::new()
    }

    fn open_filter(&mut self) -> Vec<Action> {
        let typed = self.map.filter.to_string();
        let typed = if typed.is_empty() { typed } else { format!("{typed} ") };
        let mut line = Line::new(LineKind::Filter, &typed);
        line.complete(&*self.completer, &self.known());
        self.screen = Screen::Cluster;
        self.open(Overlay::Line(line))
    }

    fn open_command(&mut self, begun: &str) -> Vec<Action> {
        let mut line = Line::new(LineKind::Command, begun);
        line.complete(&*self.completer, &self.known());
        self.open(Overlay::Line(line))
    }

    fn open_selected(&mut self) -> Vec<Action> {
        match (self.screen, self.focus) {
            (Screen::Cluster, Focus::Badges) => self.open_badge(),
            (Screen::Cluster, Focus::Events) => self.open_event(),
            (Screen::Cluster, Focus::Map) => match self.selected_message().map(|message| message.id) {
                Some(message) => self.explain(message),
                None => Vec::new(),
            },
            (Screen::Timeline, _) => self.silently(Self::toggle_play),
            (Screen::Lessons, _) => self.start_lesson(),
            _ => Vec::new(),
        }
    }

    /// Goes to the message of the selected event.
    pub(crate) fn open_event(&mut self) -> Vec<Action> {
        let picture = self.picture();
        let place = self.event.and_then(|serial| picture.event_place(serial));
        let event = place.and_then(|place| picture.events.get(place)).or_else(|| picture.events.back());
        match event.and_then(|event| event.message) {
            Some(message) => self.explain(message),
            None => Vec::new(),
        }
    }

    /// Goes to the event behind the selected badge.
    pub(crate) fn open_badge(&mut self) -> Vec<Action> {
        let badges = self.picture().badges;
        let (event, nothing): (Option<EventSerial>, _) = match self.badge {
            0 => (badges.lost_event, "nothing was lost"),
            1 => (badges.resurrected_event, "nothing deleted came back"),
            _ => (badges.duplicate_event, "nothing was delivered twice"),
        };
        match event {
            Some(serial) => {
                self.event = Some(serial);
                self.focus = Focus::Events;
                // Where there is no room for events, the message of this one is shown.
                if self.cluster_layout().events.height == 0 { self.open_event() } else { Vec::new() }
            }
            None => {
                self.toasts.push(self.now_ms, true, nothing);
                Vec::new()
            }
        }
    }

    fn turn_focus(&mut self, forward: bool) {
        if self.screen != Screen::Cluster {
            return;
        }
        self.focus = match (self.focus, forward) {
            (Focus::Map, true) | (Focus::Badges, false) => Focus::Events,
            (Focus::Events, true) | (Focus::Map, false) => Focus::Badges,
            (Focus::Badges, true) | (Focus::Events, false) => Focus::Map,
        };
    }

    /// Shows a screen, by its place among all.
    pub(crate) fn show_screen(&mut self, number: u8) -> Vec<Action> {
        let Some(screen) = Screen::ALL.get(usize::from(number)) else { return Vec::new() };
        (self.screen, self.scroll) = (*screen, 0);
        match self.selected_message().map(|message| message.id) {
            Some(message) if *screen == Screen::Message && self.explained.is_none() => self.explain(message),
            _ => Vec::new(),
        }
    }

    /// Closes what is open: notices first, then the selection, then stopped time, then the screen.
    fn close(&mut self) {
        if self.shown_aftermath().is_some() {
            self.aftermath = None;
            return;
        }
        if self.toasts.dismiss() {
            return;
        }
        if self.screen != Screen::Cluster {
            self.screen = Screen::Cluster;
            self.scroll = 0;
        } else if self.focus != Focus::Map {
            (self.focus, self.event) = (Focus::Map, None);
        } else if self.map.selected.is_some() {
            self.map.follow();
        } else if self.stopped.is_some() && !self.replays {
            self.resume_time();
        } else {
            self.map.filter = Filter::default();
        }
    }

    pub(crate) fn choose_in_box(&mut self, forward: bool) {
        let turn = |chosen: usize, count: usize| {
            (chosen + if forward { 1 } else { count.max(1) - 1 }) % count.max(1)
        };
        match &mut self.overlay {
            Some(Overlay::Palette(palette)) => palette.choose(forward),
            Some(Overlay::Pick(pick)) => pick.chosen = turn(pick.chosen, pick.to.len()),
            Some(Overlay::Save(chosen)) => *chosen = turn(*chosen, SAVES.len()),
            _ => {}
        }
    }

    pub(crate) fn enter_box(&mut self) -> Vec<Action> {
        match self.overlay.take() {
            Some(Overlay::Palette(palette)) => match palette.entry().map(|entry| entry.deed.clone()) {
                Some(Deed::Intent(intent)) => self.intend(intent),
                Some(Deed::Command(begun)) => self.open_command(&begun),
                None => Vec::new(),
            },
            Some(Overlay::Pick(pick)) => match pick.command() {
                Some(command) => self.run(&command),
                None => Vec::new(),
            },
            Some(Overlay::Save(chosen)) => {
                SAVES.get(chosen).map(|(kind, _)| Action::Save(*kind)).into_iter().collect()
            }
            other => {
                self.overlay = other;
                Vec::new()
            }
        }
    }

    fn toggle_presenter(&mut self) {
        self.presenter = !self.presenter;
        let words = match self.presenter {
            true => "for a stage: the cards of lessons are in big type",
            false => "the cards of lessons are in small type",
        };
        self.toasts.push(self.now_ms, true, words);
    }

    /// Instead of a kill: the messages that have their only copy on that host, or else those that it serves.
    fn show_hit(&mut self) -> Vec<Action> {
        let Some(Overlay::Kill(kill)) = &self.overlay else { return Vec::new() };
        let (only, owner) = (format!("only:{}", kill.name), format!("owner:{}", kill.name));
        let (shown, other) = match &kill.blast {
            Some(blast) if blast.only_copy_here > 0 => (only, owner),
            _ => (owner, only),
        };
        self.overlay = None;
        if let Ok(filter) = Filter::parse(&shown) {
            self.set_filter(filter);
        }
        let words = format!("the map shows {shown}; there is {other}, too; esc shows all");
        self.toasts.push(self.now_ms, true, words);
        self.show_screen(0)
    }

    fn answer_box(&mut self, yes: bool) -> Vec<Action> {
        let command = match self.overlay.take() {
            Some(Overlay::Confirm(confirm)) => confirm.command,
            Some(Overlay::Kill(kill)) => format!("{} {}", kill.verb(), kill.name),
            other => {
                self.overlay = other;
                return Vec::new();
            }
        };
        if yes { self.run(&command) } else { Vec::new() }
    }
}
