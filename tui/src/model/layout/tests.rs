//! Nothing stands outside of the screen, at any size, and what must be there is there.

use hydraq_cluster::observe::HostNumber;
use proptest::prelude::*;
use ratatui::layout::Rect;

use super::{Wish, cluster, columns, shares};

fn hosts(count: u16) -> Vec<HostNumber> {
    (1..=count).map(HostNumber).collect()
}

fn size(width: u16, height: u16) -> Rect {
    Rect { x: 0, y: 0, width, height }
}

const WISH: Wish =
    Wish { broken_links: true, heat_rows: 0, message_rows: true, card_height: 0, placements: 4 };

#[test]
fn a_usual_screen_has_cards_links_map_and_events() {
    let layout = cluster(size(120, 40), &hosts(4), WISH);
    assert_eq!(layout.host_areas.len(), 4);
    assert_eq!(layout.hosts.height, 4);
    assert_eq!(layout.links.height, 1);
    assert!(layout.rows.height >= 15, "{layout:?}");
    assert_eq!(layout.together.height, 1);
}

#[test]
fn a_small_screen_has_a_line_a_host_and_no_strip() {
    let layout = cluster(size(80, 24), &hosts(4), WISH);
    assert_eq!(layout.host_areas.iter().map(|(_, area)| area.height).collect::<Vec<_>>(), [1; 4]);
    assert_eq!(layout.together.height, 0);
    assert!(layout.rows.height >= 7, "{layout:?}");
}

#[test]
fn a_tiny_screen_has_one_host_line() {
    let layout = cluster(size(40, 12), &hosts(4), WISH);
    assert_eq!(layout.hosts.height, 1);
    assert!(layout.rows.height >= 6, "{layout:?}");
}

#[test]
fn eight_hosts_have_words_where_there_is_room_and_sixty_four_scroll() {
    let wide = columns(size(198, 30), &hosts(8), 0, None);
    assert!(wide.words && wide.hosts.len() == 8);
    let many = columns(size(118, 30), &hosts(64), 0, Some(HostNumber(60)));
    assert!(!many.words && many.host(HostNumber(60)).is_some());
    assert_eq!(many.hidden.0 + many.hosts.len() + many.hidden.1, 64);
}

#[test]
fn shares_fill_the_width() {
    for (width, parts) in [(120, 4), (121, 4), (7, 3), (3, 5)] {
        assert_eq!(shares(width, parts).map(|(_, width)| width).sum::<u16>(), width);
    }
}

proptest! {
    #[test]
    fn nothing_is_outside(width in 1_u16..260, height in 1_u16..90, count in 0_u16..70, heat in 0_u16..30,
                          rows: bool, card in 0_u16..12, placements in 0_u16..9, first in 0_usize..80) {
        let area = size(width, height);
        let wish = Wish { broken_links: rows, heat_rows: heat, message_rows: rows, card_height: card, placements };
        let layout = cluster(area, &hosts(count), wish);
        let all = [layout.chrome.header, layout.chrome.tabs, layout.chrome.footer, layout.hosts, layout.links,
                   layout.map, layout.map_heads, layout.rows, layout.heat, layout.together, layout.card, layout.events];
        for part in all.iter().chain(layout.host_areas.iter().map(|(_, area)| area)).filter(|part| part.area() > 0) {
            prop_assert_eq!(part.intersection(area), *part);
        }
        let stacked = [layout.chrome.header, layout.chrome.tabs, layout.hosts, layout.links, layout.map, layout.card,
                       layout.events, layout.chrome.footer];
        prop_assert_eq!(stacked.iter().map(|part| part.height).sum::<u16>(), height);
        let columns = columns(layout.rows, &hosts(count), first, Some(HostNumber(1 + count / 2)));
        for column in &columns.hosts {
            prop_assert!(column.x + column.width <= layout.rows.x + layout.rows.width);
        }
    }
}
