//! A session in lines: takes what is told and what is typed, says what is to be said.
//!
//! Lines are taken in their order. What is typed for a card of a lesson waits until that card is there, so that a whole lesson can be
//! answered from a file.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hydraq_cluster::observe::{Change, LessonRequest, LessonStep, Request, TimeCommand, Update};

use super::lesson;
use super::lines::Lines;
use super::write;
use crate::model::{Input, LessonCommand, Model, Session, Setup, TapeCommand, TapeTold, update};
use crate::shell::{End, Ended, Incoming, ShellError, Tape};

/// The least time between two lines about the cluster.
const CLUSTER_LINE: Duration = Duration::from_secs(1);

/// What only this mode understands.
const OWN_WORDS: [(&str, &str); 4] = [
    ("lessons", "all lessons"),
    ("map", "the replica map: where every copy is"),
    ("help", "this"),
    ("quit", "end the console, and its hosts"),
];

/// A session.
pub(super) struct Talk<W> {
    model: Model,
    lines: Lines,
    tape: Tape,
    session: Session,
    requests: Box<dyn FnMut(Request)>,
    save_in: PathBuf,
    output: W,
    /// What was typed and not taken yet.
    typed: VecDeque<String>,
    no_more_input: bool,
    /// Whether a lesson was told something and has not shown a card since.
    awaits_card: bool,
    cluster_told: Option<Instant>,
}

impl<W: Write> Talk<W> {
    pub(super) fn new(setup: Setup, requests: Box<dyn FnMut(Request)>, save_in: PathBuf, output: W) -> Self {
        Self {
            model: Model::new(setup),
            lines: Lines::default(),
            tape: Tape::default(),
            session: Session::default(),
            requests,
            save_in,
            output,
            typed: VecDeque::new(),
            no_more_input: false,
            awaits_card: false,
            cluster_told: None,
        }
    }

    /// How long may be waited before something is to be said of the cluster; without an end if there is nothing.
    pub(super) fn patience(&self) -> Option<Duration> {
        let wait =
            || self.cluster_told.map_or(Duration::ZERO, |told| CLUSTER_LINE.saturating_sub(told.elapsed()));
        self.lines.cluster_changed(&self.model).then(wait)
    }

    /// Says what is to be said of the cluster.
    pub(super) fn tell_cluster(&mut self) -> Result<(), ShellError> {
        self.cluster_told = Some(Instant::now());
        let told = self.lines.cluster(&self.model);
        self.say(&told)
    }

    /// Takes in what has arrived; what ends the session, if that does.
    pub(super) fn take(&mut self, incoming: Incoming) -> Result<Option<End>, ShellError> {
        match incoming {
            Incoming::Input(Input::Update(told)) => self.update(told)?,
            Incoming::Input(Input::Ended) => return Ok(Some(End::Disconnected)),
            Incoming::Input(_) | Incoming::Redraw => {}
            Incoming::Line(line) => self.typed.push_back(line),
            Incoming::NoMoreInput => self.no_more_input = true,
            Incoming::Signal(signal) => return Ok(Some(End::Signal(signal))),
        }
        while !self.awaits_card {
            let Some(line) = self.typed.pop_front() else {
                let is_done = self.no_more_input && self.lines.running() == 0;
                return Ok(is_done.then_some(End::Quit));
            };
            if matches!(line.trim(), "q" | "quit" | "exit") {
                return Ok(Some(End::Quit));
            }
            self.line(line.trim())?;
        }
        Ok(None)
    }

    /// What was done, and how it ended.
    pub(super) fn ended(self, end: End) -> Ended {
        Ended::new(end, self.session)
    }

    fn update(&mut self, mut told: Update) -> Result<(), ShellError> {
        let problem = self.tape.update(&mut told);
        self.say(problem.as_slice())?;
        update(&mut self.model, Input::Update(told.clone()));
        let lines = self.lines.told_by(&told, &self.model);
        self.say(&lines)?;
        for change in &told.changes {
            match change {
                Change::Lesson(Some(card)) => {
                    let hint = lesson::hint(&card.step);
                    self.awaits_card &= hint.is_none();
                    self.say(hint.as_slice())?;
                }
                Change::Lesson(None) => self.awaits_card = false,
                Change::Outcome(outcome) if LessonCommand::is_meant_by(&outcome.line) => {
                    self.awaits_card &= outcome.ok;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), ShellError> {
        let card =
            self.model.live.lesson.clone().filter(|card| !matches!(card.step, LessonStep::Runs { .. }));
        if let Some(reply) = card.as_ref().and_then(|card| lesson::reply(&card.step, line)) {
            self.ask_lesson(reply);
            return Ok(());
        }
        match line {
            "" => Ok(()),
            "map" => {
                let told = self.lines.map(&self.model);
                self.say(&told)
            }
            "help" => self.help(),
            _ if TapeCommand::is_meant_by(line) => self.record(line),
            _ if LessonCommand::is_meant_by(line) => self.lessons(line),
            _ => match (self.model.completer.check(line), card) {
                (Ok(()), _) => {
                    self.command(line);
                    Ok(())
                }
                (Err(words), None) => self.refuse(line, &words),
                (Err(words), Some(card)) => match lesson::other(&card.step, line, words) {
                    Ok(answer) => {
                        self.ask_lesson(answer);
                        Ok(())
                    }
                    Err(words) => self.refuse(line, &words),
                },
            },
        }
    }

    fn command(&mut self, line: &str) {
        if !TimeCommand::is_meant_by(line) {
            self.session.push(self.model.now_ms, line);
        }
        self.lines.begun(line);
        (self.requests)(Request::Run(line.to_owned()));
    }

    fn lessons(&mut self, line: &str) -> Result<(), ShellError> {
        let running = self.model.live.lesson.as_ref().map(|card| card.number);
        match LessonCommand::parse(line).and_then(|command| command.request(running)) {
            Ok(Some(request)) => {
                self.ask_lesson(request);
                Ok(())
            }
            Ok(None) => {
                let told = lesson::list(&self.model.live.lessons);
                self.say(&told)
            }
            Err(words) => self.refuse(line, &words),
        }
    }

    /// Says something to the lesson. It answers with a card, or with its end.
    fn ask_lesson(&mut self, request: LessonRequest) {
        self.awaits_card = true;
        self.lines.said_to_lesson();
        (self.requests)(Request::Lesson(request));
    }

    /// Begins or ends a recording.
    fn record(&mut self, line: &str) -> Result<(), ShellError> {
        let told =
            TapeCommand::parse(line).and_then(|wanted| self.tape.command(wanted, &self.model, &self.save_in));
        let words = match &told {
            Ok(TapeTold::Begun(name)) => format!("done {line}: records into {name}"),
            Ok(TapeTold::Ended(name)) => format!("done {line}: hydraq replay {name}"),
            Err(words) => return self.refuse(line, words),
        };
        (self.requests)(Request::Record(self.tape.is_running()));
        self.say(&[words])
    }

    fn help(&mut self) -> Result<(), ShellError> {
        let commands = self.model.completer.commands();
        let all = commands.iter().map(|one| (&*one.words, &*one.help)).chain(OWN_WORDS);
        let told: Vec<String> = all.map(|(words, help)| format!("  {words:<16} {help}")).collect();
        self.say(&told)?;
        self.say(&["`hydraq help scenario` is the manual of all commands".to_owned()])
    }

    fn refuse(&mut self, line: &str, words: &str) -> Result<(), ShellError> {
        self.say(&[format!("refused {line}: {words}")])
    }

    fn say(&mut self, lines: &[String]) -> Result<(), ShellError> {
        write(&mut self.output, lines)
    }
}
