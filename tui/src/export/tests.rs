//! Exported frames are what was on the screen, in formats that others read.

use hydraq_cluster::observe::{CommandBegun, HappeningBy, HostHappening, Update};
use hydraq_cluster::recording::{Causal, Recording};

use super::{cast, cast_of, frame_at, html, shiviz, svg, text};
use crate::demo::{Stage, screens, staged};
use crate::keymap::Key;
use crate::model::Setup;
use crate::theme::{Look, Palette};

#[test]
fn text_is_the_screen() {
    let stage = Stage::new(Setup { size: (80, 24), ..Setup::default() }, staged(7, 4));
    let written = text(&stage.draw());
    assert_eq!(written.lines().count(), 24);
    assert!(written.contains("● charlie"), "{written}");
    assert!(written.lines().all(|line| line.trim_end() == line));
}

#[test]
fn a_picture_is_closed_and_escaped() {
    for (name, stage) in screens((120, 40)) {
        let written = svg(&stage.draw(), &Look::default());
        for tag in ["svg", "text", "g"] {
            let opened = written.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, written.matches(&format!("</{tag}>")).count(), "{name}: {tag}");
        }
        assert!(!written.contains("& "), "{name}");
        let mut texts = written.split("</text>").filter_map(|before| before.rsplit('>').next());
        // What is underlined has its line below blanks, too.
        assert!(name == "ascii" || texts.all(|text| !text.contains("  ")), "{name}: browsers join blanks");
    }
}

#[test]
fn a_film_has_a_header_and_grows_in_time() {
    let mut stage = Stage::new(Setup { size: (80, 24), ..Setup::default() }, staged(7, 4));
    stage.command("kill bravo");
    for _ in 0..5 {
        stage.advance(3_000);
    }
    let film = cast(&stage.model);
    let mut lines = film.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!((header["version"].as_u64(), header["width"].as_u64()), (Some(2), Some(80)));
    let times: Vec<f64> = lines.map(|line| line[0].as_f64().unwrap()).collect();
    assert!(times.len() > 5 && times.is_sorted(), "{times:?}");
    assert!(times.last().is_some_and(|last| *last < 12.0), "long pauses are cut short: {times:?}");
    assert!(film.contains("killed"));
}

/// What was told in a session with a kill.
fn recorded() -> (Setup, Vec<Update>) {
    let setup = || Setup { size: (80, 24), ..Setup::default() };
    let mut stage = Stage::new(setup(), staged(7, 4));
    stage.command("kill bravo");
    for _ in 0..5 {
        stage.advance(3_000);
    }
    (setup(), stage.model.recording().updates().map(|update| (**update).clone()).collect())
}

#[test]
fn a_frame_shows_what_was_told_by_its_moment_and_nothing_later() {
    let frame = |at_ms| {
        let (setup, updates) = recorded();
        text(&frame_at(setup, updates, at_ms, &[]).buffer)
    };
    let first_ms = recorded().1[0].at_ms;
    assert!(!frame(first_ms).contains("killed"));
    assert!(frame(u64::MAX).contains("killed"));
}

#[test]
fn keys_lead_a_frame_to_other_screens_and_looks() {
    let (setup, updates) = recorded();
    let keys: Vec<Key> = ["T", "T", "4"].iter().filter_map(|key| key.parse().ok()).collect();
    let still = frame_at(setup, updates, u64::MAX, &keys);
    assert!(text(&still.buffer).contains("senders down"));
    assert_eq!(still.look.palette, Palette::Light);
}

#[test]
fn the_last_picture_of_a_film_is_the_last_frame() {
    let (setup, updates) = recorded();
    let last_ms = updates.last().map_or(0, |last| last.at_ms);
    let again = [updates.clone(), vec![Update { at_ms: last_ms, changes: Vec::new() }]].concat();
    // An update at the same moment as the one before it is too soon for a picture of its own, unless it is the last one.
    assert_eq!(cast_of(setup, updates.clone()).lines().count(), cast_of(recorded().0, again).lines().count());
}

#[test]
fn a_page_has_everything_in_itself_and_its_content_cannot_break_out() {
    let (setup, updates) = recorded();
    let rows = usize::from(setup.size.1);
    let written = html(setup, "</title><script>@session@", updates);
    assert!(written.contains("<title>&lt;/title&gt;&lt;script&gt;@session@</title>"));
    for foreign in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!written.contains(foreign), "{foreign}");
    }
    let (_, after) = written.split_once("id=\"session\">").unwrap();
    let (session, _) = after.split_once("</script>").unwrap();
    let session: serde_json::Value = serde_json::from_str(session).unwrap();
    let known = session["rows"].as_array().unwrap().len() as u64;
    let frames = session["frames"].as_array().unwrap();
    assert_eq!(frames[0][0], 0);
    assert!(frames.len() > 5 && frames.is_sorted_by_key(|frame| frame[0].as_u64()));
    for frame in frames {
        let shown = frame[2].as_array().unwrap();
        assert_eq!(shown.len(), rows);
        assert!(shown.iter().all(|row| row.as_u64().is_some_and(|row| row < known)));
    }
    assert!(session["rows"].to_string().contains("killed"));
}

#[test]
fn vector_clocks_count_what_a_happening_follows_from() {
    let host = |host: &str, words: &str| {
        let told = HostHappening { host: host.into(), words: words.into(), ..HostHappening::default() };
        HappeningBy::Host(told)
    };
    let begun = CommandBegun { number: 1, line: "enqueue".into(), file_line: None };
    let all = [
        (1, vec![], HappeningBy::Command(begun)),
        (2, vec![], host("bravo", "serves")),
        (3, vec![1], host("alpha", "stores a\nmessage")),
        (5, vec![3], host("bravo", "stores it, too")),
    ];
    let happenings =
        all.map(|(id, causes, what)| Causal { id, at_ms: id * 1_000, sequence: 1, causes, what });
    let recording = Recording { happenings: happenings.into(), ..Recording::default() };
    let expected = r#"(?<host>\S*) (?<clock>{.*})\n(?<time>\S*) (?<event>.*)

you {"you":1}
00:00:01.000 enqueue
bravo {"bravo":1}
00:00:02.000 serves
alpha {"alpha":1,"you":1}
00:00:03.000 stores a message
bravo {"alpha":1,"bravo":2,"you":1}
00:00:05.000 stores it, too
"#;
    assert_eq!(shiviz(&recording), expected);
}
