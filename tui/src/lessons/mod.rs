//! The lessons: scenario files of `demo/lessons`, which are in the binary, so that they are there without the repository.
//!
//! A lesson's first comment line has its number and title, the second one says what it shows. Comments right above a command are
//! notes for whoever presents; they are not shown to those who watch.

mod cards;

use std::collections::BTreeMap;

use hydraq_cluster::scenario::{Diagnostics, Script, Step, parse_script};

pub(crate) use self::cards::{because, question};

/// The files, in teaching order.
const FILES: [(&str, &str); 12] = [
    (
        "01-what-a-replica-count-buys.hq",
        include_str!("../../../demo/lessons/01-what-a-replica-count-buys.hq"),
    ),
    ("02-who-owns-a-message.hq", include_str!("../../../demo/lessons/02-who-owns-a-message.hq")),
    ("03-leases.hq", include_str!("../../../demo/lessons/03-leases.hq")),
    ("04-the-zombie.hq", include_str!("../../../demo/lessons/04-the-zombie.hq")),
    (
        "05-partitions-and-honest-duplicates.hq",
        include_str!("../../../demo/lessons/05-partitions-and-honest-duplicates.hq"),
    ),
    ("06-durability-and-fsync.hq", include_str!("../../../demo/lessons/06-durability-and-fsync.hq")),
    ("07-repair-and-its-price.hq", include_str!("../../../demo/lessons/07-repair-and-its-price.hq")),
    ("08-idempotent-retries.hq", include_str!("../../../demo/lessons/08-idempotent-retries.hq")),
    ("09-dead-letters.hq", include_str!("../../../demo/lessons/09-dead-letters.hq")),
    ("10-slow-hosts.hq", include_str!("../../../demo/lessons/10-slow-hosts.hq")),
    (
        "11-an-outbox-that-cannot-lose-an-event.hq",
        include_str!("../../../demo/lessons/11-an-outbox-that-cannot-lose-an-event.hq"),
    ),
    ("12-a-store-that-dies.hq", include_str!("../../../demo/lessons/12-a-store-that-dies.hq")),
];

/// How many there are.
pub const COUNT: u32 = FILES.len() as u32;

/// One lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its number, from 1.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it shows, in one line.
    pub summary: String,
    /// What it does.
    pub script: Script,
    /// What a presenter should know at a line.
    notes: BTreeMap<u32, String>,
}

/// All lessons, in teaching order.
#[must_use]
pub fn all() -> Vec<Lesson> {
    let read = |(number, (file, text)): (u32, &(&str, &str))| Lesson::read(number, file, text).ok();
    (1..).zip(&FILES).filter_map(read).collect()
}

impl Lesson {
    /// Reads a lesson from its file's text.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(number: u32, file: &str, text: &str) -> Result<Self, Diagnostics> {
        let script = parse_script(file, text)?;
        let mut head = text.lines().map_while(comment);
        let title = head.next().unwrap_or(file);
        let title = title.split_once(':').map_or(title, |(_, title)| title.trim());
        let summary = head.next().unwrap_or_default();
        let notes = notes(text, &script);
        Ok(Self { number, title: title.to_owned(), summary: summary.to_owned(), script, notes })
    }

    /// What a presenter should know at a step; empty if nothing is noted.
    #[must_use]
    pub fn note(&self, step: &Step) -> &str {
        self.notes.get(&step.line).map_or("", String::as_str)
    }
}

fn comment(line: &str) -> Option<&str> {
    line.strip_prefix('#').map(str::trim)
}

/// The comments that stand right above steps, by the line of the step.
fn notes(text: &str, script: &Script) -> BTreeMap<u32, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut notes = BTreeMap::new();
    for step in &script.steps {
        let before = lines.iter().take(step.line.saturating_sub(1) as usize).rev();
        let mut above: Vec<&str> = before.map_while(|line| comment(line)).collect();
        above.reverse();
        if !above.is_empty() {
            notes.insert(step.line, above.join(" "));
        }
    }
    notes
}

#[cfg(test)]
mod tests;
