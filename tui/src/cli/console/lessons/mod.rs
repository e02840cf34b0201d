//! Lessons in the console: the list, the one that runs, and its cluster.
//!
//! A lesson plays on a cluster of its own, on fresh hosts. The console's own cluster goes on meanwhile, unseen, and is there again
//! when the lesson is over.

mod deck;
mod notes;
mod player;

use std::path::PathBuf;
use std::rc::Rc;

use hydraq_cluster::fleet::DataFolder;
use hydraq_cluster::observe::{Change, LessonPicture, LessonProgress, LessonRequest};
use hydraq_cluster::scenario::run::live::LiveStage;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use self::deck::Deck;
use self::notes::Notes;
use self::player::{Player, Score};
use super::commands::Work;
use super::seat::{Audience, Seat};
use crate::lessons::{Lesson, all};

/// All lessons.
pub(super) struct Lessons {
    lessons: Vec<Rc<Lesson>>,
    progress: Vec<LessonProgress>,
    audience: Audience,
    binary: PathBuf,
    notes: Option<PathBuf>,
    running: Option<Running>,
    scores: UnboundedSender<Told>,
    scored: UnboundedReceiver<Told>,
}

/// What the player of a lesson tells.
enum Told {
    /// All its questions are asked.
    Score(Score),
    /// Nobody wants to see its last card any more.
    Closed,
}

/// The lesson that runs. When it is dropped, its player and its hosts end.
struct Running {
    place: usize,
    requests: UnboundedSender<LessonRequest>,
    player: JoinHandle<()>,
    seat: Seat,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.player.abort();
    }
}

impl Lessons {
    /// The lessons of the binary, none of them begun. Notes for a presenter go to a file.
    pub(super) fn new(audience: Audience, binary: PathBuf, notes: Option<PathBuf>) -> Self {
        let lessons: Vec<Rc<Lesson>> = all().into_iter().map(Rc::new).collect();
        let (scores, scored) = unbounded_channel();
        let progress = vec![LessonProgress::New; lessons.len()];
        let lessons = Self { lessons, progress, audience, binary, notes, running: None, scores, scored };
        lessons.tell_list();
        lessons
    }

    /// The cluster of the lesson that runs.
    pub(super) fn seat(&self) -> Option<&Seat> {
        self.running.as_ref().map(|running| &running.seat)
    }

    /// Takes what is asked of lessons; the cluster of a lesson that begins comes back.
    pub(super) fn take(&mut self, request: LessonRequest) -> Option<&Seat> {
        match (request, &self.running) {
            (LessonRequest::Start(number), None) => self.start(number),
            (LessonRequest::Start(_), Some(_)) => None,
            (request, Some(running)) => {
                let _ = running.requests.send(request);
                None
            }
            (_, None) => None,
        }
    }

    /// Returns when the lesson that runs is over.
    pub(super) async fn ended(&mut self) {
        loop {
            match self.scored.recv().await {
                Some(Told::Score(score)) => {
                    if let Some(place) = self.running.as_ref().map(|running| running.place) {
                        self.progress[place] =
                            LessonProgress::Done { right: score.right, asked: score.asked };
                        self.tell_list();
                    }
                }
                Some(Told::Closed) => return,
                // This holds a sender itself.
                None => std::future::pending().await,
            }
        }
    }

    /// Ends the lesson that runs; whether there was one.
    pub(super) fn end(&mut self) -> bool {
        let Some(running) = self.running.take() else { return false };
        drop(running);
        self.audience.turn_back();
        self.audience.tell(Change::Lesson(None));
        true
    }

    fn start(&mut self, number: u32) -> Option<&Seat> {
        let place = (number as usize).checked_sub(1)?;
        let lesson = self.lessons.get(place)?.clone();
        let (requests, asked) = unbounded_channel();
        let deck = Deck::new(&lesson, self.lessons.len(), self.audience.clone(), asked);
        let stage = match LiveStage::start(self.binary.clone(), DataFolder::Temporary) {
            Ok(stage) => Rc::new(stage),
            Err(problem) => {
                let words = format!("lesson {number} cannot begin: {problem}");
                let line = format!("lesson {number}");
                let outcome = hydraq_cluster::observe::CommandOutcome { line, ok: false, words };
                self.audience.tell(Change::Outcome(outcome));
                return None;
            }
        };
        let which = self.audience.turn_to_new();
        let (fleet, places) = (stage.fleet(), stage.clone());
        let mut seat = Seat::take(&self.audience, which, stage, Box::new(move || places.places()), false);
        seat.keep(fleet);
        let work = Work::new(seat.session.clone(), seat.observer.clone());
        let notes = self.notes.as_deref().map(|path| Notes::begin(path, &lesson));
        let player = Player::new(lesson, deck, work, seat.session.clone(), notes);
        let scores = self.scores.clone();
        let player = tokio::task::spawn_local(player.play(move |told| {
            let _ = scores.send(told.map_or(Told::Closed, Told::Score));
        }));
        if self.progress[place] == LessonProgress::New {
            self.progress[place] = LessonProgress::Begun;
        }
        self.tell_list();
        Some(&self.running.insert(Running { place, requests, player, seat }).seat)
    }

    fn tell_list(&self) {
        let picture = |(number, (lesson, progress)): (u32, (&Rc<Lesson>, &LessonProgress))| LessonPicture {
            number,
            title: lesson.title.clone(),
            summary: lesson.summary.clone(),
            progress: *progress,
        };
        let list = (1..).zip(self.lessons.iter().zip(&self.progress)).map(picture).collect();
        self.audience.tell(Change::Lessons(list));
    }
}
