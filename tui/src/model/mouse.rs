//! Arrow keys and the mouse: what is selected, and what is scrolled.

use hydraq_cluster::observe::HostNumber;
use ratatui::layout::{Position, Rect};

use super::input::{Action, Mouse, MouseKind};
use super::overlay::Overlay;
use super::{Focus, Model, Screen, layout};
use crate::keymap::Intent;

/// Rows that the wheel turns by.
const WHEEL_ROWS: i64 = 3;

impl Model {
    /// Moves the selection by one.
    pub(crate) fn arrow(&mut self, intent: Intent) {
        match (self.screen, intent) {
            (Screen::Cluster, Intent::Up) => self.step_in_focus(-1),
            (Screen::Cluster, Intent::Down) => self.step_in_focus(1),
            (Screen::Cluster, Intent::Left) if self.focus == Focus::Badges => {
                self.badge = (self.badge + 2) % 3;
            }
            (Screen::Cluster, Intent::Right) if self.focus == Focus::Badges => {
                self.badge = (self.badge + 1) % 3;
            }
            (Screen::Faults | Screen::Stores, Intent::Up) => self.turn_host(false),
            (Screen::Faults | Screen::Stores, Intent::Down) => self.turn_host(true),
            (Screen::Faults, Intent::Left) => self.turn_peer(false),
            (Screen::Faults, Intent::Right) => self.turn_peer(true),
            (Screen::Timeline, Intent::Left | Intent::Up) => self.step_time(false, 1),
            (Screen::Timeline, Intent::Right | Intent::Down) => self.step_time(true, 1),
            (Screen::Lessons, Intent::Up) => self.lesson = self.lesson.saturating_sub(1),
            (Screen::Lessons, Intent::Down) => {
                self.lesson = (self.lesson + 1).min(self.live.lessons.len().saturating_sub(1));
            }
            (_, Intent::Left) => self.turn_host(false),
            (_, Intent::Right) => self.turn_host(true),
            (_, Intent::Up) => self.scroll = self.scroll.saturating_sub(1),
            (_, Intent::Down) => self.scroll = self.scroll.saturating_add(1).min(self.scroll_max()),
            _ => {}
        }
    }

    /// Moves the selection by a page, or to an end.
    pub(crate) fn leap(&mut self, intent: Intent) {
        let page = i64::try_from(self.visible_rows()).unwrap_or(1).max(1);
        let lines = self.size.height.saturating_sub(4);
        match (self.screen, intent) {
            (Screen::Cluster, Intent::PageUp) => self.step_in_focus(-page),
            (Screen::Cluster, Intent::PageDown) => self.step_in_focus(page),
            (Screen::Cluster, Intent::Home) if self.focus == Focus::Map => self.map.follow(),
            (Screen::Cluster, Intent::Home) => self.step_in_focus(-100_000),
            (Screen::Cluster, Intent::End) if self.focus == Focus::Events => self.event = None,
            (Screen::Cluster, Intent::End) => self.step_in_focus(i64::MAX),
            (Screen::Timeline, Intent::PageUp) => self.step_time(false, 10),
            (Screen::Timeline, Intent::PageDown) => self.step_time(true, 10),
            (Screen::Timeline, Intent::Home) => self.stop_at(self.recording.start()),
            (Screen::Timeline, Intent::End) => self.resume_time(),
            (_, Intent::PageUp) => self.scroll = self.scroll.saturating_sub(lines),
            (_, Intent::PageDown) => self.scroll = self.scroll.saturating_add(lines).min(self.scroll_max()),
            (_, Intent::Home) => self.scroll = 0,
            (_, Intent::End) => self.scroll = self.scroll_max(),
            _ => {}
        }
    }

    /// How far a list can be scrolled at the most; the view stops earlier if it is shorter.
    fn scroll_max(&self) -> u16 {
        let lines = match self.screen {
            Screen::Message => self.biography().map_or(0, |biography| 2 * biography.steps.len()),
            Screen::Help => 2 * crate::keymap::ROWS.len(),
            _ => 0,
        };
        u16::try_from(lines).unwrap_or(u16::MAX)
    }

    fn step_in_focus(&mut self, rows: i64) {
        match self.focus {
            Focus::Map => {
                let visible = self.visible_rows();
                let window = std::sync::Arc::clone(&self.picture().window);
                self.map.step(rows, &window, visible);
            }
            Focus::Events => self.step_event(rows),
            Focus::Badges => {}
        }
    }

    fn step_event(&mut self, rows: i64) {
        let picture = self.picture();
        let Some(last) = picture.events.len().checked_sub(1) else { return };
        let place = self.event.and_then(|serial| picture.event_place(serial)).unwrap_or(last);
        let rows = isize::try_from(rows).unwrap_or(if rows < 0 { isize::MIN } else { isize::MAX });
        let place = place.saturating_add_signed(rows).min(last);
        let serial = picture.events.get(place).map(|event| event.serial);
        self.event = serial.filter(|_| place < last);
    }

    /// Selects the next host, or the one before.
    fn turn_host(&mut self, forward: bool) {
        let hosts = self.picture().host_numbers();
        self.host = turned(&hosts, self.selected_host().map(|host| host.number), forward);
    }

    fn turn_peer(&mut self, forward: bool) {
        let Some((from, to)) = self.selected_link() else { return };
        let others: Vec<HostNumber> =
            self.picture().host_numbers().into_iter().filter(|host| *host != from).collect();
        self.peer = turned(&others, Some(to), forward);
    }

    /// Takes the mouse: tabs, hosts, messages, the timeline; the wheel scrolls.
    pub(crate) fn mouse(&mut self, mouse: Mouse) -> Vec<Action> {
        match mouse.kind {
            MouseKind::WheelUp => self.wheel(-WHEEL_ROWS),
            MouseKind::WheelDown => self.wheel(WHEEL_ROWS),
            MouseKind::Click if self.overlay.is_none() => {
                return self.click(Position { x: mouse.x, y: mouse.y });
            }
            MouseKind::Click => return self.click_box(Position { x: mouse.x, y: mouse.y }),
        }
        Vec::new()
    }

    /// A click on an entry of the palette does it; one beside a box leaves it.
    fn click_box(&mut self, at: Position) -> Vec<Action> {
        let Some(Overlay::Palette(palette)) = &mut self.overlay else {
            self.leave_overlay();
            return Vec::new();
        };
        let hit = layout::palette_list(self.size, palette.chosen).at(at);
        match hit.filter(|place| *place < palette.found.len()) {
            Some(place) => {
                palette.chosen = place;
                self.enter_box()
            }
            None => {
                if !layout::palette_box(self.size).contains(at) {
                    self.overlay = None;
                }
                Vec::new()
            }
        }
    }

    /// A click beside a box leaves it; one that asks something stays.
    fn leave_overlay(&mut self) {
        if !matches!(self.overlay, Some(Overlay::Confirm(_) | Overlay::Kill(_) | Overlay::Enqueue(_))) {
            self.overlay = None;
        }
    }

    fn wheel(&mut self, rows: i64) {
        let intent = if rows < 0 { Intent::Up } else { Intent::Down };
        if self.overlay.is_some() {
            return self.choose_in_box(rows > 0);
        }
        match self.screen {
            Screen::Cluster => self.step_in_focus(rows),
            Screen::Timeline => self.step_time(rows > 0, 1),
            _ => (0..rows.unsigned_abs()).for_each(|_| self.arrow(intent)),
        }
    }

    fn click(&mut self, at: Position) -> Vec<Action> {
        let chrome = layout::chrome(self.size);
        if chrome.tabs.contains(at) {
            let tabs = layout::tabs(chrome.tabs, self.screen, &self.keymap);
            return match tabs.iter().position(|tab| tab.area.contains(at)) {
                Some(number) => self.show_screen(u8::try_from(number).unwrap_or(0)),
                None => Vec::new(),
            };
        }
        if chrome.header.contains(at)
            && let Some(badge) = self.badge_at(at.x)
        {
            (self.screen, self.focus, self.badge) = (Screen::Cluster, Focus::Badges, badge);
            return self.open_badge();
        }
        match self.screen {
            Screen::Cluster => self.click_cluster(at),
            Screen::Lessons => self.click_lessons(at, chrome.body),
            Screen::Faults => {
                self.click_matrix(at, chrome.body);
                Vec::new()
            }
            Screen::Timeline if chrome.body.contains(at) => {
                self.click_timeline(at, chrome.body);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn click_cluster(&mut self, at: Position) -> Vec<Action> {
        let layout = self.cluster_layout();
        if let Some((host, _)) = layout.host_areas.iter().find(|(_, area)| area.contains(at)) {
            self.host = Some(*host);
        } else if layout.rows.contains(at) {
            self.focus = Focus::Map;
            let row = self.map.top + u64::from(at.y - layout.rows.y);
            let again = self.map.selected.is_some() && self.map.cursor == row;
            let (window, visible) = (std::sync::Arc::clone(&self.picture().window), self.visible_rows());
            if row < window.total {
                self.map.go_to(row, &window, visible);
            }
            self.click_column(at, layout.rows);
            if again && let Some(message) = self.map.selected {
                return self.explain(message);
            }
        } else if layout.events.contains(at) {
            return self.click_events(at, layout.events);
        }
        Vec::new()
    }

    /// Selects an event; once more goes to its message.
    fn click_events(&mut self, at: Position, area: Rect) -> Vec<Action> {
        self.focus = Focus::Events;
        // One line or two have no frame.
        let list = if area.height < 3 { area } else { layout::inside(area) };
        if !list.contains(at) {
            return Vec::new();
        }
        let place = self.events_shown(list.height).nth(usize::from(at.y - list.y));
        let hit = place.and_then(|place| self.picture().events.get(place)).map(|event| event.serial);
        if hit.is_some() && hit == self.event {
            return self.open_event();
        }
        self.event = hit.or(self.event);
        Vec::new()
    }

    /// The places of the events that are seen in so many lines: around the selected one, or the newest ones.
    pub(crate) fn events_shown(&self, lines: u16) -> std::ops::Range<usize> {
        let (picture, lines) = (self.picture(), usize::from(lines));
        let all = picture.events.len();
        let selected = self.event.and_then(|serial| picture.event_place(serial));
        let end = selected.map_or(all, |place| (place + 1 + lines / 2).clamp(lines.min(all), all));
        end.saturating_sub(lines)..end
    }

    /// Selects a lesson; once more begins it.
    fn click_lessons(&mut self, at: Position, body: Rect) -> Vec<Action> {
        let area = layout::lines(body, 0, body.height - self.lesson_card_height(body));
        let hit = layout::lesson_list(area, self.lesson).at(at);
        match hit.filter(|place| *place < self.picture().lessons.len()) {
            Some(place) if place == self.lesson && self.picture().lesson.is_none() => self.start_lesson(),
            Some(place) => {
                self.lesson = place;
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Lines of the card of the lesson that runs, below the list of all.
    pub(crate) fn lesson_card_height(&self, body: Rect) -> u16 {
        if self.picture().lesson.is_some() { (self.card_height() + 2).min(body.height * 2 / 3) } else { 0 }
    }

    /// Selects a link, or the sender whose name is hit.
    fn click_matrix(&mut self, at: Position, body: Rect) {
        let hosts = self.picture().host_numbers();
        let area = layout::faults(body, hosts.len()).matrix;
        let hit = layout::Matrix::new(area, &hosts, self.selected_link()).and_then(|part| part.at(at));
        let Some((from, to)) = hit else { return };
        self.host = Some(from);
        self.peer = to.filter(|to| *to != from).or(self.peer);
    }

    fn click_column(&mut self, at: Position, rows: Rect) {
        let columns = self.map_columns(rows);
        let hit = columns.hosts.iter().find(|column| (column.x..column.x + column.width).contains(&at.x));
        if let Some(column) = hit {
            self.host = Some(column.host);
        }
    }

    /// The columns of the replica map in an area.
    pub(crate) fn map_columns(&self, area: Rect) -> layout::Columns {
        layout::columns(area, &self.picture().host_numbers(), self.map.first_column, self.host)
    }

    fn click_timeline(&mut self, at: Position, body: Rect) {
        let Some((first_ms, last_ms)) = self.recording.span_ms() else { return };
        let width = u64::from(body.width.saturating_sub(3).max(1));
        let gone = u64::from(at.x.saturating_sub(body.x + 1)).min(width);
        self.stop_at(self.recording.at(first_ms + (last_ms - first_ms) * gone / width));
    }
}

/// The next of these, or the one before.
fn turned(hosts: &[HostNumber], now: Option<HostNumber>, forward: bool) -> Option<HostNumber> {
    let count = hosts.len();
    let place = now.and_then(|now| hosts.iter().position(|host| *host == now))?;
    hosts.get((place + if forward { 1 } else { count - 1 }) % count).copied()
}
