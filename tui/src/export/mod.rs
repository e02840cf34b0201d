//! Frames outside of a terminal: as text, as pictures, as films; and what happened, for others to draw.

mod cast;
mod film;
mod histogram;
mod html;
mod shapes;
mod shiviz;
mod svg;

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

pub use cast::{cast, cast_of};
pub use film::{Still, frame_at};
pub use histogram::{Panel, histogram};
pub use html::html;
pub use shiviz::shiviz;
pub use svg::svg;

/// A frame as text: its lines, without blanks at their ends.
#[must_use]
pub fn text(buffer: &Buffer) -> String {
    let mut written = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        written.push_str(line.trim_end());
        written.push('\n');
    }
    written
}

#[cfg(test)]
mod tests;
