//! The screen of faults: the matrix of links, hosts and disks, events; and the part of the matrix that fits.

use hydraq_cluster::observe::HostNumber;
use ratatui::layout::{Position, Rect};

use super::{inside, lines};

/// Columns of the names of senders, at the left of the matrix.
pub(crate) const NAME_WIDTH: u16 = 11;

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FaultsLayout {
    /// The matrix, with its frame.
    pub(crate) matrix: Rect,
    /// What is wrong with hosts and disks, with its frame.
    pub(crate) troubles: Rect,
    /// The events; of no height where there is no room.
    pub(crate) events: Rect,
}

/// Divides the screen of so many hosts.
pub(crate) fn faults(area: Rect, hosts: usize) -> FaultsLayout {
    let hosts = u16::try_from(hosts).unwrap_or(u16::MAX);
    let events_height = if area.height > 24 { area.height / 4 } else { 0 };
    let top = lines(area, 0, area.height - events_height);
    let events = lines(area, area.height - events_height, events_height);
    if area.width >= 100 {
        let side = 40.max(area.width / 3);
        let matrix = Rect { width: top.width - side, ..top };
        return FaultsLayout {
            matrix,
            troubles: Rect { x: matrix.x + matrix.width, width: side, ..top },
            events,
        };
    }
    let height = hosts.saturating_add(4).min(top.height * 2 / 3);
    FaultsLayout { matrix: lines(top, 0, height), troubles: lines(top, height, top.height - height), events }
}

/// The part of the matrix that is seen: senders down, receivers across.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matrix {
    /// The matrix without its frame: names of receivers first, then a line a sender.
    pub(crate) inner: Rect,
    /// Columns of one receiver.
    pub(crate) wide: u16,
    /// The receivers, from left to right.
    pub(crate) columns: Vec<HostNumber>,
    /// The senders, from top to bottom.
    pub(crate) rows: Vec<HostNumber>,
}

impl Matrix {
    /// The part around a link, in an area with a frame; none if not even one link has room.
    pub(crate) fn new(
        area: Rect,
        hosts: &[HostNumber],
        link: Option<(HostNumber, HostNumber)>,
    ) -> Option<Self> {
        let inner = inside(area);
        if inner.height < 2 || hosts.is_empty() {
            return None;
        }
        let room = inner.width.saturating_sub(NAME_WIDTH + 1);
        let count = u16::try_from(hosts.len()).unwrap_or(u16::MAX);
        let wide = (room / count).clamp(3, 14);
        let around = |host: Option<HostNumber>, fitting: u16| {
            let place = host.and_then(|host| hosts.iter().position(|each| *each == host)).unwrap_or(0);
            let fitting = usize::from(fitting).clamp(1, hosts.len());
            let first = (place + 1).saturating_sub(fitting);
            hosts[first..first + fitting].to_vec()
        };
        let columns = around(link.map(|(_, to)| to), room / wide);
        let rows = around(link.map(|(from, _)| from), inner.height - 1);
        Some(Self { inner, wide, columns, rows })
    }

    /// The column where a receiver begins, by its place among those that are seen.
    pub(crate) fn x(&self, place: usize) -> u16 {
        self.inner.x + NAME_WIDTH + 1 + self.wide * u16::try_from(place).unwrap_or(0)
    }

    /// The sender at a place, and the receiver, if it is not the sender's name.
    pub(crate) fn at(&self, at: Position) -> Option<(HostNumber, Option<HostNumber>)> {
        if !self.inner.contains(at) {
            return None;
        }
        let row = at.y.checked_sub(self.inner.y + 1)?;
        let from = *self.rows.get(usize::from(row))?;
        let across = at.x.checked_sub(self.x(0)).map(|columns| usize::from(columns / self.wide));
        Some((from, across.and_then(|place| self.columns.get(place).copied())))
    }
}
