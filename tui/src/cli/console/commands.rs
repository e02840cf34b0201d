//! What is asked of the cluster: commands are carried out in their order, everything else goes to the observer.
//!
//! A command waits for the one before it, but not for ever: an enqueue that waits for a paused host must not keep its
//! user from letting the host go on.

use std::rc::Rc;
use std::time::{Duration, Instant};

use hydraq_cluster::observe::{
    Badges, Behind, Change, CommandOutcome, LessonRequest, Request, WindowRequest,
};
use hydraq_cluster::observer::{Notice, Observer};
use hydraq_cluster::scenario::run::{Done, Failure, ObjectMade, Outcome, Session, outcome_line, perform};
use hydraq_cluster::scenario::{Command, parse_line};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::super::telling::Telling;
use super::completer::in_words;
use super::lessons::Lessons;
use super::seat::Seat;

/// For how long a command keeps the next one waiting.
const TURN: Duration = Duration::from_secs(1);
/// How often is looked whether something was counted.
const COUNT_EVERY: Duration = Duration::from_millis(250);
/// How often losses are looked for, if hosts were harmed.
const LOSSES_EVERY: Duration = Duration::from_secs(2);

/// How many draws of one command are shown at most.
const DRAWS_SHOWN: usize = 20;

/// Carries out what is asked.
pub(super) struct Commands {
    own: Seat,
    /// None where there are no real hosts to give them on.
    lessons: Option<Lessons>,
    /// The rows that were asked for last.
    watched: Option<WindowRequest>,
    /// Whether a recording is made.
    records: bool,
}

impl Commands {
    pub(super) fn new(own: Seat, lessons: Option<Lessons>) -> Self {
        Self { own, lessons, watched: None, records: false }
    }

    /// Begins a lesson.
    pub(super) fn begin_lesson(&mut self, number: u32) {
        self.take(Request::Lesson(LessonRequest::Start(number)));
    }

    /// Serves until nobody asks any more.
    pub(super) async fn serve(mut self, mut asked: UnboundedReceiver<Request>) {
        loop {
            tokio::select! {
                request = asked.recv() => match request {
                    Some(request) => self.take(request),
                    None => return,
                },
                () = lesson_ended(&mut self.lessons) => self.end_lesson(),
            }
        }
    }

    fn take(&mut self, request: Request) {
        let seat = self.lessons.as_ref().and_then(Lessons::seat).unwrap_or(&self.own);
        let notice = match request {
            Request::Run(line) => {
                let _ = seat.lines.send(line);
                return;
            }
            Request::Record(wanted) => {
                self.records = wanted;
                Notice::Record(wanted)
            }
            Request::Watch(window) => {
                self.watched = Some(window.clone());
                Notice::Watch(window)
            }
            Request::Explain(message) => Notice::Explain(message, None),
            Request::Predict(hosts) => Notice::Predict(hosts),
            Request::Lesson(LessonRequest::Leave) => return self.end_lesson(),
            Request::Lesson(request) => {
                let Some(lessons) = &mut self.lessons else { return self.refuse_lesson() };
                if let Some(seat) = lessons.take(request) {
                    if self.records {
                        seat.observer.notice(Notice::Record(true));
                    }
                    if let Some(window) = &self.watched {
                        seat.observer.notice(Notice::Watch(window.clone()));
                    }
                }
                return;
            }
        };
        seat.observer.notice(notice);
    }

    fn refuse_lesson(&self) {
        let words = "lessons are given on real hosts: start hydraq without --sim".to_owned();
        let outcome = CommandOutcome { line: "lesson".to_owned(), ok: false, words };
        self.own.observer.notice(Notice::Tell(Change::Outcome(outcome)));
    }

    /// Goes back to the console's own cluster.
    fn end_lesson(&mut self) {
        if !self.lessons.as_mut().is_some_and(Lessons::end) {
            return;
        }
        self.own.observer.notice(Notice::Afresh);
        self.own.observer.notice(Notice::Record(self.records));
        if let Some(window) = &self.watched {
            self.own.observer.notice(Notice::Watch(window.clone()));
        }
    }
}

/// Returns when a lesson that runs is over; where there are no lessons, never.
async fn lesson_ended(lessons: &mut Option<Lessons>) {
    match lessons {
        Some(lessons) => lessons.ended().await,
        None => std::future::pending().await,
    }
}

/// Carries out lines.
#[derive(Clone)]
pub(super) struct Work {
    session: Rc<Session>,
    observer: Observer,
    telling: Telling,
}

impl Work {
    pub(super) fn new(session: Rc<Session>, observer: Observer) -> Self {
        let telling = Telling::new(observer.clone());
        Self { session, observer, telling }
    }

    /// All lines, one after the other. The first one may be our own: only its failure is told.
    pub(super) async fn all(self, mut lines: UnboundedReceiver<String>, first_is_own: bool) {
        let mut is_own = first_is_own;
        while let Some(line) = lines.recv().await {
            let Ok(Some(step)) = parse_line(&line, 1) else {
                self.refuse(line);
                continue;
            };
            let keeps_waiting = matches!(step.command, Command::Spawn(_) | Command::Wait(_));
            let work = self.clone();
            let task = tokio::task::spawn_local(async move { work.one(line, &step.command, is_own).await });
            // What panicked has been told on the screen.
            if keeps_waiting {
                let _ = task.await;
            } else {
                let _ = timeout(TURN, task).await;
            }
            is_own = false;
        }
    }

    fn refuse(&self, line: String) {
        let words = match parse_line(&line, 1) {
            Err(problems) => in_words(&problems),
            Ok(_) => "this is no command".to_owned(),
        };
        self.tell(Change::Outcome(CommandOutcome { line, ok: false, words }));
    }

    async fn one(&self, line: String, command: &Command, is_own: bool) {
        self.perform(line, command, is_own).await;
    }

    /// Carries out a command and tells what came of it; the same comes back.
    pub(super) async fn perform(
        &self,
        line: String,
        command: &Command,
        is_own: bool,
    ) -> (Option<Outcome>, Option<Failure>) {
        let number = self.telling.begun(&line, None);
        let began = Instant::now();
        let performed = perform(&self.session, command).await;
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.observer.notice(Notice::Processes);
        let (outcome, failure) = match performed {
            Ok(Done { outcome, failure }) => (Some(outcome), failure),
            Err(failure) => (None, Some(failure)),
        };
        self.telling.ended(number, &line, outcome.as_ref(), failure.as_ref(), took_us);
        if let Some(Outcome::Shown(sight) | Outcome::Explained(sight)) = &outcome {
            let words = outcome.as_ref().map(outcome_line).unwrap_or_default();
            let told = Change::Outcome(CommandOutcome { line, ok: true, words });
            self.observer.notice(Notice::Explain(sight.record.id, Some(Box::new(told))));
            return (outcome, failure);
        }
        if let Some(Outcome::ObjectsCreated(made)) = &outcome {
            self.show_draws(made);
        }
        if is_own && failure.is_none() {
            // Everything is as it was meant to be, and the hosts have said so.
            return (outcome, failure);
        }
        self.telling.told(&line, command, outcome.as_ref(), failure.as_ref(), took_us);
        (outcome, failure)
    }

    /// Shows how stores were drawn, as far as a screen has room for it.
    fn show_draws(&self, made: &[ObjectMade]) {
        let created = made.iter().rev().filter_map(|made| made.result.as_ref().ok()).take(DRAWS_SHOWN);
        let created: Vec<_> = created.collect();
        for created in created.into_iter().rev() {
            if let Some(draw) = created.draw.clone() {
                let object = created.stored.object.id.to_string();
                self.observer.notice(Notice::Drew { draw, object });
            }
        }
    }

    fn tell(&self, change: Change) {
        self.observer.notice(Notice::Tell(change));
    }
}

/// Tells the harness's own totals whenever they have changed.
pub(in crate::cli) async fn keep_counting(session: Rc<Session>, observer: Observer) {
    let (mut seen, mut told, mut lost) = (0, Badges::default(), Vec::new());
    let mut looked = Instant::now();
    loop {
        sleep(COUNT_EVERY).await;
        if looked.elapsed() >= LOSSES_EVERY {
            lost = session.lost().await;
            looked = Instant::now();
        }
        let activity = session.activity();
        if activity == seen && lost.len() as u64 == told.lost {
            continue;
        }
        seen = activity;
        let (badges, behind) = session.badges();
        let badges = Badges { lost: lost.len() as u64, ..badges };
        if badges != told {
            told = badges;
            observer.notice(Notice::Counted(badges, Behind { lost: lost.last().copied(), ..behind }));
        }
    }
}
