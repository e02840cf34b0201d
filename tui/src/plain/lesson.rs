//! A lesson in lines: what its cards say, and what is typed in answer to them.

use hydraq_cluster::observe::{LessonCard, LessonPicture, LessonProgress, LessonRequest, LessonStep};

use crate::lessons::{self, Lesson};

/// All lessons, with how far each was taken, as far as that is told.
pub(super) fn list(told: &[LessonPicture]) -> Vec<String> {
    let line = |lesson: Lesson| {
        let known = told.iter().find(|picture| picture.number == lesson.number);
        let progress = match known.map(|picture| picture.progress) {
            None | Some(LessonProgress::New) => String::new(),
            Some(LessonProgress::Begun) => " (begun)".to_owned(),
            Some(LessonProgress::Done { right, asked }) => format!(" (done, {right} of {asked} right)"),
        };
        format!("  lesson {}: {}{progress}. {}", lesson.number, lesson.title, lesson.summary)
    };
    lessons::all().into_iter().map(line).collect()
}

/// What a card says.
pub(super) fn card(card: &LessonCard) -> Vec<String> {
    let head = card.heading().replacen(": ", ", ", 1);
    match &card.step {
        LessonStep::Say { text } => vec![format!("{head}: {text}")],
        LessonStep::Ask { question, choices, reveal: None } => {
            let choices = lettered(choices).map(|(letter, choice)| format!("  {letter}: {choice}"));
            std::iter::once(format!("{head} asks: {question}")).chain(choices).collect()
        }
        LessonStep::Ask { choices, reveal: Some(reveal), .. } => {
            let verdict = match (&reveal.given, reveal.right) {
                (Some(given), true) => format!("{given} is right. "),
                (Some(given), false) => format!("{given} is wrong. "),
                (None, _) => String::new(),
            };
            let right = lettered(choices).find(|(letter, _)| letter.to_string() == reveal.answer);
            let right = right.map_or_else(String::new, |(_, choice)| format!(", {choice}"));
            vec![format!("{head}: {verdict}The answer is {}{right}. {}", reveal.answer, reveal.because)]
        }
        LessonStep::Runs { line } => vec![format!("{head} runs: {line}")],
        LessonStep::End { right, asked } => {
            vec![format!("{head}: the end, {right} of {asked} answered rightly")]
        }
    }
}

/// What can be typed now that a card waits; nothing while commands run.
pub(super) fn hint(step: &LessonStep) -> Option<String> {
    Some(match step {
        LessonStep::Runs { .. } => return None,
        LessonStep::Ask { choices, reveal: None, .. } if choices.is_empty() => {
            "your prediction? (an empty line shows the answer)".to_owned()
        }
        LessonStep::Ask { choices, reveal: None, .. } => {
            format!("your prediction: {}? (an empty line shows the answer)", letters(choices))
        }
        LessonStep::Say { .. } | LessonStep::Ask { .. } => {
            "(an empty line or `next` goes on, `back` goes back, `lesson end` ends the lesson)".to_owned()
        }
        LessonStep::End { .. } => "(an empty line or `next` closes the lesson)".to_owned(),
    })
}

/// What a line says to the card that waits; nothing, if it is meant for somebody else.
pub(super) fn reply(step: &LessonStep, line: &str) -> Option<LessonRequest> {
    if let LessonStep::Ask { choices, reveal: None, .. } = step
        && let Some((letter, _)) = lettered(choices).find(|(letter, choice)| {
            line.eq_ignore_ascii_case(&letter.to_string()) || line.eq_ignore_ascii_case(choice)
        })
    {
        return Some(LessonRequest::Answer(letter.to_string()));
    }
    match line {
        "" | "n" | "next" => Some(LessonRequest::Next),
        "back" => Some(LessonRequest::Back),
        _ => None,
    }
}

/// What a line that is neither a command nor a reply means at this card: an answer in words, or a mistake, which is said.
pub(super) fn other(step: &LessonStep, line: &str, refused: String) -> Result<LessonRequest, String> {
    match step {
        LessonStep::Ask { choices, reveal: None, .. } if choices.is_empty() => {
            Ok(LessonRequest::Answer(line.to_owned()))
        }
        LessonStep::Ask { choices, reveal: None, .. } if !line.contains(' ') => {
            Err(format!("the answers are {}", letters(choices)))
        }
        _ => Err(refused),
    }
}

fn lettered(choices: &[String]) -> impl Iterator<Item = (char, &str)> {
    ('a'..='z').zip(choices.iter().map(String::as_str))
}

/// `a, b or c`.
fn letters(choices: &[String]) -> String {
    let letters: Vec<String> = lettered(choices).map(|(letter, _)| letter.to_string()).collect();
    match letters.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(choices: &[&str]) -> LessonStep {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        LessonStep::Ask { question: "How many?".into(), choices, reveal: None }
    }

    #[test]
    fn a_question_takes_a_letter_the_words_of_a_choice_or_nothing() {
        let step = question(&["2, for ever", "0"]);
        let answer = |letter: &str| Some(LessonRequest::Answer(letter.to_owned()));
        assert_eq!(reply(&step, "A"), answer("a"));
        assert_eq!(reply(&step, "2, For ever"), answer("a"));
        assert_eq!(reply(&step, "0"), answer("b"));
        assert_eq!(reply(&step, ""), Some(LessonRequest::Next));
        assert_eq!(reply(&step, "back"), Some(LessonRequest::Back));
        assert_eq!(reply(&step, "c"), None);
        assert_eq!(other(&step, "c", String::new()), Err("the answers are a or b".to_owned()));
        assert_eq!(other(&step, "kil alpha", "no command".into()), Err("no command".to_owned()));
        assert_eq!(hint(&step).unwrap(), "your prediction: a or b? (an empty line shows the answer)");
    }

    #[test]
    fn a_question_without_choices_takes_words() {
        let step = question(&[]);
        assert_eq!(reply(&step, "alpha and bravo"), None);
        let taken = other(&step, "alpha and bravo", "no command".into());
        assert_eq!(taken, Ok(LessonRequest::Answer("alpha and bravo".to_owned())));
    }

    #[test]
    fn a_card_that_says_something_takes_no_answer() {
        let step = LessonStep::Say { text: "Look.".into() };
        assert_eq!(reply(&step, "a"), None);
        assert_eq!(reply(&step, "next"), Some(LessonRequest::Next));
        assert_eq!(hint(&LessonStep::Runs { line: "spawn 3".into() }), None);
    }
}
