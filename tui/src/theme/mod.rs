//! How things look: colours by what they mean, and the set of glyphs.
//!
//! No colour carries a meaning alone: every state has a glyph and a word as well. The default is safe for colour
//! blindness (Okabe and Ito) and leaves background and text to the terminal. Without colours (`NO_COLOR`) weight,
//! underline and reversal remain.

mod colors;
mod glyphs;

use ratatui::style::{Modifier, Style};

pub use colors::{ColorDepth, Palette};
pub use glyphs::Glyphs;

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Secondary text, and frames.
    Dim,
    /// Headings, names.
    Strong,
    /// Serving; all is well.
    Serving,
    /// A copy that stands by.
    Copy,
    /// Leased, delayed, paused: it comes back.
    Leased,
    /// Being copied, starting.
    Copying,
    /// Dead, lost, cut.
    Danger,
    /// Deleted.
    Tombstone,
    /// The selected thing.
    Selected,
    /// The row or column of the selected thing.
    Crosshair,
    /// Keys in hints.
    Key,
}

/// How the console looks.
#[derive(Debug, Clone)]
pub struct Look {
    /// The colours.
    pub palette: Palette,
    /// How many colours the terminal shows.
    pub depth: ColorDepth,
    /// The glyphs.
    pub glyphs: &'static Glyphs,
    /// Whether things may move.
    pub motion: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { palette: Palette::OkabeIto, depth: ColorDepth::Full, glyphs: &Glyphs::UNICODE, motion: true }
    }
}

impl Look {
    /// What the environment asks for: `NO_COLOR` (no colours, no motion), and how many colours `COLORTERM` and `TERM` promise.
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if set("NO_COLOR").is_some() {
            return Self { depth: ColorDepth::None, motion: false, ..Self::default() };
        }
        let true_color = set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let term = set("TERM").unwrap_or_default();
        let depth = match term {
            _ if true_color => ColorDepth::Full,
            _ if term.contains("256color") || term.contains("kitty") || term.contains("direct") => {
                ColorDepth::Indexed
            }
            _ => ColorDepth::Sixteen,
        };
        Self { depth, ..Self::default() }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let weight = match role {
            Role::Strong | Role::Serving | Role::Danger | Role::Key => Modifier::BOLD,
            Role::Dim if !self.palette.dims_by_color(self.depth) => Modifier::DIM,
            Role::Selected => Modifier::REVERSED | Modifier::BOLD,
            Role::Crosshair if self.depth == ColorDepth::None => Modifier::UNDERLINED,
            _ => Modifier::empty(),
        };
        let style = Style::new().add_modifier(weight);
        let style = match self.palette.foreground(role, self.depth) {
            Some(color) => style.fg(color),
            None => style,
        };
        match self.palette.background(role, self.depth) {
            Some(color) => style.bg(color),
            None => style,
        }
    }
}

#[cfg(test)]
mod tests;
