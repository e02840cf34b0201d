//! What stands on the card of a lesson, line by line: the layout counts the lines, the view draws them.

use hydraq_cluster::observe::{LessonStep, Reveal};

use super::layout::wrapped;

/// How a choice is marked once the answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing is known, or it is neither.
    None,
    /// The right answer.
    Right,
    /// What was answered, and is wrong.
    Wrong,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CardLine {
    /// What is said or asked, or why it is so.
    Text(String),
    /// A choice, or the rest of one.
    Choice {
        /// Its letter; none on the lines after its first one.
        letter: Option<char>,
        /// What it says.
        text: String,
        /// What is known of it.
        mark: Mark,
    },
    /// Whether the answer was right.
    Verdict,
}

/// Columns and lines of one big letter.
pub(crate) const BIG: (u16, u16) = (4, 4);

/// Columns before the text of a choice.
const CHOICE_INDENT: u16 = 5;

/// What is said or asked.
pub(crate) fn main_text(step: &LessonStep) -> String {
    match step {
        LessonStep::Say { text } => text.clone(),
        LessonStep::Ask { question, .. } => question.clone(),
        LessonStep::Runs { line } => format!(": {line}"),
        LessonStep::End { right, asked } => format!("The end. {right} of {asked} answered rightly."),
    }
}

/// All lines of a card that is so many columns wide inside. `with_main` leaves out what is said or asked, where that stands in big
/// type already.
pub(crate) fn card_lines(step: &LessonStep, columns: u16, with_main: bool) -> Vec<CardLine> {
    let texts = |text: &str| wrapped(text, columns).into_iter().map(CardLine::Text).collect::<Vec<_>>();
    let mut lines = if with_main { texts(&main_text(step)) } else { Vec::new() };
    let LessonStep::Ask { choices, reveal, .. } = step else { return lines };
    for (letter, text) in ('a'..='z').zip(choices) {
        let mark = mark(letter, reveal.as_ref());
        // Once the answer is known, the others would only be in its way.
        if reveal.is_some() && mark == Mark::None {
            continue;
        }
        let parts = wrapped(text, columns.saturating_sub(CHOICE_INDENT)).into_iter().enumerate();
        lines.extend(parts.map(|(part, text)| CardLine::Choice {
            letter: (part == 0).then_some(letter),
            text,
            mark,
        }));
    }
    if let Some(reveal) = reveal {
        lines.push(CardLine::Verdict);
        lines.extend(texts(&reveal.because));
    }
    lines
}

fn mark(letter: char, reveal: Option<&Reveal>) -> Mark {
    let is = |answer: &str| answer.chars().eq([letter]);
    match reveal {
        Some(reveal) if is(&reveal.answer) => Mark::Right,
        Some(reveal) if reveal.given.as_deref().is_some_and(is) => Mark::Wrong,
        _ => Mark::None,
    }
}
