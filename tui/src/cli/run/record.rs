//! Recording a run: an observer looks on, and what it tells goes into a file.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use hydraq_cluster::client::way::Dialler;
use hydraq_cluster::observe::Change;
use hydraq_cluster::observer::{Notice, Observer, Roster};
use hydraq_cluster::recording::{Header, VERSION, WriteError, Writer};
use hydraq_cluster::scenario::run::{FailureReport, Pause, Reporter, Session, StepReport};
use hydraq_cluster::scenario::{Script, Step};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::super::console::keep_counting;
use super::super::telling::Telling;
use super::cards::Cards;
use super::reporter::Printer;
use crate::shell::ahead_of_utc_seconds;

/// How long the observer may take to tell what has happened last.
const SETTLE: Duration = Duration::from_secs(3);

/// Where each file of a run is recorded: with several files, each has its name before the ending.
pub(super) fn path_for(record: &Path, script: &Script, is_alone: bool, place: usize) -> PathBuf {
    if is_alone {
        return record.to_owned();
    }
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let own = format!("{}-{}-{}", name(record), place + 1, name(Path::new(&script.file)));
    let ending =
        record.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    record.with_file_name(format!("{own}{ending}"))
}

/// Whether a file can be written, found out before anything is started; what is in it stays.
pub(in crate::cli) fn writable(path: &Path) -> std::io::Result<()> {
    let is_new = !path.exists();
    std::fs::OpenOptions::new().append(true).create(true).open(path)?;
    if is_new {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

/// A recording under way.
pub(super) struct Recorder {
    path: PathBuf,
    writer: Rc<RefCell<Writer>>,
    /// The first thing that went wrong with the file.
    problem: Rc<RefCell<Option<WriteError>>>,
    observer: Option<Observer>,
    telling: Option<Telling>,
    number: u64,
    /// Where a lesson is recorded.
    cards: Option<Cards>,
    /// Whether the last thing was a card, which is to be seen for itself.
    shows_card: bool,
}

impl Recorder {
    /// Makes the file.
    pub(super) fn create(path: PathBuf, script: &Script, seed: u64, at_ms: u64) -> Result<Self, WriteError> {
        let header = Header {
            version: VERSION,
            program: concat!("hydraq ", env!("CARGO_PKG_VERSION")).to_owned(),
            title: script.file.clone(),
            at_ms,
            ahead_of_utc_seconds: ahead_of_utc_seconds(),
            seed: Some(seed),
        };
        let writer = Rc::new(RefCell::new(Writer::create(&path, false, &header)?));
        Ok(Self {
            path,
            writer,
            problem: Rc::default(),
            observer: None,
            telling: None,
            number: 0,
            cards: Cards::of(script),
            shows_card: false,
        })
    }

    /// Has everything recorded that happens in a cluster, on the task set of this thread.
    pub(super) fn look_at(&mut self, (dialler, roster): (Dialler, Roster)) {
        let (writer, problem) = (self.writer.clone(), self.problem.clone());
        let observer = Observer::start_through(dialler, roster, move |update| {
            if let Err(error) = writer.borrow_mut().update(&update) {
                problem.borrow_mut().get_or_insert(error);
            }
            true
        });
        observer.notice(Notice::Record(true));
        self.telling = Some(Telling::new(observer.clone()));
        self.observer = Some(observer);
    }

    fn begins(&self, session: &Rc<Session>) {
        let Some(observer) = &self.observer else { return };
        let killed = observer.clone();
        session.on_kill(move |hosts| killed.notice(Notice::BeforeKill(hosts.to_vec())));
        tokio::task::spawn_local(keep_counting(session.clone(), observer.clone()));
    }

    /// What a card speaks of is to be seen with it, and the card before anything else happens: that takes a moment each time.
    fn step_begins(&mut self, step: &Step) -> Option<Pause> {
        let (Some(telling), Some(observer)) = (&self.telling, &self.observer) else { return None };
        self.number = telling.begun(&step.to_string(), Some(step.line));
        let cards = self.cards.as_mut()?;
        let is_told = Cards::is_told(&step.command);
        let waits = self.shows_card || is_told;
        self.shows_card = is_told;
        let (observer, card) = (observer.clone(), cards.before(step));
        Some(Box::pin(async move {
            if waits {
                settle(&observer).await;
            }
            if let Some(card) = card {
                observer.notice(Notice::Tell(Change::Lesson(Some(card))));
            }
        }))
    }

    fn step(&mut self, report: &StepReport<'_>) {
        let (Some(telling), Some(observer)) = (&self.telling, &self.observer) else { return };
        let took_us = u64::try_from(report.elapsed.as_micros()).unwrap_or(u64::MAX);
        let (line, outcome, failure) =
            (report.step.to_string(), report.outcome.as_ref(), report.failure.as_ref());
        observer.notice(Notice::Processes);
        telling.ended(self.number, &line, outcome, failure, took_us);
        if let Some(cards) = &mut self.cards {
            let card = cards.after(report);
            card.into_iter().for_each(|card| observer.notice(Notice::Tell(Change::Lesson(Some(card)))));
            if Cards::is_told(&report.step.command) && failure.is_none() {
                // The card says it.
                return;
            }
        }
        telling.told(&line, &report.step.command, outcome, failure, took_us);
    }

    /// Waits until everything is told, and ends the file.
    pub(super) async fn end(mut self, words: &str) -> Result<PathBuf, WriteError> {
        if let Some(observer) = self.observer.take() {
            settle(&observer).await;
        }
        let ended = self.writer.borrow_mut().end(words);
        match self.problem.borrow_mut().take() {
            Some(error) => Err(error),
            None => ended.map(|()| self.path.clone()),
        }
    }
}

/// Waits until an observer has told everything that has happened by now.
async fn settle(observer: &Observer) {
    let (answer, answered) = oneshot::channel();
    observer.notice(Notice::Settle(answer));
    // A cluster that does not answer any more has nothing to tell.
    let _ = timeout(SETTLE, answered).await;
}

/// Prints a run, and records it, if that is wanted.
pub(super) struct Recorded<'a> {
    pub(super) printer: &'a mut Printer,
    pub(super) recorder: Option<&'a mut Recorder>,
}

impl Reporter for Recorded<'_> {
    fn begins(&mut self, session: &Rc<Session>) {
        if let Some(recorder) = &self.recorder {
            recorder.begins(session);
        }
    }

    fn step_begins(&mut self, step: &Step) -> Option<Pause> {
        self.recorder.as_mut().and_then(|recorder| recorder.step_begins(step))
    }

    fn step(&mut self, step: &StepReport<'_>) {
        self.printer.step(step);
        if let Some(recorder) = &mut self.recorder {
            recorder.step(step);
        }
    }

    fn failure(&mut self, failure: &FailureReport) {
        self.printer.failure(failure);
    }
}
