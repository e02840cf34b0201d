//! The cards of a lesson that is run without a screen, for its recording: what it says, asks, runs and reveals, as the console shows
//! it. Nobody answers. A scenario that asks nothing is no lesson, and has no cards.

use std::collections::HashSet;
use std::path::Path;

use hydraq_cluster::observe::{LessonCard, LessonStep};
use hydraq_cluster::scenario::run::StepReport;
use hydraq_cluster::scenario::{Ask, Command, Script, Step};

use crate::lessons::{self, because, question};

/// The cards of one file.
pub(super) struct Cards {
    number: u32,
    title: String,
    /// Lines of questions whose answer comes later.
    revealed_later: HashSet<u32>,
    /// The question that waits for its reveal.
    asked: Option<Ask>,
}

impl Cards {
    /// The cards of a file, if it is a lesson. One that is not among those of the binary has its file's name.
    pub(super) fn of(script: &Script) -> Option<Self> {
        let is_question = |step: &Step| matches!(step.command, Command::Ask(_));
        if !script.steps.iter().any(is_question) {
            return None;
        }
        let known = lessons::all().into_iter().find(|lesson| lesson.script.steps == script.steps);
        let name = || Path::new(&script.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (number, title) = known.map_or_else(|| (0, name()), |lesson| (lesson.number, lesson.title));
        let places = script.steps.iter().enumerate();
        let revealed_later = places
            .filter(|(place, step)| is_question(step) && script.is_revealed_later(*place))
            .map(|(_, step)| step.line)
            .collect();
        Some(Self { number, title, revealed_later, asked: None })
    }

    /// Whether a step tells something, rather than doing it.
    pub(super) fn is_told(command: &Command) -> bool {
        matches!(command, Command::Say(_) | Command::Ask(_) | Command::Reveal(_))
    }

    /// The card with which a step begins.
    pub(super) fn before(&mut self, step: &Step) -> Option<LessonCard> {
        let told = match &step.command {
            Command::Say(say) => LessonStep::Say { text: say.text.clone() },
            Command::Ask(ask) => {
                self.asked = Some(ask.clone());
                question(ask, None)
            }
            Command::Reveal(_) | Command::Show(_) => return None,
            _ => LessonStep::Runs { line: step.text.trim().to_owned() },
        };
        Some(self.card(told))
    }

    /// The card with which a step ends.
    pub(super) fn after(&mut self, report: &StepReport<'_>) -> Option<LessonCard> {
        let because = match &report.step.command {
            Command::Reveal(_) => because(report.outcome.as_ref(), report.failure.as_ref()),
            Command::Ask(ask) if !self.revealed_later.contains(&report.step.line) => {
                ask.explanation.clone().unwrap_or_default()
            }
            _ => return None,
        };
        let ask = self.asked.take()?;
        Some(self.card(question(&ask, Some((None, because)))))
    }

    fn card(&self, step: LessonStep) -> LessonCard {
        let of = if self.number == 0 { 0 } else { lessons::COUNT };
        LessonCard { number: self.number, of, title: self.title.clone(), step }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hydraq_cluster::scenario::parse_script;
    use hydraq_cluster::scenario::run::Outcome;

    use super::*;

    #[test]
    fn a_lesson_has_a_card_for_all_that_it_tells_asks_and_runs() {
        let text = "spawn 2\nsay Look.\nask \"How many?\" --choice \"a: 1\" --choice \"b: 2\" --answer b --metric hosts.up\nreveal \"Two.\"\n";
        let script = parse_script("folder/my-lesson.hq", text).expect("a script");
        let mut cards = Cards::of(&script).expect("it asks");
        let steps: Vec<_> = script.steps.iter().map(|step| cards.before(step)).collect();
        assert_eq!(
            steps[0].as_ref().map(|card| &card.step),
            Some(&LessonStep::Runs { line: "spawn 2".into() })
        );
        assert_eq!(steps[1].as_ref().map(LessonCard::heading), Some("my-lesson".to_owned()));
        assert_eq!(steps[3], None, "what is revealed is known when it has run");
        let report = |place: usize, outcome| StepReport {
            number: 1,
            step: &script.steps[place],
            outcome,
            failure: None,
            elapsed: Duration::ZERO,
        };
        assert_eq!(cards.after(&report(2, None)), None, "its answer comes later");
        let Command::Ask(ask) = script.steps[2].command.clone() else { panic!("a question") };
        let revealed = Outcome::Revealed { ask, because: Some("Two.".to_owned()), measured: None };
        let card = cards.after(&report(3, Some(revealed))).expect("a card");
        let LessonStep::Ask { reveal: Some(reveal), .. } = card.step else { panic!("a reveal") };
        assert_eq!((reveal.given, &*reveal.answer, &*reveal.because), (None, "b", "Two."));
    }

    #[test]
    fn what_asks_nothing_is_no_lesson_and_a_lesson_of_the_binary_is_known() {
        let plain = parse_script("smoke.hq", "spawn 3\nsay hello\n").expect("a script");
        assert!(Cards::of(&plain).is_none());
        let lesson = lessons::all().swap_remove(3);
        let cards = Cards::of(&lesson.script).expect("it asks");
        assert_eq!((cards.number, &*cards.title), (4, "the zombie"));
    }
}
