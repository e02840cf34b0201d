//! Keys in a line of text that is typed: the one way in which all prompts and fields are edited.

use tui_input::{Input as Text, InputRequest};

use crate::keymap::{Key, KeyCode};

/// The most characters that a line takes: 64 KiB cannot be typed, only pasted.
const LENGTH_MAX: usize = 65_536;

/// Edits a text by a key; whether the key meant anything here.
pub(crate) fn edit(text: &mut Text, key: Key) -> bool {
    let request = match (key.code, key.ctrl, key.alt) {
        (KeyCode::Char(character), false, false) => InputRequest::InsertChar(character),
        (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
            InputRequest::DeletePrevChar
        }
        (KeyCode::Delete, false, false) | (KeyCode::Char('d'), true, false) => InputRequest::DeleteNextChar,
        (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, false, true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('u'), true, false) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true, false) => InputRequest::DeleteTillEnd,
        (KeyCode::Left, false, false) | (KeyCode::Char('b'), true, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false, false) | (KeyCode::Char('f'), true, false) => InputRequest::GoToNextChar,
        (KeyCode::Left, true, _) | (KeyCode::Char('b'), false, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true, _) | (KeyCode::Char('f'), false, true) => InputRequest::GoToNextWord,
        (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => InputRequest::GoToStart,
        (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => InputRequest::GoToEnd,
        _ => return false,
    };
    if matches!(request, InputRequest::InsertChar(_)) && text.value().len() >= LENGTH_MAX {
        return true;
    }
    text.handle(request);
    true
}

/// Puts a text in at the cursor, in one line.
pub(crate) fn paste(text: &mut Text, pasted: &str) {
    let room = LENGTH_MAX.saturating_sub(text.value().len());
    let one_line = pasted.chars().map(|each| if each.is_control() { ' ' } else { each });
    for character in one_line.take(room) {
        text.handle(InputRequest::InsertChar(character));
    }
}

/// Where the cursor stands, in bytes.
pub(crate) fn cursor_byte(text: &Text) -> usize {
    text.value().char_indices().nth(text.cursor()).map_or(text.value().len(), |(at, _)| at)
}

/// A word as it is written in a command line: in quotes where it must be.
pub(crate) fn quote(word: &str) -> String {
    let is_plain = |each: char| each.is_alphanumeric() || "._-/:@%+{}".contains(each);
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}
