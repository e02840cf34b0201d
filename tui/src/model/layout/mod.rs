//! Where things stand on the screen, for a size: plain arithmetic that both the view (to draw) and the model (to know
//! what was clicked, and how many rows are visible) go by.

mod cluster;
mod columns;
mod faults;
mod list;
mod tabs;
mod words;

use hydraq_cluster::observe::HostNumber;
use ratatui::layout::Rect;

pub(crate) use cluster::{ClusterLayout, HostForm, Wish, cluster};
pub(crate) use columns::{Columns, columns};
pub(crate) use faults::{Matrix, NAME_WIDTH, faults};
pub(crate) use list::{lesson_list, palette_box, palette_list};
pub(crate) use tabs::tabs;
pub(crate) use words::wrapped;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Density {
    /// Under 60 columns or 16 lines: one host line and the selected message.
    Tiny,
    /// Under 100 columns or 32 lines: a line a host.
    Small,
    /// Host cards of four lines.
    Normal,
    /// Host cards of six lines.
    Large,
}

impl Density {
    /// The density of a size.
    pub(crate) fn of(size: Rect) -> Self {
        match (size.width, size.height) {
            (0..60, _) | (_, 0..16) => Self::Tiny,
            (0..100, _) | (_, 0..32) => Self::Small,
            (_, 0..46) => Self::Normal,
            _ => Self::Large,
        }
    }
}

/// What surrounds every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chrome {
    /// The line with the badges.
    pub(crate) header: Rect,
    /// The line with the names of the screens.
    pub(crate) tabs: Rect,
    /// What is left for the screen.
    pub(crate) body: Rect,
    /// The line with the keys.
    pub(crate) footer: Rect,
}

/// Divides a screen. In fewer than six lines the footer goes first, then the tabs.
pub(crate) fn chrome(size: Rect) -> Chrome {
    let header = lines(size, 0, 1);
    let tabs = lines(size, 1, u16::from(size.height > 4));
    let footer_height = u16::from(size.height > 5);
    let top = header.height + tabs.height;
    let body = lines(size, top, size.height.saturating_sub(top + footer_height));
    let footer = lines(size, size.height.saturating_sub(footer_height), footer_height);
    Chrome { header, tabs, body, footer }
}

/// Some lines of an area, from a line on; never outside of it.
pub(crate) fn lines(area: Rect, from: u16, height: u16) -> Rect {
    let from = from.min(area.height);
    Rect { y: area.y + from, height: height.min(area.height - from), ..area }
}

/// An area without its frame.
pub(crate) fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

/// A box of a size in the middle of an area, and never outside of it.
pub(crate) fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Divides a width into parts that differ by one column at the most.
pub(crate) fn shares(width: u16, parts: u16) -> impl Iterator<Item = (u16, u16)> {
    let start = move |part: u16| {
        u16::try_from(u32::from(width) * u32::from(part) / u32::from(parts.max(1))).unwrap_or(width)
    };
    (0..parts).map(move |part| (start(part), start(part + 1) - start(part)))
}

/// The areas of hosts, to draw and to click.
pub(crate) type HostAreas = Vec<(HostNumber, Rect)>;

#[cfg(test)]
mod tests;
