//! Drawing on a buffer: text, frames, dividers. Everything is clipped to its area; nothing outside is touched.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::theme::{Glyphs, Look, Role};

/// A piece of text with its style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The text.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) style: Style,
}

/// The width of a text, in columns.
pub(crate) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The width of pieces, in columns.
pub(crate) fn pieces_width(pieces: &[Piece]) -> u16 {
    pieces.iter().map(|piece| width(&piece.text)).fold(0, u16::saturating_add)
}

/// A text in at most so many columns, its end replaced by an ellipsis if it is longer.
pub(crate) fn shortened(text: &str, columns: u16, glyphs: &Glyphs) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut room = usize::from(columns).saturating_sub(glyphs.ellipsis.width());
    for character in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        short.push(character);
    }
    if columns > 0 {
        short.push_str(glyphs.ellipsis);
    }
    short
}

/// A text in ASCII: names and bodies may have other characters.
fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |each: char| match each {
        _ if each.is_ascii() => each,
        '…' => '~',
        _ => '?',
    };
    Cow::Owned(text.chars().map(ascii).collect())
}

/// A buffer, and how to draw on it.
pub(crate) struct Ink<'a> {
    /// The buffer.
    pub(crate) buffer: &'a mut Buffer,
    /// How things look.
    pub(crate) look: &'a Look,
}

impl<'a> Ink<'a> {
    /// The glyphs.
    pub(crate) fn glyphs(&self) -> &'static Glyphs {
        self.look.glyphs
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.look.style(role)
    }

    /// A piece of text in the style of a role.
    pub(crate) fn piece(&self, text: impl Into<String>, role: Role) -> Piece {
        Piece { text: text.into(), style: self.style(role) }
    }

    /// Writes a text into at most so many columns; how many it took.
    pub(crate) fn text(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        let inside = (area.left()..area.right()).contains(&x) && (area.top()..area.bottom()).contains(&y);
        if !inside || columns == 0 {
            return 0;
        }
        let text = if self.glyphs().is_ascii() { in_ascii(text) } else { Cow::Borrowed(text) };
        // What stood there before leaves nothing behind: a dimmed frame does not dim its title.
        let style = Style::reset().patch(style);
        let (end, _) = self.buffer.set_stringn(x, y, &text, usize::from(columns), style);
        end - x
    }

    /// The same, shortened with an ellipsis where it does not fit.
    pub(crate) fn fit(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let short = shortened(text, columns, self.glyphs());
        self.text(x, y, columns, &short, style)
    }

    /// The same in the style of a role.
    pub(crate) fn say(&mut self, x: u16, y: u16, columns: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.fit(x, y, columns, text, style)
    }

    /// Writes pieces one after the other; how many columns they took.
    pub(crate) fn pieces(&mut self, x: u16, y: u16, columns: u16, pieces: &[Piece]) -> u16 {
        let mut used = 0;
        for piece in pieces {
            used += self.fit(x + used, y, columns - used, &piece.text, piece.style);
        }
        used
    }

    /// Writes pieces so that they end at the end of an area's first line.
    pub(crate) fn pieces_right(&mut self, area: Rect, pieces: &[Piece]) -> u16 {
        let wide = pieces_width(pieces).min(area.width);
        self.pieces(area.x + area.width - wide, area.y, wide, pieces)
    }

    /// Lays a style over an area. What is reversed has one colour: the colours of its text would make a patchwork of it.
    pub(crate) fn shade(&mut self, area: Rect, style: Style) {
        let reversed = style.add_modifier.contains(Modifier::REVERSED);
        let style = if reversed { style.fg(style.fg.unwrap_or(Color::Reset)) } else { style };
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Clears an area.
    pub(crate) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for position in area.positions() {
            self.buffer[position].reset();
        }
    }

    /// Draws a line of one glyph.
    fn run(&mut self, x: u16, y: u16, columns: u16, glyph: &str, style: Style) {
        for column in 0..columns {
            self.text(x + column, y, 1, glyph, style);
        }
    }

    /// Draws a frame with a title whose parts are divided by the line; what is inside of it.
    pub(crate) fn frame(&mut self, area: Rect, title: &[Piece], style: Style) -> Rect {
        if area.width < 2 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        let glyphs = self.glyphs();
        let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
        for y in [area.y, bottom] {
            self.run(area.x + 1, y, area.width - 2, glyphs.horizontal, style);
        }
        for y in area.y + 1..bottom {
            self.text(area.x, y, 1, glyphs.vertical, style);
            self.text(right, y, 1, glyphs.vertical, style);
        }
        let corners = [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)];
        for ((x, y), glyph) in corners.into_iter().zip(glyphs.corners) {
            self.text(x, y, 1, glyph, style);
        }
        self.title(area, area.y, title);
        crate::model::layout::inside(area)
    }

    /// Draws a line through a frame, with a title.
    pub(crate) fn divider(&mut self, frame: Rect, y: u16, title: &[Piece], style: Style) {
        if frame.width < 2 || y <= frame.y || y + 1 >= frame.y + frame.height {
            return;
        }
        let glyphs = self.glyphs();
        self.run(frame.x + 1, y, frame.width - 2, glyphs.horizontal, style);
        self.text(frame.x, y, 1, glyphs.tees[0], style);
        self.text(frame.x + frame.width - 1, y, 1, glyphs.tees[1], style);
        self.title(frame, y, title);
    }

    /// Writes words into the lower line of a frame: as many as fit.
    pub(crate) fn foot(&mut self, frame: Rect, words: &[Piece]) {
        if frame.height > 1 {
            self.title(frame, frame.y + frame.height - 1, words);
        }
    }

    /// Writes a title into a horizontal line: as many parts as fit.
    fn title(&mut self, frame: Rect, y: u16, title: &[Piece]) {
        let end = (frame.x + frame.width).saturating_sub(1);
        let mut x = frame.x + 2;
        let parts = || title.iter().filter(|piece| !piece.text.is_empty());
        let all: u16 = parts().map(|piece| width(&piece.text) + 4).fold(0, u16::saturating_add);
        let gap = if x + all <= end + 2 { 2 } else { 1 };
        for (place, piece) in parts().enumerate() {
            let wide = width(&piece.text) + 2;
            if place > 0 && x + gap + wide > end {
                return;
            }
            x += if place > 0 { gap } else { 0 };
            let columns = end.saturating_sub(x + 2);
            if columns == 0 {
                return;
            }
            let used = self.text(x, y, 1, " ", Style::new());
            let used = used + self.fit(x + used, y, columns, &piece.text, piece.style);
            x += used + self.text(x + used, y, 1, " ", Style::new());
        }
    }
}
