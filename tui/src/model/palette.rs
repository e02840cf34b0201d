//! The palette: everything that keys and commands can do, found by a few letters.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input as Text;

use super::completer::Completer;
use crate::keymap::{Intent, Keymap, Scope};

/// What happens when an entry is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// As if its key were pressed.
    Intent(Intent),
    /// The command is put on the command line.
    Command(String),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What happens.
    pub(crate) deed: Deed,
    /// Its name.
    pub(crate) name: String,
    /// What it does.
    pub(crate) help: String,
    /// Its key, if it has one.
    pub(crate) key: String,
}

/// The palette while it is open.
#[derive(Debug, Clone)]
pub(crate) struct Palette {
    /// What is typed so far.
    pub(crate) text: Text,
    /// All entries.
    entries: Vec<Entry>,
    /// Those that fit, best first.
    pub(crate) found: Vec<usize>,
    /// The chosen one of these.
    pub(crate) chosen: usize,
}

/// Intents that only make sense as keys.
const KEYS_ONLY: [Intent; 9] = [
    Intent::Up,
    Intent::Down,
    Intent::Left,
    Intent::Right,
    Intent::PageUp,
    Intent::PageDown,
    Intent::Palette,
    Intent::Close,
    Intent::LessonNext,
];

impl Palette {
    /// Everything that can be done on a screen.
    pub(crate) fn new(keymap: &Keymap, scope: Scope, completer: &dyn Completer) -> Self {
        let keys = keymap.in_scope(scope).filter(|bound| !KEYS_ONLY.contains(&bound.row.intent));
        let keys = keys.map(|bound| Entry {
            deed: Deed::Intent(bound.row.intent),
            name: bound.row.name.to_owned(),
            help: bound.row.help.to_owned(),
            key: bound.shown(),
        });
        let commands = completer.commands().into_iter().map(|command| Entry {
            deed: Deed::Command(format!("{} ", command.words)),
            name: format!(":{}", command.words),
            help: command.help,
            key: String::new(),
        });
        let entries: Vec<Entry> = keys.chain(commands).collect();
        let found = (0..entries.len()).collect();
        Self { text: Text::default(), entries, found, chosen: 0 }
    }

    /// Looks again for what fits what is typed.
    pub(crate) fn search(&mut self) {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let (typed, case, normal) = (self.text.value(), CaseMatching::Ignore, Normalization::Smart);
        let in_names = Pattern::parse(typed, case, normal);
        // A sentence has every few letters somewhere: there they must stand together.
        let in_help = Pattern::new(typed, case, normal, AtomKind::Substring);
        let mut characters = Vec::new();
        let mut scored = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let mut score = |text: &str, pattern: &Pattern| {
                pattern.score(Utf32Str::new(text, &mut characters), &mut matcher)
            };
            // A name that fits goes before a description that does.
            let by_name = score(&entry.name, &in_names).map(|score| score + 100);
            if let Some(score) = by_name.max(score(&entry.help, &in_help)) {
                scored.push((std::cmp::Reverse(score), place));
            }
        }
        scored.sort_unstable();
        self.found = scored.into_iter().map(|(_, place)| place).collect();
        self.chosen = 0;
    }

    /// The entries that fit, best first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.found.iter().filter_map(|place| self.entries.get(*place))
    }

    /// The chosen entry.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        self.entries().nth(self.chosen)
    }

    /// Chooses another entry.
    pub(crate) fn choose(&mut self, forward: bool) {
        let count = self.found.len().max(1);
        self.chosen = (self.chosen + if forward { 1 } else { count - 1 }) % count;
    }
}
