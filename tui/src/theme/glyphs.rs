//! The glyphs, in two sets: Unicode, and ASCII for terminals and fonts without them. All are one column wide.

/// One set of glyphs.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it shows")]
pub struct Glyphs {
    pub serving: &'static str,
    pub copy: &'static str,
    pub leased: &'static str,
    pub delayed: &'static str,
    pub copying: &'static str,
    pub dead: &'static str,
    pub missing: &'static str,
    pub dead_letter: &'static str,
    pub tombstone: &'static str,
    pub corrupt: &'static str,
    pub not_a_holder: &'static str,
    pub up: &'static str,
    pub starting: &'static str,
    pub paused: &'static str,
    pub leaving: &'static str,
    pub check: &'static str,
    pub cut: &'static str,
    pub cursor: &'static str,
    pub traveller: &'static str,
    pub ellipsis: &'static str,
    pub minus: &'static str,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Where a frame is divided: left and right.
    pub tees: [&'static str; 2],
    /// A line that crosses a lane.
    pub crossing: &'static str,
    pub arrow_left: &'static str,
    pub arrow_right: &'static str,
    pub arrow_both: &'static str,
    /// From nearly nothing to full height.
    pub spark: [&'static str; 8],
    /// From nothing to all.
    pub heat: [&'static str; 5],
    pub bar: &'static str,
}

impl Glyphs {
    /// Unicode.
    pub const UNICODE: Self = Self {
        serving: "♛",
        copy: "●",
        leased: "◐",
        delayed: "◷",
        copying: "◌",
        dead: "✖",
        missing: "○",
        dead_letter: "⊘",
        tombstone: "✝",
        corrupt: "⚠",
        not_a_holder: "·",
        up: "●",
        starting: "◌",
        paused: "‖",
        leaving: "◁",
        check: "✓",
        cut: "✂",
        cursor: "▸",
        traveller: "•",
        ellipsis: "…",
        minus: "−",
        horizontal: "─",
        vertical: "│",
        corners: ["╭", "╮", "╰", "╯"],
        tees: ["├", "┤"],
        crossing: "┼",
        arrow_left: "◀",
        arrow_right: "▶",
        arrow_both: "↔",
        spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        heat: [" ", "░", "▒", "▓", "█"],
        bar: "█",
    };

    /// ASCII.
    pub const ASCII: Self = Self {
        serving: "S",
        copy: "o",
        leased: "L",
        delayed: "D",
        copying: "~",
        dead: "X",
        missing: "-",
        dead_letter: "/",
        tombstone: "t",
        corrupt: "!",
        not_a_holder: ".",
        up: "*",
        starting: "~",
        paused: "=",
        leaving: "<",
        check: "ok",
        cut: "%",
        cursor: ">",
        traveller: "*",
        ellipsis: "~",
        minus: "-",
        horizontal: "-",
        vertical: "|",
        corners: ["+", "+", "+", "+"],
        tees: ["+", "+"],
        crossing: "+",
        arrow_left: "<",
        arrow_right: ">",
        arrow_both: "=",
        spark: [".", ".", ":", ":", "-", "=", "+", "#"],
        heat: [" ", ".", ":", "+", "#"],
        bar: "#",
    };

    /// Whether this is the set of ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.bar.is_ascii()
    }
}
