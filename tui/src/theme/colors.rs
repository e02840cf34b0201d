//! Colours by role, for terminals with 16 million, 256, 16 and no colours.

use ratatui::style::Color;

use super::Role;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorDepth {
    /// 16 million.
    Full,
    /// The cube of 256.
    Indexed,
    /// The 16 named ones.
    Sixteen,
    /// None, or none wanted.
    None,
}

/// A set of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Palette {
    /// Safe for colour blindness; the default.
    #[default]
    OkabeIto,
    /// Bright on black, for beamers and tired eyes.
    HighContrast,
    /// Dark shades for terminals with a light background.
    Light,
}

impl std::str::FromStr for Palette {
    type Err = String;

    /// The set of this name.
    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|palette| palette.name() == name);
        found.ok_or_else(|| format!("{name:?} is no theme; there are {known}"))
    }
}

/// Red, green, blue.
type Rgb = (u8, u8, u8);

impl Palette {
    /// All sets, in the order in which a key walks through them.
    pub const ALL: [Self; 3] = [Self::OkabeIto, Self::HighContrast, Self::Light];

    /// Its name, as it is given on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OkabeIto => "okabe-ito",
            Self::HighContrast => "high-contrast",
            Self::Light => "light",
        }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|palette| *palette == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// Whether [`Role::Dim`] has a colour of its own, so that it need not be dimmed.
    pub(super) fn dims_by_color(self, depth: ColorDepth) -> bool {
        self.foreground(Role::Dim, depth).is_some()
    }

    /// The colour of what is written in a role; `None` for the terminal's own.
    pub(super) fn foreground(self, role: Role, depth: ColorDepth) -> Option<Color> {
        match self {
            Self::OkabeIto => okabe_ito(role),
            Self::HighContrast => high_contrast(role),
            Self::Light => light(role),
        }
        .and_then(|rgb| in_depth(rgb, role, depth))
    }

    /// The colour behind it; `None` for the terminal's own.
    pub(super) fn background(self, role: Role, depth: ColorDepth) -> Option<Color> {
        if role != Role::Crosshair || !matches!(depth, ColorDepth::Full | ColorDepth::Indexed) {
            return None;
        }
        let rgb = match self {
            Self::OkabeIto => (0x2b, 0x30, 0x38),
            Self::HighContrast => (0x30, 0x30, 0x30),
            Self::Light => (0xe4, 0xe8, 0xee),
        };
        in_depth(rgb, role, depth)
    }
}

fn okabe_ito(role: Role) -> Option<Rgb> {
    match role {
        Role::Serving => Some((0x00, 0x9e, 0x73)),
        Role::Copy => Some((0x56, 0xb4, 0xe9)),
        Role::Leased => Some((0xe6, 0x9f, 0x00)),
        Role::Copying => Some((0xf0, 0xe4, 0x42)),
        Role::Danger => Some((0xd5, 0x5e, 0x00)),
        Role::Tombstone => Some((0xcc, 0x79, 0xa7)),
        Role::Text | Role::Dim | Role::Strong | Role::Selected | Role::Crosshair | Role::Key => None,
    }
}

fn high_contrast(role: Role) -> Option<Rgb> {
    match role {
        Role::Serving => Some((0x3d, 0xff, 0xb4)),
        Role::Copy => Some((0x8c, 0xd7, 0xff)),
        Role::Leased => Some((0xff, 0xb8, 0x1c)),
        Role::Copying => Some((0xff, 0xf5, 0x6b)),
        Role::Danger => Some((0xff, 0x7a, 0x1f)),
        Role::Tombstone => Some((0xff, 0xa6, 0xd5)),
        Role::Text | Role::Strong | Role::Key => Some((0xff, 0xff, 0xff)),
        Role::Dim => Some((0xc8, 0xc8, 0xc8)),
        Role::Selected | Role::Crosshair => None,
    }
}

fn light(role: Role) -> Option<Rgb> {
    match role {
        Role::Serving => Some((0x00, 0x6b, 0x4e)),
        Role::Copy => Some((0x00, 0x5a, 0x9c)),
        Role::Leased => Some((0x8a, 0x5a, 0x00)),
        Role::Copying => Some((0x6b, 0x62, 0x00)),
        Role::Danger => Some((0xa8, 0x3a, 0x00)),
        Role::Tombstone => Some((0x8f, 0x3a, 0x6b)),
        Role::Dim => Some((0x5c, 0x5c, 0x5c)),
        Role::Text | Role::Strong | Role::Selected | Role::Crosshair | Role::Key => None,
    }
}

fn in_depth(rgb: Rgb, role: Role, depth: ColorDepth) -> Option<Color> {
    match depth {
        ColorDepth::Full => Some(Color::Rgb(rgb.0, rgb.1, rgb.2)),
        ColorDepth::Indexed => Some(Color::Indexed(in_cube(rgb))),
        ColorDepth::Sixteen => named(role),
        ColorDepth::None => None,
    }
}

/// The nearest colour of the 6 × 6 × 6 cube, or of the greys for a grey.
fn in_cube((red, green, blue): Rgb) -> u8 {
    let spread = red.max(green).max(blue) - red.min(green).min(blue);
    if spread < 16 {
        let grey = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
        return 232 + u8::try_from((grey.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    }
    let step = |value: u8| {
        if value < 48 {
            0
        } else if value < 115 {
            1
        } else {
            (value - 35) / 40
        }
    };
    16 + 36 * step(red) + 6 * step(green) + step(blue)
}

fn named(role: Role) -> Option<Color> {
    match role {
        Role::Serving => Some(Color::Green),
        Role::Copy => Some(Color::Cyan),
        Role::Leased | Role::Copying => Some(Color::Yellow),
        Role::Danger => Some(Color::Red),
        Role::Tombstone => Some(Color::Magenta),
        Role::Text | Role::Dim | Role::Strong | Role::Selected | Role::Crosshair | Role::Key => None,
    }
}
