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
            MouseKind::Click => self.leave_overlay(),
        }
        Vec::new()
    }

    /// A click beside a box leaves it; one that asks something stays.
    fn leave_overlay(&mut self) {
        if !matches!(self.overlay, Some(Overlay::Confirm(_) | Overlay::Kill(_) | Overlay::Enqueue(_))) {
            self.overlay = None;
        }
    }

    fn wheel(&mut self, rows: i64) {
        let intent = if rows < 0 { Intent::Up } else { Intent::Down };
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
        match self.screen {
            Screen::Cluster => self.click_cluster(at),
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
            self.focus = Focus::Events;
        }
        Vec::new()
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
