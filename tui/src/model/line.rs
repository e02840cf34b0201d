//! The line at the bottom: commands with completion and history, the filter, and answers that are typed.

use tui_input::Input as Text;

use super::completer::{Completer, Known, Suggestion};
use super::prompts::cursor_byte;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// A line of the command language.
    Command,
    /// Which messages are shown.
    Filter,
    /// The answer to a question.
    Answer,
}

/// A line while it is typed.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// What it is for.
    pub(crate) kind: LineKind,
    /// What is typed so far.
    pub(crate) text: Text,
    /// Ways to go on.
    pub(crate) suggestions: Vec<Suggestion>,
    /// The one that tab takes.
    pub(crate) chosen: usize,
    /// What is wrong with it.
    pub(crate) problem: Option<String>,
    /// The place in the history, counted from its end; 0 for what is typed now.
    back: usize,
    /// What was typed before the history was opened.
    draft: String,
}

impl Line {
    /// A line that begins with a text.
    pub(crate) fn new(kind: LineKind, text: &str) -> Self {
        Self {
            kind,
            text: Text::from(text),
            suggestions: Vec::new(),
            chosen: 0,
            problem: None,
            back: 0,
            draft: String::new(),
        }
    }

    /// Looks again for ways to go on.
    pub(crate) fn complete(&mut self, completer: &dyn Completer, known: &Known) {
        self.problem = None;
        self.chosen = 0;
        self.suggestions = match self.kind {
            LineKind::Command => completer.complete(self.text.value(), cursor_byte(&self.text), known),
            LineKind::Filter => filter_words(self.text.value(), cursor_byte(&self.text), known),
            LineKind::Answer => Vec::new(),
        };
    }

    /// Puts the chosen suggestion in.
    pub(crate) fn accept(&mut self) {
        let Some(suggestion) = self.suggestions.get(self.chosen) else { return };
        let value = self.text.value();
        let (Some(before), Some(after)) =
            (value.get(..suggestion.replaces.start), value.get(suggestion.replaces.end..))
        else {
            return;
        };
        let goes_on = suggestion.text.ends_with([':', '=']) || after.starts_with(' ');
        let filled = format!("{before}{}{}", suggestion.text, if goes_on { "" } else { " " });
        let cursor = filled.chars().count();
        self.text = Text::from(format!("{filled}{after}")).with_cursor(cursor);
    }

    /// Chooses another suggestion.
    pub(crate) fn choose(&mut self, forward: bool) {
        let count = self.suggestions.len().max(1);
        self.chosen = (self.chosen + if forward { 1 } else { count - 1 }) % count;
    }

    /// Goes through the history, older ones first.
    pub(crate) fn recall(&mut self, history: &[String], older: bool) {
        if self.back == 0 {
            self.draft = self.text.value().to_owned();
        }
        self.back = if older { (self.back + 1).min(history.len()) } else { self.back.saturating_sub(1) };
        let recalled = match self.back {
            0 => self.draft.clone(),
            back => history[history.len() - back].clone(),
        };
        self.text = Text::from(recalled);
        // They fit what was typed before.
        (self.suggestions, self.chosen, self.problem) = (Vec::new(), 0, None);
    }
}

/// The words of the filter that begin like the one at the cursor.
fn filter_words(line: &str, cursor: usize, known: &Known) -> Vec<Suggestion> {
    let blank = line[..cursor].char_indices().rev().find(|(_, each)| each.is_whitespace());
    let start = blank.map_or(0, |(at, each)| at + each.len_utf8());
    let typed = &line[start..cursor];
    let fixed = [
        ("type:", "of this type"),
        ("host:", "with a copy on this host"),
        ("owner:", "that this host serves"),
        ("only:", "with their only live copy on this host"),
        ("state:", "in this state"),
        ("under", "with fewer copies than asked"),
    ];
    let mut words: Vec<(String, &str)> = fixed.map(|(word, help)| (word.to_owned(), help)).to_vec();
    match typed.split_once(':') {
        Some(("type", _)) => {
            words = known.message_types.iter().map(|name| (format!("type:{name}"), "")).collect();
        }
        Some((part @ ("host" | "owner" | "only"), _)) => {
            words = known.hosts.iter().map(|name| (format!("{part}:{name}"), "")).collect();
        }
        Some(("state", _)) => {
            let states = hydraq_cluster::observe::MessageState::ALL;
            words = states.iter().map(|state| (format!("state:{}", state.word()), "")).collect();
        }
        _ => {}
    }
    words.retain(|(word, _)| word.starts_with(typed) && word != typed);
    let suggestion =
        |(text, help): (String, &str)| Suggestion { text, replaces: start..cursor, help: help.to_owned() };
    words.into_iter().map(suggestion).collect()
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
