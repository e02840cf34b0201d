//! The cluster's screen: hosts, links, replica map, events, in as many lines as there are.

use hydraq_cluster::observe::HostNumber;
use ratatui::layout::Rect;

use super::{Chrome, Density, HostAreas, chrome, inside, lines, shares};

/// The least width of a host's card.
const CARD_WIDTH_MIN: u16 = 28;
/// The least width of a host's place in the grid.
const CELL_WIDTH_MIN: u16 = 22;

/// How hosts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostForm {
    /// A framed card each.
    Cards,
    /// A line each.
    Lines,
    /// Several in a line: a glyph, the name, what it does.
    Grid,
    /// All in one line, those that are not up first.
    OneLine,
}

/// What the screen should have room for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wish {
    /// Whether some link is not up.
    pub(crate) broken_links: bool,
    /// Whether the heat map is drawn, and of how many rows.
    pub(crate) heat_rows: u16,
    /// Whether rows of messages are drawn.
    pub(crate) message_rows: bool,
    /// Lines for the card of a lesson; 0 for none.
    pub(crate) card_height: u16,
    /// How many placements there are.
    pub(crate) placements: u16,
}

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterLayout {
    /// How much room there is.
    pub(crate) density: Density,
    /// What surrounds it.
    pub(crate) chrome: Chrome,
    /// How hosts are drawn.
    pub(crate) host_form: HostForm,
    /// Where all hosts stand together.
    pub(crate) hosts: Rect,
    /// Where each host stands; not all, if there are too many.
    pub(crate) host_areas: HostAreas,
    /// The line of links; empty if there is none.
    pub(crate) links: Rect,
    /// The replica map with its frame.
    pub(crate) map: Rect,
    /// The heads of its columns.
    pub(crate) map_heads: Rect,
    /// Its rows.
    pub(crate) rows: Rect,
    /// The heat map below the rows, without the divider.
    pub(crate) heat: Rect,
    /// "Where copies are together", without the divider.
    pub(crate) together: Rect,
    /// The card of a lesson.
    pub(crate) card: Rect,
    /// Events; with a frame unless the screen is tiny.
    pub(crate) events: Rect,
}

/// Divides the screen. `order` is the order in which hosts are drawn: where not all fit, the first ones are.
pub(crate) fn cluster(size: Rect, order: &[HostNumber], wish: Wish) -> ClusterLayout {
    let density = Density::of(size);
    let chrome = chrome(size);
    let body = chrome.body;
    let count = u16::try_from(order.len()).unwrap_or(u16::MAX);
    let (host_form, hosts_height) = host_form(density, body, count);
    let hosts = lines(body, 0, hosts_height);
    let links_height =
        u16::from(density >= Density::Normal || (density == Density::Small && wish.broken_links));
    let links = lines(body, hosts_height, links_height);
    // Where there is hardly any room, the card of a lesson takes the place of the message.
    let card_height = match density {
        Density::Tiny if wish.card_height > 0 => body.height.saturating_sub(hosts_height + 1),
        Density::Tiny => 0,
        Density::Small => wish.card_height.min(body.height / 2 + 1),
        _ => wish.card_height.min(body.height * 3 / 5),
    };
    let events_height = match density {
        Density::Tiny => u16::from(body.height > 5),
        Density::Small => 4 + u16::from(body.height > 20),
        Density::Normal | Density::Large => (body.height / 6).clamp(4, 12) + 2,
    };
    let events_height = match density {
        Density::Small if card_height > 0 => 3,
        _ if card_height > 0 => events_height.min(5),
        _ => events_height,
    };
    let top = hosts_height + links_height;
    let map = lines(body, top, body.height.saturating_sub(top + events_height + card_height));
    let below = map.y + map.height - body.y;
    let card = lines(body, below, card_height);
    let events = lines(body, below + card.height, events_height);
    let mut layout = ClusterLayout {
        density,
        chrome,
        host_form,
        hosts,
        host_areas: host_areas(host_form, hosts, order),
        links,
        map,
        map_heads: Rect::default(),
        rows: Rect::default(),
        heat: Rect::default(),
        together: Rect::default(),
        card,
        events,
    };
    divide_map(&mut layout, wish);
    layout
}

fn host_form(density: Density, body: Rect, count: u16) -> (HostForm, u16) {
    let grid_height = count.div_ceil((body.width / CELL_WIDTH_MIN).max(1));
    let card_height = if density == Density::Large { 6 } else { 4 };
    let cards_height = count.div_ceil((body.width / CARD_WIDTH_MIN).max(1)).saturating_mul(card_height);
    match density {
        Density::Tiny => (HostForm::OneLine, u16::from(body.height > 2)),
        Density::Small if count <= (body.height / 4).max(3) => (HostForm::Lines, count),
        Density::Small => (HostForm::Grid, grid_height.min(body.height / 4)),
        _ if count > 0 && cards_height <= body.height / 4 => (HostForm::Cards, cards_height),
        _ => (HostForm::Grid, grid_height.min(body.height / 4)),
    }
}

fn host_areas(form: HostForm, area: Rect, order: &[HostNumber]) -> HostAreas {
    let count = u16::try_from(order.len()).unwrap_or(u16::MAX);
    match form {
        HostForm::OneLine => Vec::new(),
        HostForm::Lines => {
            order.iter().zip(0..area.height).map(|(host, line)| (*host, lines(area, line, 1))).collect()
        }
        HostForm::Cards => {
            // As many in each row: eight are four and four, not seven and one.
            let rows = count.div_ceil((area.width / CARD_WIDTH_MIN).max(1)).max(1);
            place(order, area, count.div_ceil(rows).max(1), area.height / rows)
        }
        HostForm::Grid => place(order, area, (area.width / CELL_WIDTH_MIN).clamp(1, count.max(1)), 1),
    }
}

/// Places hosts in rows, so many in each.
fn place(order: &[HostNumber], area: Rect, columns: u16, height: u16) -> HostAreas {
    let tops = (0..area.height / height.max(1)).map(|row| area.y + row * height);
    let places = tops.flat_map(|y| shares(area.width, columns).map(move |(x, width)| (y, x, width)));
    let place = |(y, x, width)| Rect { x: area.x + x, y, width, height };
    order.iter().copied().zip(places.map(place)).collect()
}

/// Divides the map's inside: heads, rows, heat map, placements.
fn divide_map(layout: &mut ClusterLayout, wish: Wish) {
    if layout.density == Density::Tiny {
        layout.rows = layout.map;
        return;
    }
    let inner = inside(layout.map);
    let with_together = layout.density >= Density::Normal && wish.placements > 0;
    let together_height = match layout.density {
        _ if !with_together => 0,
        // About four stand on a line.
        Density::Large => wish.placements.div_ceil(4).min(2),
        _ => 1,
    };
    let divided = |height: u16| if height == 0 { 0 } else { height + 1 };
    let room = inner.height.saturating_sub(1 + divided(together_height));
    let heat_height = match (wish.heat_rows, wish.message_rows) {
        (0, _) => 0,
        (rows, true) => rows.min(room.saturating_sub(1) / 2),
        (rows, false) => rows.max(room).min(room),
    };
    layout.map_heads = lines(inner, 0, 1);
    let rows_height = match wish.message_rows {
        true => inner.height.saturating_sub(1 + divided(heat_height) + divided(together_height)),
        false => 0,
    };
    layout.rows = lines(inner, 1, rows_height);
    // Alone, the heat map needs no divider: the heads stand above it.
    let heat_top = 1 + rows_height + u16::from(wish.message_rows && heat_height > 0);
    layout.heat = lines(inner, heat_top, heat_height);
    layout.together = lines(inner, inner.height.saturating_sub(together_height), together_height);
}
