//! What is typed for lessons, on a line of words or after `:`; there are keys for the same.

use hydraq_cluster::observe::{LessonRequest, Request};

use super::input::Action;
use super::{Model, Screen};
use crate::lessons;

/// What is wanted of the lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LessonCommand {
    /// See all of them.
    List,
    /// Begin one, by its number from 1.
    Start(u32),
    /// Go on in the one that runs; at a question: see the answer.
    Next,
    /// See the card before again.
    Back,
    /// End the one that runs.
    End,
}

/// The ways in which a line can go on after `lesson`, with what they mean.
pub(crate) const LESSON_WORDS: [(&str, &str); 4] = [
    ("1", "begin this lesson; there are 12"),
    ("next", "go on in the lesson that runs"),
    ("back", "see the card before again"),
    ("end", "end the lesson that runs"),
];

impl LessonCommand {
    /// Whether a line is meant for lessons.
    #[must_use]
    pub fn is_meant_by(line: &str) -> bool {
        matches!(line.split_whitespace().next(), Some("lesson" | "lessons"))
    }

    /// Reads `lessons`, `lesson N`, `lesson next`, `lesson back` or `lesson end`.
    ///
    /// # Errors
    ///
    /// What can be typed instead.
    pub fn parse(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let last = lessons::COUNT;
        match words[..] {
            [] => Ok(Self::List),
            ["next"] => Ok(Self::Next),
            ["back"] => Ok(Self::Back),
            ["end"] => Ok(Self::End),
            [number] => match number.parse() {
                Ok(number @ 1..) if number <= last => Ok(Self::Start(number)),
                Ok(_) => Err(format!("there is no lesson {number}: they are numbered from 1 to {last}")),
                Err(_) => Err(usage()),
            },
            _ => Err(usage()),
        }
    }

    /// What is asked of the player of lessons, where one runs or none; nothing, if the list is all that is wanted.
    ///
    /// # Errors
    ///
    /// Why that cannot be asked now.
    pub fn request(self, running: Option<u32>) -> Result<Option<LessonRequest>, String> {
        match (self, running) {
            (Self::List, _) => Ok(None),
            (Self::Start(_), Some(running)) => Err(format!("lesson {running} runs: `lesson end` ends it")),
            (Self::Start(number), None) => Ok(Some(LessonRequest::Start(number))),
            (_, None) => Err("no lesson runs: `lesson 1` begins the first one".to_owned()),
            (Self::Next, Some(_)) => Ok(Some(LessonRequest::Next)),
            (Self::Back, Some(_)) => Ok(Some(LessonRequest::Back)),
            (Self::End, Some(_)) => Ok(Some(LessonRequest::Leave)),
        }
    }
}

fn usage() -> String {
    "lessons know `lessons`, `lesson 3`, `lesson next`, `lesson back` and `lesson end`".to_owned()
}

impl Model {
    /// Does what was typed for lessons, if that can be done now.
    pub(super) fn tell_lessons(&mut self, command: LessonCommand) -> Vec<Action> {
        match command.request(self.live.lesson.as_ref().map(|card| card.number)) {
            Ok(Some(request)) => vec![Action::Ask(Request::Lesson(request))],
            Ok(None) => {
                self.screen = Screen::Lessons;
                Vec::new()
            }
            Err(words) => {
                self.toasts.push(self.now_ms, false, words);
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{Stage, staged};
    use crate::model::Setup;

    #[test]
    fn what_is_typed_for_lessons_is_understood() {
        assert_eq!(LessonCommand::parse("lessons"), Ok(LessonCommand::List));
        assert_eq!(LessonCommand::parse(" lesson  3 "), Ok(LessonCommand::Start(3)));
        assert_eq!(LessonCommand::parse("lesson back"), Ok(LessonCommand::Back));
        for wrong in ["lesson 0", "lesson 13", "lesson three", "lesson 1 2", "lesson -1"] {
            let words = LessonCommand::parse(wrong).map(|_| ()).unwrap_err();
            assert!(words.contains("lesson"), "{wrong}: {words}");
        }
        assert!(LessonCommand::is_meant_by("lesson 1") && !LessonCommand::is_meant_by("lessen 1"));
        let again = LessonCommand::Start(4).request(Some(3));
        assert!(again.unwrap_err().contains("lesson 3 runs"));
        assert!(LessonCommand::Next.request(None).unwrap_err().contains("no lesson runs"));
    }

    #[test]
    fn a_lesson_is_begun_by_a_line() {
        let mut stage = Stage::new(Setup::default(), staged(7, 4));
        let asked = |stage: &Stage, request| stage.actions.contains(&Action::Ask(Request::Lesson(request)));
        stage.command("lesson end");
        assert!(stage.model.toasts.bad().any(|toast| toast.words.contains("no lesson runs")));
        stage.command("lesson 2");
        assert!(asked(&stage, LessonRequest::Start(2)) && !asked(&stage, LessonRequest::Leave));
        stage.command("lesson end");
        assert!(asked(&stage, LessonRequest::Leave));
        stage.command("lessons");
        assert_eq!(stage.model.screen, Screen::Lessons);
        assert_eq!(stage.model.session().scenario(u64::MAX), "# a session of the console\n", "no commands");
    }
}
