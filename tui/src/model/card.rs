//! What stands on the card of a lesson, line by line: the layout counts the lines, the view draws them. And how long it takes to read,
//! where it is seen again.

use hydraq_cluster::observe::{Change, LessonStep, Reveal, Update};

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

/// How long a card of a lesson stands at least, and how much longer for each character, in milliseconds.
const CARD_MS: u64 = 1_500;
const CHARACTER_MS: u64 = 40;
/// How long a command stands that a lesson runs, in milliseconds.
const COMMAND_MS: u64 = 700;

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

/// How long the card of a lesson has to stand that comes with an update, in milliseconds; none if no card comes.
pub(crate) fn card_ms(update: &Update) -> Option<u64> {
    let mut cards = update.changes.iter().filter_map(|change| match change {
        Change::Lesson(card) => card.as_ref(),
        _ => None,
    });
    let characters = |text: &str| text.chars().count() as u64;
    Some(match &cards.next_back()?.step {
        LessonStep::Runs { .. } => COMMAND_MS,
        LessonStep::Ask { reveal: Some(reveal), .. } => CARD_MS + CHARACTER_MS * characters(&reveal.because),
        LessonStep::Ask { question, choices, reveal: None } => {
            let choices: u64 = choices.iter().map(|choice| characters(choice)).sum();
            CARD_MS + CHARACTER_MS * (characters(question) + choices)
        }
        step => CARD_MS + CHARACTER_MS * characters(&main_text(step)),
    })
}
