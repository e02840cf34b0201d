//! Every screen and every box as text with its styles, at all sizes; and what must be true at any size.

use std::fmt::Write;
use std::sync::Arc;

use hydraq_cluster::observe::BlastRadius;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use crate::demo::{Stage, boxes, screens, staged};
use crate::export::text;
use crate::keymap::{Key, KeyCode};
use crate::model::{Input, Mouse, MouseKind, Overlay, Setup};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// A frame as text, and below it a letter for each cell's style, with what the letters mean.
fn dump(buffer: &Buffer) -> String {
    let mut styles: Vec<Style> = Vec::new();
    let mut map = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        for x in buffer.area.left()..buffer.area.right() {
            let cell = &buffer[(x, y)];
            let style = cell.style();
            let seen = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
                styles.push(style);
                styles.len() - 1
            });
            let blank =
                cell.symbol() == " " && cell.bg == ratatui::style::Color::Reset && cell.modifier.is_empty();
            line.push(if blank { ' ' } else { char::from(b'a' + u8::try_from(seen % 26).unwrap()) });
        }
        writeln!(map, "{}", line.trim_end()).unwrap();
    }
    let mut legend = String::new();
    for (letter, style) in ('a'..).zip(&styles) {
        writeln!(
            legend,
            "{letter}: {:?} on {:?} {:?}",
            style.fg.unwrap(),
            style.bg.unwrap(),
            style.add_modifier
        )
        .unwrap();
    }
    format!("{}\n{map}\n{legend}", text(buffer))
}

fn check(name: &str, size: (u16, u16), stage: &Stage) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), dump(&stage.draw())));
}

#[test]
fn screens_look_as_they_did() {
    for size in SIZES {
        for (name, stage) in screens(size) {
            check(name, size, &stage);
        }
    }
}

#[test]
fn boxes_look_as_they_did() {
    for size in [(40, 12), (120, 40)] {
        for (name, stage) in boxes(size) {
            check(name, size, &stage);
        }
    }
}

#[test]
fn a_dead_host_and_its_state_stand_on_one_line_in_every_layout() {
    for hosts in [2, 3, 4, 7, 8, 12, 26, 64] {
        for size in
            [(30, 8), (40, 12), (60, 16), (80, 24), (100, 30), (120, 40), (160, 50), (200, 60), (250, 80)]
        {
            for verb in ["kill", "pause"] {
                let mut stage = Stage::new(Setup { size, ..Setup::default() }, staged(3, hosts));
                let name = stage.model.live.hosts.last().unwrap().name.clone();
                stage.command(&format!("{verb} {name}"));
                stage.keys("esc");
                stage.advance(3_000);
                let drawn = text(&stage.draw());
                let word = if verb == "kill" { "killed" } else { "paused" };
                let found = drawn.lines().any(|line| line.contains(&name) && line.contains(word));
                assert!(found, "{hosts} hosts at {size:?}:\n{drawn}");
            }
        }
    }
}

#[test]
fn a_glyph_without_room_for_its_word_is_explained_in_the_frame() {
    for (hosts, size) in [(8, (80, 24)), (12, (120, 40)), (64, (200, 60))] {
        let mut stage = Stage::new(Setup { size, ..Setup::default() }, staged(3, hosts));
        stage.command("kill alpha");
        // Those that miss a copy stand first.
        stage.keys("esc s s");
        stage.advance(100);
        let drawn = text(&stage.draw());
        for words in ["♛ serving", "● copy", "✖ on dead host"] {
            assert!(drawn.contains(words), "{words}, {hosts} hosts at {size:?}:\n{drawn}");
        }
    }
}

#[test]
fn a_count_of_one_is_followed_by_the_singular() {
    let mut stage = Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 4));
    stage.command("kill bravo");
    stage.keys("esc");
    Arc::make_mut(&mut stage.model.live.hosts)[1].served_before = 1;
    assert!(text(&stage.draw()).contains("1 had its owner here"));
    stage.keys("right k");
    let Some(Overlay::Kill(kill)) = &mut stage.model.overlay else { panic!("a kill asks") };
    let ones = BlastRadius { owner_changes: 1, fall_to_one: 1, only_copy_here: 1, ..BlastRadius::default() };
    kill.blast = Some(ones.into());
    let drawn = text(&stage.draw());
    for words in ["1 message changes its owner", "1 falls to one copy", "1 has its only copy here"] {
        assert!(drawn.contains(words), "{words}:\n{drawn}");
    }
}

#[test]
fn the_heat_map_knows_of_hosts_that_are_gone() {
    let mut stage = Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 3));
    stage.command("kill bravo");
    stage.keys("esc v v");
    stage.advance(100);
    let drawn = text(&stage.draw());
    assert!(drawn.contains("on dead host"), "{drawn}");
}

#[test]
fn a_small_screen_shows_every_copy_of_the_explained_message() {
    let mut stage = Stage::new(Setup { size: (40, 12), ..Setup::default() }, staged(7, 3));
    stage.keys("enter");
    stage.advance(100);
    let drawn = text(&stage.draw());
    let message = stage.model.explained.and_then(|id| stage.model.picture().message(id));
    for copy in &message.expect("it is in the window").copies {
        let name = stage.model.picture().host_name(copy.host);
        assert!(drawn.contains(&name), "{name}:\n{drawn}");
    }
}

#[test]
fn every_frame_is_closed() {
    for size in SIZES {
        for (name, mut stage) in screens(size) {
            // A box that stands over a frame hides a part of it.
            stage.model.aftermath = None;
            if name != "ascii" {
                frames_are_closed(&stage.draw(), &format!("{name} {size:?}"));
            }
        }
    }
}

/// Every upper left corner has its three others, with sides between them.
fn frames_are_closed(buffer: &Buffer, what: &str) {
    let symbol = |x: u16, y: u16| buffer.cell((x, y)).map_or("", |cell| cell.symbol());
    for y in buffer.area.top()..buffer.area.bottom() {
        for x in buffer.area.left()..buffer.area.right() {
            if symbol(x, y) != "╭" {
                continue;
            }
            let right = (x + 1..buffer.area.right()).find(|right| symbol(*right, y) == "╮");
            let bottom = (y + 1..buffer.area.bottom()).find(|bottom| symbol(x, *bottom) == "╰");
            let (Some(right), Some(bottom)) = (right, bottom) else {
                panic!("{what}: a frame at {x},{y} is open")
            };
            assert_eq!(symbol(right, bottom), "╯", "{what}: the frame at {x},{y}");
            for side in y + 1..bottom {
                assert!(matches!(symbol(x, side), "│" | "├"), "{what}: left side at {x},{side}");
                assert!(matches!(symbol(right, side), "│" | "┤"), "{what}: right side at {right},{side}");
            }
        }
    }
}

#[test]
fn without_colors_nothing_is_colored() {
    for (_, stage) in screens((120, 40)).into_iter().filter(|(name, _)| *name == "ascii") {
        let buffer = stage.draw();
        for cell in buffer.content() {
            assert!(cell.symbol().is_ascii(), "{:?}", cell.symbol());
            assert_eq!((cell.fg, cell.bg), (ratatui::style::Color::Reset, ratatui::style::Color::Reset));
        }
        assert!(buffer.content().iter().any(|cell| cell.modifier.contains(Modifier::BOLD)));
    }
}

/// Any key, with some more often than others.
fn any_key() -> impl Strategy<Value = Key> {
    let codes = prop_oneof![
        8 => proptest::char::range('!', '~').prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        6 => proptest::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace, KeyCode::Delete,
            KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp,
            KeyCode::PageDown, KeyCode::Char(' '), KeyCode::Char('k'), KeyCode::Char('y'), KeyCode::Char(','),
        ]),
    ];
    (codes, proptest::bool::weighted(0.1), proptest::bool::weighted(0.05)).prop_map(|(code, ctrl, alt)| Key {
        code,
        ctrl,
        alt,
    })
}

fn any_input() -> impl Strategy<Value = Input> {
    let kinds = proptest::sample::select(vec![MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown]);
    prop_oneof![
        12 => any_key().prop_map(Input::Key),
        3 => (kinds, 0_u16..260, 0_u16..90).prop_map(|(kind, x, y)| Input::Mouse(Mouse { kind, x, y })),
        2 => (1_u16..250, 1_u16..80).prop_map(|(width, height)| Input::Resize(width, height)),
        1 => (0_u64..5_000).prop_map(|elapsed_ms| Input::Tick { elapsed_ms }),
        1 => ".{0,40}".prop_map(Input::Paste),
        1 => Just(Input::Ended),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_size_and_no_input_makes_it_fail(
        size in (1_u16..250, 1_u16..80),
        hosts in 0_u16..30,
        inputs in proptest::collection::vec(any_input(), 0..60),
    ) {
        let mut stage = Stage::new(Setup { size, ..Setup::default() }, staged(u64::from(hosts), hosts));
        let _ = stage.draw();
        for (number, input) in inputs.into_iter().enumerate() {
            stage.input(input);
            let _ = stage.draw();
            if number % 5 == 0 {
                stage.advance(400);
            }
        }
    }
}
