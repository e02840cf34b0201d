//! How a text is divided into lines.

use unicode_width::UnicodeWidthStr;

/// A text in lines of at most so many columns, divided between words where that is possible.
pub(crate) fn wrapped(text: &str, columns: u16) -> Vec<String> {
    let columns = usize::from(columns.max(1));
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let first = lines.len();
        for word in paragraph.split_whitespace() {
            match lines[first..].last_mut() {
                Some(line) if line.width() + 1 + word.width() <= columns => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
    }
    lines
}
