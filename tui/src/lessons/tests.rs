//! Every lesson has what a lesson needs.

use hydraq_cluster::scenario::Command;

use super::{FILES, Lesson, all};

#[test]
fn all_lessons_can_be_read_and_are_numbered_as_their_files() {
    for (number, (file, text)) in (1..).zip(&FILES) {
        let lesson = Lesson::read(number, file, text).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(file.starts_with(&format!("{number:02}-")), "{file}");
        assert!(text.starts_with(&format!("# Lesson {number}: {}\n", lesson.title)), "{file}");
        assert!(!lesson.summary.is_empty() && lesson.summary.chars().count() <= 100, "{file}");
        assert!(text.contains(&format!("# Run it:  hydraq run demo/lessons/{file}\n")), "{file}");
    }
    assert_eq!(all().len(), FILES.len());
}

#[test]
fn the_binary_has_the_lessons_of_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/lessons");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of the lessons")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".hq"))
        .collect();
    names.sort();
    assert_eq!(names, FILES.map(|(file, _)| file));
}

#[test]
fn each_asks_before_it_reveals_and_ends_with_three_sentences() {
    for lesson in all() {
        let steps = &lesson.script.steps;
        let asks: Vec<usize> =
            (0..steps.len()).filter(|place| matches!(steps[*place].command, Command::Ask(_))).collect();
        assert!((2..=4).contains(&asks.len()), "{}: {} questions", lesson.title, asks.len());
        for place in &asks {
            assert!(lesson.script.is_revealed_later(*place), "{}: line {}", lesson.title, steps[*place].line);
        }
        let measured = asks
            .iter()
            .filter(|place| matches!(&steps[**place].command, Command::Ask(ask) if ask.metric.is_some()));
        assert!(measured.count() > 0, "{}: nothing is measured", lesson.title);
        let Some(Command::Say(last)) = steps.last().map(|step| &step.command) else {
            panic!("{}: it ends with what is to be remembered", lesson.title)
        };
        let lines: Vec<&str> = last.text.lines().collect();
        assert_eq!(lines[0], "Three sentences to remember.", "{}", lesson.title);
        assert!(lines.len() == 4 && lines[3].starts_with("3. "), "{}", lesson.title);
    }
}

#[test]
fn choices_are_lettered_in_order_and_texts_can_be_shown_in_big_type() {
    for lesson in all() {
        for step in &lesson.script.steps {
            assert!(step.text.is_ascii(), "{} line {}", lesson.title, step.line);
            if let Command::Ask(ask) = &step.command {
                let keys: Vec<String> = ask.choices.iter().map(|choice| choice.key.clone()).collect();
                let letters: Vec<String> =
                    ('a'..='e').take(keys.len()).map(|letter| letter.to_string()).collect();
                assert_eq!(keys, letters, "{} line {}", lesson.title, step.line);
                assert!(keys.len() >= 2, "{} line {}", lesson.title, step.line);
            }
        }
    }
}

#[test]
fn notes_are_the_comments_right_above() {
    let text = "# Lesson 1: one\n# What.\n\n# Point at it.\n# Twice.\nspawn 3\nsay a\n# No note.\n\nsay b\n";
    let lesson = Lesson::read(1, "one.hq", text).expect("a lesson");
    assert_eq!((lesson.title.as_str(), lesson.summary.as_str()), ("one", "What."));
    let notes: Vec<&str> = lesson.script.steps.iter().map(|step| lesson.note(step)).collect();
    assert_eq!(notes, ["Point at it. Twice.", "", ""]);
}
