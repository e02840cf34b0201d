//! Roles can be told apart with and without colours, and glyphs keep to their column.

use ratatui::style::{Color, Modifier, Style};

use super::{ColorDepth, Glyphs, Look, Palette, Role};

const STATES: [Role; 6] =
    [Role::Serving, Role::Copy, Role::Leased, Role::Copying, Role::Danger, Role::Tombstone];

#[test]
fn the_default_is_okabe_and_ito() {
    let look = Look::default();
    assert_eq!(look.style(Role::Serving).fg, Some(Color::Rgb(0x00, 0x9e, 0x73)));
    assert_eq!(look.style(Role::Danger).fg, Some(Color::Rgb(0xd5, 0x5e, 0x00)));
    assert_eq!(look.style(Role::Text), Style::new());
}

#[test]
fn states_differ_in_every_palette_of_many_colors() {
    for palette in Palette::ALL {
        for depth in [ColorDepth::Full, ColorDepth::Indexed] {
            let look = Look { palette, depth, ..Look::default() };
            for (place, one) in STATES.iter().enumerate() {
                for other in &STATES[place + 1..] {
                    assert_ne!(
                        look.style(*one).fg,
                        look.style(*other).fg,
                        "{palette:?} {depth:?} {one:?} {other:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_color_means_none_at_all_and_no_motion() {
    let look = Look::from_environment(|name| (name == "NO_COLOR").then(|| "1".to_owned()));
    assert!(!look.motion);
    for role in [Role::Text, Role::Dim, Role::Strong, Role::Selected, Role::Crosshair, Role::Key]
        .iter()
        .chain(&STATES)
    {
        let style = look.style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
    }
    assert!(look.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
    assert!(look.style(Role::Crosshair).add_modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn the_terminal_says_how_many_colors_it_has() {
    let depth = |term: &str, colorterm: &str| {
        let find = |name: &str| match name {
            "TERM" => Some(term.to_owned()),
            "COLORTERM" => Some(colorterm.to_owned()),
            _ => None,
        };
        Look::from_environment(find).depth
    };
    assert_eq!(depth("xterm", "truecolor"), ColorDepth::Full);
    assert_eq!(depth("xterm-256color", ""), ColorDepth::Indexed);
    assert_eq!(depth("linux", ""), ColorDepth::Sixteen);
}

#[test]
fn palettes_have_names_and_go_round() {
    for palette in Palette::ALL {
        assert_eq!(palette.name().parse(), Ok(palette));
    }
    assert_eq!(Palette::OkabeIto.next().next().next(), Palette::OkabeIto);
}

#[test]
fn state_glyphs_are_one_column_wide_and_differ() {
    use unicode_width::UnicodeWidthStr;
    for glyphs in [&Glyphs::UNICODE, &Glyphs::ASCII] {
        let states = [
            glyphs.serving,
            glyphs.copy,
            glyphs.leased,
            glyphs.delayed,
            glyphs.copying,
            glyphs.dead,
            glyphs.missing,
            glyphs.dead_letter,
            glyphs.paused,
            glyphs.tombstone,
            glyphs.corrupt,
            glyphs.not_a_holder,
        ];
        for (place, glyph) in states.iter().enumerate() {
            assert_eq!(glyph.width(), 1, "{glyph}");
            assert!(!states[place + 1..].contains(glyph), "{glyph}");
        }
    }
    assert!(Glyphs::ASCII.is_ascii() && !Glyphs::UNICODE.is_ascii());
}
