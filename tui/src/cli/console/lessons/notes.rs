//! What a presenter should know of each card, in a file that grows while the lesson goes on: `tail -f` shows it on another screen.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::lessons::Lesson;

/// The file.
pub(super) struct Notes {
    file: Option<File>,
    began: Instant,
    card: u32,
}

impl Notes {
    /// Opens the file and writes the lesson's title at its end. A file that cannot be written is done without.
    pub(super) fn begin(path: &Path, lesson: &Lesson) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).ok();
        let mut notes = Self { file, began: Instant::now(), card: 0 };
        notes.write(&format!("\nLESSON {}: {}\n{}\n", lesson.number, lesson.title, lesson.summary));
        notes
    }

    /// A card is shown: what it says, what is noted of it, and what comes next.
    pub(super) fn card(&mut self, says: &str, extra: &[(&str, &str)]) {
        self.card += 1;
        let mut text = format!("\n[{}] card {}: {says}\n", self.time(), self.card);
        for (what, words) in extra.iter().filter(|(_, words)| !words.is_empty()) {
            text.push_str(&format!("  {what}: {words}\n"));
        }
        self.write(&text);
    }

    /// Something that is noted of a command, which has no card.
    pub(super) fn remark(&mut self, words: &str) {
        if !words.is_empty() {
            self.write(&format!("\n[{}] note: {words}\n", self.time()));
        }
    }

    /// Minutes and seconds since the lesson began.
    fn time(&self) -> String {
        let seconds = self.began.elapsed().as_secs();
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }

    fn write(&mut self, text: &str) {
        // A talk goes on without its notes.
        let _ = self.file.as_mut().map(|file| file.write_all(text.as_bytes()));
    }
}
