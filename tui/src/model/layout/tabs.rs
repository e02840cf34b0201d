//! The line with the names of the screens, as they fit.

use ratatui::layout::Rect;

use super::lines;
use crate::keymap::{Intent, Keymap};
use crate::model::Screen;

/// One tab: where it stands and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tab {
    /// The screen.
    pub(crate) screen: Screen,
    /// Where it stands; no width if it does not fit.
    pub(crate) area: Rect,
    /// What it says.
    pub(crate) text: String,
}

/// The tabs of all screens but help, which has its key at the right. Names of other screens go first where room is short.
pub(crate) fn tabs(area: Rect, current: Screen, keymap: &Keymap) -> Vec<Tab> {
    let screens = &Screen::ALL[..Screen::ALL.len() - 1];
    let texts = |with_names: bool| -> Vec<String> {
        let text = |(number, screen): (usize, &Screen)| {
            let key = keymap.shown(Intent::Screen(u8::try_from(number).unwrap_or(0)));
            match (*screen == current, with_names) {
                (true, _) => format!("[{key} {}]", screen.title()),
                (false, true) => format!(" {key} {} ", screen.title()),
                (false, false) => format!(" {key} "),
            }
        };
        screens.iter().enumerate().map(text).collect()
    };
    let long = texts(true);
    let long_width: usize = long.iter().map(String::len).sum();
    let fits = usize::from(area.width) > long_width;
    let mut x = area.x + u16::from(area.width > 0);
    let end = area.x + area.width;
    let place = |(screen, text): (&Screen, String)| {
        let width = u16::try_from(text.len()).unwrap_or(u16::MAX).min(end.saturating_sub(x));
        let tab = Tab { screen: *screen, area: Rect { x, width, ..lines(area, 0, 1) }, text };
        x += width;
        tab
    };
    screens.iter().zip(if fits { long } else { texts(false) }).map(place).collect()
}
