//! The replica map's state: which rows and columns are shown, and which message is selected.
//!
//! Rows are counted over all messages that fit the filter. Until somebody moves the cursor it stands on the first
//! row, whatever message that is; from then on it stands on its message, which is pinned in the requests.

use hydraq_cluster::observe::{Filter, MessageId, MessageWindow, Pin, Sort, WindowRequest};

/// How the map is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MapForm {
    /// Rows; and the heat map below when there are far more messages than rows.
    #[default]
    Auto,
    /// Rows only.
    Rows,
    /// The heat map only.
    Heat,
}

/// From how many messages on the heat map shows by itself.
const HEAT_FROM: u64 = 10_000;

/// The map's state.
#[derive(Debug, Clone, Default)]
pub(crate) struct MapState {
    /// Which messages.
    pub(crate) filter: Filter,
    /// In which order.
    pub(crate) sort: Sort,
    /// How it is drawn.
    pub(crate) form: MapForm,
    /// The first row that is shown.
    pub(crate) top: u64,
    /// The row of the cursor.
    pub(crate) cursor: u64,
    /// The message that the cursor stands on; `None` while it stays on the first row.
    pub(crate) selected: Option<MessageId>,
    /// The first host column that is shown, where not all fit.
    pub(crate) first_column: usize,
    /// The serial number of the newest request.
    pub(crate) serial: u64,
    /// What was asked for last, without its serial number.
    asked: Option<WindowRequest>,
}

impl MapState {
    /// Whether the heat map is drawn for so many messages.
    pub(crate) fn shows_heat(&self, messages: u64) -> bool {
        match self.form {
            MapForm::Auto => messages >= HEAT_FROM,
            MapForm::Rows => false,
            MapForm::Heat => true,
        }
    }

    /// Whether rows are drawn.
    pub(crate) fn shows_rows(&self) -> bool {
        self.form != MapForm::Heat
    }

    /// The next way to draw it.
    pub(crate) fn next_form(&mut self) {
        self.form = match self.form {
            MapForm::Auto => MapForm::Rows,
            MapForm::Rows => MapForm::Heat,
            MapForm::Heat => MapForm::Auto,
        };
    }

    /// Moves the cursor by rows; `visible` rows are on the screen.
    pub(crate) fn step(&mut self, rows: i64, window: &MessageWindow, visible: u64) {
        let last = window.total.saturating_sub(1);
        let cursor = self.cursor.saturating_add_signed(rows).min(last);
        self.go_to(cursor, window, visible);
    }

    /// Puts the cursor on a row.
    pub(crate) fn go_to(&mut self, cursor: u64, window: &MessageWindow, visible: u64) {
        self.cursor = cursor.min(window.total.saturating_sub(1));
        self.selected = message_at(window, self.cursor).or(self.selected.filter(|_| self.cursor > 0));
        self.keep_in_sight(visible);
    }

    /// Forgets the selection: the cursor stays on the first row.
    pub(crate) fn follow(&mut self) {
        (self.cursor, self.top, self.selected) = (0, 0, None);
    }

    fn keep_in_sight(&mut self, visible: u64) {
        let visible = visible.max(1);
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(visible), self.cursor);
    }

    /// Takes in new rows: the cursor goes where its message went, and the message stays where it was on the screen.
    pub(crate) fn arrived(&mut self, window: &MessageWindow, visible: u64) {
        if let Some(selected) = self.selected {
            match window.rows.iter().position(|message| message.id == selected) {
                Some(place) => {
                    let row = window.offset + place as u64;
                    self.top = (self.top + row).saturating_sub(self.cursor);
                    self.cursor = row;
                }
                None => self.selected = message_at(window, self.cursor).or(Some(selected)),
            }
        }
        let last = window.total.saturating_sub(1);
        self.cursor = self.cursor.min(last);
        self.top = self.top.min((last + 1).saturating_sub(visible));
        self.keep_in_sight(visible);
    }

    /// What to ask for now: a page more on both sides than is shown. `None` if that was asked for last.
    pub(crate) fn request(&mut self, visible: u64) -> Option<WindowRequest> {
        let margin = visible.clamp(1, 200);
        let offset = self.top.saturating_sub(margin);
        let pin = self.selected.map(|message| Pin { message, row: self.cursor.saturating_sub(offset) });
        let mut request = WindowRequest {
            serial: 0,
            filter: self.filter.clone(),
            sort: self.sort,
            offset,
            rows: (visible + 2 * margin).min(1_000),
            pin,
        };
        if self.asked.as_ref() == Some(&request) {
            return None;
        }
        self.asked = Some(request.clone());
        self.serial += 1;
        request.serial = self.serial;
        Some(request)
    }
}

/// The message on a row, if the window has it.
pub(crate) fn message_at(window: &MessageWindow, row: u64) -> Option<MessageId> {
    let place = usize::try_from(row.checked_sub(window.offset)?).ok()?;
    window.rows.get(place).map(|message| message.id)
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
