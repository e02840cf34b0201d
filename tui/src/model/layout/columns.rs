//! The columns of the replica map.
//!
//! Words stand beside glyphs while there is room; then type and age go, then the words; when glyphs alone do not fit,
//! the hosts scroll sideways and the heads stay above them.

use hydraq_cluster::observe::HostNumber;
use ratatui::layout::Rect;

/// The width of a shortened id.
const ID_WIDTH: u16 = 10;
/// The width of "3 of 3 !".
const COPIES_WIDTH: u16 = 8;
/// The least width of the bodies.
const BODY_WIDTH_MIN: u16 = 16;
/// The width of an owner's name.
const OWNER_WIDTH: u16 = 10;
/// The least width at which cells have words.
const WORDS_WIDTH_MIN: u16 = 11;
/// The least width of a cell.
const CELL_WIDTH_MIN: u16 = 3;
/// The most hosts whose cells have words.
const WORDS_HOSTS_MAX: usize = 8;

/// The column of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostColumn {
    /// The host.
    pub(crate) host: HostNumber,
    /// Where it begins.
    pub(crate) x: u16,
    /// How wide it is.
    pub(crate) width: u16,
}

/// Columns as (beginning, width); a width of 0 leaves one out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The cursor.
    pub(crate) cursor: u16,
    /// The id.
    pub(crate) id: (u16, u16),
    /// The type.
    pub(crate) message_type: (u16, u16),
    /// The age.
    pub(crate) age: (u16, u16),
    /// "3 of 3".
    pub(crate) copies: (u16, u16),
    /// The owner's name, where cells have no words.
    pub(crate) owner: (u16, u16),
    /// The body, behind the hosts, where room is left.
    pub(crate) body: (u16, u16),
    /// The hosts that are shown.
    pub(crate) hosts: Vec<HostColumn>,
    /// Whether cells have words.
    pub(crate) words: bool,
    /// How many hosts are hidden to the left, and to the right.
    pub(crate) hidden: (usize, usize),
}

impl Columns {
    /// The column of a host, if it is shown.
    pub(crate) fn host(&self, host: HostNumber) -> Option<HostColumn> {
        self.hosts.iter().copied().find(|column| column.host == host)
    }
}

/// Divides an area for these hosts; where not all fit, from `first` on, and so that `selected` is shown.
pub(crate) fn columns(
    area: Rect,
    hosts: &[HostNumber],
    first: usize,
    selected: Option<HostNumber>,
) -> Columns {
    let room_beside = |type_width: u16, age_width: u16| {
        let beside = 2 + ID_WIDTH + 2 + gap(type_width) + gap(age_width) + COPIES_WIDTH + 2;
        area.width.saturating_sub(beside)
    };
    let count = u16::try_from(hosts.len()).unwrap_or(u16::MAX).max(1);
    let fits = |room: u16| hosts.len() <= WORDS_HOSTS_MAX && room / count >= WORDS_WIDTH_MIN;
    let fits_well = |room: u16| hosts.len() <= WORDS_HOSTS_MAX && room / count >= WORDS_WIDTH_MIN + 3;
    let (type_width, age_width) = match () {
        () if fits_well(room_beside(12, 6)) => (12, 6),
        () if fits(room_beside(8, 6)) => (8, 6),
        () if fits(room_beside(0, 6)) => (0, 6),
        () if fits(room_beside(0, 0)) => (0, 0),
        () if area.width >= 100 => (8, 6),
        () => (0, 6),
    };
    let room = room_beside(type_width, age_width);
    let owner_width = if fits(room) || area.width < 100 { 0 } else { OWNER_WIDTH };
    let room = room.saturating_sub(gap(owner_width));
    let mut x = area.x + 2;
    let mut take = |width: u16| {
        let start = x;
        x += gap(width);
        (start, width)
    };
    let id = take(ID_WIDTH);
    let message_type = take(type_width);
    let age = take(age_width);
    let copies = take(COPIES_WIDTH);
    let owner = take(owner_width);
    let (hosts, words, hidden) = host_columns(x, room, hosts, first, selected);
    let end = hosts.last().map_or(x, |column| column.x + column.width);
    let left = (area.x + area.width).saturating_sub(end + 1);
    let body = if words && left >= BODY_WIDTH_MIN { (end, left) } else { (end, 0) };
    Columns { cursor: area.x, id, message_type, age, copies, owner, body, hosts, words, hidden }
}

fn gap(width: u16) -> u16 {
    if width == 0 { 0 } else { width + 2 }
}

fn host_columns(
    x: u16,
    room: u16,
    hosts: &[HostNumber],
    first: usize,
    selected: Option<HostNumber>,
) -> (Vec<HostColumn>, bool, (usize, usize)) {
    let count = u16::try_from(hosts.len()).unwrap_or(u16::MAX).max(1);
    let each = room / count;
    let words = hosts.len() <= WORDS_HOSTS_MAX && each >= WORDS_WIDTH_MIN;
    let width = if words { each.min(24) } else { each.clamp(CELL_WIDTH_MIN, 8) };
    let fitting = usize::from(room / width).min(hosts.len());
    let mut first = first.min(hosts.len() - fitting);
    if let Some(place) = selected.and_then(|selected| hosts.iter().position(|host| *host == selected)) {
        first = first.clamp((place + 1).saturating_sub(fitting.max(1)), place).min(hosts.len() - fitting);
    }
    let place = |(host, number): (&HostNumber, u16)| HostColumn { host: *host, x: x + number * width, width };
    let shown = hosts[first..first + fitting].iter().zip(0..).map(place).collect();
    (shown, words, (first, hosts.len() - fitting - first))
}
