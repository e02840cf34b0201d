//! The part of a list that fits, around the chosen entry.

use ratatui::layout::{Position, Rect};

use super::{inside, lines};

/// The entries that are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List {
    /// Where they stand, without a frame.
    area: Rect,
    /// Lines of each.
    each: u16,
    /// The first one that is seen, from 0.
    pub(crate) first: usize,
}

impl List {
    /// Entries of so many lines each, with the chosen one among them.
    pub(crate) fn new(area: Rect, each: u16, chosen: usize) -> Self {
        let mut list = Self { area, each: each.max(1), first: 0 };
        list.first = (chosen + 1).saturating_sub(list.shown().max(1));
        list
    }

    /// How many are seen.
    pub(crate) fn shown(&self) -> usize {
        usize::from(self.area.height / self.each)
    }

    /// Where an entry stands, by its place among all.
    pub(crate) fn line(&self, place: usize) -> Rect {
        let above = u16::try_from(place.saturating_sub(self.first)).unwrap_or(u16::MAX);
        lines(self.area, above.saturating_mul(self.each), self.each)
    }

    /// The entry at a position, by its place among all; it may be beyond the last one.
    pub(crate) fn at(&self, at: Position) -> Option<usize> {
        let hit = self.area.contains(at) && usize::from((at.y - self.area.y) / self.each) < self.shown();
        hit.then(|| self.first + usize::from((at.y - self.area.y) / self.each))
    }
}

/// The lessons, in an area with a frame.
pub(crate) fn lesson_list(area: Rect, chosen: usize) -> List {
    let inner = inside(area);
    let each = if inner.width >= 140 || inner.height < 12 { 1 } else { 2 };
    List::new(inner, each, chosen)
}

/// The palette: the box at the top of the screen.
pub(crate) fn palette_box(size: Rect) -> Rect {
    let wide = 76.min(size.width);
    let height = 18.min(size.height.saturating_sub(2)).max(3);
    let area = lines(size, 2.min(size.height.saturating_sub(height)), height);
    Rect { x: size.x + (size.width - wide) / 2, width: wide, ..area }
}

/// The entries in the palette, below what is typed.
pub(crate) fn palette_list(size: Rect, chosen: usize) -> List {
    let inner = inside(palette_box(size));
    List::new(lines(inner, 1, inner.height.saturating_sub(1)), 1, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hit_is_what_stands_there() {
        let area = Rect { x: 2, y: 3, width: 20, height: 7 };
        let list = List::new(area, 2, 5);
        assert_eq!((list.first, list.shown()), (3, 3));
        for place in 3..6 {
            let line = list.line(place);
            assert_eq!(list.at(Position { x: line.x, y: line.y + 1 }), Some(place));
        }
        assert_eq!(list.at(Position { x: 2, y: 9 }), None, "half of an entry is none");
        assert_eq!(list.at(Position { x: 1, y: 4 }), None);
    }
}
