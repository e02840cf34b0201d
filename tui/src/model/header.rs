//! What the line at the top says, in as many words as fit, and where each stands: the view draws it, the mouse hits it.

use hydraq_cluster::observe::words::{clock, count, short_count, span};
use unicode_width::UnicodeWidthStr;

use super::{Focus, Model, Screen};
use crate::theme::Role;

/// How many forms there are, from the longest to the shortest; the last one has no promises.
const FORMS: u8 = 8;
/// The form with the last words left out that can be.
const TIGHT: u8 = 6;

/// One part of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The column where it begins.
    pub(crate) x: u16,
    /// What it says.
    pub(crate) text: String,
    /// What it means.
    pub(crate) role: Role,
    /// Whether it stands out from everything else.
    pub(crate) reversed: bool,
    /// The badge that it belongs to, from 0.
    pub(crate) badge: Option<usize>,
}

fn part(text: impl Into<String>, role: Role) -> Part {
    Part { x: 0, text: text.into(), role, reversed: false, badge: None }
}

fn width(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.text.width()).sum()
}

impl Model {
    /// The parts of the line at the top, from left to right: as many words as fit.
    pub(crate) fn header(&self) -> Vec<Part> {
        let room = usize::from(self.size.width.saturating_sub(1));
        let forms = (0..FORMS).map(|form| self.header_in(form));
        let best = forms.reduce(|best, next| if width(&best) <= room { best } else { next });
        let mut parts = best.unwrap_or_default();
        let mut x = 1;
        for part in &mut parts {
            part.x = x;
            x = x.saturating_add(u16::try_from(part.text.width()).unwrap_or(u16::MAX));
        }
        parts
    }

    /// The badge at a column of the line at the top, from 0.
    pub(super) fn badge_at(&self, x: u16) -> Option<usize> {
        let hit = |part: &Part| (part.x..).zip(part.text.chars()).any(|(column, _)| column == x);
        self.header().into_iter().find(hit).and_then(|part| part.badge)
    }

    /// All parts, in a form from 0, the longest, to 7.
    fn header_in(&self, form: u8) -> Vec<Part> {
        let picture = self.picture();
        let badges = picture.badges;
        let gap = match form {
            0 => "   ",
            TIGHT => " ",
            _ => "  ",
        };
        let name = self.header_name(form);
        let after_name = if form == TIGHT { " " } else { "  " };
        let mut all =
            if name.text.is_empty() { Vec::new() } else { vec![name, part(after_name, Role::Text)] };
        if self.tape.is_some() {
            let words = if form < 5 { " rec" } else { "" };
            all.extend([part(self.look.glyphs.copy, Role::Danger), part(words, Role::Danger)]);
            all.push(part("  ", Role::Text));
        }
        let (up, members) = picture.hosts_up();
        let role = if up == members { Role::Serving } else { Role::Danger };
        let (up, members) = (count(up as u64), count(members as u64));
        let up_words = match form {
            0..=4 => format!(" {up} of {members} up"),
            TIGHT => format!(" {up}/{members}"),
            _ => format!(" {up} of {members}"),
        };
        all.extend([part(self.look.glyphs.up, role), part(up_words, Role::Strong)]);
        let number = |number| if form == 0 { count(number) } else { short_count(number) };
        let totals =
            [("acked", badges.acknowledged, 2), ("ready", badges.ready, 4), ("leased", badges.leased, 3)];
        for (word, value, _) in totals.into_iter().filter(|(.., last_form)| form < *last_form) {
            all.extend([part(gap, Role::Text), part(format!("{word} "), Role::Dim)]);
            all.push(part(number(value), Role::Text));
        }
        if form + 1 < FORMS {
            for (place, (word, words, good)) in self.promises(form).into_iter().enumerate() {
                all.push(part(gap, Role::Text));
                all.extend(self.badge_parts(place, &word, &words, good, form == TIGHT));
            }
            if form == TIGHT && self.promises(form).iter().all(|(.., good)| *good) {
                all.push(part(format!(" {}", self.look.glyphs.check), Role::Serving));
            }
        }
        all
    }

    /// What stands first: the program's name, or that time is stopped.
    fn header_name(&self, form: u8) -> Part {
        let Some(behind_ms) = self.behind_ms() else {
            let ended = if self.ended { "hydraq (ended)" } else { "hydraq" };
            return match self.virtual_time(form) {
                Some((words, role)) if !self.ended => part(words, role),
                _ => part(if form < 5 { ended } else { "" }, Role::Strong),
            };
        };
        let at = clock(self.shown_ms(), self.ahead_of_utc_seconds);
        let (glyph, word) = self.stopped_words();
        let words = match form {
            TIGHT if self.replays => "recording".to_owned(),
            TIGHT => word.to_owned(),
            0..=4 if self.replays => format!(" {glyph} recording at {at} "),
            _ if self.replays => " recording ".to_owned(),
            0 => format!(" {glyph} {word} at {at}, {} ago ", span(behind_ms)),
            1..=4 => format!(" {glyph} {word}, {} ago ", span(behind_ms)),
            _ => format!(" {glyph} {word} "),
        };
        Part { reversed: true, ..part(words, Role::Leased) }
    }

    /// Glyph and word for time that does not show the present.
    pub(crate) fn stopped_words(&self) -> (&'static str, &'static str) {
        match self.plays() {
            true => (self.look.glyphs.arrow_right, "playing"),
            false => (self.look.glyphs.paused, "stopped"),
        }
    }

    /// Virtual time, where hosts are simulated.
    fn virtual_time(&self, form: u8) -> Option<(String, Role)> {
        let time = self.picture().time?;
        let speed = if time.held { "held".to_owned() } else { time.speed() };
        let (whole, rest) = (count(time.elapsed_ms / 1_000), time.elapsed_ms % 1_000);
        // While it goes on, it is told once a second.
        let seconds =
            if time.held { format!("{whole}.{rest:03} s") } else { format!("{whole}.{} s", rest / 100) };
        let words = match form {
            0 => format!("hydraq  sim {seconds} {speed}"),
            1..=4 => format!("sim {seconds} {speed}"),
            _ => format!("sim {speed}"),
        };
        Some((words, if time.held { Role::Leased } else { Role::Strong }))
    }

    /// The promises in numbers: word, number, whether it is kept.
    fn promises(&self, form: u8) -> [(String, String, bool); 3] {
        let badges = self.picture().badges;
        let duplicates = match form {
            0 => format!("{} ({} explained)", count(badges.duplicates), count(badges.explained)),
            1 if badges.duplicates > 0 => {
                format!("{} ({} explained)", short_count(badges.duplicates), short_count(badges.explained))
            }
            _ => short_count(badges.duplicates),
        };
        let words = match form {
            0..2 => ["lost", "resurrected", "duplicates"],
            2..5 => ["lost", "resurrected", "dup"],
            _ => ["lost", "back", "dup"],
        };
        let numbers = [short_count(badges.lost), short_count(badges.resurrected), duplicates];
        let kept = [badges.lost == 0, badges.resurrected == 0, badges.duplicates == badges.explained];
        let mut numbers = numbers.into_iter();
        [0, 1, 2].map(|place| (words[place].to_owned(), numbers.next().unwrap_or_default(), kept[place]))
    }

    /// A badge; a tight one has a mark only where the promise is broken.
    fn badge_parts(&self, place: usize, word: &str, number: &str, kept: bool, tight: bool) -> [Part; 3] {
        let selected = self.screen == Screen::Cluster && self.focus == Focus::Badges && self.badge == place;
        let role = if kept { Role::Serving } else { Role::Danger };
        let word_role = if selected { Role::Selected } else { Role::Dim };
        let number_role = if kept { Role::Text } else { Role::Danger };
        let mark = match kept {
            true if tight => "",
            true => self.look.glyphs.check,
            false => self.look.glyphs.corrupt,
        };
        let parts = [
            part(word, word_role),
            part(
                format!(" {number}{}", if tight { "" } else { " " }),
                if selected { Role::Selected } else { number_role },
            ),
            part(mark, role),
        ];
        parts.map(|part| Part { badge: Some(place), ..part })
    }
}

#[cfg(test)]
mod tests {
    use hydraq_cluster::observe::{Badges, Change, TimePicture, Update};

    use crate::demo::{Stage, staged};
    use crate::model::{Input, Setup};

    fn told(stage: &mut Stage, change: Change) {
        stage.input(Input::Update(Update::one(0, change)));
    }

    fn words(stage: &Stage) -> String {
        stage.model.header().into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn the_promises_have_a_place_in_forty_columns() {
        let mut stage = Stage::new(Setup { size: (40, 12), ..Setup::default() }, staged(7, 3));
        told(&mut stage, Change::Badges(Badges::default()));
        assert_eq!(words(&stage), "● 3 of 3  lost 0 ✓  back 0 ✓  dup 0 ✓");
        for (percent, held, name) in
            [(100, false, "sim 1x"), (25, false, "sim 0.25x"), (100, true, "sim held")]
        {
            told(&mut stage, Change::Time(TimePicture { percent, held, elapsed_ms: 1_234 }));
            assert_eq!(words(&stage), format!("{name} ● 3/3 lost 0 back 0 dup 0 ✓"));
        }
        let badges = Badges { lost: 1, duplicates: 12, explained: 12, ..Badges::default() };
        told(&mut stage, Change::Badges(badges));
        assert_eq!(words(&stage), "sim held ● 3/3 lost 1⚠ back 0 dup 12");
        stage.keys("space");
        assert_eq!(words(&stage), "stopped ● 3/3 lost 1⚠ back 0 dup 12");
    }

    #[test]
    fn time_that_goes_on_is_told_in_tenths() {
        let mut stage = Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 3));
        for (held, shown) in [(false, "sim 61.2 s 1x"), (true, "sim 61.234 s held")] {
            told(&mut stage, Change::Time(TimePicture { percent: 100, held, elapsed_ms: 61_234 }));
            assert!(words(&stage).contains(shown), "{}", words(&stage));
        }
    }
}
